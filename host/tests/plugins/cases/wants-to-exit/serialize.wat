(func (export "serialize") (param i32 i32) (result i32) (call $exit (i32.const 0)) (i32.const 4096))
