//! The msgpack serializer.
