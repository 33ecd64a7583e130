//! A small hash table that costs nothing to empty and allocates only to grow.

/// From numbers to numbers. Emptied between calls by a new stamp.
#[derive(Debug, Default)]
pub struct IdMap {
    slots: Vec<Slot>,
    len: usize,
    stamp: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u64,
    value: u32,
    /// The slot is taken if this is the table's stamp.
    stamp: u32,
}

impl IdMap {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.len = 0;
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.slots.clear();
        }
    }

    /// Whether it has no keys.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of a key.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, key: u64) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        let mask = self.slots.len() - 1;
        let mut at = spread(key) & mask;
        loop {
            let slot = self.slots.get(at)?;
            if slot.stamp != self.stamp {
                return None;
            }
            if slot.key == key {
                return Some(slot.value);
            }
            at = (at + 1) & mask;
        }
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: u64, value: u32) {
        if !self.has_room() {
            self.grow();
        }
        self.put(key, value);
    }

    /// Whether [`IdMap::put`] takes another key.
    #[inline]
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.slots.len() >= (self.len + 1) * 2
    }

    /// As [`IdMap::insert`], where there is room, without a call.
    #[inline(always)]
    pub fn put(&mut self, key: u64, value: u32) {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = spread(key) & mask;
        while let Some(slot) = self.slots.get_mut(at) {
            let free = slot.stamp != self.stamp;
            if free || slot.key == key {
                self.len += usize::from(free);
                *slot = Slot { key, value, stamp: self.stamp };
                return;
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let room = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); room]);
        let stamp = std::mem::replace(&mut self.stamp, 1);
        self.len = 0;
        for slot in old.into_iter().filter(|slot| slot.stamp == stamp && stamp != 0) {
            self.insert(slot.key, slot.value);
        }
    }
}

#[inline]
const fn spread(key: u64) -> usize {
    // The high bits of a product depend on all bits of the key.
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

/// A number for a text; texts of one number are seldom, and whoever looks one up compares.
#[inline]
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mut hash = bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
    for byte in chunks.remainder() {
        hash = (hash.rotate_left(5) ^ u64::from(*byte)).wrapping_mul(FACTOR);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_in_is_found_until_the_table_is_cleared() {
        let mut map = IdMap::default();
        for round in 0..3u32 {
            assert_eq!(map.get(7), None);
            for key in 0..1000u64 {
                map.insert(key * 64, key as u32 + round);
            }
            map.insert(64, 99);
            assert_eq!(map.get(64), Some(99));
            for key in 2..1000u64 {
                assert_eq!(map.get(key * 64), Some(key as u32 + round));
            }
            assert_eq!(map.get(1), None);
            map.clear();
            assert!(map.is_empty());
        }
    }

    #[test]
    fn texts_that_differ_have_other_hashes() {
        let texts = ["", "a", "b", "aa", "java.util.ArrayList", "java.util.ArrayLisu", "\0", "\0\0"];
        for (index, text) in texts.iter().enumerate() {
            for other in &texts[index + 1..] {
                assert_ne!(hash(text.as_bytes()), hash(other.as_bytes()), "{text:?} {other:?}");
            }
        }
    }
}
