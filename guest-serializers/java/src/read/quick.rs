//! The steps that sessions are full of, each read and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing
//! happens and the loop ends. [`Reading::step`] takes any step.

use holdfast_document::{Number, Width, has_room, is_ascii, put_item};

use super::scalar::BIG_INTEGER_HEAD;
use super::{Frame, Handle, HandleKind, Kept, Reading};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, LIST_ELEMENTS, MAP_ENTRIES, Op};
use crate::stream::{BASE_HANDLE, tc};

/// What is known of a class before its next object comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quick {
    /// Its objects go the long way.
    No,
    Boolean,
    Integer,
    Long,
    Double,
    Date,
    BigDecimal,
    ArrayList,
    HashMap,
    /// A class of the application, whose steps are ready.
    Defined,
}

impl Quick {
    /// Of a class of the JDK.
    pub(super) fn of(known: Option<ClassId>) -> Self {
        const BOOLEAN: ClassId = id("java.lang.Boolean");
        const INTEGER: ClassId = id("java.lang.Integer");
        const LONG: ClassId = id("java.lang.Long");
        const DOUBLE: ClassId = id("java.lang.Double");
        const DATE: ClassId = id("java.util.Date");
        const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
        const ARRAY_LIST: ClassId = id("java.util.ArrayList");
        const HASH_MAP: ClassId = id("java.util.HashMap");
        match known {
            Some(BOOLEAN) => Self::Boolean,
            Some(INTEGER) => Self::Integer,
            Some(LONG) => Self::Long,
            Some(DOUBLE) => Self::Double,
            Some(DATE) => Self::Date,
            Some(BIG_DECIMAL) => Self::BigDecimal,
            Some(ARRAY_LIST) => Self::ArrayList,
            Some(HASH_MAP) => Self::HashMap,
            _ => Self::No,
        }
    }
}

/// What stands in front of the data of an object whose class was met: its mark and the reference to the class.
const HEAD: usize = 6;

/// An ArrayList of which so many elements are to come.
#[inline(always)]
pub(super) fn empty_list(count: u32) -> Frame {
    Frame {
        pc: LIST_ELEMENTS,
        left: count,
        count,
        number: 1,
        class: const { id("java.util.ArrayList") },
        counted: true,
        ..Frame::default()
    }
}

/// A HashMap of which so many entries are to come.
#[inline(always)]
pub(super) fn empty_map(count: u32) -> Frame {
    Frame {
        pc: MAP_ENTRIES,
        left: count * 2,
        count,
        number: 40,
        class: const { id("java.util.HashMap") },
        counted: true,
        ..Frame::default()
    }
}

/// How many elements an ArrayList has whose data begins here, if its capacity is as many.
#[inline(always)]
pub(super) fn list_count(data: &[u8]) -> Option<u32> {
    let [a, b, c, d, tc::BLOCKDATA, 4, e, f, g, h] = *data.first_chunk()? else { return None };
    ([a, b, c, d] == [e, f, g, h]).then_some(u32::from_be_bytes([a, b, c, d]))
}

/// How many entries a HashMap has whose data begins here, if its table is the one that they make.
#[inline(always)]
pub(super) fn map_count(data: &[u8]) -> Option<u32> {
    let [a, b, c, d, e, f, g, h, tc::BLOCKDATA, 8, i, j, k, l, m, n, o, p] = *data.first_chunk()? else {
        return None;
    };
    let [load_factor, threshold, buckets, count] =
        [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(u32::from_be_bytes);
    (layout::grown_table(40, count) == (buckets, load_factor, threshold)).then_some(count)
}

/// The milliseconds of a Date whose data begins here.
#[inline(always)]
pub(super) fn millis(data: &[u8]) -> Option<i64> {
    let [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA] = *data.first_chunk()? else {
        return None;
    };
    Some(i64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

impl Kept {
    /// The class whose descriptor a reference leads to.
    #[inline(always)]
    pub(super) fn class_of(&self, reference: [u8; 4]) -> Option<u32> {
        let handle = u32::from_be_bytes(reference).wrapping_sub(BASE_HANDLE);
        match *self.handles.get(handle as usize)? {
            Handle { kind: HandleKind::Class, at, .. } => Some(at),
            _ => None,
        }
    }

    /// The handle to which a reference leads and its value's place in the document, if that is one of Java's caches.
    #[inline(always)]
    pub(super) fn cached(&self, reference: [u8; 4]) -> Option<(u32, u32)> {
        let handle = u32::from_be_bytes(reference).wrapping_sub(BASE_HANDLE);
        match *self.handles.get(handle as usize)? {
            Handle { kind: HandleKind::Cached, at, .. } => Some((handle, at)),
            _ => None,
        }
    }

    /// As [`Reading::define`], where there is room.
    #[inline(always)]
    pub(super) fn quick_define(&mut self, kind: HandleKind, at: u32, more: u32) -> u32 {
        let handle = self.handles.len() as u32;
        put_item(&mut self.handles, Handle { kind, at, more, group: 0 });
        handle
    }

    /// The handle of a value at an offset of the stream that is not among those of the caches yet.
    #[inline(always)]
    pub(super) fn quick_boxed(&mut self, boxed: Boxed, place: u32, at: u32) -> u32 {
        let cached = self.boxes.bind(boxed, self.handles.len() as u32);
        let kind = if cached { HandleKind::Cached } else { HandleKind::Scalar };
        self.quick_define(kind, place, at)
    }

    /// Whether a value may be begun that holds others.
    #[inline(always)]
    pub(super) fn may_enter(&self, depth: usize) -> bool {
        self.frames.len() + 1 < depth && has_room(&self.frames, 1)
    }
}

impl Reading<'_> {
    /// Takes steps as long as they are quick. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self, frame: &mut Frame) {
        loop {
            let several = match self.kept.code.at(frame.pc) {
                Op::Elements | Op::Entries => {
                    if frame.left == 0 {
                        frame.pc += 1;
                        continue;
                    }
                    frame.left -= 1;
                    true
                }
                Op::Part(_) => {
                    frame.pc += 1;
                    false
                }
                Op::Primitive(code) if self.quick_primitive(code).is_some() => {
                    frame.pc += 1;
                    continue;
                }
                Op::End if matches!(self.input.rest(), [tc::ENDBLOCKDATA, ..]) => {
                    self.input.advance(1);
                    frame.pc += 1;
                    continue;
                }
                Op::Return => {
                    let Some(outer) = self.kept.frames.pop() else { return };
                    self.last = frame.handle;
                    *frame = outer;
                    continue;
                }
                _ => return,
            };
            // What comes next is mostly of the same kind: to see that is cheaper than to choose among all steps.
            loop {
                match self.quick_value(frame) {
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
                } else if let Op::Part(_) = self.kept.code.at(frame.pc) {
                    frame.pc += 1;
                } else {
                    break;
                }
            }
        }
    }

    /// Reads a value, and goes on in it when it holds others: tells whether it does.
    #[inline(always)]
    fn quick_value(&mut self, frame: &mut Frame) -> Option<bool> {
        if self.writer.len() > self.room || !has_room(&self.kept.handles, 3) {
            return None;
        }
        match *self.input.rest() {
            [tc::STRING, high, low, ref rest @ ..] => {
                let text = rest.get(..usize::from(u16::from_be_bytes([high, low])))?;
                let place = self.writer.len() as u32;
                (is_ascii(text) && self.writer.put_str_first(rest, text.len())).then_some(())?;
                self.last = self.kept.quick_define(HandleKind::Scalar, place, self.input.at());
                self.input.advance(3 + text.len());
                Some(false)
            }
            [tc::OBJECT, tc::REFERENCE, a, b, c, d, ref rest @ ..] => {
                let class = self.kept.class_of([a, b, c, d])?;
                self.quick_object(frame, class, rest)
            }
            [tc::REFERENCE, a, b, c, d, ..] => {
                let (number, at) = self.kept.cached([a, b, c, d])?;
                self.writer.put_repeat(at as usize).then_some(())?;
                self.last = number;
                self.input.advance(5);
                Some(false)
            }
            [tc::NULL, ..] => {
                self.writer.put_nil().then_some(())?;
                self.last = u32::MAX;
                self.input.advance(1);
                Some(false)
            }
            _ => None,
        }
    }

    /// Goes on in a value, for which there is room.
    #[inline(always)]
    fn quick_enter(&mut self, frame: &mut Frame, inner: Frame) {
        put_item(&mut self.kept.frames, std::mem::replace(frame, inner));
    }

    /// An object whose descriptor was passed over only by looking: its data is `rest`.
    #[inline(always)]
    fn quick_object(&mut self, frame: &mut Frame, class: u32, rest: &[u8]) -> Option<bool> {
        let found = self.kept.classes.get(class as usize)?;
        match found.quick {
            Quick::No => None,
            Quick::Integer => {
                let value = i32::from_be_bytes(*rest.first_chunk()?);
                let number = Number { value: i64::from(value), width: Width::Int };
                self.quick_number(Boxed::Integer(value), number, 4)
            }
            Quick::Long => {
                let value = i64::from_be_bytes(*rest.first_chunk()?);
                self.quick_number(Boxed::Long(value), Number { value, width: Width::Long }, 8)
            }
            Quick::Double => {
                let bits = u64::from_be_bytes(*rest.first_chunk()?);
                let place = self.writer.len() as u32;
                self.writer.put_f64(f64::from_bits(bits)).then_some(())?;
                self.last = self.kept.quick_define(HandleKind::Scalar, place, self.input.at());
                self.input.advance(HEAD + 8);
                Some(false)
            }
            Quick::Boolean => {
                let value = *rest.first()? != 0;
                let boxed = Boxed::Boolean(value);
                let place = self.writer.len() as u32;
                (self.kept.boxes.get(boxed).is_none() && self.writer.put_bool(value)).then_some(())?;
                self.last = self.kept.quick_boxed(boxed, place, self.input.at());
                self.input.advance(HEAD + 1);
                Some(false)
            }
            Quick::Date => {
                let place = self.writer.len() as u32;
                self.writer.put_date(millis(rest)?).then_some(())?;
                self.last = self.kept.quick_define(HandleKind::Object, place, class);
                self.input.advance(HEAD + 11);
                Some(false)
            }
            Quick::BigDecimal => self.quick_big_decimal(rest),
            Quick::ArrayList => self.quick_list(frame, class, rest),
            Quick::HashMap => self.quick_map(frame, class, rest),
            Quick::Defined => {
                let (definition, parts, pc) = (found.definition, found.parts, found.code - 1);
                if found.defined_in != self.attribute + 1 || !self.kept.may_enter(self.depth) {
                    return None;
                }
                let (at, place) = (self.input.at(), self.writer.len() as u32);
                self.writer.put_known(definition, parts).then_some(())?;
                let handle = self.kept.quick_define(HandleKind::Object, place, class);
                self.input.advance(HEAD);
                self.quick_enter(frame, Frame { pc, at, place, handle, kept: class, ..Frame::default() });
                self.last = handle;
                Some(true)
            }
        }
    }

    /// A number of so many bytes that Java may cache. One that is there already is another object with the same value,
    /// of which a note tells: not here.
    #[inline(always)]
    fn quick_number(&mut self, boxed: Boxed, number: Number, len: usize) -> Option<bool> {
        let place = self.writer.len() as u32;
        (self.kept.boxes.get(boxed).is_none() && self.writer.put_number(number)).then_some(())?;
        self.last = self.kept.quick_boxed(boxed, place, self.input.at());
        self.input.advance(HEAD + len);
        Some(false)
    }

    /// An ArrayList.
    #[inline(always)]
    fn quick_list(&mut self, frame: &mut Frame, class: u32, rest: &[u8]) -> Option<bool> {
        let count = list_count(rest)?;
        (count as usize <= rest.len() - 10 && self.kept.may_enter(self.depth)).then_some(())?;
        let (at, place) = (self.input.at(), self.writer.len() as u32);
        self.writer.put_array(count).then_some(())?;
        let handle = self.kept.quick_define(HandleKind::Object, place, class);
        self.input.advance(HEAD + 10);
        self.quick_enter(frame, Frame { at, place, handle, ..empty_list(count) });
        self.last = handle;
        Some(true)
    }

    /// A HashMap with the table that its entries make.
    #[inline(always)]
    fn quick_map(&mut self, frame: &mut Frame, class: u32, rest: &[u8]) -> Option<bool> {
        let count = map_count(rest)?;
        (count as usize <= (rest.len() - 18) / 2 && self.kept.may_enter(self.depth)).then_some(())?;
        let (at, place) = (self.input.at(), self.writer.len() as u32);
        self.writer.put_map(count).then_some(())?;
        let handle = self.kept.quick_define(HandleKind::Object, place, class);
        self.input.advance(HEAD + 18);
        self.quick_enter(frame, Frame { at, place, handle, ..empty_map(count) });
        self.last = handle;
        Some(true)
    }

    /// A BigDecimal with a BigInteger of its own, of at most seven bytes.
    #[inline(always)]
    fn quick_big_decimal(&mut self, rest: &[u8]) -> Option<bool> {
        const BIG_INTEGER: ClassId = id("java.math.BigInteger");
        const BYTES: ClassId = id("[B");
        let (scale, rest) = rest.split_first_chunk()?;
        let ([tc::OBJECT, tc::REFERENCE, a, b, c, d], rest) = rest.split_first_chunk()? else { return None };
        let (head, rest) = rest.split_first_chunk()?;
        let (signum, rest) = rest.split_first_chunk()?;
        let ([tc::ARRAY, tc::REFERENCE, e, f, g, h, 0, 0, 0, len], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let len = usize::from(*len);
        let (magnitude, behind) = rest.split_at_checked(len)?;
        if u128::from_ne_bytes(*head) != u128::from_ne_bytes(BIG_INTEGER_HEAD)
            || self.known_class(self.kept.class_of([*a, *b, *c, *d])?) != Some(BIG_INTEGER)
            || self.known_class(self.kept.class_of([*e, *f, *g, *h])?) != Some(BYTES)
            || !matches!(behind, [tc::ENDBLOCKDATA, tc::ENDBLOCKDATA, ..])
        {
            return None;
        }
        let value = big::of_magnitude(i32::from_be_bytes(*signum), magnitude)?;
        let boxed = Boxed::Big(Some(value));
        if self.kept.boxes.get(boxed).is_some() {
            return None;
        }
        let place = self.writer.len() as u32;
        // The shortest two's complement, in front of bytes that are cut off.
        let from = big::shortest(value);
        let unscaled = (value << (8 * from)).to_be_bytes();
        self.writer.put_big_decimal_first(i32::from_be_bytes(*scale), &unscaled, 8 - from).then_some(())?;
        let at = self.input.at();
        self.last = self.kept.quick_define(HandleKind::Scalar, place, at);
        let inner = self.kept.quick_define(HandleKind::Inner, place, 0);
        self.kept.quick_define(HandleKind::Hidden, at, u32::from(const { id("java.math.BigDecimal") }));
        self.kept.boxes.bind(boxed, inner);
        self.input.advance(HEAD + 42 + len);
        Some(false)
    }

    /// As [`Reading::primitive`].
    #[inline(always)]
    fn quick_primitive(&mut self, code: u8) -> Option<()> {
        let rest = self.input.rest();
        let (written, len) = match code {
            b'B' => (self.writer.put_int(i64::from(*rest.first()? as i8)), 1),
            b'C' => (self.writer.put_char(u16::from_be_bytes(*rest.first_chunk()?)), 2),
            b'D' => (self.writer.put_f64(f64::from_be_bytes(*rest.first_chunk()?)), 8),
            b'F' => (self.writer.put_f32(f32::from_be_bytes(*rest.first_chunk()?)), 4),
            b'I' => (self.writer.put_int(i64::from(i32::from_be_bytes(*rest.first_chunk()?))), 4),
            b'J' => (self.writer.put_int(i64::from_be_bytes(*rest.first_chunk()?)), 8),
            b'S' => (self.writer.put_int(i64::from(i16::from_be_bytes(*rest.first_chunk()?))), 2),
            b'Z' => (self.writer.put_bool(*rest.first()? != 0), 1),
            _ => return None,
        };
        written.then(|| self.input.advance(len))
    }
}
