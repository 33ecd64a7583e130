//! What the header of a container says by its first bytes alone.

/// A container that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A plain map of so many entries.
    Map(u32),
    /// A plain array of so many elements.
    List(u32),
    /// A value of a class that a definition earlier in the attribute has, with so many parts.
    Known {
        /// The number of the definition.
        definition: u32,
        /// How many parts follow.
        parts: u32,
    },
}

/// Whether the first element of an array may say that it is a typed value. Few plain elements begin with such a marker.
#[inline(always)]
pub(crate) const fn may_be_head(marker: u8) -> bool {
    matches!(marker, 0xd4 | 0xd5 | 0xc7 | 0x90..=0x9f | 0xdc | 0xdd)
}

/// The container that begins these bytes of a document, and how long its header is. Rare forms are none: maps and arrays
/// of over 65,535 items, values of more than 14 parts, and arrays whose first element may say that they are typed.
#[inline(always)]
#[must_use]
pub const fn first_container(bytes: &[u8]) -> Option<(Container, usize)> {
    Some(match *bytes {
        [marker @ 0x80..=0x8f, ..] => (Container::Map((marker & 0x0f) as u32), 1),
        [0xde, a, b, ..] => (Container::Map(u16::from_be_bytes([a, b]) as u32), 3),
        // So writes who learns the count only at the end.
        [0xdf, 0, 0, a, b, ..] => (Container::Map(u16::from_be_bytes([a, b]) as u32), 5),
        [count @ 0x91..=0x9f, 0xd4, 2, number, ..] => {
            (Container::Known { definition: number as u32, parts: (count & 0x0f) as u32 - 1 }, 4)
        }
        [0x90, ..] => (Container::List(0), 1),
        [count @ 0x91..=0x9f, first, ..] if !may_be_head(first) => {
            (Container::List((count & 0x0f) as u32), 1)
        }
        [0xdc, a, b, first, ..] if !may_be_head(first) => {
            (Container::List(u16::from_be_bytes([a, b]) as u32), 3)
        }
        [0xdd, 0, 0, a, b, first, ..] if !may_be_head(first) => {
            (Container::List(u16::from_be_bytes([a, b]) as u32), 5)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Head, Kind, Reader, Writer};

    /// The header of a value behind one that defines a class, seen to be what a reader says; `None` where it is none of the
    /// common ones.
    fn seen(write: impl FnOnce(&mut Writer<'_>)) -> Option<(Container, usize)> {
        let mut bytes = Vec::new();
        let mut writer = Writer::value(&mut bytes);
        writer.defined(0);
        writer.begin_definition(Kind::Bean, false, None, "shop.Cart", 0);
        writer.nil();
        let at = writer.len();
        write(&mut writer);
        writer.nil();
        let mut reader = Reader::value(&bytes);
        reader.next().unwrap();
        assert_eq!(reader.at(), at);
        let found = first_container(&bytes[at..]);
        if let Some((container, len)) = found {
            let expected = match reader.next().unwrap() {
                Event::Map(count) => Container::Map(count),
                Event::Array(count) => Container::List(count),
                Event::Typed(Head::Known(definition), parts) => Container::Known { definition, parts },
                event => panic!("{container:?} is {event:?}"),
            };
            assert_eq!((container, at + len), (expected, reader.at()));
        }
        found
    }

    #[test]
    fn a_header_says_what_a_reader_says() {
        for count in [0, 1, 15, 16, 0xffff] {
            assert_eq!(seen(|w| w.map(count)).map(|found| found.0), Some(Container::Map(count)));
            assert_eq!(seen(|w| w.array(count)).map(|found| found.0), Some(Container::List(count)));
        }
        for (count, found) in [(0, true), (3, true), (0xffff, true), (0x1_0000, false)] {
            let map = seen(|w| {
                let at = w.map_of_unknown_count();
                w.patch(at, count);
            });
            assert_eq!(map, found.then_some((Container::Map(count), 5)));
            let array = seen(|w| {
                let at = w.array_of_unknown_count();
                w.patch(at, count);
            });
            assert_eq!(array, found.then_some((Container::List(count), 5)));
        }
        assert_eq!(seen(|w| w.known(0, 3)), Some((Container::Known { definition: 0, parts: 3 }, 4)));
    }

    #[test]
    #[allow(clippy::redundant_closure_for_method_calls, reason = "a method is of one lifetime only")]
    fn rare_forms_are_none() {
        assert_eq!(seen(|w| w.map(0x1_0000)), None);
        assert_eq!(seen(|w| w.array(0x1_0000)), None);
        assert_eq!(seen(|w| w.known(0, 15)), None);
        assert_eq!(seen(|w| w.known(256, 3)), None);
        assert_eq!(seen(|w| w.builtin(1, 2)), None);
        assert_eq!(
            seen(|w| {
                w.array(2);
                w.array(1);
            }),
            None
        );
        assert_eq!(seen(|w| w.nil()), None);
        for cut in [&[][..], &[0x91], &[0xde, 0], &[0xdc, 0, 1], &[0xdf, 0, 0, 0], &[0xdd, 0, 0, 0, 1]] {
            assert_eq!(first_container(cut), None);
        }
    }
}
