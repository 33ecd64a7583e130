;; err at 4096, unrepresentable at 4104, path at 4112, text at 4120
(data (i32.const 8192) "/cart/0/count" "this format has no numbers")
(func (export "serialize") (param i32 i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 1))
  (i32.store8 (i32.const 4104) (i32.const 2))
  (i32.store (i32.const 4112) (i32.const 8192)) (i32.store (i32.const 4116) (i32.const 13))
  (i32.store (i32.const 4120) (i32.const 8205)) (i32.store (i32.const 4124) (i32.const 26))
  (i32.const 4096))
