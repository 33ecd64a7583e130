//! Strings, boxed and big numbers: values without an identity in documents, and with one in streams.

use holdfast_document::{NAME_PART, Number, Width, append};

use super::notes::{Identity, Sort};
use super::{Step, Writing};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::Hint;
use crate::mutf8;
use crate::stream::tc;

/// The space of [`super::Kept::interned`] for strings; constants have their class plus one.
pub(super) const STRINGS: u32 = 0;

/// The hidden part of a BigDecimal, its BigInteger.
const INNER_PART: u32 = 1;

pub(super) const BIG_INTEGER_HEAD: [u8; 16] =
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xfe];

impl<'a> Writing<'a> {
    /// A string value.
    #[inline]
    pub(super) fn text(&mut self, at: u32, text: &'a [u8]) {
        let place = at.wrapping_sub(self.context.base);
        if self.context.notes.reaches(place) {
            let identity = Identity::of(self.context.notes.facts(place, 0));
            self.noted_text(&identity, text);
        } else {
            self.new_text(text);
        }
    }

    /// The name of an attribute.
    pub(super) fn name(&mut self, name: &'a str) -> Step<()> {
        let at = self.at();
        let identity = self.identity(at, NAME_PART);
        self.noted_text(&identity, name.as_bytes());
        Ok(())
    }

    fn noted_text(&mut self, identity: &Identity, text: &'a [u8]) {
        if let Some(handle) = self.group_handle(identity, Sort::Text, text) {
            self.reference(handle);
            return;
        }
        if !identity.interned {
            let handle = self.kept.handles;
            self.new_text(text);
            self.join(identity, Sort::Text, text, handle);
            return;
        }
        let mut bytes = std::mem::take(&mut self.kept.bytes);
        bytes.clear();
        mutf8::encode(text, &mut bytes);
        let handle = match self.kept.text(&bytes) {
            Some(handle) => {
                self.reference(handle);
                handle
            }
            None => {
                let handle = self.kept.handles;
                self.kept.interned.insert(STRINGS, &bytes, handle);
                self.new_text(text);
                handle
            }
        };
        self.join(identity, Sort::Text, text, handle);
        self.kept.bytes = bytes;
    }

    /// A string that is a new object.
    #[inline]
    pub(super) fn new_text(&mut self, text: &[u8]) {
        self.next_handle();
        if !mutf8::is_same(text) {
            self.odd_text(text);
        } else if let Ok(len) = u16::try_from(text.len()) {
            let [high, low] = len.to_be_bytes();
            self.out.extend_from_slice(&[tc::STRING, high, low]);
            append(self.out, text);
        } else {
            self.long_text_head(text.len());
            self.out.extend_from_slice(text);
        }
    }

    #[cold]
    fn odd_text(&mut self, text: &[u8]) {
        let len = mutf8::encoded_len(text);
        match u16::try_from(len) {
            Ok(len) => {
                self.out.push(tc::STRING);
                self.out.extend_from_slice(&len.to_be_bytes());
            }
            Err(_) => self.long_text_head(len),
        }
        mutf8::encode(text, self.out);
    }

    fn long_text_head(&mut self, len: usize) {
        self.out.push(tc::LONGSTRING);
        self.out.extend_from_slice(&(len as u64).to_be_bytes());
    }

    /// An integer: of its type, of the field's, or of the smallest that holds it.
    #[inline]
    pub(super) fn number(&mut self, at: u32, number: Number, hint: Hint) {
        let Number { value, width } = number;
        match width {
            Width::Int => self.integer(at, value as i32),
            Width::Long => self.long(at, value),
            Width::Untyped => self.untyped(at, value, hint),
            Width::Short => {
                let value = value as i16;
                self.boxed(at, const { id("java.lang.Short") }, Boxed::Short(value), &value.to_be_bytes());
            }
            Width::Byte => {
                let value = value as i8;
                self.boxed(at, const { id("java.lang.Byte") }, Boxed::Byte(value), &value.to_be_bytes());
            }
        }
    }

    #[inline]
    fn integer(&mut self, at: u32, value: i32) {
        self.boxed(at, const { id("java.lang.Integer") }, Boxed::Integer(value), &value.to_be_bytes());
    }

    #[inline]
    fn long(&mut self, at: u32, value: i64) {
        self.boxed(at, const { id("java.lang.Long") }, Boxed::Long(value), &value.to_be_bytes());
    }

    fn untyped(&mut self, at: u32, value: i64, hint: Hint) {
        match (hint, i32::try_from(value)) {
            (Hint::Byte, _) if i8::try_from(value).is_ok() => {
                self.number(at, Number { value, width: Width::Byte }, Hint::None);
            }
            (Hint::Short, _) if i16::try_from(value).is_ok() => {
                self.number(at, Number { value, width: Width::Short }, Hint::None);
            }
            (Hint::Float, _) => {
                self.unboxed(at, const { id("java.lang.Float") }, &(value as f32).to_bits().to_be_bytes());
            }
            (Hint::Double, _) => self.double(at, value as f64, hint),
            (Hint::BigInteger, _) => self.fresh_big_integer(at, value),
            (Hint::Long, _) | (_, Err(_)) => self.long(at, value),
            (_, Ok(value)) => self.integer(at, value),
        }
    }

    /// A double, or the float that the field declares.
    pub(super) fn double(&mut self, at: u32, value: f64, hint: Hint) {
        if hint == Hint::Float {
            self.unboxed(at, const { id("java.lang.Float") }, &(value as f32).to_bits().to_be_bytes());
        } else {
            self.unboxed(at, const { id("java.lang.Double") }, &value.to_bits().to_be_bytes());
        }
    }

    /// A boxed value that Java may have in a cache.
    #[inline]
    pub(super) fn boxed(&mut self, at: u32, class: ClassId, value: Boxed, data: &[u8]) {
        let identity = self.identity(at, 0);
        if identity.group.is_none() && !identity.distinct {
            if let Some(handle) = self.kept.boxes.get(value) {
                self.reference(handle);
                return;
            }
            let handle = self.begin_object(u32::from(class));
            self.kept.boxes.bind(value, handle);
            self.out.extend_from_slice(data);
            return;
        }
        self.noted_box(at, class, &identity, data);
    }

    /// A boxed value that Java never caches.
    #[inline]
    pub(super) fn unboxed(&mut self, at: u32, class: ClassId, data: &[u8]) {
        let identity = self.identity(at, 0);
        self.noted_box(at, class, &identity, data);
    }

    fn noted_box(&mut self, at: u32, class: ClassId, identity: &Identity, data: &[u8]) {
        let content = self.document.get(at as usize..self.at() as usize).unwrap_or_default();
        if let Some(handle) = self.group_handle(identity, Sort::Other, content) {
            self.reference(handle);
            return;
        }
        let handle = self.begin_object(u32::from(class));
        self.out.extend_from_slice(data);
        self.join(identity, Sort::Other, content, handle);
    }

    /// An untyped number over 63 bits.
    pub(super) fn big_integer_of(&mut self, at: u32, value: u64) {
        let identity = self.identity(at, 0);
        let mut bytes = [0; 9];
        if let Some((_, low)) = bytes.split_first_mut() {
            low.copy_from_slice(&value.to_be_bytes());
        }
        self.write_big_integer(&identity, &bytes);
    }

    /// An untyped number in a field that is a BigInteger.
    fn fresh_big_integer(&mut self, at: u32, value: i64) {
        let identity = self.identity(at, 0);
        match self.kept.boxes.get(Boxed::Big(Some(value))) {
            Some(handle) => self.reference(handle),
            None => {
                let handle = self.write_big_integer(&identity, &value.to_be_bytes());
                self.kept.boxes.bind(Boxed::Big(Some(value)), handle);
            }
        }
    }

    /// A BigInteger: a value, or a hidden part of one.
    pub(super) fn big_integer(&mut self, at: u32, part: u32, value: &'a [u8]) {
        let identity = self.identity(at, part);
        if let Some(handle) = self.group_handle(&identity, Sort::BigInteger, value) {
            self.reference(handle);
            return;
        }
        let small = Boxed::Big(big::small(value));
        let by_rule = identity.group.is_none() && !identity.distinct;
        if by_rule && let Some(handle) = self.kept.boxes.get(small) {
            self.reference(handle);
            return;
        }
        let handle = self.write_big_integer(&identity, value);
        if by_rule {
            self.kept.boxes.bind(small, handle);
        }
        self.join(&identity, Sort::BigInteger, value, handle);
    }

    fn write_big_integer(&mut self, _: &Identity, value: &[u8]) -> u32 {
        let handle = self.begin_object(u32::from(const { id("java.math.BigInteger") }));
        self.out.extend_from_slice(&BIG_INTEGER_HEAD);
        match big::small(value) {
            Some(value) => {
                let bytes = value.unsigned_abs().to_be_bytes();
                let from = value.unsigned_abs().leading_zeros() as usize / 8;
                self.magnitude(value.signum() as i32, bytes.get(from..).unwrap_or_default());
            }
            None => {
                let mut bytes = std::mem::take(&mut self.kept.bytes);
                let signum = big::magnitude(value, &mut bytes);
                self.magnitude(signum, &bytes);
                self.kept.bytes = bytes;
            }
        }
        handle
    }

    /// Sign and magnitude of a BigInteger, and its end.
    fn magnitude(&mut self, signum: i32, magnitude: &[u8]) {
        self.out.extend_from_slice(&signum.to_be_bytes());
        self.out.push(tc::ARRAY);
        self.class_desc(u32::from(const { id("[B") }));
        self.next_handle();
        self.out.extend_from_slice(&(magnitude.len() as u32).to_be_bytes());
        append(self.out, magnitude);
        self.out.push(tc::ENDBLOCKDATA);
    }

    pub(super) fn big_decimal(&mut self, at: u32, scale: i32, unscaled: &'a [u8]) {
        let identity = self.identity(at, 0);
        let content = self.document.get(at as usize..self.at() as usize).unwrap_or_default();
        if let Some(handle) = self.group_handle(&identity, Sort::Other, content) {
            self.reference(handle);
            return;
        }
        let handle = self.begin_object(u32::from(const { id("java.math.BigDecimal") }));
        self.out.extend_from_slice(&scale.to_be_bytes());
        self.join(&identity, Sort::Other, content, handle);
        self.big_integer(at, INNER_PART, unscaled);
        self.out.push(tc::ENDBLOCKDATA);
    }

    /// The data of a `java.util.Date`.
    pub(super) fn date_block(&mut self, millis: i64) {
        self.out.extend_from_slice(&[tc::BLOCKDATA, 8]);
        self.out.extend_from_slice(&millis.to_be_bytes());
        self.out.push(tc::ENDBLOCKDATA);
    }
}
