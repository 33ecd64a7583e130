;; The record at 2048 points to the texts at 1024.
(data (i32.const 1024) "My Plugin" "1.0" "plain/1" "application/x-plain")
(data (i32.const 2048) "\00\04\00\00\09\00\00\00\09\04\00\00\03\00\00\00\0c\04\00\00\07\00\00\00\00\00\00\00\00\00\00\00\13\04\00\00\13\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
(func (export "describe") (result i32) (i32.const 2048))
