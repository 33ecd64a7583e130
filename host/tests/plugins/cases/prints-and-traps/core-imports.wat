(import "host" "write" (func $write (param i32 i32 i32 i32)))
(import "host" "stderr" (func $stderr (result i32)))
