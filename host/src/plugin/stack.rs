//! Enough stack for a plugin, on whatever thread calls it.
//!
//! WebAssembly runs on the caller's stack. wasmtime stops a plugin that uses more than [`STACK`] of it, but cannot know
//! whether the thread has that much left: where it has not, the whole process would be gone. A thread is asked once how
//! far down its stack goes; a call that finds too little left moves to a thread of its own.

use std::cell::Cell;
use std::hint::black_box;
use std::io;
use std::panic::resume_unwind;
use std::thread;

/// How much stack a plugin may use. Deeply nested sessions need it: the shipped serializers take a few hundred bytes a
/// level.
pub const STACK: usize = 4 << 20;

/// What the host itself needs below a plugin, a logger that the operator chose included.
const HOST: usize = 256 << 10;

thread_local! {
    /// The lowest address of this thread's stack, once it was asked for; `usize::MAX` when that is not known.
    static LOWEST: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Runs `work` where there is room for a plugin. The outer error means that no thread could be had.
pub(super) fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    let lowest = LOWEST.get().unwrap_or_else(|| {
        let lowest = platform::lowest_of_stack(here()).unwrap_or(usize::MAX);
        LOWEST.set(Some(lowest));
        lowest
    });
    if here().saturating_sub(lowest) >= STACK + HOST {
        return Ok(work());
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new()
            .name("plugin".to_owned())
            .stack_size(STACK + 4 * HOST)
            .spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// An address in the frame of the caller, nearly.
#[inline(always)]
fn here() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(black_box(&local)).addr()
}

#[cfg(target_os = "linux")]
mod platform {
    use std::fs;

    /// The kernel lists what is mapped where; a stack lies above a guard page, so its mapping begins where it ends.
    pub(super) fn lowest_of_stack(here: usize) -> Option<usize> {
        let maps = fs::read_to_string("/proc/self/maps").ok()?;
        maps.lines().find_map(|line| {
            let (range, rest) = line.split_once(' ')?;
            let (from, to) = range.split_once('-')?;
            let (from, to) = (usize::from_str_radix(from, 16).ok()?, usize::from_str_radix(to, 16).ok()?);
            if !(from..to).contains(&here) {
                return None;
            }
            // The stack of the first thread grows as it is used, up to its limit.
            if rest.ends_with("[stack]") { Some(to.checked_sub(main_limit()?)?) } else { Some(from) }
        })
    }

    /// The soft limit in the line `Max stack size  8388608  unlimited  bytes`.
    fn main_limit() -> Option<usize> {
        let limits = fs::read_to_string("/proc/self/limits").ok()?;
        let line = limits.lines().find_map(|line| line.strip_prefix("Max stack size"))?;
        match line.split_whitespace().next()? {
            // Other mappings may lie in the way, but not this near.
            "unlimited" => Some(8 << 20),
            bytes => bytes.parse().ok(),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    /// Not known: calls move to threads of their own.
    pub(super) fn lowest_of_stack(_here: usize) -> Option<usize> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::thread::{Builder, ThreadId, current};

    use super::*;

    /// Runs `work` that much deeper in the stack.
    fn deeper<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
        fn to<T>(address: usize, work: impl FnOnce() -> T) -> T {
            let page = black_box([0_u8; 1024]);
            let result = if here() < address { work() } else { to(address, work) };
            black_box(&page);
            result
        }
        to(here() - bytes, work)
    }

    /// Who calls and who runs, where so much of a large stack is in use already.
    fn runs_on(used: usize) -> (ThreadId, ThreadId) {
        let thread = Builder::new().stack_size(2 * STACK);
        let ids = move || (current().id(), with_room(|| current().id()).unwrap());
        thread.spawn(move || deeper(used, ids)).unwrap().join().unwrap()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_with_enough_stack_keeps_the_call() {
        let (caller, runner) = runs_on(0);
        assert_eq!(caller, runner);
    }

    #[test]
    fn a_thread_with_too_little_stack_hands_the_call_to_another() {
        let (caller, runner) = runs_on(STACK + HOST);
        assert_ne!(caller, runner);
    }

    #[test]
    fn there_is_room_for_all_that_a_plugin_may_use() {
        assert_eq!(with_room(|| deeper(STACK, || 7)).unwrap(), 7);
    }
}
