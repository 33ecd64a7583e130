;; One byte more than a result may have in these tests.
(func (export "serialize") (param i32 i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 0))
  (i32.store (i32.const 4104) (i32.const 65536))
  (i32.store (i32.const 4108) (i32.const 1048577))
  (i32.const 4096))
