//! Session backup with pluggable serializers.

pub mod bench;
pub mod cli;
pub mod clock;
pub mod config;
pub mod http;
pub mod manager;
pub mod plugin;
pub mod running;
pub mod schema;
pub mod session;
pub mod store;
