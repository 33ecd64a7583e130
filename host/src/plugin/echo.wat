;; What the boundary costs, and nothing else: takes bytes and returns some, without looking at them.
;; `echo.wasm` beside this file is made of it; a test compares the two.
(component
  (core module $echo
    (memory (export "memory") 1)

    ;; Arguments always go to 2064: behind a multiple of 4096 by a few bytes, where large blocks of the host begin at
    ;; one, some processors copy ten times slower (`rep movsb`). A page more than needed is kept.
    (func $room (param $bytes i32)
      (local $missing i32)
      (local.set $missing
        (i32.sub
          (i32.add (i32.shr_u (local.get $bytes) (i32.const 16)) (i32.const 2))
          (memory.size)))
      (if (i32.gt_s (local.get $missing) (i32.const 0))
        (then (if (i32.eq (memory.grow (local.get $missing)) (i32.const -1)) (then unreachable)))))

    (func (export "realloc") (param i32 i32 i32) (param $bytes i32) (result i32)
      (call $room (local.get $bytes))
      (i32.const 2064))

    (func (export "echo") (param i32 i32) (param $bytes i32) (result i32)
      (call $room (local.get $bytes))
      (i32.store (i32.const 0) (i32.const 2064))
      (i32.store (i32.const 4) (local.get $bytes))
      (i32.const 0)))

  (core instance $instance (instantiate $echo))
  (func (export "echo") (param "bytes" (list u8)) (param "wanted" u32) (result (list u8))
    (canon lift
      (core func $instance "echo")
      (memory (core memory $instance "memory"))
      (realloc (core func $instance "realloc")))))
