(func (export "serialize") (param i32 i32) (result i32) (loop $again (br $again)) (unreachable))
