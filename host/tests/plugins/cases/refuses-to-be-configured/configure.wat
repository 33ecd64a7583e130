;; err at 4096, bad-option at 4104, text at 4112
(data (i32.const 8192) "option 'depth' is unknown; there are no options")
(func (export "configure") (param i32 i32 i32 i32 i32 i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 1))
  (i32.store8 (i32.const 4104) (i32.const 4))
  (i32.store (i32.const 4112) (i32.const 8192)) (i32.store (i32.const 4116) (i32.const 47))
  (i32.const 4096))
