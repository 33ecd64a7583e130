//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{
    Container, Room, WINDOW, Window, first_container, first_text, has_room, put_back, put_item, put_within,
};
use holdfast_kryo_common::output::{put_varlong, varlong_in, zigzag_in};

use super::cursor::{is_ascii_text, units_of_utf8};
use super::quick::{ANY, ARRAY_LIST, DATE, HASH_MAP};
use super::{Frame, FrameKind, Home, Writing};
use crate::classes::ClassId;

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
struct Run<'d> {
    /// The document from here on.
    rest: &'d [u8],
    out: Vec<u8>,
    /// What is left of the innermost container.
    left: u32,
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes parts of the innermost container, and of those in it and around it, as long as they are plain data. Where it
    /// ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        let Some(&Frame { left, kind: FrameKind::Values, .. }) = self.shelf.frames.last() else { return };
        let mut run = Run { rest: self.way.reader.rest(), out: std::mem::take(self.out), left };
        while self.go_on(&mut run).is_some() {}
        self.way.reader.seek(self.place_of(run.rest));
        self.leave(run.left);
        put_back(self.out, run.out);
    }

    /// Writes the scalars that come next in the container, then begins a container or ends this one.
    #[inline(always)]
    fn go_on(&mut self, run: &mut Run<'d>) -> Option<()> {
        while run.left > 0 {
            let window = run.rest.first_chunk()?;
            let Some(len) = put_within(&mut run.out, |room| value(window, room)) else {
                return self.begin_plain(run, window);
            };
            run.pass(len)?;
        }
        let outer = self.shelf.frames.len().checked_sub(2)?;
        let &Frame { left, kind: FrameKind::Values, .. } = self.shelf.frames.get(outer)? else { return None };
        self.shelf.frames.pop();
        run.left = left;
        Some(())
    }

    /// Begins a container, or writes a scalar that is less usual.
    #[inline(always)]
    fn begin_plain(&mut self, run: &mut Run<'d>, window: &'d Window) -> Option<()> {
        if let [0xa0..=0xbf | 0xd9, ..] = window {
            let len = put_within(&mut run.out, |room| any_string(window, room))?;
            return run.pass(len);
        }
        if let [0xd7, 9, a, b, c, d, e, f, g, h, ..] = *window {
            let class = self.quick_class(self.classes.known_builtin(DATE)?)?;
            let millis = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
            put_varlong(&mut run.out, class, millis).then_some(())?;
            return run.pass(10);
        }
        let (container, len) = first_container(window)?;
        let (class, count, parts) = match container {
            Container::Map(count) => (HASH_MAP, count, count * 2),
            Container::List(count) => (ARRAY_LIST, count, count),
            Container::Known { .. } => return None,
        };
        let may = self.shelf.frames.len() < self.limits.depth && has_room(&self.shelf.frames, 1);
        may.then_some(())?;
        let home = Home { attribute: self.way.attribute(), place: self.place_of(run.rest) };
        put_varlong(&mut run.out, [class], u64::from(count)).then_some(())?;
        run.pass(len)?;
        self.leave(run.left);
        run.left = parts;
        let frame = Frame { left: parts, class: ClassId::CLASS, home, kind: FrameKind::Values };
        put_item(&mut self.shelf.frames, frame).then_some(())
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

/// A scalar with its class.
#[inline(always)]
fn value(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match *window {
        [0xa0..=0xbf | 0xd9, ..] => string(window, room),
        [value @ 0..=0x7f, ..] => room.put([13, value]).map(|()| 1),
        [0xc0, ..] => room.put([0]).map(|()| 1),
        [flag @ 0xc2..=0xc3, ..] => room.put([9, flag - 0xc2]).map(|()| 1),
        [0xcb, a, b, c, d, e, f, g, h, ..] => {
            room.put([16])?;
            room.put([a, b, c, d, e, f, g, h]).map(|()| 9)
        }
        // An Integer or a Long by its marker, whatever the value.
        [0xd2, a, b, c, d, ..] => int(i32::from_be_bytes([a, b, c, d]), room).map(|()| 5),
        [0xd3, a, b, c, d, e, f, g, h, ..] => {
            long(i64::from_be_bytes([a, b, c, d, e, f, g, h]), room).map(|()| 9)
        }
        [0xcc, value, ..] => int(i32::from(value), room).map(|()| 2),
        [0xcd, a, b, ..] => int(i32::from(u16::from_be_bytes([a, b])), room).map(|()| 3),
        // One of no type is an Integer where it is small enough.
        [0xce, a, b, c, d, ..] => {
            let value = u32::from_be_bytes([a, b, c, d]);
            match i32::try_from(value) {
                Ok(value) => int(value, room),
                Err(_) => long(i64::from(value), room),
            }
            .map(|()| 5)
        }
        [0xcf, a, b, c, d, e, f, g, h, ..] => {
            let value = i64::try_from(u64::from_be_bytes([a, b, c, d, e, f, g, h])).ok()?;
            match i32::try_from(value) {
                Ok(value) => int(value, room),
                Err(_) => long(value, room),
            }
            .map(|()| 9)
        }
        [0xd7, 11, ref payload @ ..] => decimal(payload, 8, room).map(|()| 10),
        [0xc7, len, 11, ref payload @ ..] => {
            decimal(payload, usize::from(len), room).map(|()| 3 + usize::from(len))
        }
        _ => None,
    }
}

#[inline(always)]
fn int(value: i32, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([13])?;
    varlong_in(room, u64::from(value.cast_unsigned()))
}

#[inline(always)]
fn long(value: i64, room: &mut Room<'_, WINDOW>) -> Option<()> {
    room.put([14])?;
    zigzag_in(room, value)
}

/// A `BigDecimal` of so many bytes.
#[inline(always)]
fn decimal(payload: &[u8], len: usize, room: &mut Room<'_, WINDOW>) -> Option<()> {
    let (scale, unscaled) = payload.split_first_chunk::<4>()?;
    let digits = len.checked_sub(4).filter(|digits| (1..=16).contains(digits))?;
    room.put([33, digits as u8])?;
    room.put_first::<16>(unscaled.first_chunk()?, digits)?;
    zigzag_in(room, i64::from(i32::from_be_bytes(*scale)))
}

/// A string of ASCII with its class.
#[inline(always)]
fn string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    is_ascii_text(text, text.get(..len)?).then_some(())?;
    room.put([ANY, len as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}

/// A string of which no character takes two units of UTF-16: those do not stand in Kryo's bytes as they do in UTF-8.
#[inline(always)]
fn any_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    let units = units_of_utf8(text.get(..len)?)?;
    room.put([ANY, units as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}
