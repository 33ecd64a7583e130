//! The values that sessions are full of, each read and written in one go.
//!
//! Nothing here is a rule of its own: what is not exactly as expected goes the long way, through [`Reading::value`].

use holdfast_document::{Number, Width, is_ascii};

use super::identity::INNER_PART;
use super::scalar::BIG_INTEGER_HEAD;
use super::{Frame, Handle, HandleKind, Reading, Step};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, LIST_ELEMENTS, MAP_ENTRIES};
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

impl Reading<'_> {
    /// As [`Reading::any_value`].
    #[inline(always)]
    pub(super) fn quick_value(&mut self, frame: &mut Frame) -> Step<bool> {
        if self.writer.len() > self.room {
            return self.any_value(frame);
        }
        match *self.input.rest() {
            [tc::STRING, high, low, ref rest @ ..] => {
                if let Some(text) = rest.get(..usize::from(u16::from_be_bytes([high, low])))
                    && is_ascii(text)
                {
                    self.last = self.define(HandleKind::Scalar, self.writer.len() as u32, self.input.at());
                    self.writer.str_first(rest, text.len());
                    self.input.advance(3 + text.len());
                    return Ok(false);
                }
            }
            [tc::OBJECT, tc::REFERENCE, a, b, c, d, ref rest @ ..] => {
                let handle = u32::from_be_bytes([a, b, c, d]).wrapping_sub(BASE_HANDLE);
                if let Some(&Handle { kind: HandleKind::Class, at: class, .. }) =
                    self.kept.handles.get(handle as usize)
                    && let Some(entered) = self.quick_object(frame, class, rest)
                {
                    return Ok(entered);
                }
            }
            [tc::REFERENCE, a, b, c, d, ..] => {
                let number = u32::from_be_bytes([a, b, c, d]).wrapping_sub(BASE_HANDLE);
                if let Some(&Handle { kind: HandleKind::Cached, at, .. }) =
                    self.kept.handles.get(number as usize)
                {
                    self.last = number;
                    self.writer.repeat(at as usize);
                    self.input.advance(5);
                    return Ok(false);
                }
            }
            [tc::NULL, ..] => {
                self.last = u32::MAX;
                self.writer.nil();
                self.input.advance(1);
                return Ok(false);
            }
            _ => {}
        }
        self.any_value(frame)
    }

    /// Goes on in a value that is not too deep.
    #[inline(always)]
    pub(super) fn quick_enter(&mut self, frame: &mut Frame, inner: Frame) {
        self.kept.frames.push(std::mem::replace(frame, inner));
    }

    /// An object whose descriptor was passed over only by looking: its data is `rest`. Nothing happens where it is not
    /// one of the expected.
    #[inline(always)]
    fn quick_object(&mut self, frame: &mut Frame, class: u32, rest: &[u8]) -> Option<bool> {
        /// What was looked at: the mark of an object and the reference to its class.
        const HEAD: usize = 6;
        let found = self.kept.classes.get(class as usize)?;
        let at = self.input.at();
        if self.kept.frames.len() + 1 >= self.depth {
            return None;
        }
        match found.quick {
            Quick::No => None,
            Quick::Integer => {
                let value = i32::from_be_bytes(*rest.first_chunk()?);
                self.define_boxed(Some(Boxed::Integer(value)), at);
                self.writer.number(Number { value: i64::from(value), width: Width::Int });
                self.input.advance(HEAD + 4);
                Some(false)
            }
            Quick::Long => {
                let value = i64::from_be_bytes(*rest.first_chunk()?);
                self.define_boxed(Some(Boxed::Long(value)), at);
                self.writer.number(Number { value, width: Width::Long });
                self.input.advance(HEAD + 8);
                Some(false)
            }
            Quick::Double => {
                let bits = u64::from_be_bytes(*rest.first_chunk()?);
                self.define_boxed(None, at);
                self.writer.f64(f64::from_bits(bits));
                self.input.advance(HEAD + 8);
                Some(false)
            }
            Quick::Boolean => {
                let value = *rest.first()? != 0;
                self.define_boxed(Some(Boxed::Boolean(value)), at);
                self.writer.bool(value);
                self.input.advance(HEAD + 1);
                Some(false)
            }
            Quick::Date => {
                let [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA] = *rest.first_chunk()?
                else {
                    return None;
                };
                self.define_object(class);
                self.writer.date(i64::from_be_bytes([a, b, c, d, e, f, g, h]));
                self.input.advance(HEAD + 11);
                Some(false)
            }
            Quick::BigDecimal => {
                let len = self.quick_big_decimal(at, rest)?;
                self.input.advance(HEAD + len);
                Some(false)
            }
            Quick::ArrayList => {
                let [a, b, c, d, tc::BLOCKDATA, 4, e, f, g, h] = *rest.first_chunk()? else { return None };
                let count = u32::from_be_bytes([a, b, c, d]);
                if u32::from_be_bytes([e, f, g, h]) != count || count as usize > rest.len() - 10 {
                    return None;
                }
                let (place, handle) = (self.writer.len() as u32, self.define_object(class));
                self.writer.array(count);
                self.input.advance(HEAD + 10);
                self.quick_enter(
                    frame,
                    Frame {
                        pc: LIST_ELEMENTS,
                        left: count,
                        count,
                        at,
                        place,
                        handle,
                        number: 1,
                        class: const { id("java.util.ArrayList") },
                        counted: true,
                        ..Frame::default()
                    },
                );
                Some(true)
            }
            Quick::HashMap => {
                let [a, b, c, d, e, f, g, h, tc::BLOCKDATA, 8, i, j, k, l, m, n, o, p] =
                    *rest.first_chunk()?
                else {
                    return None;
                };
                let count = u32::from_be_bytes([m, n, o, p]);
                let table = (
                    u32::from_be_bytes([i, j, k, l]),
                    u32::from_be_bytes([a, b, c, d]),
                    u32::from_be_bytes([e, f, g, h]),
                );
                if layout::grown_table(40, count) != table || count as usize > (rest.len() - 18) / 2 {
                    return None;
                }
                let (place, handle) = (self.writer.len() as u32, self.define_object(class));
                self.writer.map(count);
                self.input.advance(HEAD + 18);
                self.quick_enter(
                    frame,
                    Frame {
                        pc: MAP_ENTRIES,
                        left: count * 2,
                        count,
                        at,
                        place,
                        handle,
                        number: 40,
                        class: const { id("java.util.HashMap") },
                        counted: true,
                        ..Frame::default()
                    },
                );
                Some(true)
            }
            Quick::Defined => {
                let (definition, parts, pc) = (found.definition, found.parts, found.code - 1);
                if found.defined_in != self.attribute + 1 {
                    return None;
                }
                let (place, handle) = (self.writer.len() as u32, self.define_object(class));
                self.writer.known(definition, parts);
                self.input.advance(HEAD);
                self.quick_enter(frame, Frame { pc, at, place, handle, kept: class, ..Frame::default() });
                Some(true)
            }
        }
    }
    /// The data of a BigDecimal with a BigInteger of its own, of at most seven bytes; gives its length.
    fn quick_big_decimal(&mut self, at: u32, rest: &[u8]) -> Option<usize> {
        const BIG_INTEGER: ClassId = id("java.math.BigInteger");
        const BYTES: ClassId = id("[B");
        let known = |reading: &Self, handle: [u8; 4]| {
            let handle = u32::from_be_bytes(handle).wrapping_sub(BASE_HANDLE);
            let handle = reading
                .kept
                .handles
                .get(handle as usize)
                .filter(|handle| handle.kind == HandleKind::Class)?;
            reading.known_class(handle.at)
        };
        let (scale, rest) = rest.split_first_chunk()?;
        let ([tc::OBJECT, tc::REFERENCE, a, b, c, d], rest) = rest.split_first_chunk()? else { return None };
        let (head, rest) = rest.split_first_chunk()?;
        let (signum, rest) = rest.split_first_chunk()?;
        let ([tc::ARRAY, tc::REFERENCE, e, f, g, h], rest) = rest.split_first_chunk()? else { return None };
        let ([0, 0, 0, len], rest) = rest.split_first_chunk()? else { return None };
        let (magnitude, rest) = rest.split_at_checked(usize::from(*len))?;
        if *head != BIG_INTEGER_HEAD
            || known(self, [*a, *b, *c, *d]) != Some(BIG_INTEGER)
            || known(self, [*e, *f, *g, *h]) != Some(BYTES)
            || !matches!(rest, [tc::ENDBLOCKDATA, tc::ENDBLOCKDATA, ..])
        {
            return None;
        }
        let value = big::of_magnitude(i32::from_be_bytes(*signum), magnitude)?;
        let place = self.writer.len() as u32;
        self.last = self.define(HandleKind::Scalar, place, at);
        let inner = self.define(HandleKind::Inner, place, 0);
        self.define(HandleKind::Hidden, at, u32::from(const { id("java.math.BigDecimal") }));
        self.bind(Boxed::Big(Some(value)), inner, place, INNER_PART);
        // The shortest two's complement, in front of bytes that are cut off.
        let from = big::shortest(value);
        self.writer.big_decimal_first(
            i32::from_be_bytes(*scale),
            &(value << (8 * from)).to_be_bytes(),
            8 - from,
        );
        Some(42 + magnitude.len())
    }
}
