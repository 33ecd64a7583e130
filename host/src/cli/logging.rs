//! Logs on standard error, for people.

use std::env::{self, VarError};
use std::io::{IsTerminal, stderr};

use anyhow::{Context, anyhow};
use tracing_subscriber::EnvFilter;

/// Says what is logged, such as `warn` or `info,holdfast::http=debug`.
const VARIABLE: &str = "HOLDFAST_LOG";

/// Begins to log: what the variable says, or else `usual`.
///
/// # Errors
/// When the variable makes no sense, or somebody logs already.
pub(super) fn start(usual: &str) -> anyhow::Result<()> {
    let filter = match env::var(VARIABLE) {
        Ok(text) if !text.trim().is_empty() => text,
        Ok(_) | Err(VarError::NotPresent) => usual.to_owned(),
        Err(VarError::NotUnicode(_)) => return Err(anyhow!("{VARIABLE} is not UTF-8")),
    };
    let filter = EnvFilter::try_new(&filter).with_context(|| {
        format!("{VARIABLE} is `{filter}`, which says nothing; write warn, or info,holdfast::http=debug")
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .with_target(false)
        .try_init()
        .map_err(|error| anyhow!("cannot log: {error}"))
}
