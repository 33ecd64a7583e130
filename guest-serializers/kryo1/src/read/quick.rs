//! What sessions are full of, each value taken from Kryo's bytes and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, what is damaged or stands at the end of the bytes,
//! or where a buffer has to grow, nothing happens and the loop ends. [`Reading::step`](super::Reading) takes any step.

use holdfast_document::{
    Number, Room, WINDOW, Width, Window, Writer, has_room, keep_apart, put_item, text_is_ascii,
};
use holdfast_kryo_common::quick::{signed, signed_int, varint, varlong};
use holdfast_kryo_common::text::plain_len;

use super::refs::Seen;
use super::{Frame, FrameKind, Reading, Shelf};
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::plan::Mode;

/// What the loop works on.
struct Run<'i, 'o, 's> {
    /// The bytes from the next value on, and the position where they end.
    rest: &'i [u8],
    end: usize,
    doc: &'s mut Writer<'o>,
    /// What is left of the innermost container.
    left: u32,
    kind: FrameKind,
    shelf: &'s mut Shelf,
    classes: &'s Classes,
    depth: usize,
    /// As [`Reading::again`].
    again: bool,
}

impl Reading<'_, '_, '_> {
    /// Reads parts of the innermost container, and of those in it and around it, as long as they are quick. Where it ends
    /// no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let Some(&Frame { left, kind, .. }) = self.shelf.frames.last() else { return };
        let (rest, end) = (self.input.rest(), self.input.at() + self.input.rest().len());
        let (shelf, classes) = (&mut *self.shelf, &*self.classes);
        let (depth, again) = (self.limits.depth, self.again);
        let unread = self.doc.at_hand(|doc| {
            let mut run = Run { rest, end, doc, left, kind, shelf, classes, depth, again };
            while run.go_on().is_some() {}
            run.leave();
            run.rest.len()
        });
        self.input.seek(end - unread);
    }
}

impl<'i> Run<'i, '_, '_> {
    /// Reads the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        match self.kind {
            FrameKind::Values => loop {
                keep_apart();
                self.short_strings();
                if self.left == 0 {
                    break;
                }
                let window = self.rest.first_chunk()?;
                let Some(len) = self.doc.put_within(|room| value(window, room)) else {
                    return self.begin(window);
                };
                self.pass(len)?;
            },
            FrameKind::Fields(end) => {
                while self.left > 0 {
                    let window = self.rest.first_chunk()?;
                    let mode = self.classes.mode(end, self.left - 1);
                    let Some(len) = self.doc.put_within(|room| field(mode, window, room)) else {
                        return match (mode, window) {
                            (Mode::Any, _) => self.begin(window),
                            (Mode::Known(ClassId::STRING), [1, string @ ..]) => self.any_text(string),
                            _ => None,
                        };
                    };
                    self.pass(len)?;
                }
            }
            _ => return None,
        }
        self.shelf.frames.pop();
        let outer = self.shelf.frames.last()?;
        (self.left, self.kind) = (outer.left, outer.kind);
        Some(())
    }

    /// Reads the short strings that come next in a container of values.
    #[inline(always)]
    fn short_strings(&mut self) {
        while self.left > 0
            && let Some(window) = self.rest.first_chunk()
            && let Some(len) = self.doc.put_within(|room| short_string(window, room))
            && self.pass(len).is_some()
        {}
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

    /// Begins a value that holds others, or reads one that is less usual.
    #[inline(always)]
    fn begin(&mut self, window: &'i Window) -> Option<()> {
        match *window {
            [17, ref string @ ..] => self.any_text(string),
            [18, ref count @ ..] => {
                let (count, len) = varint(count)?;
                self.may_enter(count, 1 + len)?;
                self.doc.put_array(count).then_some(())?;
                self.pass(1 + len)?;
                self.enter(ClassId::CLASS, FrameKind::Values, count)
            }
            [21, ref count @ ..] => {
                let (count, len) = varint(count)?;
                let parts = count.checked_mul(2)?;
                self.may_enter(parts, 1 + len)?;
                self.doc.put_map(count).then_some(())?;
                self.pass(1 + len)?;
                self.enter(ClassId::CLASS, FrameKind::Values, parts)
            }
            [0xff, 0x7f, number @ 1..0x80, ref body @ ..] => {
                let &class = self.shelf.names.get(usize::from(number) - 1)?;
                let described = self.classes.get(class);
                match (described.codec, body) {
                    (Codec::Date, millis) => {
                        let (millis, len) = varlong(millis)?;
                        self.doc.put_date(millis.cast_signed()).then_some(())?;
                        self.pass(3 + len)
                    }
                    (Codec::Fields(plan), [0, ..]) if described.builtin == 0 => self.bean(class, plan),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// A string behind its class or a mark.
    #[inline(always)]
    fn any_text(&mut self, string: &'i [u8; WINDOW - 1]) -> Option<()> {
        let [units, ref text @ ..] = *string;
        let len = plain_len(text, usize::from(units))?;
        let text = text.first_chunk()?;
        self.doc.put_within::<WINDOW, _>(|room| room.str(text, len))?;
        self.pass(2 + len)
    }

    /// A new object of a class that this attribute defines, behind class and the mark that it is new.
    #[inline(always)]
    fn bean(&mut self, class: ClassId, plan: u32) -> Option<()> {
        let known = self.shelf.definitions.find(class, self.classes.slot(class))?;
        let modes = self.classes.modes_of(plan);
        let (place, at) = (self.doc.place(), self.end - self.rest.len() + 4);
        self.may_enter(0, 4)?;
        let may = !self.again && has_room(&self.shelf.seen, 1) && self.doc.put_known(known, modes.count);
        may.then_some(())?;
        put_item(&mut self.shelf.seen, Seen { class, place, at: at as u32 });
        self.pass(4)?;
        self.enter(class, FrameKind::Fields(modes.end), modes.count)
    }

    /// Whether a value may be begun that has so many parts behind a head of so many bytes. What the bytes cannot hold is not
    /// believed.
    #[inline(always)]
    fn may_enter(&self, parts: u32, head: usize) -> Option<()> {
        let may = parts as usize + head <= self.rest.len()
            && self.shelf.frames.len() < self.depth
            && has_room(&self.shelf.frames, 1);
        may.then_some(())
    }

    /// Goes on in a value, for which there is room.
    #[inline(always)]
    fn enter(&mut self, class: ClassId, kind: FrameKind, left: u32) -> Option<()> {
        self.leave();
        (self.left, self.kind) = (left, kind);
        put_item(&mut self.shelf.frames, Frame { left, class, kind }).then_some(())
    }
}

/// Reads a short string of ASCII with its class, and gives how many bytes it took.
#[inline(always)]
fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [17, len, ref text @ ..] = *window else { return None };
    let (len, text) = (usize::from(len), text.first_chunk()?);
    text_is_ascii(text, len).then_some(())?;
    room.short_str(text, len).map(|()| 2 + len)
}

/// Reads a scalar with its class, and gives how many bytes it took.
#[inline(always)]
fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match *window {
        [17, ref string @ ..] => Some(1 + text(string, room)?),
        [0, ..] => room.nil().map(|()| 1),
        [9, flag @ 0..=1, ..] => room.bool(flag == 1).map(|()| 2),
        [13, ref value @ ..] => {
            let (value, len) = varint(value)?;
            room.number(Number { value: i64::from(value.cast_signed()), width: Width::Int })?;
            Some(1 + len)
        }
        [14, ref value @ ..] => {
            let (value, len) = varlong(value)?;
            room.number(Number { value: signed(value), width: Width::Long })?;
            Some(1 + len)
        }
        [16, a, b, c, d, e, f, g, h, ..] => {
            room.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h]))?;
            Some(9)
        }
        [33, digits @ 1..=11, ref unscaled @ ..] => {
            let digits = usize::from(digits);
            let scale @ 0..0x80 = *unscaled.get(digits)? else { return None };
            room.big_decimal(signed_int(scale.into()), unscaled.first_chunk()?, digits)?;
            Some(3 + digits)
        }
        _ => None,
    }
}

/// Reads a field, and gives how many bytes it took.
#[inline(always)]
fn field(mode: Mode, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match (mode, window) {
        (Mode::Any, _) => value(window, room),
        (Mode::Known(_), [0, ..]) => room.nil().map(|()| 1),
        (Mode::Known(ClassId::STRING), [1, string @ ..]) => Some(1 + text(string, room)?),
        (Mode::Boolean, [flag @ 0..=1, ..]) => room.bool(*flag == 1).map(|()| 1),
        (Mode::Int, _) => {
            let (value, len) = varint(window)?;
            room.int(i64::from(value.cast_signed())).map(|()| len)
        }
        (Mode::Long, _) => {
            let (value, len) = varlong(window)?;
            room.int(signed(value)).map(|()| len)
        }
        (Mode::Double, [a, b, c, d, e, f, g, h, ..]) => {
            room.f64(f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])).map(|()| 8)
        }
        _ => None,
    }
}

/// A string of ASCII behind its class or a mark.
#[inline(always)]
fn text(string: &[u8; WINDOW - 1], room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [len, ref text @ ..] = *string;
    let len = usize::from(len);
    let text = text.first_chunk()?;
    text_is_ascii(text, len).then_some(())?;
    room.str(text, len).map(|()| 1 + len)
}
