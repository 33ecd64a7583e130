//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{
    Container, Room, WINDOW, Window, first_container, first_text, has_room, put_back, put_item, put_within,
};

use super::quick::{
    ARRAY_LIST, BOOLEAN, DATE, DATE_EXT, DOUBLE, HASH_MAP, INTEGER, LONG, empty_list, empty_map, list_header,
    map_header, unsigned,
};
use super::{Frame, Kept, Writing};
use crate::boxes::Boxed;
use crate::classes::ClassId;
use crate::layout::Op;
use crate::mutf8;
use crate::stream::{BASE_HANDLE, tc};

/// What the loop works on: variables of its own, as what stands behind a reference is read and written at each step.
struct Run<'d, 's> {
    /// The document from here on, and where its last byte ends.
    rest: &'d [u8],
    end: u32,
    out: Vec<u8>,
    /// What is left of the innermost container.
    left: u32,
    frame: &'s mut Frame,
    kept: &'s mut Kept,
    /// As of [`Writing`].
    handles: u32,
    last: u32,
    depth: usize,
    room: usize,
    /// Up to here values are what they seem.
    plain: u32,
}

impl Writing<'_> {
    /// Writes elements of the innermost container, and of those in it and around it, as long as they are plain data. Where
    /// it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self, frame: &mut Frame) {
        if !self.kept.code.is_of_items(frame.pc) {
            return;
        }
        let (rest, left) = (self.context.reader.rest(), frame.left);
        let mut run = Run {
            rest,
            end: self.at().wrapping_add(rest.len() as u32),
            out: std::mem::take(self.out),
            left,
            frame,
            kept: self.kept,
            handles: self.handles,
            last: self.last,
            depth: self.depth,
            room: self.room,
            plain: self.context.plain,
        };
        while run.go_on().is_some() {}
        run.frame.left = run.left;
        (self.handles, self.last) = (run.handles, run.last);
        self.context.reader.advance(rest.len() - run.rest.len());
        put_back(self.out, run.out);
    }
}

impl<'d> Run<'d, '_> {
    /// Writes the strings that come next in the container, then another value, or ends the container.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        while self.left > 0 {
            let window = self.rest.first_chunk()?;
            (self.at() < self.plain && self.out.len() <= self.room).then_some(())?;
            let Some(len) = put_within(&mut self.out, |room| ascii(window, room)) else {
                return self.value(window);
            };
            self.handles += 1;
            self.scalar(len)?;
        }
        self.end()
    }

    /// Ends the container, if it is known how and the one around it is plain too.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        let code = &self.kept.code;
        let outer = self.kept.frames.last()?;
        let is_end =
            matches!((code.at(self.frame.pc + 1), code.at(self.frame.pc + 2)), (Op::End, Op::Return));
        (is_end && !self.frame.back && code.is_of_items(outer.pc)).then_some(())?;
        put_within::<1, _>(&mut self.out, |room| room.put([tc::ENDBLOCKDATA]))?;
        self.last = self.frame.handle;
        *self.frame = self.kept.frames.pop()?;
        self.left = self.frame.left;
        Some(())
    }

    /// Where the next value stands in the document.
    #[inline(always)]
    const fn at(&self) -> u32 {
        self.end.wrapping_sub(self.rest.len() as u32)
    }

    /// Goes on behind a value of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// As [`Run::pass`], of a value to which no reference leads.
    #[inline(always)]
    fn scalar(&mut self, len: usize) -> Option<()> {
        self.last = u32::MAX;
        self.pass(len)
    }

    /// Writes a value that is no string of ASCII, or begins one that holds others.
    #[inline(always)]
    fn value(&mut self, window: &'d Window) -> Option<()> {
        match *window {
            [0xc0, ..] => {
                put_within::<1, _>(&mut self.out, |room| room.put([tc::NULL]))?;
                self.scalar(1)
            }
            [marker @ (0xc2 | 0xc3), ..] => {
                self.boxed(BOOLEAN, Boxed::Boolean(marker == 0xc3), [marker & 1], 1)
            }
            // A signed marker is a type, but not where it is the shortest for a negative number.
            [0xd2, a @ ..=0x7f, b, c, d, ..] => {
                let data = [a, b, c, d];
                self.boxed(INTEGER, Boxed::Integer(i32::from_be_bytes(data)), data, 5)
            }
            [0xd3, a @ ..=0x7f, b, c, d, e, f, g, h, ..] => {
                let data = [a, b, c, d, e, f, g, h];
                self.boxed(LONG, Boxed::Long(i64::from_be_bytes(data)), data, 9)
            }
            [0xcb, a, b, c, d, e, f, g, h, ..] => {
                self.object(DOUBLE, [a, b, c, d, e, f, g, h])?;
                self.scalar(9)
            }
            [0..=0x7f | 0xcc..=0xcf, ..] => {
                let (value, len) = unsigned(window)?;
                if let Ok(value) = i32::try_from(value) {
                    self.boxed(INTEGER, Boxed::Integer(value), value.to_be_bytes(), len)
                } else {
                    let value = i64::try_from(value).ok()?;
                    self.boxed(LONG, Boxed::Long(value), value.to_be_bytes(), len)
                }
            }
            [0xa0..=0xbf | 0xd9, ..] => {
                let len = put_within(&mut self.out, |room| any_text(window, room))?;
                self.handles += 1;
                self.scalar(len)
            }
            [0xd7, DATE_EXT, a, b, c, d, e, f, g, h, ..] => {
                self.kept.places.has_room().then_some(())?;
                let at = self.at();
                self.last =
                    self.object(DATE, [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA])?;
                self.kept.places.put(at, self.last);
                self.pass(10)
            }
            _ => match first_container(window)? {
                (Container::Map(count), len) => {
                    self.begin(HASH_MAP, map_header(count), empty_map(count), len)
                }
                (Container::List(count), len) => {
                    self.begin(ARRAY_LIST, list_header(count), empty_list(count), len)
                }
                (Container::Known { .. }, _) => None,
            },
        }
    }

    /// A boxed value that takes `len` bytes: again, or as a new object of a class that was met.
    #[inline(always)]
    fn boxed<const N: usize>(
        &mut self,
        class: ClassId,
        value: Boxed,
        data: [u8; N],
        len: usize,
    ) -> Option<()> {
        if let Some(handle) = self.kept.boxes.get(value) {
            put_within::<5, _>(&mut self.out, |room| {
                room.put([tc::REFERENCE])?;
                room.put(handle.wrapping_add(BASE_HANDLE).to_be_bytes())
            })?;
        } else {
            let handle = self.object(class, data)?;
            self.kept.boxes.bind(value, handle);
        }
        self.scalar(len)
    }

    /// An object of a class that was met, with its data; gives its handle.
    #[inline(always)]
    fn object<const N: usize>(&mut self, class: ClassId, data: [u8; N]) -> Option<u32> {
        let descriptor = self.kept.classes.met(u32::from(class))?.wrapping_add(BASE_HANDLE);
        put_within::<32, _>(&mut self.out, |room| {
            room.put([tc::OBJECT, tc::REFERENCE])?;
            room.put(descriptor.to_be_bytes())?;
            room.put(data)
        })?;
        self.handles += 1;
        Some(self.handles - 1)
    }

    /// Begins a container that takes `len` bytes up to its first part.
    #[inline(always)]
    fn begin<const N: usize>(
        &mut self,
        class: ClassId,
        header: [u8; N],
        inner: Frame,
        len: usize,
    ) -> Option<()> {
        let may = self.kept.frames.len() + 1 < self.depth
            && has_room(&self.kept.frames, 1)
            && self.kept.places.has_room();
        may.then_some(())?;
        let at = self.at();
        let handle = self.object(class, header)?;
        self.kept.places.put(at, handle);
        self.last = handle;
        self.pass(len)?;
        self.frame.left = self.left;
        self.left = inner.left;
        let inner = Frame { at, handle, ..inner };
        put_item(&mut self.kept.frames, std::mem::replace(self.frame, inner)).then_some(())
    }
}

/// A string of ASCII without NUL. Gives how many bytes it took.
#[inline(always)]
fn ascii(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    mutf8::is_same_ascii(text.get(..len)?).then_some(())?;
    room.put([tc::STRING, 0, len as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}

/// A string that is the same in modified UTF-8.
#[inline(always)]
fn any_text(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    mutf8::is_same(text.get(..len)?).then_some(())?;
    room.put([tc::STRING, 0, len as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}
