//! The steps that sessions are full of, each taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing
//! happens and the loop ends. [`Writing::step`] takes any step.

use holdfast_document::{Container, first_container, has_room, put, put_item, put_pair, put_text};

use super::class::{Sort, UNKNOWN};
use super::scalar::BIG_INTEGER_HEAD;
use super::{Frame, Writing};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, Hint, LIST_ELEMENTS, MAP_ENTRIES, Op};
use crate::mutf8;
use crate::stream::{BASE_HANDLE, sc, tc};

pub(super) const BOOLEAN: ClassId = id("java.lang.Boolean");
pub(super) const INTEGER: ClassId = id("java.lang.Integer");
pub(super) const LONG: ClassId = id("java.lang.Long");
pub(super) const DOUBLE: ClassId = id("java.lang.Double");
pub(super) const ARRAY_LIST: ClassId = id("java.util.ArrayList");
pub(super) const HASH_MAP: ClassId = id("java.util.HashMap");
pub(super) const DATE: ClassId = id("java.util.Date");
const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
const BIG_INTEGER: ClassId = id("java.math.BigInteger");
const BYTES: ClassId = id("[B");

/// Extensions of the document.
pub(super) const DATE_EXT: u8 = 9;
const BIG_DECIMAL_EXT: u8 = 11;

impl Writing<'_> {
    /// Takes steps as long as they are quick. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self, frame: &mut Frame) {
        loop {
            let (mut hint, several) = match self.kept.code.at(frame.pc) {
                Op::Elements | Op::Entries => {
                    if frame.left == 0 {
                        frame.pc += 1;
                        continue;
                    }
                    frame.left -= 1;
                    (Hint::None, true)
                }
                Op::Part(hint) => {
                    frame.pc += 1;
                    (hint, false)
                }
                Op::Primitive(code) if self.quick_primitive(code) => {
                    frame.pc += 1;
                    continue;
                }
                Op::End if put(self.out, [tc::ENDBLOCKDATA]) => {
                    frame.pc += 1;
                    continue;
                }
                Op::Return if !frame.back => {
                    let Some(outer) = self.kept.frames.pop() else { return };
                    self.last = frame.handle;
                    *frame = outer;
                    continue;
                }
                _ => return,
            };
            // What comes next is mostly of the same kind: to see that is cheaper than to choose among all steps.
            loop {
                match self.quick_value(frame, hint) {
                    None if several => {
                        frame.left += 1;
                        return;
                    }
                    None => {
                        frame.pc -= 1;
                        return;
                    }
                    Some(true) => break,
                    Some(false) => {}
                }
                if several {
                    if frame.left == 0 {
                        break;
                    }
                    frame.left -= 1;
                } else if let Op::Part(next) = self.kept.code.at(frame.pc) {
                    hint = next;
                    frame.pc += 1;
                } else {
                    break;
                }
            }
        }
    }

    /// Writes a value, and goes on in it when it holds others: tells whether it does.
    #[inline(always)]
    fn quick_value(&mut self, frame: &mut Frame, hint: Hint) -> Option<bool> {
        let at = self.at();
        if at >= self.context.plain || self.out.len() > self.room {
            return None;
        }
        let rest = self.context.reader.rest();
        match *rest {
            [marker @ 0xa0..=0xbf, ref behind @ ..] => {
                let text = behind.get(..usize::from(marker & 0x1f))?;
                self.quick_text(text, behind, 1)
            }
            [0xd9, len, ref behind @ ..] => {
                let text = behind.get(..usize::from(len))?;
                self.quick_text(text, behind, 2)
            }
            [0xc0, ..] => {
                put(self.out, [tc::NULL]).then_some(())?;
                self.last = u32::MAX;
                self.context.reader.advance(1);
                Some(false)
            }
            [marker @ (0xc2 | 0xc3), ..] => {
                let value = marker == 0xc3;
                self.quick_box(BOOLEAN, Boxed::Boolean(value), [u8::from(value)], 1)
            }
            // A signed marker is a type, but not where it is the shortest for a negative number.
            [0xd2, a @ ..=0x7f, b, c, d, ..] => {
                let data = [a, b, c, d];
                self.quick_box(INTEGER, Boxed::Integer(i32::from_be_bytes(data)), data, 5)
            }
            [0xd3, a @ ..=0x7f, b, c, d, e, f, g, h, ..] => {
                let data = [a, b, c, d, e, f, g, h];
                self.quick_box(LONG, Boxed::Long(i64::from_be_bytes(data)), data, 9)
            }
            [0xcb, a, b, c, d, e, f, g, h, ..] if hint != Hint::Float => {
                self.quick_object(DOUBLE, [a, b, c, d, e, f, g, h])?;
                self.last = u32::MAX;
                self.context.reader.advance(9);
                Some(false)
            }
            [0..=0x7f | 0xcc..=0xcf, ..] if matches!(hint, Hint::None | Hint::Long) => {
                let (value, len) = unsigned(rest)?;
                self.quick_number(value, len, hint)
            }
            [0xd7, DATE_EXT, a, b, c, d, e, f, g, h, ..] => {
                self.kept.places.has_room().then_some(())?;
                let data = [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA];
                let handle = self.quick_object(DATE, data)?;
                self.begun(at, handle, 10);
                Some(false)
            }
            [0xc7, len, BIG_DECIMAL_EXT, ref payload @ ..] => {
                self.quick_big_decimal(payload.get(..usize::from(len))?, 3)
            }
            [0xd7, BIG_DECIMAL_EXT, ref payload @ ..] => self.quick_big_decimal(payload.get(..8)?, 2),
            _ => self.quick_container(frame, at, rest),
        }
    }

    /// A value that holds others.
    #[inline(always)]
    fn quick_container(&mut self, frame: &mut Frame, at: u32, rest: &[u8]) -> Option<bool> {
        match first_container(rest)? {
            (Container::Map(count), len) => self.quick_map(frame, at, count, len),
            (Container::List(count), len) => self.quick_list(frame, at, count, len),
            (Container::Known { definition, parts }, len) => {
                self.quick_defined(frame, at, definition, parts, len)
            }
        }
    }

    /// Whether nobody but the value itself says what the value here is; and how far that goes.
    pub(super) fn is_plain(&mut self, at: u32) -> bool {
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
    fn quick_text(&mut self, text: &[u8], source: &[u8], head: usize) -> Option<bool> {
        let len = text.len();
        let written = mutf8::is_same(text) && put_text(self.out, [tc::STRING, 0, len as u8], source, len);
        written.then_some(())?;
        self.last = u32::MAX;
        self.next_handle();
        self.context.reader.advance(head + len);
        Some(false)
    }

    /// An untyped number that takes `len` bytes.
    #[inline(always)]
    fn quick_number(&mut self, value: u64, len: usize, hint: Hint) -> Option<bool> {
        match (hint, i32::try_from(value)) {
            (Hint::None, Ok(value)) => {
                self.quick_box(INTEGER, Boxed::Integer(value), value.to_be_bytes(), len)
            }
            _ => {
                let value = i64::try_from(value).ok()?;
                self.quick_box(LONG, Boxed::Long(value), value.to_be_bytes(), len)
            }
        }
    }

    /// A boxed value that takes `len` bytes: again, or as a new object of a class that was met.
    #[inline(always)]
    fn quick_box<const N: usize>(
        &mut self,
        class: ClassId,
        value: Boxed,
        data: [u8; N],
        len: usize,
    ) -> Option<bool> {
        if let Some(handle) = self.kept.boxes.get(value) {
            let [a, b, c, d] = handle.wrapping_add(BASE_HANDLE).to_be_bytes();
            put(self.out, [tc::REFERENCE, a, b, c, d]).then_some(())?;
        } else {
            let handle = self.quick_object(class, data)?;
            self.kept.boxes.bind(value, handle);
        }
        self.last = u32::MAX;
        self.context.reader.advance(len);
        Some(false)
    }

    /// An object of a class that was met, with its data.
    #[inline(always)]
    fn quick_object<const N: usize>(&mut self, class: ClassId, data: [u8; N]) -> Option<u32> {
        let [a, b, c, d] = self.quick_descriptor(class)?;
        put_pair(self.out, [tc::OBJECT, tc::REFERENCE, a, b, c, d], data).then_some(())?;
        Some(self.next_handle())
    }

    /// The reference to the descriptor of a class that was met.
    #[inline(always)]
    fn quick_descriptor(&self, class: ClassId) -> Option<[u8; 4]> {
        self.kept
            .classes
            .met(u32::from(class))
            .map(|descriptor| descriptor.wrapping_add(BASE_HANDLE).to_be_bytes())
    }

    /// A BigDecimal behind a header of `head` bytes, whose BigInteger has at most seven bytes and is a new object.
    #[inline(always)]
    fn quick_big_decimal(&mut self, payload: &[u8], head: usize) -> Option<bool> {
        let (&[o, p, q, r], unscaled) = payload.split_first_chunk::<4>()?;
        let value = big::small(unscaled).filter(|_| unscaled.len() <= 7)?;
        let [a, b, c, d] = self.quick_descriptor(BIG_DECIMAL)?;
        let [e, f, g, h] = self.quick_descriptor(BIG_INTEGER)?;
        let [i, j, k, l] = self.quick_descriptor(BYTES)?;
        if self.kept.boxes.get(Boxed::Big(Some(value))).is_some() {
            return None;
        }
        let from = value.unsigned_abs().leading_zeros() as usize / 8;
        let len = 8 - from;
        let [s, t, u, v] = (value.signum() as i32).to_be_bytes();
        // The bytes of the number stand in front, what is behind them is cut off.
        let [m0, m1, m2, m3, m4, m5, m6, m7] = (value.unsigned_abs() << (8 * from)).to_be_bytes();
        let at = self.out.len();
        let written = put(self.out, [tc::OBJECT, tc::REFERENCE, a, b, c, d, o, p, q, r])
            && put(self.out, [tc::OBJECT, tc::REFERENCE, e, f, g, h])
            && put(self.out, BIG_INTEGER_HEAD)
            && put(self.out, [s, t, u, v, tc::ARRAY, tc::REFERENCE, i, j, k, l, 0, 0, 0, len as u8])
            && {
                let end = self.out.len() + len;
                let written = put(self.out, [m0, m1, m2, m3, m4, m5, m6, m7]);
                self.out.truncate(end);
                written
            }
            && put(self.out, [tc::ENDBLOCKDATA, tc::ENDBLOCKDATA]);
        if !written {
            self.out.truncate(at);
            return None;
        }
        self.next_handle();
        let inner = self.next_handle();
        self.next_handle();
        self.kept.boxes.bind(Boxed::Big(Some(value)), inner);
        self.last = u32::MAX;
        self.context.reader.advance(head + payload.len());
        Some(false)
    }

    /// A HashMap whose header takes `len` bytes.
    #[inline(always)]
    fn quick_map(&mut self, frame: &mut Frame, at: u32, count: u32, len: usize) -> Option<bool> {
        self.may_enter().then_some(())?;
        let handle = self.quick_object(HASH_MAP, map_header(count))?;
        self.begun(at, handle, len);
        self.quick_enter(frame, Frame { at, handle, ..empty_map(count) });
        Some(true)
    }

    /// An ArrayList whose header takes `len` bytes.
    #[inline(always)]
    fn quick_list(&mut self, frame: &mut Frame, at: u32, count: u32, len: usize) -> Option<bool> {
        self.may_enter().then_some(())?;
        let handle = self.quick_object(ARRAY_LIST, list_header(count))?;
        self.begun(at, handle, len);
        self.quick_enter(frame, Frame { at, handle, ..empty_list(count) });
        Some(true)
    }

    /// An object of a class that was met in this attribute, whose header takes `len` bytes.
    #[inline(always)]
    fn quick_defined(
        &mut self,
        frame: &mut Frame,
        at: u32,
        definition: u32,
        parts: u32,
        len: usize,
    ) -> Option<bool> {
        let &class = self.context.definitions.get(definition as usize)?;
        let defined = self.kept.classes.get(class).filter(|_| class != UNKNOWN)?;
        if !self.may_enter()
            || defined.sort != Sort::Bean
            || defined.parts != parts
            || defined.flags & (sc::SERIALIZABLE | sc::EXTERNALIZABLE) == 0
        {
            return None;
        }
        let pc = defined.code;
        let [a, b, c, d] = self.kept.classes.met(class)?.wrapping_add(BASE_HANDLE).to_be_bytes();
        put(self.out, [tc::OBJECT, tc::REFERENCE, a, b, c, d]).then_some(())?;
        let handle = self.next_handle();
        self.begun(at, handle, len);
        self.quick_enter(frame, Frame { pc, at, handle, ..Frame::default() });
        Some(true)
    }

    /// Whether a value may be begun that holds others.
    #[inline(always)]
    fn may_enter(&self) -> bool {
        self.kept.frames.len() + 1 < self.depth
            && has_room(&self.kept.frames, 1)
            && self.kept.places.has_room()
    }

    /// Goes on in a value, for which there is room.
    #[inline(always)]
    fn quick_enter(&mut self, frame: &mut Frame, inner: Frame) {
        put_item(&mut self.kept.frames, std::mem::replace(frame, inner));
    }

    /// An object that references may lead to, and for whose place there is room, was begun; its header took `len` bytes.
    #[inline(always)]
    fn begun(&mut self, at: u32, handle: u32, len: usize) {
        self.kept.places.put(at, handle);
        self.last = handle;
        self.context.reader.advance(len);
    }

    /// As [`Writing::primitive`].
    #[inline(always)]
    fn quick_primitive(&mut self, code: u8) -> bool {
        let rest = self.context.reader.rest();
        let len = match (code, rest) {
            (b'I' | b'J', [0..=0x7f | 0xcc..=0xcf, ..]) => match (code, unsigned(rest)) {
                (b'J', Some((value, len)))
                    if value <= i64::MAX as u64 && put(self.out, value.to_be_bytes()) =>
                {
                    len
                }
                (b'I', Some((value, len)))
                    if value <= i32::MAX as u64 && put(self.out, (value as u32).to_be_bytes()) =>
                {
                    len
                }
                _ => return false,
            },
            (b'D', [0xcb, a, b, c, d, e, f, g, h, ..]) if put(self.out, [*a, *b, *c, *d, *e, *f, *g, *h]) => {
                9
            }
            (b'Z', [marker @ (0xc2 | 0xc3), ..]) if put(self.out, [marker & 1]) => 1,
            _ => return false,
        };
        self.context.reader.advance(len);
        true
    }
}

/// The data of a HashMap of so many entries, in front of them.
#[inline(always)]
pub(super) fn map_header(count: u32) -> [u8; 18] {
    let (buckets, load_factor, threshold) = layout::grown_table(40, count);
    let [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]] =
        [load_factor, threshold, buckets, count].map(u32::to_be_bytes);
    [a, b, c, d, e, f, g, h, tc::BLOCKDATA, 8, i, j, k, l, m, n, o, p]
}

/// The data of an ArrayList of so many elements, in front of them.
#[inline(always)]
pub(super) const fn list_header(count: u32) -> [u8; 10] {
    let [a, b, c, d] = count.to_be_bytes();
    [a, b, c, d, tc::BLOCKDATA, 4, a, b, c, d]
}

/// A HashMap of which so many entries are to come.
#[inline(always)]
pub(super) fn empty_map(count: u32) -> Frame {
    Frame { pc: MAP_ENTRIES, left: count * 2, count, number: 40, ..Frame::default() }
}

/// An ArrayList of which so many elements are to come.
#[inline(always)]
pub(super) fn empty_list(count: u32) -> Frame {
    Frame { pc: LIST_ELEMENTS, left: count, count, number: 1, ..Frame::default() }
}

/// An integer of a marker that says no type, and how many bytes it takes.
#[inline(always)]
pub(super) fn unsigned(rest: &[u8]) -> Option<(u64, usize)> {
    Some(match *rest {
        [value @ 0..=0x7f, ..] => (u64::from(value), 1),
        [0xcc, a, ..] => (u64::from(a), 2),
        [0xcd, a, b, ..] => (u64::from(u16::from_be_bytes([a, b])), 3),
        [0xce, a, b, c, d, ..] => (u64::from(u32::from_be_bytes([a, b, c, d])), 5),
        [0xcf, a, b, c, d, e, f, g, h, ..] => (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 9),
        _ => return None,
    })
}
