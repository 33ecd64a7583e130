//! Sessions as values: ids, envelope, keys, expirations.
