//! Objects of classes that were met, new ones or those of Java's caches again.

use holdfast_document::{Room, WINDOW, Window, first_number, has_room, put_item, put_within};

use super::Run;
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, LIST_ELEMENTS, MAP_ENTRIES};
use crate::stream::{sc, tc, wire_handle};
use crate::write::class::{Sort, UNKNOWN};
use crate::write::scalar::BIG_INTEGER_HEAD;
use crate::write::{Frame, Kept};

pub(super) const BOOLEAN: ClassId = id("java.lang.Boolean");
pub(super) const INTEGER: ClassId = id("java.lang.Integer");
pub(super) const LONG: ClassId = id("java.lang.Long");
pub(super) const DOUBLE: ClassId = id("java.lang.Double");
pub(super) const DATE: ClassId = id("java.util.Date");
const ARRAY_LIST: ClassId = id("java.util.ArrayList");
const HASH_MAP: ClassId = id("java.util.HashMap");
const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
const BIG_INTEGER: ClassId = id("java.math.BigInteger");
const BYTES: ClassId = id("[B");

impl<const OBJECTS: bool> Run<'_, '_, OBJECTS> {
    /// A boxed value that takes `len` bytes: again, or as a new object of a class that was met.
    #[inline(always)]
    pub(super) fn boxed<const N: usize>(
        &mut self,
        class: ClassId,
        value: Boxed,
        data: [u8; N],
        len: usize,
    ) -> Option<()> {
        if let Some(handle) = self.kept.boxes.get(value) {
            put_within::<WINDOW, _>(&mut self.out, |room| {
                room.put([tc::REFERENCE])?;
                room.put(wire_handle(handle))
            })?;
        } else {
            let handle = self.object(class, data)?;
            self.kept.boxes.bind(value, handle);
        }
        self.scalar(len)
    }

    /// A Long of eight bytes. WebAssembly turns their order by shifts: of most it is seen as they stand that Java has them in no
    /// cache.
    #[inline(always)]
    pub(super) fn long(&mut self, window: &Window) -> Option<()> {
        let [_, data @ ..] = window.first_chunk::<9>()?;
        let word = u64::from_le_bytes(*data);
        let (is_negative, is_large) = (word & 0x80 != 0, word & !(0x7f << 56) != 0);
        if is_negative || !is_large {
            return self.boxed(LONG, Boxed::Long(i64::from_be_bytes(*data)), *data, 9);
        }
        self.object(LONG, *data)?;
        self.scalar(9)
    }

    /// An object of a class of the JDK that was met, with its data; gives its handle.
    #[inline(always)]
    pub(super) fn object<const N: usize>(&mut self, class: ClassId, data: [u8; N]) -> Option<u32> {
        self.object_around(class, [], data, [])
    }

    /// As [`Run::object`], with what stands around its data.
    #[inline(always)]
    fn object_around<const H: usize, const N: usize, const T: usize>(
        &mut self,
        class: ClassId,
        head: [u8; H],
        data: [u8; N],
        tail: [u8; T],
    ) -> Option<u32> {
        let mut room = new_object(&mut self.out, self.kept, class.into())?;
        room.put(head)?;
        room.put(data)?;
        room.put(tail)?;
        room.keep();
        self.kept.handles += 1;
        Some(self.kept.handles - 1)
    }

    /// A Date.
    #[inline(always)]
    pub(super) fn date(&mut self, window: &Window) -> Option<()> {
        let [_, _, data @ ..] = window.first_chunk::<10>()?;
        self.kept.places.has_room().then_some(())?;
        let at = self.at();
        let handle = self.object_around(DATE, [tc::BLOCKDATA, 8], *data, [tc::ENDBLOCKDATA])?;
        self.kept.places.put(at, handle);
        self.set_last(handle);
        self.pass(10)
    }

    /// A HashMap whose header takes `len` bytes.
    #[inline(always)]
    pub(super) fn map(&mut self, count: u32, len: usize) -> Option<()> {
        self.may_begin()?;
        let (buckets, load_factor, threshold) = layout::grown_table(40, count);
        let mut room = new_object(&mut self.out, self.kept, HASH_MAP.into())?;
        room.put(load_factor.to_be_bytes())?;
        room.put(threshold.to_be_bytes())?;
        room.put([tc::BLOCKDATA, 8])?;
        room.put(buckets.to_be_bytes())?;
        room.put(count.to_be_bytes())?;
        room.keep();
        let inner = Frame { pc: MAP_ENTRIES, left: count * 2, count, number: 40, ..Frame::default() };
        self.begin(inner, len)
    }

    /// An ArrayList whose header takes `len` bytes.
    #[inline(always)]
    pub(super) fn list(&mut self, count: u32, len: usize) -> Option<()> {
        self.may_begin()?;
        let mut room = new_object(&mut self.out, self.kept, ARRAY_LIST.into())?;
        room.put(count.to_be_bytes())?;
        room.put([tc::BLOCKDATA, 4])?;
        room.put(count.to_be_bytes())?;
        room.keep();
        let inner = Frame { pc: LIST_ELEMENTS, left: count, count, number: 1, ..Frame::default() };
        self.begin(inner, len)
    }

    /// An object of a class that was met in this attribute, whose header takes `len` bytes.
    #[inline(always)]
    pub(super) fn defined(&mut self, definition: u32, parts: u32, len: usize) -> Option<()> {
        let &class = self.definitions.get(definition as usize)?;
        let defined = self.kept.classes.get(class).filter(|_| class != UNKNOWN)?;
        let is_plain = matches!(defined.sort, Sort::Bean)
            && defined.parts == parts
            && defined.flags & (sc::SERIALIZABLE | sc::EXTERNALIZABLE) != 0;
        is_plain.then_some(())?;
        let inner = Frame { pc: defined.code, ..Frame::default() };
        self.may_begin()?;
        new_object(&mut self.out, self.kept, class)?.keep();
        self.begin(inner, len)
    }

    /// Whether an object that holds others may be begun.
    #[inline(always)]
    fn may_begin(&self) -> Option<()> {
        let may = self.kept.frames.len() + 1 < self.depth
            && has_room(&self.kept.frames, 1)
            && self.kept.places.has_room();
        may.then_some(())
    }

    /// Goes on in an object that was written up to its first part, and takes `len` bytes up to there.
    #[inline(always)]
    fn begin(&mut self, inner: Frame, len: usize) -> Option<()> {
        put_item(&mut self.kept.frames, self.kept.frame).then_some(())?;
        let (at, handle) = (self.at(), self.kept.handles);
        self.kept.frame = Frame { at, handle, ..inner };
        self.kept.handles += 1;
        self.kept.places.put(at, handle);
        self.set_last(handle);
        self.pass(len)
    }

    /// A BigDecimal in the first `len` bytes behind a header of `head` bytes, whose BigInteger has at most seven bytes and is a
    /// new object.
    #[inline(always)]
    pub(super) fn big_decimal(&mut self, payload: &[u8; 12], len: usize, head: usize) -> Option<()> {
        let (scale, unscaled) = payload.split_first_chunk::<4>()?;
        let digits = len.checked_sub(4).filter(|digits| *digits <= 7)?;
        let value = first_number(unscaled.first_chunk()?, digits)?;
        self.kept.boxes.get(Boxed::Big(Some(value))).is_none().then_some(())?;
        let from = value.unsigned_abs().leading_zeros() as usize / 8;
        let classes = &self.kept.classes;
        let mut room = Room::<WINDOW>::behind(&mut self.out)?;
        room.put([tc::OBJECT, tc::REFERENCE])?;
        room.put(classes.met(BIG_DECIMAL.into())?)?;
        room.put(*scale)?;
        room.put([tc::OBJECT, tc::REFERENCE])?;
        room.put(classes.met(BIG_INTEGER.into())?)?;
        room.put(BIG_INTEGER_HEAD)?;
        room.put((value.signum() as i32).to_be_bytes())?;
        room.put([tc::ARRAY, tc::REFERENCE])?;
        room.put(classes.met(BYTES.into())?)?;
        room.put([0, 0, 0])?;
        room.put([8 - from as u8])?;
        // The bytes of the number stand in front, what is behind them is written over.
        let magnitude = value.unsigned_abs().wrapping_shl(8 * from as u32);
        room.put_first(&magnitude.to_be_bytes(), 8 - from)?;
        room.put([tc::ENDBLOCKDATA, tc::ENDBLOCKDATA])?;
        room.keep();
        self.kept.boxes.bind(Boxed::Big(Some(value)), self.kept.handles + 1);
        self.kept.handles += 3;
        self.scalar(head + len)
    }
}

/// A place for an object of a class that was met, up to its data.
#[inline(always)]
fn new_object<'o>(out: &'o mut Vec<u8>, kept: &Kept, class: u32) -> Option<Room<'o, WINDOW>> {
    let descriptor = kept.classes.met(class)?;
    let mut room = Room::behind(out)?;
    room.put([tc::OBJECT, tc::REFERENCE])?;
    room.put(descriptor)?;
    Some(room)
}
