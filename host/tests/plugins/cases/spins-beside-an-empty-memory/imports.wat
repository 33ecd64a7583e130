(core module $spinner
  (memory 0 0)
  (func (export "f") (loop $again (br $again))))
(core instance $tree (instantiate $spinner))
