;; The record at 2048 points to the texts at 1024.
(data (i32.const 1024) "plain" "1.0" "" "application/x-plain")
(data (i32.const 2048) "\00\04\00\00\05\00\00\00\05\04\00\00\03\00\00\00\08\04\00\00\00\00\00\00\00\00\00\00\00\00\00\00\08\04\00\00\13\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
(func (export "describe") (result i32) (i32.const 2048))
