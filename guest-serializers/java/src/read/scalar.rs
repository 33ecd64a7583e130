//! Objects of the JDK that are scalars of a document: boxed and big numbers, dates, UUIDs.

use holdfast_document::{Event, Number, Reader as Document, Width};

use super::identity::INNER_PART;
use super::{HandleKind, Reading, Step, damaged};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::stream::tc;

const BIG_INTEGER: ClassId = id("java.math.BigInteger");
const BYTES: ClassId = id("[B");

/// What a BigInteger has in front of its sign: fields of JDK 1.1 that nobody reads.
pub(super) const BIG_INTEGER_HEAD: [u8; 16] =
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe];

impl Reading<'_> {
    /// Reads an object that is a scalar of a document. False where its class has none.
    #[inline]
    pub(super) fn scalar(&mut self, at: u32, known: ClassId, class: u32) -> Step<bool> {
        const BOOLEAN: ClassId = id("java.lang.Boolean");
        const BYTE: ClassId = id("java.lang.Byte");
        const CHARACTER: ClassId = id("java.lang.Character");
        const SHORT: ClassId = id("java.lang.Short");
        const INTEGER: ClassId = id("java.lang.Integer");
        const LONG: ClassId = id("java.lang.Long");
        const FLOAT: ClassId = id("java.lang.Float");
        const DOUBLE: ClassId = id("java.lang.Double");
        const DATE: ClassId = id("java.util.Date");
        const UUID: ClassId = id("java.util.UUID");
        const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
        match known {
            BOOLEAN => {
                let value = self.input.u8()? != 0;
                self.define_boxed(Some(Boxed::Boolean(value)), at);
                self.writer.bool(value);
            }
            BYTE => {
                let value = self.input.u8()? as i8;
                self.define_boxed(Some(Boxed::Byte(value)), at);
                self.writer.number(Number { value: i64::from(value), width: Width::Byte });
            }
            CHARACTER => {
                let unit = self.input.u16()?;
                self.define_boxed(Some(Boxed::Character(unit)), at);
                self.writer.char(unit);
            }
            SHORT => {
                let value = self.input.u16()? as i16;
                self.define_boxed(Some(Boxed::Short(value)), at);
                self.writer.number(Number { value: i64::from(value), width: Width::Short });
            }
            INTEGER => {
                let value = self.input.i32()?;
                self.define_boxed(Some(Boxed::Integer(value)), at);
                self.writer.number(Number { value: i64::from(value), width: Width::Int });
            }
            LONG => {
                let value = self.input.i64()?;
                self.define_boxed(Some(Boxed::Long(value)), at);
                self.writer.number(Number { value, width: Width::Long });
            }
            FLOAT => {
                self.define_boxed(None, at);
                let value = f32::from_bits(self.input.u32()?);
                self.writer.f32(value);
            }
            DOUBLE => {
                self.define_boxed(None, at);
                let value = f64::from_bits(self.input.i64()? as u64);
                self.writer.f64(value);
            }
            DATE => {
                self.define_object(class);
                let millis = self.date_block(at, known)?;
                self.writer.date(millis);
            }
            UUID => {
                self.define_object(class);
                let least: [u8; 8] = self.input.fixed()?;
                let most: [u8; 8] = self.input.fixed()?;
                let mut value = [0; 16];
                let (high, low) = value.split_at_mut(8);
                high.copy_from_slice(&most);
                low.copy_from_slice(&least);
                self.writer.uuid(&value);
            }
            BIG_INTEGER => {
                self.define_boxed(None, at);
                let handle = self.last;
                self.big_integer(at, known)?;
                let place = self.writer.len() as u32;
                self.bind(Boxed::Big(big::small(&self.kept.bytes)), handle, place, 0);
                self.last = handle;
                self.writer.big_integer(&self.kept.bytes);
            }
            BIG_DECIMAL => self.big_decimal(at)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The block of data of a `java.util.Date`.
    pub(super) fn date_block(&mut self, at: u32, known: ClassId) -> Step<i64> {
        if !self.input.skip_if(&[tc::BLOCKDATA, 8]) {
            return Self::raw(at, known);
        }
        let millis = self.input.i64()?;
        if self.input.peek() != Some(tc::ENDBLOCKDATA) {
            return Self::raw(at, known);
        }
        self.input.u8()?;
        Ok(millis)
    }

    /// The data of a BigInteger, as two's complement into `bytes`.
    fn big_integer(&mut self, at: u32, known: ClassId) -> Step<()> {
        if !self.input.skip_if(&BIG_INTEGER_HEAD) {
            return Self::raw(at, known);
        }
        let signum = self.input.i32()?;
        let magnitude = self.hidden_array(at, known, BYTES, 1)?;
        let magnitude = self.input.take(magnitude as usize)?;
        let mut first = [0; 8];
        first.iter_mut().zip(magnitude).for_each(|(to, from)| *to = *from);
        let canonical = match big::of_magnitude(signum, &first, magnitude.len()) {
            Some(value) => {
                self.kept.bytes.clear();
                let bytes = value.to_be_bytes();
                self.kept.bytes.extend_from_slice(bytes.get(big::shortest(value)..).unwrap_or_default());
                true
            }
            None => big::twos_complement(signum, magnitude, &mut self.kept.bytes),
        };
        if !canonical || self.input.peek() != Some(tc::ENDBLOCKDATA) {
            return Self::raw(at, known);
        }
        self.input.u8()?;
        Ok(())
    }

    fn big_decimal(&mut self, at: u32) -> Step<()> {
        const KNOWN: ClassId = id("java.math.BigDecimal");
        self.define_boxed(None, at);
        let outer = self.last;
        let place = self.writer.len() as u32;
        let scale = self.input.i32()?;
        let inner = self.input.at();
        match self.input.u8()? {
            tc::OBJECT => {
                let class = self.class_desc()?;
                if self.known_class(class) != Some(BIG_INTEGER) || self.again.is_raw(inner, BIG_INTEGER) {
                    return Self::raw(at, KNOWN);
                }
                let handle = self.define(HandleKind::Inner, place, 0);
                self.big_integer(at, KNOWN)?;
                self.bind(Boxed::Big(big::small(&self.kept.bytes)), handle, place, INNER_PART);
            }
            tc::REFERENCE => {
                let (number, handle) = self.handle_number()?;
                if !self.number_bytes(handle.at, handle.kind) {
                    return Self::raw(at, KNOWN);
                }
                let value = Boxed::Big(big::small(&self.kept.bytes));
                if self.kept.boxes.get(value) != Some(number) {
                    self.same(number, place, INNER_PART);
                }
            }
            _ => return Self::raw(at, KNOWN),
        }
        if self.input.peek() != Some(tc::ENDBLOCKDATA) {
            return Self::raw(at, KNOWN);
        }
        self.input.u8()?;
        self.last = outer;
        self.writer.big_decimal(scale, &self.kept.bytes);
        Ok(())
    }

    /// The two's complement of a big number that stands at a place of the document, into `bytes`.
    fn number_bytes(&mut self, place: u32, kind: HandleKind) -> bool {
        let found = self.writer.written().get(place as usize..).unwrap_or_default();
        let ((Ok(Event::BigInteger(bytes)), HandleKind::Scalar | HandleKind::Cached)
        | (Ok(Event::BigDecimal(_, bytes)), HandleKind::Inner)) = (Document::value(found).next(), kind)
        else {
            return false;
        };
        self.kept.bytes.clear();
        self.kept.bytes.extend_from_slice(bytes);
        true
    }

    /// Writes the BigInteger inside of a BigDecimal that was written at a place.
    pub(super) fn repeat_inner(&mut self, at: u32, number: u32, place: u32) -> Step<()> {
        if !self.number_bytes(place, HandleKind::Inner) {
            return Err(damaged(at, "a reference to a number that is not complete"));
        }
        if self.kept.boxes.get(Boxed::Big(big::small(&self.kept.bytes))) != Some(number) {
            let place = self.writer.len() as u32;
            self.same(number, place, 0);
        }
        self.writer.big_integer(&self.kept.bytes);
        Ok(())
    }
}
