//! The session service over HTTP/1.1, for servers in any language.
//!
//! A call is taken apart (`call`, `head`, `media`, `written`, `given`), becomes a request of the manager (`sessions`,
//! `attributes`; `requests`, where it spans two calls), and is answered (`answer`, `forms`); whatever goes wrong on the way
//! is a `problem`.

mod admin;
mod answer;
mod attributes;
mod body;
mod call;
mod failure;
mod forms;
mod given;
mod head;
mod health;
mod lanes;
mod media;
mod metrics;
mod msgpack;
mod open_requests;
mod problem;
mod processor;
mod requests;
mod server;
mod service;
mod sessions;
#[cfg(test)]
mod tests;
mod written;

pub use admin::Admin;
pub use lanes::Lanes;
pub use metrics::recorder;
pub use server::{Stopped, serve};
pub use service::Service;
