//! What sessions are full of, each value taken from the bytes and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, is damaged or stands at the end of the bytes, or
//! where a buffer has to grow, nothing happens and the loop ends. [`Reading::step`] takes any step.

use holdfast_document::{Number, Room, WINDOW, Width, Window, Writer, has_room, keep_apart, put_item};
use holdfast_kryo_common::plan::Modes;
use holdfast_kryo_common::quick::{signed, signed_int, varint, varlong};
use holdfast_kryo_common::text::plain_len;

use super::refs::Seen;
use super::{Frame, FrameKind, Reading, Shelf};
use crate::classes::{ClassId, Classes};
use crate::codec::Codec;
use crate::plan::Mode;
use crate::text::{quick_end_of_marked, short_marked};

/// How the first object of a class that stands in the bytes by name is read at best.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quick {
    No,
    Date,
    BigDecimal,
    List,
    Map,
    /// By its fields.
    Bean(Modes),
}

impl Quick {
    pub(super) fn of(classes: &Classes, class: ClassId) -> Self {
        match classes.codec(class) {
            Codec::Date => Self::Date,
            Codec::BigDecimal => Self::BigDecimal,
            Codec::Collection(1) => Self::List,
            Codec::Map(40) => Self::Map,
            // One that the document has by a number may have another form there.
            Codec::Fields(plan) if !classes.compatible && classes.get(class).builtin == 0 => {
                Self::Bean(classes.modes_of(plan))
            }
            _ => Self::No,
        }
    }
}

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
    most_bytes: usize,
}

impl Reading<'_, '_, '_> {
    /// Reads parts of the innermost container, and of those in it and around it, as long as they are quick. Where it ends
    /// no step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        let Some(&Frame { left, kind, .. }) = self.shelf.frames.last() else { return };
        let (rest, end) = (self.input.rest(), self.input.at() + self.input.rest().len());
        let (shelf, classes) = (&mut *self.shelf, &*self.classes);
        let (depth, most_bytes) = (self.limits.depth, self.limits.bytes);
        let unread = self.doc.at_hand(|doc| {
            let mut run = Run { rest, end, doc, left, kind, shelf, classes, depth, most_bytes };
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
        match self.kind {
            FrameKind::Values => loop {
                keep_apart();
                self.short_strings();
                if self.left == 0 {
                    break;
                }
                let window = self.rest.first_chunk()?;
                let place = self.doc.place();
                has_room(&self.shelf.seen, 1).then_some(())?;
                let Some((len, head)) = self.doc.put_within(|room| value(window, room)) else {
                    return self.begin(window);
                };
                self.scalar(place, len, head)?;
            },
            FrameKind::Fields(end) => {
                while self.left > 0 {
                    let window = self.rest.first_chunk()?;
                    let mode = self.classes.mode(end, self.left - 1);
                    let place = self.doc.place();
                    has_room(&self.shelf.seen, 1).then_some(())?;
                    let Some((len, head)) = self.doc.put_within(|room| field(mode, window, room)) else {
                        return match (mode, window) {
                            (Mode::Any, _) => self.begin(window),
                            (Mode::Known(ClassId::STRING), [1, text @ ..]) => {
                                self.counted_text(text.first_chunk()?, 1)
                            }
                            _ => None,
                        };
                    };
                    self.scalar(place, len, head)?;
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
            && has_room(&self.shelf.seen, 1)
            && let Some(window) = self.rest.first_chunk()
            && let place = self.doc.place()
            && let Some(len) = self.doc.put_within(|room| short_string(window, room))
            && self.scalar(place, len, 2).is_some()
        {}
    }

    /// Goes on behind a part of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// As [`Run::pass`], of a scalar. If it has a number, it is a string behind a head of so many bytes.
    #[inline(always)]
    fn scalar(&mut self, place: u32, len: usize, head: usize) -> Option<()> {
        if head > 0 {
            self.number(ClassId::STRING, place, head);
        }
        self.pass(len)
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

    /// Begins a value that holds others, or reads one that is less usual.
    #[inline(always)]
    fn begin(&mut self, window: &'i Window) -> Option<()> {
        match *window {
            [3, 1, ref text @ ..] => self.counted_text(text, 2),
            [1, number @ 0..0x80, 1, ref body @ ..] => {
                let &(class, quick) = self.shelf.names.get(usize::from(number))?;
                let place = self.doc.place();
                match quick {
                    Quick::Date => {
                        let (millis, len) = varlong(body)?;
                        self.doc.put_date(millis.cast_signed()).then_some(())?;
                        self.number(class, place, 3);
                        self.pass(3 + len)
                    }
                    Quick::BigDecimal => {
                        let [count @ 2..=12, ref unscaled @ ..] = *body else { return None };
                        let digits = usize::from(count) - 1;
                        let scale @ 0..0x80 = *unscaled.get(digits)? else { return None };
                        let mut room = self.doc.room::<32>()?;
                        room.big_decimal(signed_int(scale.into()), unscaled.first_chunk()?, digits)?;
                        room.keep();
                        self.number(class, place, 3);
                        self.pass(5 + digits)
                    }
                    Quick::List => {
                        let (count, len) = varint(body)?;
                        self.may_enter(count, 3 + len)?;
                        self.doc.put_array(count).then_some(())?;
                        self.enter(Frame { left: count, class, kind: FrameKind::Values }, place, 3, len)
                    }
                    Quick::Map => {
                        let (count, len) = varint(body)?;
                        let left = count.checked_mul(2)?;
                        self.may_enter(left, 3 + len)?;
                        self.doc.put_map(count).then_some(())?;
                        self.enter(Frame { left, class, kind: FrameKind::Values }, place, 3, len)
                    }
                    Quick::Bean(Modes { end, count }) => {
                        let known = self.shelf.definitions.find(class, self.classes.slot(class))?;
                        self.may_enter(0, 3)?;
                        self.doc.put_known(known, count).then_some(())?;
                        self.enter(Frame { left: count, class, kind: FrameKind::Fields(end) }, place, 3, 0)
                    }
                    Quick::No => None,
                }
            }
            _ => None,
        }
    }

    /// A string behind a head of so many bytes, with its length in front.
    #[inline(always)]
    fn counted_text(&mut self, text: &'i [u8; WINDOW - 2], head: usize) -> Option<()> {
        let [units @ 0x81..=0xbf, ref text @ ..] = *text else { return None };
        let place = self.doc.place();
        let len = plain_len(text, usize::from(units & 0x3f) - 1)?;
        let text = text.first_chunk()?;
        let mut room = self.doc.room::<WINDOW>()?;
        room.str(text, len)?;
        room.keep();
        self.number(ClassId::STRING, place, head);
        self.pass(head + 1 + len)
    }

    /// Whether a value may be begun that has so many parts behind so many bytes. What the bytes cannot hold is not
    /// believed.
    #[inline(always)]
    fn may_enter(&self, parts: u32, head: usize) -> Option<()> {
        let may = parts as usize + head <= self.rest.len()
            && self.shelf.frames.len() < self.depth
            && has_room(&self.shelf.frames, 1);
        may.then_some(())
    }

    /// Goes on in a value, for which there is room, behind its head and its count of so many bytes.
    #[inline(always)]
    fn enter(&mut self, frame: Frame, place: u32, head: usize, count: usize) -> Option<()> {
        self.number(frame.class, place, head);
        self.pass(head + count)?;
        self.leave();
        (self.left, self.kind) = (frame.left, frame.kind);
        put_item(&mut self.shelf.frames, frame).then_some(())
    }
}

/// Reads a short string of ASCII with its class, and gives how many bytes it took.
#[inline(always)]
fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [3, 1, ref text @ ..] = *window else { return None };
    let (len, text) = short_marked(text.first_chunk()?)?;
    room.short_str(&text, len).map(|()| 2 + len)
}

/// Reads a scalar with its class. Gives how many bytes it took, and for a string, which has a number, how many of them stand
/// in front of it.
#[inline(always)]
fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, usize)> {
    let len = match *window {
        [3, 1, ref text @ ..] => return Some((2 + marked_text(text, room)?, 2)),
        [0, ..] => room.nil().map(|()| 1),
        [ClassId::INT_BYTE, ref value @ ..] => {
            let (value, len) = varint(value)?;
            room.number(Number { value: i64::from(signed_int(value)), width: Width::Int }).map(|()| 1 + len)
        }
        [ClassId::BOOLEAN_BYTE, flag @ 0..=1, ..] => room.bool(flag == 1).map(|()| 2),
        [ClassId::LONG_BYTE, ref value @ ..] => {
            let (value, len) = varlong(value)?;
            room.number(Number { value: signed(value), width: Width::Long }).map(|()| 1 + len)
        }
        [ClassId::DOUBLE_BYTE, a, b, c, d, e, f, g, h, ..] => {
            room.f64(f64::from_be_bytes([a, b, c, d, e, f, g, h])).map(|()| 9)
        }
        _ => None,
    }?;
    Some((len, 0))
}

/// Reads a field, as [`value`] does.
#[inline(always)]
fn field(mode: Mode, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, usize)> {
    let len = match (mode, window) {
        (Mode::Any, _) => return value(window, room),
        (Mode::Known(_), [0, ..]) => room.nil().map(|()| 1),
        (Mode::Known(ClassId::STRING), [1, text @ ..]) => {
            return Some((1 + marked_text(text.first_chunk()?, room)?, 1));
        }
        (Mode::Boolean, [flag @ 0..=1, ..]) => room.bool(*flag == 1).map(|()| 1),
        (Mode::Int, _) => {
            let (value, len) = varint(window)?;
            room.int(i64::from(signed_int(value))).map(|()| len)
        }
        (Mode::Long, _) => {
            let (value, len) = varlong(window)?;
            room.int(signed(value)).map(|()| len)
        }
        (Mode::Double, [a, b, c, d, e, f, g, h, ..]) => {
            room.f64(f64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h])).map(|()| 8)
        }
        _ => None,
    }?;
    Some((len, 0))
}

/// A string of ASCII whose last byte is marked. One that begins with a mark has its length in front.
#[inline(always)]
fn marked_text(text: &[u8; WINDOW - 2], room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [0..=0x7f, ..] = *text else { return None };
    let text = text.first_chunk()?;
    let len = quick_end_of_marked(text)? + 1;
    room.str_marked(text, len).map(|()| len)
}
