//! Serializers as WebAssembly components: load, validate, pool, limit.
