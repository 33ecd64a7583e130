//! A line for the operator's log.

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something will fail, or was worked around.
    Warn,
    /// Worth knowing.
    Info,
    /// For whoever looks for a fault.
    Debug,
}

/// Writes a line to the operator's log. The host cuts lines over 4 KB and throttles a plugin that writes many, so this
/// is for what happens seldom; what went wrong with a value belongs into its [`Failure`](crate::Failure).
///
/// A component imports the host's `log` only when it uses this function or can panic. Natively the line goes to
/// [`capture_log`], or else to standard error.
pub fn log(level: Level, message: &str) {
    #[cfg(target_arch = "wasm32")]
    crate::component::log(level, message);
    #[cfg(not(target_arch = "wasm32"))]
    native::log(level, message);
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::capture_log;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::RefCell;

    use super::Level;

    thread_local! {
        static SINK: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
    }

    pub(super) fn log(level: Level, message: &str) {
        let captured = SINK.with_borrow_mut(|sink| {
            let Some(lines) = sink else { return false };
            lines.push((level, message.to_owned()));
            true
        });
        if !captured {
            eprintln!("{level:?}: {message}");
        }
    }

    /// Runs `work` and returns its result with the lines that it logged on this thread. For tests of serializers.
    pub fn capture_log<T>(work: impl FnOnce() -> T) -> (T, Vec<(Level, String)>) {
        let outer = SINK.replace(Some(Vec::new()));
        let result = work();
        let lines = SINK.replace(outer).unwrap_or_default();
        (result, lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_sees_what_was_logged_while_it_captured() {
        let (result, lines) = capture_log(|| {
            log(Level::Warn, "odd");
            7
        });
        assert_eq!(result, 7);
        assert_eq!(lines, [(Level::Warn, "odd".to_owned())]);
        let ((), lines) = capture_log(|| ());
        assert_eq!(lines, []);
    }
}
