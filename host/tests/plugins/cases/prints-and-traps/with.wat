(with "host" (instance (export "write" (func $write)) (export "stderr" (func $stderr))))
