//! The java serializer.
