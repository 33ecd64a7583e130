//! Recursion with enough stack.
//!
//! What walks over nested values here calls itself for each level. A document may have a thousand, for which the
//! stack of a server's thread may be too small; few documents have more than ten.

use crate::error::{Error, ErrorKind};

/// Levels for which any stack has room.
const SHALLOW: usize = 100;

/// Room for [`crate::MAX_DEPTH`] levels; it is not touched before it is needed.
const STACK: usize = 32 << 20;

/// Does work that calls itself for each of so many levels.
pub(super) fn run<T: Send, E: Send + From<Error>>(
    levels: usize,
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    if levels <= SHALLOW {
        return work();
    }
    let no_stack = || Error::new(0, ErrorKind::TooDeep(SHALLOW));
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let result = thread.map_err(|_| no_stack())?.join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
