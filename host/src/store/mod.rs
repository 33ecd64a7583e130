//! Nodes that keep what is stored: memcached and the embedded one.
