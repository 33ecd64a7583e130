//! Sessions as values: ids, envelope, keys, expirations. Nothing here reads or writes anything.
//!
//! All of it is the stored form of memcached-session-manager ("MSM"), bit for bit, because servers that run MSM work
//! on the same memcached.

mod envelope;
mod expiry;
mod flags;
mod id;
mod keys;
mod validity;

pub use envelope::{AuthType, Envelope, EnvelopeError, Header};
pub use expiry::{DEFAULT_STICKY_SLACK_SECONDS, Expiry};
pub use flags::{GunzipError, ItemFlags, format_tag, gunzip};
pub use id::{BadId, SessionId};
pub use keys::{Keys, LOCK_VALUE};
pub use validity::{BadValidity, Validity};
