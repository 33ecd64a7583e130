//! The memories of plugins, each with the page that checkpoints read.
#![allow(
    unsafe_code,
    reason = "memory is mapped and protected by system calls, whose pointers nobody else checks"
)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::io;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap_anonymous, mprotect, munmap};
use wasmtime::{LinearMemory, MemoryCreator, MemoryType};

use super::alarm::{Alarm, Page};
use super::checkpoints::ADDRESS;

/// A WebAssembly memory never has more than this: behind it is the page that checkpoints read.
pub(super) const MOST: usize = ADDRESS as usize;

/// As large as the largest page of any machine.
const PAGE: usize = 64 << 10;

/// So much is reserved, and as much again as code may reach beyond it: compiled code need not compare any address.
pub(super) const RESERVED: usize = 4 << 30;

thread_local! {
    /// The alarm of the instance that this thread is making.
    static MAKING: RefCell<Option<Arc<Alarm>>> = const { RefCell::new(None) };
}

/// Makes an instance all of whose memories the alarm watches.
pub(super) fn watched<T>(alarm: &Arc<Alarm>, make: impl FnOnce() -> T) -> T {
    /// Also when `make` panics.
    struct Restore(Option<Arc<Alarm>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            MAKING.set(self.0.take());
        }
    }
    let _restore = Restore(MAKING.replace(Some(Arc::clone(alarm))));
    make()
}

/// Maps memories for wasmtime.
#[derive(Debug)]
pub(super) struct Memories;

// SAFETY: each memory is a mapping of its own, zeroed by the system, of the size that wasmtime asks for and never
// moved; what is not yet memory cannot be accessed, but for the one page that can only be read.
unsafe impl MemoryCreator for Memories {
    fn new_memory(
        &self,
        _ty: MemoryType,
        minimum: usize,
        _maximum: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        let alarm = MAKING
            .with_borrow(Clone::clone)
            .ok_or("no memory is made but for an instance that has an alarm")?;
        let Some(len) = reserved.filter(|len| *len >= RESERVED).and_then(|len| len.checked_add(guard)) else {
            return Err("memories are reserved whole".to_owned());
        };
        Memory::new(len, minimum, alarm)
            .map(|memory| Box::new(memory) as Box<dyn LinearMemory>)
            // The number of the error stands in it: that is how the lack of memory is told from other failures.
            .map_err(|error| error.to_string())
    }
}

/// A memory of an instance.
struct Memory {
    base: NonNull<c_void>,
    /// How much address space it has.
    reserved: usize,
    /// How many bytes the instance has of it.
    len: usize,
    alarm: Arc<Alarm>,
}

// SAFETY: the mapping is owned, and the pointer to it is only handed out.
unsafe impl Send for Memory {}
// SAFETY: as above; nothing is changed through a shared reference.
unsafe impl Sync for Memory {}

impl Memory {
    fn new(reserved: usize, len: usize, alarm: Arc<Alarm>) -> io::Result<Self> {
        // SAFETY: a mapping at an address of the system's choice touches no other.
        let base = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                reserved,
                ProtFlags::empty(),
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )?
        };
        let base = NonNull::new(base).ok_or(io::ErrorKind::OutOfMemory)?;
        let mut memory = Self { base, reserved, len: 0, alarm };
        memory.protect(MOST, PAGE, MprotectFlags::READ)?;
        memory.grow(len)?;
        memory.alarm.watch(memory.page());
        Ok(memory)
    }

    fn grow(&mut self, len: usize) -> io::Result<()> {
        if len > MOST {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        // A page that is begun is had whole already.
        let (from, to) = (self.len.next_multiple_of(PAGE), len.next_multiple_of(PAGE));
        if to > from {
            self.protect(from, to - from, MprotectFlags::READ | MprotectFlags::WRITE)?;
        }
        self.len = self.len.max(len);
        Ok(())
    }

    fn protect(&self, from: usize, len: usize, how: MprotectFlags) -> io::Result<()> {
        debug_assert!(from + len <= self.reserved, "it stays inside of the mapping");
        // SAFETY: the range lies in our own mapping, whose content nobody holds a reference to.
        unsafe { mprotect(self.base.as_ptr().wrapping_byte_add(from), len, how)? };
        Ok(())
    }

    fn page(&self) -> Page {
        Page { address: self.base.as_ptr().wrapping_byte_add(MOST).expose_provenance(), close }
    }
}

// The page of a memory is forgotten before the memory is gone.
impl Drop for Memory {
    fn drop(&mut self) {
        self.alarm.forget(self.page());
        // SAFETY: the mapping is ours, and wasmtime drops a memory when nothing uses it any more.
        if let Err(error) = unsafe { munmap(self.base.as_ptr(), self.reserved) } {
            tracing::warn!("the memory of a plugin is not given back: {error}");
        }
    }
}

// SAFETY: `as_ptr` gives the beginning of a mapping that stays where it is and has `byte_size` bytes at least.
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.len
    }

    fn byte_capacity(&self) -> usize {
        MOST
    }

    fn grow_to(&mut self, new_size: usize) -> wasmtime::Result<()> {
        Ok(self.grow(new_size)?)
    }

    fn as_ptr(&self) -> *mut u8 {
        self.base.as_ptr().cast()
    }
}

/// Lets nobody read a page of ours any more.
fn close(page: usize) -> io::Result<()> {
    // SAFETY: whoever has a page forgets it before its memory is gone; nothing but checkpoints reads it.
    unsafe { mprotect(ptr::with_exposed_provenance_mut(page), PAGE, MprotectFlags::empty())? };
    Ok(())
}
