;; The first byte says what to do: C counts calls, F fails, G grows by as many MiB as the second byte says, S spins,
;; T traps. Anything else comes back as it is.
(data (i32.const 8192) "as was asked for")
(global $calls (mut i32) (i32.const 0))
(func $answer (param $bytes i32) (param $length i32) (result i32)
  (i32.store8 (i32.const 4096) (i32.const 0))
  (i32.store (i32.const 4104) (local.get $bytes))
  (i32.store (i32.const 4108) (local.get $length))
  (i32.const 4096))
(func (export "serialize") (param $bytes i32) (param $length i32) (result i32)
  (local $verb i32)
  (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
  (local.set $verb (i32.load8_u (local.get $bytes)))
  (if (i32.eq (local.get $verb) (i32.const 0x43)) (then
    (i32.store (local.get $bytes) (global.get $calls))
    (return (call $answer (local.get $bytes) (i32.const 4)))))
  (if (i32.eq (local.get $verb) (i32.const 0x46)) (then
    (i32.store8 (i32.const 4096) (i32.const 1))
    (i32.store8 (i32.const 4104) (i32.const 3))
    (i32.store (i32.const 4112) (i32.const 8192))
    (i32.store (i32.const 4116) (i32.const 16))
    (return (i32.const 4096))))
  (if (i32.eq (local.get $verb) (i32.const 0x47)) (then
    (drop (memory.grow (i32.mul (i32.const 16) (i32.load8_u (i32.add (local.get $bytes) (i32.const 1))))))))
  (if (i32.eq (local.get $verb) (i32.const 0x53)) (then (loop $again (br $again))))
  (if (i32.eq (local.get $verb) (i32.const 0x54)) (then (unreachable)))
  (call $answer (local.get $bytes) (local.get $length)))
