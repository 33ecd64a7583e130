(data (i32.const 8192) "panicked at src/lib.rs:7:5:\nthe cart is on fire")
(func (export "serialize") (param i32 i32) (result i32)
  (call $log (i32.const 0) (i32.const 8192) (i32.const 47))
  (unreachable))
