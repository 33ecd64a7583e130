//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{
    Container, LONGEST_TEXT, Room, WINDOW, Window, first_container, first_text, has_room, is_ascii, put_back,
    put_item, put_within,
};
use holdfast_kryo_common::output::{put_varlong, zigzag_in};

use super::quick::{ARRAY_LIST, BIG_DECIMAL, DATE, HASH_MAP, Head};
use super::refs::Object;
use super::{Frame, FrameKind, Writing};
use crate::classes::ClassId;

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
struct Run<'d> {
    /// The document from here on, and the place where its last byte ends.
    rest: &'d [u8],
    end: u32,
    out: Vec<u8>,
    /// What is left of the innermost container.
    left: u32,
    /// The number of the next object.
    next: u32,
}

impl Writing<'_, '_, '_> {
    /// Writes parts of the innermost container, and of those in it and around it, as long as they are plain data. Where it
    /// ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        let Some(&Frame { left, kind: FrameKind::Values, .. }) = self.shelf.frames.last() else { return };
        if self.note.is_some() || !self.is_in_order() {
            return;
        }
        let rest = self.way.reader.rest();
        let mut run = Run {
            rest,
            end: self.way.reader.place().wrapping_add(rest.len() as u32),
            out: std::mem::take(self.out),
            left,
            next: self.next,
        };
        while self.go_on(&mut run).is_some() {}
        self.next = run.next;
        self.way.reader.advance(rest.len() - run.rest.len());
        self.leave(run.left);
        put_back(self.out, run.out);
    }

    /// Brings the frame of a container up to date.
    #[inline(always)]
    fn leave(&mut self, left: u32) {
        if let Some(frame) = self.shelf.frames.last_mut() {
            frame.left = left;
        }
    }

    /// Writes the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on(&mut self, run: &mut Run<'_>) -> Option<()> {
        (run.out.len() <= self.limits.bytes).then_some(())?;
        while run.left > 0 {
            let window = run.rest.first_chunk()?;
            let Some((len, objects)) = put_within(&mut run.out, |room| value(window, room)) else {
                return self.begin_plain(run, window);
            };
            run.pass(len)?;
            run.next += objects;
        }
        let outer = self.shelf.frames.len().checked_sub(2)?;
        let &Frame { left, kind: FrameKind::Values, .. } = self.shelf.frames.get(outer)? else { return None };
        self.shelf.frames.pop();
        run.left = left;
        Some(())
    }

    /// Begins a container, or writes a scalar that is less usual.
    #[inline(always)]
    fn begin_plain(&mut self, run: &mut Run<'_>, window: &Window) -> Option<()> {
        let place = run.end.wrapping_sub(run.rest.len() as u32);
        match *window {
            [0xa0..=0xbf | 0xd9, ..] => {
                let len = put_within(&mut run.out, |room| counted(window, room))?;
                run.pass(len)?;
                run.next += 1;
                return Some(());
            }
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                let millis = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
                self.number(run, DATE, millis, place)?;
                return run.pass(10);
            }
            [0xd7, 11, ref payload @ ..] => return self.decimal(run, payload, 2, 8),
            [0xc7, len, 11, ref payload @ ..] => return self.decimal(run, payload, 3, usize::from(len)),
            _ => {}
        }
        let (container, len) = first_container(window)?;
        let (class, count, parts) = match container {
            Container::Map(count) => (HASH_MAP, count, count * 2),
            Container::List(count) => (ARRAY_LIST, count, count),
            Container::Known { .. } => return None,
        };
        let may = self.shelf.frames.len() < self.limits.depth && has_room(&self.shelf.frames, 1);
        may.then_some(())?;
        self.number(run, class, u64::from(count), place)?;
        run.pass(len)?;
        self.leave(run.left);
        run.left = parts;
        let frame = Frame { left: parts, class: ClassId::VOID, kind: FrameKind::Values };
        put_item(&mut self.shelf.frames, frame).then_some(())
    }

    /// Puts a class, the mark of a first object and a number, and gives the object the next number.
    #[inline(always)]
    fn number(&mut self, run: &mut Run<'_>, class: u16, value: u64, place: u32) -> Option<()> {
        let head = Head::of_builtin(class, self.classes, &self.shelf.names);
        let mark = head.mark()?;
        has_room(&self.shelf.objects, 1).then_some(())?;
        put_varlong(&mut run.out, mark, value).then_some(())?;
        put_item(&mut self.shelf.objects, Object { place, id: run.next, class: head.class });
        run.next += 1;
        Some(())
    }

    /// A `BigDecimal` of so many bytes behind so many.
    #[inline(always)]
    fn decimal(&mut self, run: &mut Run<'_>, payload: &[u8], before: usize, len: usize) -> Option<()> {
        let [a, b, c] = Head::of_builtin(BIG_DECIMAL, self.classes, &self.shelf.names).mark()?;
        let (scale, unscaled) = payload.split_first_chunk::<4>()?;
        let digits = len.checked_sub(4).filter(|digits| (1..=16).contains(digits))?;
        let mut room = Room::<32>::behind(&mut run.out)?;
        room.put([a, b, c, digits as u8 + 1])?;
        room.put_first::<16>(unscaled.first_chunk()?, digits)?;
        zigzag_in(&mut room, i64::from(i32::from_be_bytes(*scale)))?;
        room.keep();
        run.next += 1;
        run.pass(before + len)
    }
}

impl Run<'_> {
    /// Goes on behind a part of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }
}

/// A scalar with its class. Gives how many bytes of the document it took, and how many objects it is.
#[inline(always)]
fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<(usize, u32)> {
    match *window {
        [0xa0..=0xbf | 0xd9, ..] => marked(window, room).map(|len| (len, 1)),
        [value @ (0..=0x7f | 0xe0..=0xff), ..] => int(i32::from(value as i8), room).map(|()| (1, 0)),
        [0xc0, ..] => room.put([0]).map(|()| (1, 0)),
        [flag @ 0xc2..=0xc3, ..] => room.put([ClassId::BOOLEAN_BYTE, flag - 0xc2]).map(|()| (1, 0)),
        [0xcb, a, b, c, d, e, f, g, h, ..] => {
            room.put([ClassId::DOUBLE_BYTE])?;
            room.put([a, b, c, d, e, f, g, h]).map(|()| (9, 0))
        }
        // An Integer or a Long by its marker, whatever the value.
        [0xd2, a, b, c, d, ..] => int(i32::from_be_bytes([a, b, c, d]), room).map(|()| (5, 0)),
        [0xd3, a, b, c, d, e, f, g, h, ..] => {
            long(i64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| (9, 0))
        }
        [0xcc, value, ..] => int(i32::from(value), room).map(|()| (2, 0)),
        [0xcd, a, b, ..] => int(i32::from(u16::from_be_bytes([a, b])), room).map(|()| (3, 0)),
        // One of no type is an Integer where it is small enough.
        [0xce, a, b, c, d, ..] => untyped(u64::from(u32::from_be_bytes([a, b, c, d])), room).map(|()| (5, 0)),
        [0xcf, a, b, c, d, e, f, g, h, ..] => {
            untyped(u64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| (9, 0))
        }
        _ => None,
    }
}

#[inline(always)]
fn untyped(value: u64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    match i32::try_from(value) {
        Ok(value) => int(value, room),
        Err(_) => long(i64::try_from(value).ok()?, room),
    }
}

#[inline(always)]
fn int(value: i32, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([ClassId::INT_BYTE])?;
    zigzag_in(room, i64::from(value))
}

#[inline(always)]
fn long(value: i64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([ClassId::LONG_BYTE])?;
    zigzag_in(room, value)
}

/// What stands before a string: its class, and the mark of a first object.
const STRING: [u8; 2] = [3, 1];

/// A string of ASCII, whose last byte is marked.
#[inline(always)]
fn marked(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let is_short = (2..LONGEST_TEXT).contains(&len) && is_ascii(text.get(..len)?);
    is_short.then_some(())?;
    room.put(STRING)?;
    room.put_text(text, len)?;
    *room.last_mut()? |= 0x80;
    Some(begin + len)
}

/// A string with the count of its units, below 63, in front.
#[inline(always)]
fn counted(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let (mut units, mut most) = (0, 0);
    for byte in text.get(..len)? {
        units += u8::from(byte & 0xc0 != 0x80);
        most = most.max(*byte);
    }
    // A string of ASCII has no count but where it is shorter.
    let is_counted = len <= 0x3e && most < 0xf0 && (most >= 0x80 || len < 2);
    is_counted.then_some(())?;
    let [class, mark] = STRING;
    room.put([class, mark, 0x80 | (units + 1)])?;
    room.put_text(text, len).map(|()| begin + len)
}
