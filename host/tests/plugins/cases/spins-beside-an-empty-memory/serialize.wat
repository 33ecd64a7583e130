(func (export "serialize") (param i32 i32) (result i32) (call $f) (i32.const 4096))
