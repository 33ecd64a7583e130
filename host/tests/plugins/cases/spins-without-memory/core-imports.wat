(import "tree" "f" (func $f))
