;; A document without attributes.
(data (i32.const 8192) "\93\ce\00\00\00\00\80\c0")
(func (export "deserialize") (param $bytes i32) (param $length i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 0))
  (i32.store (i32.const 4104) (i32.const 8192))
  (i32.store (i32.const 4108) (i32.const 8))
  (i32.const 4096))
