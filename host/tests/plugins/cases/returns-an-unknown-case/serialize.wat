(func (export "serialize") (param i32 i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 77))
  (i32.const 4096))
