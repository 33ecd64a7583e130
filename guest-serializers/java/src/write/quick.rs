//! The values that sessions are full of, each taken from the document and written in one go.
//!
//! Nothing here is a rule of its own: what is not exactly as expected goes the long way, through [`Writing::value`].

use holdfast_document::append_first;

use super::class::{Sort, UNKNOWN};
use super::scalar::BIG_INTEGER_HEAD;
use super::{Frame, Step, Writing};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, Hint, LIST_ELEMENTS, MAP_ENTRIES};
use crate::mutf8;
use crate::stream::{BASE_HANDLE, sc, tc};

const BOOLEAN: ClassId = id("java.lang.Boolean");
const INTEGER: ClassId = id("java.lang.Integer");
const LONG: ClassId = id("java.lang.Long");
const DOUBLE: ClassId = id("java.lang.Double");
const ARRAY_LIST: ClassId = id("java.util.ArrayList");
const HASH_MAP: ClassId = id("java.util.HashMap");
const DATE: ClassId = id("java.util.Date");
const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
const BIG_INTEGER: ClassId = id("java.math.BigInteger");
const BYTES: ClassId = id("[B");

/// Extensions of the document.
const DATE_EXT: u8 = 9;
const BIG_DECIMAL_EXT: u8 = 11;

impl Writing<'_> {
    /// As [`Writing::any_value`].
    #[inline(always)]
    pub(super) fn quick_value(&mut self, frame: &mut Frame, hint: Hint) -> Step<bool> {
        let at = self.at();
        if (at >= self.context.plain || self.out.len() > self.room) && !self.is_plain(at) {
            return self.any_value(frame, hint);
        }
        let rest = self.context.reader.rest();
        #[allow(clippy::collapsible_match, reason = "what writes is no question, as a guard would have it")]
        match *rest {
            [marker @ 0xa0..=0xbf, ref behind @ ..] => {
                if let Some(text) = behind.get(..usize::from(marker & 0x1f))
                    && self.quick_text(text, behind, 1)
                {
                    return Ok(false);
                }
            }
            [0xd9, len, ref behind @ ..] => {
                if let Some(text) = behind.get(..usize::from(len))
                    && self.quick_text(text, behind, 2)
                {
                    return Ok(false);
                }
            }
            [0xc0, ..] => {
                self.last = u32::MAX;
                self.out.push(tc::NULL);
                self.context.reader.advance(1);
                return Ok(false);
            }
            [marker @ (0xc2 | 0xc3), ..] => {
                let value = marker == 0xc3;
                if self.quick_box(BOOLEAN, Boxed::Boolean(value), [u8::from(value)], 1) {
                    return Ok(false);
                }
            }
            // A signed marker is a type, but not where it is the shortest for a negative number.
            [0xd2, a @ ..=0x7f, b, c, d, ..] => {
                let data = [a, b, c, d];
                if self.quick_box(INTEGER, Boxed::Integer(i32::from_be_bytes(data)), data, 5) {
                    return Ok(false);
                }
            }
            [0xd3, a @ ..=0x7f, b, c, d, e, f, g, h, ..] => {
                let data = [a, b, c, d, e, f, g, h];
                if self.quick_box(LONG, Boxed::Long(i64::from_be_bytes(data)), data, 9) {
                    return Ok(false);
                }
            }
            [0xcb, a, b, c, d, e, f, g, h, ..] if hint != Hint::Float => {
                let data = [a, b, c, d, e, f, g, h];
                if self.quick_object(DOUBLE, data).is_some() {
                    self.last = u32::MAX;
                    self.context.reader.advance(9);
                    return Ok(false);
                }
            }
            [0..=0x7f | 0xcc..=0xcf, ..] if matches!(hint, Hint::None | Hint::Long) => {
                if let Some((value, len)) = unsigned(rest)
                    && self.quick_number(value, len, hint)
                {
                    return Ok(false);
                }
            }
            [0xd7, DATE_EXT, a, b, c, d, e, f, g, h, ..] => {
                let data = [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA];
                if let Some(handle) = self.quick_object(DATE, data) {
                    self.begun(at, handle, 10);
                    return Ok(false);
                }
            }
            [0xc7, len, BIG_DECIMAL_EXT, ref payload @ ..] => {
                if let Some(payload) = payload.get(..usize::from(len))
                    && self.quick_big_decimal(payload, 3)
                {
                    return Ok(false);
                }
            }
            [0xd7, BIG_DECIMAL_EXT, ref payload @ ..] => {
                if let Some(payload) = payload.get(..8)
                    && self.quick_big_decimal(payload, 2)
                {
                    return Ok(false);
                }
            }
            [marker @ 0x80..=0x8f, ..] => {
                if self.quick_map(frame, at, u32::from(marker & 0x0f), 1) {
                    return Ok(true);
                }
            }
            [0xde, a, b, ..] => {
                if self.quick_map(frame, at, u32::from(u16::from_be_bytes([a, b])), 3) {
                    return Ok(true);
                }
            }
            [count @ 0x91..=0x9f, 0xd4, 2, number, ..] => {
                if self.quick_defined(frame, at, number, u32::from(count & 0x0f) - 1) {
                    return Ok(true);
                }
            }
            // What may begin a typed value does not begin a list.
            [count @ 0x91..=0x9f, 0..=0x8f | 0xa0..=0xc6 | 0xca..=0xd3 | 0xd9..=0xdb | 0xde.., ..] => {
                if self.quick_list(frame, at, u32::from(count & 0x0f), 1) {
                    return Ok(true);
                }
            }
            _ => {}
        }
        self.any_value(frame, hint)
    }

    /// Whether nobody but the value itself says what the value here is; and how far that goes.
    #[inline(never)]
    fn is_plain(&mut self, at: u32) -> bool {
        let base = self.context.base;
        if !self.kept.places.in_order()
            || self.out.len() > self.room
            || self.context.notes.reaches(at.wrapping_sub(base))
        {
            return false;
        }
        let next = self.context.notes.next_place();
        self.context.plain = next.map_or(u32::MAX, |place| base.saturating_add(place));
        true
    }

    /// A string that takes `head` bytes in front of its text, where it is the same in modified UTF-8. The text is the
    /// beginning of `source`.
    #[inline(always)]
    fn quick_text(&mut self, text: &[u8], source: &[u8], head: usize) -> bool {
        if !mutf8::is_same(text) {
            return false;
        }
        self.last = u32::MAX;
        self.next_handle();
        self.out.extend_from_slice(&[tc::STRING, 0, text.len() as u8]);
        append_first(self.out, source, text.len());
        self.context.reader.advance(head + text.len());
        true
    }

    /// An untyped number that takes `len` bytes.
    #[inline(always)]
    fn quick_number(&mut self, value: u64, len: usize, hint: Hint) -> bool {
        match (hint, i32::try_from(value), i64::try_from(value)) {
            (Hint::None, Ok(value), _) => {
                self.quick_box(INTEGER, Boxed::Integer(value), value.to_be_bytes(), len)
            }
            (_, _, Ok(value)) => self.quick_box(LONG, Boxed::Long(value), value.to_be_bytes(), len),
            _ => false,
        }
    }

    /// A boxed value that takes `len` bytes: again, or as a new object of a class that was met.
    #[inline(always)]
    fn quick_box<const N: usize>(&mut self, class: ClassId, value: Boxed, data: [u8; N], len: usize) -> bool {
        if let Some(handle) = self.kept.boxes.get(value) {
            self.reference(handle);
        } else if let Some(handle) = self.quick_object(class, data) {
            self.kept.boxes.bind(value, handle);
        } else {
            return false;
        }
        self.last = u32::MAX;
        self.context.reader.advance(len);
        true
    }

    /// An object of a class that was met, with its data.
    #[inline(always)]
    fn quick_object<const N: usize>(&mut self, class: ClassId, data: [u8; N]) -> Option<u32> {
        let descriptor = self.kept.classes.met(u32::from(class))?;
        let [a, b, c, d] = descriptor.wrapping_add(BASE_HANDLE).to_be_bytes();
        self.out.extend_from_slice(&[tc::OBJECT, tc::REFERENCE, a, b, c, d]);
        self.out.extend_from_slice(&data);
        Some(self.next_handle())
    }

    /// A BigDecimal behind a header of `head` bytes, whose BigInteger has at most seven bytes and is a new object.
    fn quick_big_decimal(&mut self, payload: &[u8], head: usize) -> bool {
        let Some((scale, unscaled)) = payload.split_first_chunk::<4>() else { return false };
        let Some(value) = big::small(unscaled).filter(|_| unscaled.len() <= 7) else { return false };
        let met = |class: ClassId| {
            self.kept
                .classes
                .met(u32::from(class))
                .map(|handle| handle.wrapping_add(BASE_HANDLE).to_be_bytes())
        };
        let (Some([a, b, c, d]), Some([e, f, g, h]), Some([i, j, k, l])) =
            (met(BIG_DECIMAL), met(BIG_INTEGER), met(BYTES))
        else {
            return false;
        };
        if self.kept.boxes.get(Boxed::Big(Some(value))).is_some() {
            return false;
        }
        self.next_handle();
        let inner = self.next_handle();
        self.next_handle();
        self.kept.boxes.bind(Boxed::Big(Some(value)), inner);
        self.out.extend_from_slice(&[tc::OBJECT, tc::REFERENCE, a, b, c, d]);
        self.out.extend_from_slice(scale);
        self.out.extend_from_slice(&[tc::OBJECT, tc::REFERENCE, e, f, g, h]);
        self.out.extend_from_slice(&BIG_INTEGER_HEAD);
        self.out.extend_from_slice(&(value.signum() as i32).to_be_bytes());
        let from = value.unsigned_abs().leading_zeros() as usize / 8;
        let len = 8 - from;
        self.out.extend_from_slice(&[tc::ARRAY, tc::REFERENCE, i, j, k, l, 0, 0, 0, len as u8]);
        // In front of bytes that are cut off.
        append_first(self.out, &(value.unsigned_abs() << (8 * from)).to_be_bytes(), len);
        self.out.extend_from_slice(&[tc::ENDBLOCKDATA, tc::ENDBLOCKDATA]);
        self.last = u32::MAX;
        self.context.reader.advance(head + payload.len());
        true
    }

    /// A HashMap whose header takes `len` bytes.
    #[inline(always)]
    fn quick_map(&mut self, frame: &mut Frame, at: u32, count: u32, len: usize) -> bool {
        if self.kept.frames.len() + 1 >= self.depth {
            return false;
        }
        let (buckets, load_factor, threshold) = layout::grown_table(40, count);
        let [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]] =
            [load_factor, threshold, buckets, count].map(u32::to_be_bytes);
        let data = [a, b, c, d, e, f, g, h, tc::BLOCKDATA, 8, i, j, k, l, m, n, o, p];
        let Some(handle) = self.quick_object(HASH_MAP, data) else { return false };
        self.begun(at, handle, len);
        self.quick_enter(
            frame,
            Frame { pc: MAP_ENTRIES, left: count * 2, count, at, handle, number: 40, ..Frame::default() },
        );
        true
    }

    /// An ArrayList whose header takes `len` bytes.
    #[inline(always)]
    fn quick_list(&mut self, frame: &mut Frame, at: u32, count: u32, len: usize) -> bool {
        if self.kept.frames.len() + 1 >= self.depth {
            return false;
        }
        let [a, b, c, d] = count.to_be_bytes();
        let Some(handle) = self.quick_object(ARRAY_LIST, [a, b, c, d, tc::BLOCKDATA, 4, a, b, c, d]) else {
            return false;
        };
        self.begun(at, handle, len);
        self.quick_enter(
            frame,
            Frame { pc: LIST_ELEMENTS, left: count, count, at, handle, number: 1, ..Frame::default() },
        );
        true
    }

    /// An object of a class that was met in this attribute.
    #[inline(always)]
    fn quick_defined(&mut self, frame: &mut Frame, at: u32, number: u8, parts: u32) -> bool {
        /// The header of the array and the HEAD of the class.
        const HEAD: usize = 4;
        let Some(&class) = self.context.definitions.get(usize::from(number)) else { return false };
        let Some(defined) = self.kept.classes.get(class).filter(|_| class != UNKNOWN) else { return false };
        if self.kept.frames.len() + 1 >= self.depth
            || defined.sort != Sort::Bean
            || defined.parts != parts
            || defined.flags & (sc::SERIALIZABLE | sc::EXTERNALIZABLE) == 0
        {
            return false;
        }
        let pc = defined.code;
        let Some(descriptor) = self.kept.classes.met(class) else { return false };
        let [a, b, c, d] = descriptor.wrapping_add(BASE_HANDLE).to_be_bytes();
        self.out.extend_from_slice(&[tc::OBJECT, tc::REFERENCE, a, b, c, d]);
        let handle = self.next_handle();
        self.begun(at, handle, HEAD);
        self.quick_enter(frame, Frame { pc, at, handle, ..Frame::default() });
        true
    }

    /// Goes on in a value that is not too deep.
    #[inline(always)]
    pub(super) fn quick_enter(&mut self, frame: &mut Frame, inner: Frame) {
        self.kept.frames.push(std::mem::replace(frame, inner));
    }

    /// An object that references may lead to was begun; its header took `len` bytes.
    #[inline(always)]
    fn begun(&mut self, at: u32, handle: u32, len: usize) {
        self.kept.places.push(at, handle);
        self.last = handle;
        self.context.reader.advance(len);
    }

    /// As [`Writing::primitive`].
    #[inline]
    pub(super) fn quick_primitive(&mut self, code: u8) -> Step<()> {
        let rest = self.context.reader.rest();
        let len = match (code, rest) {
            (b'I' | b'J', [0..=0x7f | 0xcc..=0xcf, ..]) => match (code, unsigned(rest)) {
                (b'J', Some((value, len))) if value <= i64::MAX as u64 => {
                    self.out.extend_from_slice(&value.to_be_bytes());
                    len
                }
                (b'I', Some((value, len))) if value <= i32::MAX as u64 => {
                    self.out.extend_from_slice(&(value as u32).to_be_bytes());
                    len
                }
                _ => return self.primitive(code),
            },
            (b'D', [0xcb, a, b, c, d, e, f, g, h, ..]) => {
                self.out.extend_from_slice(&[*a, *b, *c, *d, *e, *f, *g, *h]);
                9
            }
            (b'Z', [marker @ (0xc2 | 0xc3), ..]) => {
                self.out.push(marker & 1);
                1
            }
            _ => return self.primitive(code),
        };
        self.context.reader.advance(len);
        Ok(())
    }
}

/// An integer of a marker that says no type, and how many bytes it takes.
#[inline]
fn unsigned(rest: &[u8]) -> Option<(u64, usize)> {
    Some(match *rest {
        [value @ 0..=0x7f, ..] => (u64::from(value), 1),
        [0xcc, a, ..] => (u64::from(a), 2),
        [0xcd, a, b, ..] => (u64::from(u16::from_be_bytes([a, b])), 3),
        [0xce, a, b, c, d, ..] => (u64::from(u32::from_be_bytes([a, b, c, d])), 5),
        [0xcf, a, b, c, d, e, f, g, h, ..] => (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 9),
        _ => return None,
    })
}
