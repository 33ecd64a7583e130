//! The kryo serializer.
