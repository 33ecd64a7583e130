(memory (export "memory") 64)
