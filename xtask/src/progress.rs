//! Shows that something is going on: a spinner where somebody watches, plain lines elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// Announces a step that shows its own progress, as cargo does.
pub(crate) fn headline(text: &str) {
    eprintln!("==> {text}");
}

/// Runs a step that says nothing itself.
pub(crate) fn step<T>(text: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let started = Instant::now();
    let spinner = stderr().is_terminal().then(|| spinner(text));
    if spinner.is_none() {
        headline(text);
    }
    let result = work();
    if let Some(spinner) = spinner {
        spinner.finish_and_clear();
        let outcome = if result.is_ok() { "done" } else { "failed" };
        headline(&format!("{text}: {outcome} in {:.1} s", started.elapsed().as_secs_f32()));
    }
    result
}

fn spinner(text: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner()
        .with_style(
            ProgressStyle::with_template("{spinner} {msg} {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        )
        .with_message(text.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
