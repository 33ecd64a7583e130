(core module $spinner
  (func (export "f") (loop $again (br $again))))
(core instance $tree (instantiate $spinner))
