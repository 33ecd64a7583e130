//! Bytes that live as long as a call, made while it runs.

use std::cell::OnceCell;

/// A list of buffers.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
    next: OnceCell<Box<Arena>>,
}

impl Arena {
    /// Keeps bytes behind this one's; the arena is the one to ask the next time.
    pub(crate) fn keep(&self, bytes: Vec<u8>) -> (&Self, &[u8]) {
        let next = self.next.get_or_init(|| Box::new(Self { bytes, next: OnceCell::new() }));
        (next, &next.bytes)
    }
}

impl Drop for Arena {
    /// One after the other: a list is as long as a session likes.
    fn drop(&mut self) {
        let mut next = self.next.take();
        while let Some(mut arena) = next {
            next = arena.next.take();
        }
    }
}
