;; The bytes that came in go out: ok at 4096, a pointer at 4104, a length at 4108.
(func (export "deserialize") (param $bytes i32) (param $length i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 0))
  (i32.store (i32.const 4104) (local.get $bytes))
  (i32.store (i32.const 4108) (local.get $length))
  (i32.const 4096))
