//! Which boxed values are one object in every Java program: those of the caches of `valueOf`.

use holdfast_document::put_item;

/// A value that Java may have in a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boxed {
    Boolean(bool),
    Character(u16),
    Byte(i8),
    Short(i16),
    Integer(i32),
    Long(i64),
    /// A BigInteger, or the inner one of a BigDecimal; `None` where it is over 64 bits.
    Big(Option<i64>),
}

const SLOTS: usize = 4 * 256 + 128 + 2 + 33;

/// The handles of the cached values that a stream held so far.
#[derive(Debug, Default)]
pub(crate) struct Boxes {
    /// Handles plus one.
    slots: Vec<u32>,
    used: Vec<u16>,
}

impl Boxed {
    /// Its place among all cached values, if it is one of them.
    #[inline(always)]
    const fn slot(self) -> Option<usize> {
        let (value, from) = match self {
            Self::Byte(value) => (value as i64, 0),
            Self::Short(value) => (value as i64, 256),
            Self::Integer(value) => (value as i64, 512),
            Self::Long(value) => (value, 768),
            Self::Character(unit) if unit < 128 => return Some(1024 + unit as usize),
            Self::Boolean(value) => return Some(1152 + value as usize),
            Self::Big(Some(value @ -16..=16)) => return Some((1170 + value) as usize),
            Self::Character(_) | Self::Big(_) => return None,
        };
        match value {
            -128..=127 => Some(from + (value + 128) as usize),
            _ => None,
        }
    }
}

impl Boxes {
    /// Forgets all handles.
    pub(crate) fn clear(&mut self) {
        self.slots.resize(SLOTS, 0);
        self.used.reserve(SLOTS);
        for slot in self.used.drain(..) {
            if let Some(handle) = self.slots.get_mut(usize::from(slot)) {
                *handle = 0;
            }
        }
    }

    /// The handle of a cached value that was met.
    #[inline(always)]
    pub(crate) fn get(&self, value: Boxed) -> Option<u32> {
        self.slots.get(value.slot()?)?.checked_sub(1)
    }

    /// Remembers the handle of a value. False where Java does not cache it, or where it has a handle already.
    #[inline(always)]
    pub(crate) fn bind(&mut self, value: Boxed, handle: u32) -> bool {
        let Some(slot) = value.slot() else { return false };
        match self.slots.get_mut(slot) {
            Some(free @ 0) => {
                *free = handle + 1;
                // Each slot is used once.
                put_item(&mut self.used, slot as u16)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cached_value_has_a_slot_of_its_own() {
        let mut seen = vec![false; SLOTS];
        let mut see = |value: Boxed| {
            let slot = value.slot().unwrap();
            assert!(!std::mem::replace(&mut seen[slot], true), "{value:?}");
        };
        for value in -128i16..=127 {
            see(Boxed::Byte(value as i8));
            see(Boxed::Short(value));
            see(Boxed::Integer(i32::from(value)));
            see(Boxed::Long(i64::from(value)));
        }
        (0..128).for_each(|unit| see(Boxed::Character(unit)));
        (-16..=16).for_each(|value| see(Boxed::Big(Some(value))));
        see(Boxed::Boolean(false));
        see(Boxed::Boolean(true));
        assert!(seen.iter().all(|seen| *seen));
    }

    #[test]
    fn values_outside_of_the_caches_have_none() {
        for value in [
            Boxed::Integer(128),
            Boxed::Long(-129),
            Boxed::Character(128),
            Boxed::Big(Some(17)),
            Boxed::Big(None),
        ] {
            assert_eq!(value.slot(), None);
        }
        let mut boxes = Boxes::default();
        boxes.clear();
        assert!(boxes.bind(Boxed::Integer(5), 7));
        assert!(!boxes.bind(Boxed::Integer(5), 8));
        assert_eq!(boxes.get(Boxed::Integer(5)), Some(7));
        assert_eq!(boxes.get(Boxed::Long(5)), None);
        boxes.clear();
        assert_eq!(boxes.get(Boxed::Integer(5)), None);
    }
}
