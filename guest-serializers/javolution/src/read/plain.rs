//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `run.rs`.

use holdfast_document::{LONGEST_TEXT, Number, Room, Width, Writer, has_room, put_item};

use super::piece::{boolean, closed, eight, ended, fitting, id, signed, unsigned, up_to_eight};
use super::run::{double, put_date, put_decimal};
use super::{Frame, Kind, Reading, Shelf, Total};
use crate::text::plain_value;

/// An element is looked at in so many bytes: the longest text and what stands around it.
const WINDOW: usize = LONGEST_TEXT + 48;

/// What a scalar of the document takes at most.
const ROOM: usize = LONGEST_TEXT + 16;

type Window = [u8; WINDOW];

/// What the loop works on.
struct Run<'x, 'o, 's> {
    /// The bytes from the next tag on, and the position where they end.
    rest: &'x [u8],
    end: usize,
    doc: &'s mut Writer<'o>,
    /// What is left of the innermost container: of a map keys and values, so that a value comes next where it is odd.
    left: u32,
    is_map: bool,
    frames: &'s mut Vec<Frame<'x>>,
    shelf: &'s mut Shelf,
    depth: usize,
    most_bytes: usize,
}

/// What begins here and has a number.
enum Numbered {
    List,
    Map,
    Date,
    BigDecimal,
}

impl Reading<'_, '_, '_> {
    /// Reads parts of the innermost container, and of those in it and around it, as long as they are plain data. Where it
    /// ends no element is half read.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        let Some((left, is_map)) = self.frames.last().and_then(left_of) else { return };
        if self.is_again || self.is_wary {
            return;
        }
        let (frames, shelf) = (&mut self.frames, &mut *self.shelf);
        let rest = self.xml.rest();
        let end = self.xml.at() + rest.len();
        let (depth, most_bytes) = (self.limits.depth, self.limits.bytes);
        let unread = self.doc.at_hand(|doc| {
            let mut run = Run { rest, end, doc, left, is_map, frames, shelf, depth, most_bytes };
            while run.go_on().is_some() {}
            run.leave();
            run.rest.len()
        });
        self.xml.go_to(unread);
    }
}

impl<'x> Run<'x, '_, '_> {
    /// Reads the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        (self.doc.len() <= self.most_bytes).then_some(())?;
        let other = if self.is_map {
            self.scalars(|window, left, room| {
                let (begin, _) = window.split_first_chunk()?;
                (u64::from_le_bytes(*begin) == slot(left)).then_some(())?;
                let rest = eight(window.get(8..)?, b"=\"java.l")?;
                let [b'a', b'n', b'g', b'.', ..] = *rest else { return None };
                scalar::<true>(window, 20, room)
            })
        } else {
            self.scalars(|window, _, room| {
                let rest = eight(window, b"<java.la")?;
                let [b'n', b'g', b'.', ..] = *rest else { return None };
                scalar::<false>(window, 11, room)
            })
        }?;
        match other {
            Some(window) => self.begin(window),
            None => self.end(),
        }
    }

    /// Reads scalars until the container has no part left, or one comes that is none.
    #[inline(always)]
    fn scalars(
        &mut self,
        mut read: impl FnMut(&Window, u32, &mut Room<'_, ROOM>) -> Option<usize>,
    ) -> Option<Option<&'x Window>> {
        while self.left > 0 {
            let window = self.rest.first_chunk()?;
            let left = self.left;
            let Some(len) = self.doc.put_within(|room| read(window, left, room)) else {
                return Some(Some(window));
            };
            self.pass(len)?;
        }
        Some(None)
    }

    /// Goes on behind an element, or a tag, of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// Brings the frame of the container up to date.
    #[inline(always)]
    fn leave(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        match (&mut frame.kind, &frame.total) {
            (Kind::Elements, Total::Told(told)) => frame.seen = told - self.left,
            (Kind::Entries { keyed }, Total::Told(told)) => {
                frame.seen = told - self.left / 2;
                *keyed = self.left % 2 == 1;
            }
            (Kind::Attributes { named }, _) => *named = self.left == 1,
            _ => {}
        }
    }

    /// Ends the container, if the one around it is plain data as well.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        let [.., outer, Frame { name, .. }] = self.frames.as_slice() else { return None };
        let [b'<', b'/', close @ ..] = self.rest else { return None };
        let after = ended(close, name)?;
        (self.left, self.is_map) = left_of(outer)?;
        self.rest = after;
        self.frames.pop();
        Some(())
    }

    /// Begins a container, or reads a scalar that is less usual.
    #[inline(always)]
    fn begin(&mut self, window: &'x Window) -> Option<()> {
        let class = if self.is_map {
            // A value that is null is left away.
            if self.left % 2 == 1
                && let [b'<', b'k', b' ', ..] | [b'<', b'/', ..] = window
                && let Kind::Entries { .. } = self.frames.last()?.kind
            {
                self.doc.put_nil().then_some(())?;
                return self.pass(0);
            }
            let (begin, rest) = window.split_first_chunk()?;
            (u64::from_le_bytes(*begin) == slot(self.left)).then_some(())?;
            let [b'=', b'"', class @ ..] = rest else { return None };
            class
        } else {
            if let [b'<', b'N', b'u', b'l', b'l', b'/', b'>', ..] = window {
                self.doc.put_nil().then_some(())?;
                return self.pass(7);
            }
            let [b'<', class @ ..] = window.as_slice() else { return None };
            class
        };
        let (sort, len, behind) = numbered(class)?;
        let (name, behind) = match behind {
            [b'"', behind @ ..] if self.is_map => (window.get(1..2)?, behind),
            _ if self.is_map => return None,
            _ => (class.get(..len)?, behind),
        };
        let (number, behind) = unsigned(id(behind)?)?;
        let may = number == self.shelf.targets.len() as u64 && has_room(&self.shelf.targets, 1);
        may.then_some(())?;
        let (at, place) = (self.end - self.rest.len(), self.doc.place());
        match sort {
            Numbered::Date => {
                let after = put_date(self.doc, behind)?;
                self.shelf.put(at, place, false);
                self.pass(WINDOW - after.len())
            }
            Numbered::BigDecimal => {
                let after = put_decimal(self.doc, behind)?;
                self.shelf.put(at, place, true);
                self.pass(WINDOW - after.len())
            }
            Numbered::List | Numbered::Map => {
                let (size, behind) = unsigned(eight(behind, b"\" size=\"")?)?;
                let (is_empty, after) = match (size, behind) {
                    (_, [b'"', b'>', after @ ..]) => (false, after),
                    (0, [b'"', b'/', b'>', after @ ..]) => (true, after),
                    _ => return None,
                };
                let head = WINDOW - after.len();
                // What the bytes cannot hold is not believed.
                let may = size <= self.rest.len().checked_sub(head)? as u64
                    && self.frames.len() <= self.depth
                    && has_room(self.frames, 1);
                may.then_some(())?;
                let size = size as u32;
                let is_map = matches!(sort, Numbered::Map);
                let left = if is_map { size.checked_mul(2)? } else { size };
                let written = if is_map { self.doc.put_map(size) } else { self.doc.put_array(size) };
                written.then_some(())?;
                self.shelf.put(at, place, false);
                self.pass(head)?;
                if is_empty {
                    return Some(());
                }
                self.leave();
                (self.left, self.is_map) = (left, is_map);
                let kind = if is_map { Kind::Entries { keyed: false } } else { Kind::Elements };
                put_item(self.frames, Frame { name, at, kind, seen: 0, total: Total::Told(size) })
                    .then_some(())
            }
        }
    }
}

/// What is left of a container, if it may be one of plain data, and whether it is a map. The value of an attribute is as
/// the last value of a map.
#[inline(always)]
fn left_of(frame: &Frame<'_>) -> Option<(u32, bool)> {
    match (&frame.kind, &frame.total) {
        (Kind::Elements, Total::Told(told)) => Some((told.checked_sub(frame.seen)?, false)),
        (Kind::Entries { keyed }, Total::Told(told)) => {
            Some((told.checked_sub(frame.seen)?.checked_mul(2)? | u32::from(*keyed), true))
        }
        (Kind::Attributes { named: true }, _) => Some((1, true)),
        _ => None,
    }
}

/// How a key or a value begins, by how much is left.
#[inline(always)]
const fn slot(left: u32) -> u64 {
    u64::from_le_bytes(*if left.is_multiple_of(2) { b"<k class" } else { b"<v class" })
}

/// What has a number, by its class; how long the name of that is, and what follows it.
#[inline(always)]
fn numbered(class: &[u8]) -> Option<(Numbered, usize, &[u8])> {
    if let Some([b'h', b'.', name @ ..]) = eight(class, b"java.mat") {
        let [b'a', b'l', behind @ ..] = eight(name, b"BigDecim")? else { return None };
        return Some((Numbered::BigDecimal, 20, behind));
    }
    let [b'l', b'.', name @ ..] = eight(class, b"java.uti")? else { return None };
    if let Some(behind) = up_to_eight(name, b"HashMap\0", 7) {
        Some((Numbered::Map, 17, behind))
    } else if let Some([b't', behind @ ..]) = eight(name, b"ArrayLis") {
        Some((Numbered::List, 19, behind))
    } else {
        Some((Numbered::Date, 14, up_to_eight(name, b"Date\0\0\0\0", 4)?))
    }
}

/// Reads a scalar whose class begins there, behind `java.lang.`; how many bytes it took with what is before it.
#[inline(always)]
fn scalar<const IS_QUOTED: bool>(window: &Window, at: usize, room: &mut Room<'_, ROOM>) -> Option<usize> {
    let (class, _) = window.get(at..)?.split_first_chunk()?;
    let quote = usize::from(IS_QUOTED);
    // Of each class as much as eight bytes hold: the rest is seen with what follows.
    let is = |quoted: &[u8; 8], bare: &[u8; 8]| {
        u64::from_le_bytes(*class) == u64::from_le_bytes(if IS_QUOTED { *quoted } else { *bare })
    };
    let value = |len: usize| eight(window.get(at + len + quote..)?, b" value=\"");
    let after = if is(b"String\" ", b"String v") {
        let value = value(6)?;
        let text = value.first_chunk()?;
        let len = plain_value(text)?;
        let after = closed(value.get(len..)?)?;
        room.str(text, len)?;
        after
    } else if is(b"Integer\"", b"Integer ") {
        let (number, behind) = signed(value(7)?)?;
        room.number(fitting(number, Width::Int)?)?;
        closed(behind)?
    } else if is(b"Long\" va", b"Long val") {
        let (value, behind) = signed(value(4)?)?;
        room.number(Number { value, width: Width::Long })?;
        closed(behind)?
    } else if is(b"Double\" ", b"Double v") {
        let (number, behind) = double(value(6)?)?;
        room.f64(number)?;
        closed(behind)?
    } else if is(b"Boolean\"", b"Boolean ") {
        let (truth, behind) = boolean(value(7)?)?;
        room.bool(truth)?;
        closed(behind)?
    } else {
        return None;
    };
    Some(WINDOW - after.len())
}
