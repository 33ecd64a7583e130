(import "host" "log" (func $log (param i32 i32 i32)))
