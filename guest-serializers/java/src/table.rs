//! A table from bytes to numbers that keeps its memory from one call to the next.

use holdfast_document::{append, is_equal};

/// Maps keys, bytes and a number in front of them, to numbers. Open addressing; keys stand in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Table {
    slots: Vec<Slot>,
    used: usize,
    keys: Vec<u8>,
    /// Slots of an earlier epoch are free: to forget all keys takes no pass over them.
    epoch: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    epoch: u32,
    hash: u32,
    space: u32,
    from: u32,
    len: u32,
    value: u32,
}

impl Table {
    /// Forgets all keys.
    pub(crate) fn clear(&mut self) {
        self.used = 0;
        self.keys.clear();
        match self.epoch.checked_add(1) {
            Some(epoch) => self.epoch = epoch,
            None => *self = Self::default(),
        }
    }

    /// The number of a key.
    pub(crate) fn get(&self, space: u32, key: &[u8]) -> Option<u32> {
        if self.used == 0 {
            return None;
        }
        let hash = hash(space, key);
        self.probe(hash, |slot| {
            slot.space == space
                && self
                    .keys
                    .get(slot.from as usize..)
                    .and_then(|at| at.get(..slot.len as usize))
                    .is_some_and(|found| is_equal(found, key))
        })
        .and_then(|at| self.slots.get(at))
        .filter(|slot| slot.epoch == self.epoch)
        .map(|slot| slot.value)
    }

    /// Gives a key that is not there yet its number.
    pub(crate) fn insert(&mut self, space: u32, key: &[u8], value: u32) {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(space, key);
        let slot = Slot {
            epoch: self.epoch,
            hash,
            space,
            from: self.keys.len() as u32,
            len: key.len() as u32,
            value,
        };
        append(&mut self.keys, key);
        self.place(slot);
        self.used += 1;
    }

    fn place(&mut self, slot: Slot) {
        if let Some(free) = self.probe(slot.hash, |_| false)
            && let Some(at) = self.slots.get_mut(free)
        {
            *at = slot;
        }
    }

    /// The first slot that is the one looked for, or free.
    fn probe(&self, hash: u32, is_it: impl Fn(&Slot) -> bool) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.epoch != self.epoch || (slot.hash == hash && is_it(slot)) {
                return Some(at);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        // An epoch of zero is never the current one once something was cleared; make sure of it before.
        self.epoch = self.epoch.max(1);
        let epoch = self.epoch;
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        for slot in old.into_iter().filter(|slot| slot.epoch == epoch) {
            self.place(slot);
        }
    }
}

/// Eight bytes a step: keys are class names and type descriptors of 20 to 100 bytes.
fn hash(space: u32, key: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = u64::from(space).wrapping_mul(FACTOR) ^ key.len() as u64;
    let mut chunks = key.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        hash = (hash.rotate_left(26) ^ word).wrapping_mul(FACTOR);
    }
    let rest = chunks.remainder().iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    hash = (hash.rotate_left(26) ^ rest).wrapping_mul(FACTOR);
    (hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart_by_space_and_bytes() {
        let mut table = Table::default();
        assert_eq!(table.get(0, b"a"), None);
        for space in 0..4 {
            for key in 0..500u32 {
                assert_eq!(table.get(space, &key.to_be_bytes()), None);
                table.insert(space, &key.to_be_bytes(), space * 1_000 + key);
            }
        }
        for space in 0..4 {
            for key in 0..500u32 {
                assert_eq!(table.get(space, &key.to_be_bytes()), Some(space * 1_000 + key));
            }
        }
        table.clear();
        assert_eq!(table.get(0, &7u32.to_be_bytes()), None);
        table.insert(0, b"", 9);
        assert_eq!(table.get(0, b""), Some(9));
    }
}
