(component $inner
  (core module $spinner
    (func $start (loop $again (br $again)))
    (start $start))
  (core instance (instantiate $spinner)))
(instance $inner (instantiate $inner))
