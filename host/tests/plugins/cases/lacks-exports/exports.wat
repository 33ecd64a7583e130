(func (export "describe") (result $description)
  (canon lift (core func $plugin "describe") (memory $bytes)))
(func (export "serialize") (param "document" (list u8)) (result (result (list u8) (error $failure)))
  (canon lift (core func $plugin "serialize") (memory $bytes) (realloc $realloc)))
