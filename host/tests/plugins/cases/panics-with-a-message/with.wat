(with "host" (instance (export "log" (func $log))))
