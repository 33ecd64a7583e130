(with "host" (instance (export "exit" (func $exit))))
