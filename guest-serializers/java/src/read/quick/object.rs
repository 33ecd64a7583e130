//! Objects whose class was met.

use holdfast_document::{Number, WINDOW, Width};

use super::Run;
use super::class::{Quick, empty_list, empty_map, list_count, map_count, millis};
use crate::big;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::read::scalar::BIG_INTEGER_HEAD;
use crate::read::{Frame, HandleKind};
use crate::stream::tc;

/// What stands in front of the data of an object: its mark and the reference to the class.
const HEAD: usize = 6;

/// The bytes behind that.
type Data = [u8; WINDOW - HEAD];

impl<const OBJECTS: bool> Run<'_, '_, '_, OBJECTS> {
    /// Reads an object, or begins one that holds others.
    #[inline(always)]
    pub(super) fn object(&mut self, class: u32, data: &Data, place: u32) -> Option<()> {
        let found = self.kept.classes.get(class as usize)?;
        match found.quick {
            Quick::Integer => {
                let value = i32::from_be_bytes(*data.first_chunk()?);
                let number = Number { value: i64::from(value), width: Width::Int };
                self.number(Boxed::Integer(value), number, place, 4)
            }
            Quick::Long => {
                let value = i64::from_be_bytes(*data.first_chunk()?);
                self.number(Boxed::Long(value), Number { value, width: Width::Long }, place, 8)
            }
            Quick::Double => {
                let bits = u64::from_be_bytes(*data.first_chunk()?);
                self.writer.put_f64(f64::from_bits(bits)).then_some(())?;
                self.define(HandleKind::Scalar, place, self.at());
                self.pass(HEAD + 8)
            }
            Quick::Boolean => {
                let value = *data.first()? != 0;
                let boxed = Boxed::Boolean(value);
                (self.kept.boxes.get(boxed).is_none() && self.writer.put_bool(value)).then_some(())?;
                self.boxed(boxed, place);
                self.pass(HEAD + 1)
            }
            Quick::Date => {
                self.writer.put_date(millis(data)?).then_some(())?;
                self.define(HandleKind::Object, place, class);
                self.pass(HEAD + 11)
            }
            Quick::ArrayList => {
                let count = list_count(data)?;
                self.may_enter(count, HEAD + 10)?;
                self.writer.put_array(count).then_some(())?;
                self.begin(empty_list(count), class, place, HEAD + 10)
            }
            Quick::HashMap => {
                let count = map_count(data)?;
                self.may_enter(count.checked_mul(2)?, HEAD + 18)?;
                self.writer.put_map(count).then_some(())?;
                self.begin(empty_map(count), class, place, HEAD + 18)
            }
            Quick::BigDecimal if OBJECTS => self.big_decimal(data, place),
            Quick::Defined if OBJECTS => {
                let (definition, parts, pc) = (found.definition, found.parts, found.code - 1);
                (found.defined_in == self.attribute + 1).then_some(())?;
                self.may_enter(0, HEAD)?;
                self.writer.put_known(definition, parts).then_some(())?;
                self.begin(Frame { pc, kept: class, ..Frame::default() }, class, place, HEAD)
            }
            Quick::No | Quick::BigDecimal | Quick::Defined => None,
        }
    }

    /// A number of so many bytes that Java may cache. One that is there already is another object with the same value, of
    /// which a note tells: not here.
    #[inline(always)]
    fn number(&mut self, boxed: Boxed, number: Number, place: u32, len: usize) -> Option<()> {
        (self.kept.boxes.get(boxed).is_none() && self.writer.put_number(number)).then_some(())?;
        self.boxed(boxed, place);
        self.pass(HEAD + len)
    }

    /// The handle of a value that is not among those of the caches yet.
    #[inline(always)]
    fn boxed(&mut self, boxed: Boxed, place: u32) {
        let handle = self.kept.quick_boxed(boxed, place, self.at());
        self.set_last(handle);
    }

    /// Whether a value may be begun that has so many parts behind so many bytes. What the bytes cannot hold is not believed.
    #[inline(always)]
    fn may_enter(&self, parts: u32, head: usize) -> Option<()> {
        (parts as usize + head <= self.rest.len() && self.kept.may_enter(self.depth)).then_some(())
    }

    /// Goes on in an object behind its head of so many bytes.
    #[inline(always)]
    fn begin(&mut self, inner: Frame, class: u32, place: u32, head: usize) -> Option<()> {
        let at = self.at();
        let handle = self.define(HandleKind::Object, place, class);
        self.pass(head)?;
        self.enter(Frame { at, place, handle, ..inner })
    }

    /// A BigDecimal with a BigInteger of its own, of at most seven bytes.
    #[inline(always)]
    fn big_decimal(&mut self, data: &Data, place: u32) -> Option<()> {
        const BIG_INTEGER: ClassId = id("java.math.BigInteger");
        const BYTES: ClassId = id("[B");
        let (scale, rest) = data.split_first_chunk()?;
        let ([tc::OBJECT, tc::REFERENCE, a, b, c, d], rest) = rest.split_first_chunk()? else { return None };
        let (head, rest) = rest.split_first_chunk()?;
        let (signum, rest) = rest.split_first_chunk()?;
        let ([tc::ARRAY, tc::REFERENCE, e, f, g, h, 0, 0, 0, len], rest) = rest.split_first_chunk()? else {
            return None;
        };
        (u128::from_ne_bytes(*head) == u128::from_ne_bytes(BIG_INTEGER_HEAD)).then_some(())?;
        self.kept.is_class([*a, *b, *c, *d], BIG_INTEGER)?;
        self.kept.is_class([*e, *f, *g, *h], BYTES)?;
        let len = usize::from(*len);
        let value = big::of_magnitude(i32::from_be_bytes(*signum), rest.first_chunk()?, len)?;
        let [tc::ENDBLOCKDATA, tc::ENDBLOCKDATA, ..] = *rest.get(len..)? else { return None };
        let boxed = Boxed::Big(Some(value));
        self.kept.boxes.get(boxed).is_none().then_some(())?;
        // The shortest two's complement, in front of bytes that are cut off.
        let from = big::shortest(value);
        let unscaled = (value << (8 * from)).to_be_bytes();
        self.writer.put_big_decimal_first(i32::from_be_bytes(*scale), &unscaled, 8 - from).then_some(())?;
        let at = self.at();
        self.define(HandleKind::Scalar, place, at);
        let inner = self.kept.quick_define(HandleKind::Inner, place, 0);
        self.kept.quick_define(HandleKind::Hidden, at, u32::from(const { id("java.math.BigDecimal") }));
        self.kept.boxes.bind(boxed, inner);
        self.pass(HEAD + 42 + len)
    }
}
