//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{Number, Room, WINDOW, Width, Window, Writer, has_room, put_item};
use holdfast_kryo_common::quick::{signed, signed_int, varint, varlong};
use holdfast_kryo_common::text::plain_len;

use super::quick::Quick;
use super::refs::Seen;
use super::{Frame, FrameKind, Reading, Shelf};
use crate::classes::ClassId;
use crate::text::quick_end_of_marked;

/// What the loop works on.
struct Run<'i, 'o, 's> {
    /// The bytes from the next value on, and the position where they end.
    rest: &'i [u8],
    end: usize,
    doc: &'s mut Writer<'o>,
    /// What is left of the innermost container.
    left: u32,
    shelf: &'s mut Shelf,
    depth: usize,
    most_bytes: usize,
}

impl Reading<'_, '_, '_> {
    /// Reads parts of the innermost container, and of those in it and around it, as long as they are plain data. Where it
    /// ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        let shelf = &mut *self.shelf;
        let Some(&Frame { left, kind: FrameKind::Values, .. }) = shelf.frames.last() else { return };
        let (rest, end) = (self.input.rest(), self.input.at() + self.input.rest().len());
        let (depth, most_bytes) = (self.limits.depth, self.limits.bytes);
        let unread = self.doc.at_hand(|doc| {
            let mut run = Run { rest, end, doc, left, shelf, depth, most_bytes };
            while run.go_on().is_some() {}
            run.leave();
            run.rest.len()
        });
        self.input.advance(rest.len() - unread);
    }
}

impl<'i> Run<'i, '_, '_> {
    /// Reads the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        (self.doc.len() <= self.most_bytes).then_some(())?;
        while self.left > 0 {
            let window = self.rest.first_chunk()?;
            let place = self.doc.place();
            has_room(&self.shelf.seen, 1).then_some(())?;
            let Some((len, is_string)) = self.doc.put_within(|room| value(window, room)) else {
                return self.begin(window);
            };
            if is_string {
                self.number(ClassId::STRING, place, 2);
            }
            self.pass(len)?;
        }
        let outer = self.shelf.frames.len().checked_sub(2)?;
        let &Frame { left, kind: FrameKind::Values, .. } = self.shelf.frames.get(outer)? else { return None };
        self.shelf.frames.pop();
        self.left = left;
        Some(())
    }

    /// Goes on behind a part of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// Brings the frame of the container up to date.
    #[inline(always)]
    fn leave(&mut self) {
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = self.left;
        }
    }

    /// Gives an object, for which there is room and whose bytes begin behind so many, the next number.
    #[inline(always)]
    fn number(&mut self, class: ClassId, place: u32, head: usize) {
        let at = (self.end - self.rest.len() + head) as u32;
        put_item(&mut self.shelf.seen, Seen { class, place, at, group: 0 });
    }

    /// Begins a container, or reads a scalar that is less usual.
    #[inline(always)]
    fn begin(&mut self, window: &'i Window) -> Option<()> {
        let place = self.doc.place();
        match *window {
            // One that begins with a mark has its length in front.
            [3, 1, units @ 0x81..=0xbf, ref text @ ..] => {
                let text = text.first_chunk()?;
                let len = plain_len(text, usize::from(units & 0x3f) - 1)?;
                self.doc.put_within::<WINDOW, _>(|room| room.str(text, len))?;
                self.number(ClassId::STRING, place, 2);
                self.pass(3 + len)
            }
            [1, number @ 0..0x80, 1, ref body @ ..] => {
                let &(class, quick) = self.shelf.names.get(usize::from(number))?;
                match quick {
                    Quick::Date => {
                        let (millis, len) = varlong(body)?;
                        self.doc.put_date(millis.cast_signed()).then_some(())?;
                        self.number(class, place, 3);
                        self.pass(3 + len)
                    }
                    Quick::BigDecimal => {
                        let [count @ 2..0x80, ref unscaled @ ..] = *body else { return None };
                        let digits = usize::from(count) - 1;
                        let (scale, len) = varint(unscaled.get(digits..)?)?;
                        self.doc.put_big_decimal_first(signed_int(scale), unscaled, digits).then_some(())?;
                        self.number(class, place, 3);
                        self.pass(4 + digits + len)
                    }
                    Quick::List => {
                        let (count, len) = varint(body)?;
                        self.may_enter(count, 3 + len)?;
                        self.doc.put_array(count).then_some(())?;
                        self.number(class, place, 3);
                        self.pass(3 + len)?;
                        self.enter(class, count)
                    }
                    Quick::Map => {
                        let (count, len) = varint(body)?;
                        let parts = count.checked_mul(2)?;
                        self.may_enter(parts, 3 + len)?;
                        self.doc.put_map(count).then_some(())?;
                        self.number(class, place, 3);
                        self.pass(3 + len)?;
                        self.enter(class, parts)
                    }
                    Quick::No | Quick::Bean(_) => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a container may be begun that has so many parts behind a head of so many bytes. What the bytes cannot hold
    /// is not believed.
    #[inline(always)]
    fn may_enter(&self, parts: u32, head: usize) -> Option<()> {
        let may = parts as usize + head <= self.rest.len()
            && self.shelf.frames.len() < self.depth
            && has_room(&self.shelf.frames, 1);
        may.then_some(())
    }

    /// Goes on in a container, for which there is room.
    #[inline(always)]
    fn enter(&mut self, class: ClassId, left: u32) -> Option<()> {
        self.leave();
        self.left = left;
        put_item(&mut self.shelf.frames, Frame { left, class, kind: FrameKind::Values }).then_some(())
    }
}

/// Reads a scalar with its class. Gives how many bytes it took, and whether it is a string, which has a number.
#[inline(always)]
fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, bool)> {
    match *window {
        [3, 1, ref text @ ..] => {
            let [0..=0x7f, ..] = *text else { return None };
            let len = quick_end_of_marked(text)? + 1;
            room.str_marked(text.first_chunk()?, len)?;
            Some((2 + len, true))
        }
        [0, ..] => room.nil().map(|()| (1, false)),
        [ClassId::INT_BYTE, ref value @ ..] => {
            let (value, len) = varint(value)?;
            room.number(Number { value: i64::from(signed_int(value)), width: Width::Int })?;
            Some((1 + len, false))
        }
        [ClassId::BOOLEAN_BYTE, flag @ 0..=1, ..] => room.bool(flag == 1).map(|()| (2, false)),
        [ClassId::LONG_BYTE, ref value @ ..] => {
            let (value, len) = varlong(value)?;
            room.number(Number { value: signed(value), width: Width::Long })?;
            Some((1 + len, false))
        }
        [ClassId::DOUBLE_BYTE, a, b, c, d, e, f, g, h, ..] => {
            room.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h])).map(|()| (9, false))
        }
        _ => None,
    }
}
