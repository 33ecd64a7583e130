//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{Number, Room, WINDOW, Width, Window, Writer, has_room, is_ascii, put_item};

use super::quick::{Quick, empty_list, empty_map, list_count, map_count, millis};
use super::{Frame, HandleKind, Kept, Reading};
use crate::boxes::Boxed;
use crate::layout::Op;
use crate::mutf8;
use crate::stream::tc;

/// What the loop works on.
struct Run<'i, 'o, 's> {
    /// The bytes from the next value on, and the offset where they end.
    rest: &'i [u8],
    end: usize,
    writer: &'s mut Writer<'o>,
    /// What is left of the innermost container.
    left: u32,
    frame: &'s mut Frame,
    kept: &'s mut Kept,
    depth: usize,
    room: usize,
    last: u32,
}

impl Reading<'_> {
    /// Reads elements of the innermost container, and of those in it and around it, as long as they are plain data. Where it
    /// ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self, frame: &mut Frame) {
        if !self.kept.code.is_of_items(frame.pc) {
            return;
        }
        let (rest, end) = (self.input.rest(), self.input.all().len());
        let (left, kept, depth, room) = (frame.left, &mut *self.kept, self.depth, self.room);
        let mut last = self.last;
        let unread = self.writer.at_hand(|writer| {
            let mut run = Run { rest, end, writer, left, frame, kept, depth, room, last };
            while run.go_on().is_some() {}
            run.frame.left = run.left;
            last = run.last;
            run.rest.len()
        });
        self.last = last;
        self.input.advance(rest.len() - unread);
    }
}

impl<'i> Run<'i, '_, '_> {
    /// Reads the strings that come next in the container, then another value, or ends the container.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        while self.left > 0 {
            let window = self.rest.first_chunk()?;
            let place = self.writer.len();
            (place <= self.room && has_room(&self.kept.handles, 1)).then_some(())?;
            let Some(len) = self.writer.put_within(|room| text(window, room)) else {
                return self.value(window, place as u32);
            };
            self.define(HandleKind::Scalar, place as u32, self.at());
            self.pass(len)?;
        }
        self.end()
    }

    /// Ends the container, if it is known how and the one around it is plain too.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        let code = &self.kept.code;
        let [tc::ENDBLOCKDATA, ref behind @ ..] = *self.rest else { return None };
        let outer = self.kept.frames.last()?;
        let is_end =
            matches!((code.at(self.frame.pc + 1), code.at(self.frame.pc + 2)), (Op::End, Op::Return));
        (is_end && code.is_of_items(outer.pc)).then_some(())?;
        self.rest = behind;
        self.last = self.frame.handle;
        *self.frame = self.kept.frames.pop()?;
        self.left = self.frame.left;
        Some(())
    }

    /// The offset of the next value.
    #[inline(always)]
    fn at(&self) -> u32 {
        (self.end - self.rest.len()) as u32
    }

    /// Goes on behind a part of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// As [`Reading::define`], where there is room; it is the last one then.
    #[inline(always)]
    fn define(&mut self, kind: HandleKind, at: u32, more: u32) {
        self.last = self.kept.quick_define(kind, at, more);
    }

    /// Reads a value that is no string, or begins one that holds others.
    #[inline(always)]
    fn value(&mut self, window: &'i Window, place: u32) -> Option<()> {
        match *window {
            [tc::OBJECT, tc::REFERENCE, a, b, c, d, ref data @ ..] => {
                self.object(self.kept.class_of([a, b, c, d])?, data, place)
            }
            [tc::REFERENCE, a, b, c, d, ..] => {
                let (number, at) = self.kept.cached([a, b, c, d])?;
                self.writer.put_repeat(at as usize).then_some(())?;
                self.last = number;
                self.pass(5)
            }
            [tc::STRING, 0, len, ref text @ ..] => {
                let len = usize::from(len);
                let text = text.first_chunk()?;
                mutf8::is_utf8_of_units(text.get(..len)?).then_some(())?;
                self.writer.put_within::<WINDOW, _>(|room| room.str(text, len))?;
                self.define(HandleKind::Scalar, place, self.at());
                self.pass(3 + len)
            }
            [tc::NULL, ..] => {
                self.writer.put_nil().then_some(())?;
                self.last = u32::MAX;
                self.pass(1)
            }
            _ => None,
        }
    }

    /// An object whose class was met.
    #[inline(always)]
    fn object(&mut self, class: u32, data: &[u8; WINDOW - 6], place: u32) -> Option<()> {
        match self.kept.classes.get(class as usize)?.quick {
            Quick::Integer => {
                let value = i32::from_be_bytes(*data.first_chunk()?);
                let number = Number { value: i64::from(value), width: Width::Int };
                self.number(Boxed::Integer(value), number, place, 10)
            }
            Quick::Long => {
                let value = i64::from_be_bytes(*data.first_chunk()?);
                self.number(Boxed::Long(value), Number { value, width: Width::Long }, place, 14)
            }
            Quick::Double => {
                let bits = u64::from_be_bytes(*data.first_chunk()?);
                self.writer.put_f64(f64::from_bits(bits)).then_some(())?;
                self.define(HandleKind::Scalar, place, self.at());
                self.pass(14)
            }
            Quick::Boolean => {
                let value = *data.first()? != 0;
                let boxed = Boxed::Boolean(value);
                (self.kept.boxes.get(boxed).is_none() && self.writer.put_bool(value)).then_some(())?;
                self.boxed(boxed, place);
                self.pass(7)
            }
            Quick::Date => {
                self.writer.put_date(millis(data)?).then_some(())?;
                self.define(HandleKind::Object, place, class);
                self.pass(17)
            }
            Quick::ArrayList => {
                let count = list_count(data)?;
                self.may_enter(count, 16)?;
                self.writer.put_array(count).then_some(())?;
                let at = self.at();
                self.define(HandleKind::Object, place, class);
                let inner = Frame { at, place, handle: self.last, ..empty_list(count) };
                self.enter(inner, 16)
            }
            Quick::HashMap => {
                let count = map_count(data)?;
                self.may_enter(count.checked_mul(2)?, 24)?;
                self.writer.put_map(count).then_some(())?;
                let at = self.at();
                self.define(HandleKind::Object, place, class);
                let inner = Frame { at, place, handle: self.last, ..empty_map(count) };
                self.enter(inner, 24)
            }
            Quick::No | Quick::BigDecimal | Quick::Defined => None,
        }
    }

    /// A number that Java may cache, in so many bytes with what stands before it. One that is there already is another object
    /// with the same value, of which a note tells: not here.
    #[inline(always)]
    fn number(&mut self, boxed: Boxed, number: Number, place: u32, len: usize) -> Option<()> {
        (self.kept.boxes.get(boxed).is_none() && self.writer.put_number(number)).then_some(())?;
        self.boxed(boxed, place);
        self.pass(len)
    }

    /// The handle of a value that is not among those of the caches yet.
    #[inline(always)]
    fn boxed(&mut self, boxed: Boxed, place: u32) {
        self.last = self.kept.quick_boxed(boxed, place, self.at());
    }

    /// Whether a container may be begun that has so many parts behind a head of so many bytes. What the bytes cannot hold
    /// is not believed.
    #[inline(always)]
    fn may_enter(&self, parts: u32, head: usize) -> Option<()> {
        (parts as usize + head <= self.rest.len() && self.kept.may_enter(self.depth)).then_some(())
    }

    /// Goes on in a container behind its head of so many bytes, for whose frame there is room.
    #[inline(always)]
    fn enter(&mut self, inner: Frame, head: usize) -> Option<()> {
        self.pass(head)?;
        self.frame.left = self.left;
        self.left = inner.left;
        put_item(&mut self.kept.frames, std::mem::replace(self.frame, inner)).then_some(())
    }
}

/// A string of ASCII. Gives how many bytes it took.
#[inline(always)]
fn text(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [tc::STRING, 0, len, ref text @ ..] = *window else { return None };
    let len = usize::from(len);
    is_ascii(text.get(..len)?).then_some(())?;
    room.str(text.first_chunk()?, len).map(|()| 3 + len)
}
