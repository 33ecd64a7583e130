//! What sessions are full of, each value taken from the document and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, at the end of the document, or where a buffer has
//! to grow, nothing happens and the loop ends. [`Writing::step`] takes any step.

mod object;

use holdfast_document::{
    Container, Room, WINDOW, Window, first_container, first_int, first_text, put_back, put_within, short_text,
};

use super::{Frame, Kept, Writing};
use crate::boxes::Boxed;
use crate::layout::{Hint, Op};
use crate::mutf8;
use crate::stream::tc;
use object::{BOOLEAN, DOUBLE, INTEGER, LONG};

/// Extensions of the document.
const DATE_EXT: u8 = 9;
const BIG_DECIMAL_EXT: u8 = 11;

/// What the loop works on, with objects and their fields, or without. Where it reads and writes has variables of its own. The
/// innermost frame and the count of handles have none, though they change with each value: the more variables there are, the
/// fewer of them stay in registers.
struct Run<'d, 's, const OBJECTS: bool> {
    /// The document from here on, up to where the last value is a window long that is what it seems, and where that ends.
    rest: &'d [u8],
    end: u32,
    out: Vec<u8>,
    kept: &'s mut Kept,
    /// As of [`Writing`]. While the items of a container are written nobody asks for the last one.
    last: u32,
    depth: usize,
    room: usize,
    /// The class of each definition of the attribute.
    definitions: &'s [u32],
}

impl Writing<'_> {
    /// Takes steps in the innermost value, and in those in it and around it, as long as they are quick. Where it ends no
    /// step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self, frame: &mut Frame) {
        self.running::<true>(frame);
    }

    /// As [`Writing::run_quickly`], as long as they are those of plain data: maps and lists of scalars, without objects. The
    /// fewer values a loop works on, the more of them stay in registers.
    #[inline(never)]
    pub(super) fn run_plain(&mut self, frame: &mut Frame) {
        if self.kept.code.is_of_items(frame.pc) {
            self.running::<false>(frame);
        }
    }

    #[inline(always)]
    fn running<const OBJECTS: bool>(&mut self, frame: &mut Frame) {
        let (at, all) = (self.at(), self.context.reader.rest());
        // So a value that has a window is one of those, and none needs another look for that.
        let plain = self.context.plain.saturating_sub(at) as usize;
        let rest = all.get(..plain.saturating_add(WINDOW - 1)).unwrap_or(all);
        self.kept.frame = *frame;
        let mut run = Run::<OBJECTS> {
            rest,
            end: at.wrapping_add(rest.len() as u32),
            out: std::mem::take(self.out),
            kept: self.kept,
            last: self.last,
            depth: self.depth,
            room: self.room,
            definitions: &self.context.definitions,
        };
        while run.go_on().is_some() {}
        *frame = run.kept.frame;
        self.last = run.last;
        self.context.reader.advance(rest.len() - run.rest.len());
        put_back(self.out, run.out);
    }

    /// Whether nobody but the value itself says what the value here is. How far that goes is kept.
    #[inline]
    pub(super) fn is_plain(&mut self) -> bool {
        let at = self.at();
        at < self.context.plain || self.becomes_plain(at)
    }

    fn becomes_plain(&mut self, at: u32) -> bool {
        let base = self.context.base;
        if !self.kept.places.in_order() || self.context.notes.reaches(at.wrapping_sub(base)) {
            return false;
        }
        let next = self.context.notes.next_place();
        self.context.plain = next.map_or(u32::MAX, |place| base.saturating_add(place));
        true
    }
}

impl<'d, const OBJECTS: bool> Run<'d, '_, OBJECTS> {
    /// Takes the steps that come next, up to one that begins a value which holds others, or ends one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        (self.out.len() <= self.room).then_some(())?;
        // Of plain data nothing else comes.
        if !OBJECTS {
            return self.items();
        }
        match self.kept.code.at(self.kept.frame.pc) {
            Op::Elements | Op::Entries => self.items(),
            Op::Part(hint) => {
                let window = self.window()?;
                self.kept.frame.pc += 1;
                let Some(len) = put_within(&mut self.out, |room| short_string(window, room)) else {
                    let done = self.value(window, hint);
                    if done.is_none() {
                        self.kept.frame.pc -= 1;
                    }
                    return done;
                };
                self.kept.handles += 1;
                self.scalar(len)
            }
            Op::Primitive(code) => {
                let window = self.window()?;
                let len = put_within(&mut self.out, |room| primitive(code, window, room))?;
                self.kept.frame.pc += 1;
                self.pass(len)
            }
            Op::End => {
                put_within::<1, _>(&mut self.out, |room| room.put([tc::ENDBLOCKDATA]))?;
                self.kept.frame.pc += 1;
                Some(())
            }
            Op::Return if !self.kept.frame.back => {
                let outer = self.kept.frames.pop()?;
                self.set_last(self.kept.frame.handle);
                self.kept.frame = outer;
                Some(())
            }
            _ => None,
        }
    }

    /// Writes the strings that come next in a container, then another item, or goes on behind the last one.
    #[inline(always)]
    fn items(&mut self) -> Option<()> {
        while self.kept.frame.left > 0 {
            let window = self.window()?;
            // Room for any scalar, so that none needs another look for that.
            let mut room = Room::behind(&mut self.out)?;
            let Some(len) = short_string(window, &mut room) else {
                self.kept.frame.left -= 1;
                let done = self.value(window, Hint::None);
                if done.is_none() {
                    self.kept.frame.left += 1;
                }
                return done;
            };
            room.keep();
            self.kept.handles += 1;
            self.kept.frame.left -= 1;
            self.scalar(len)?;
        }
        self.end()
    }

    /// Goes on behind the last item of a container: ends it where it is known how, and the one around it is plain too.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        if OBJECTS {
            self.kept.frame.pc += 1;
            return Some(());
        }
        let code = &self.kept.code;
        (!self.kept.frame.back && code.ends_behind(self.kept.frame.pc)).then_some(())?;
        code.is_of_items(self.kept.frames.last()?.pc).then_some(())?;
        put_within::<1, _>(&mut self.out, |room| room.put([tc::ENDBLOCKDATA]))?;
        self.kept.frame = self.kept.frames.pop()?;
        Some(())
    }

    /// The next value.
    #[inline(always)]
    fn window(&self) -> Option<&'d Window> {
        self.rest.first_chunk()
    }

    /// Where the next value stands in the document.
    #[inline(always)]
    const fn at(&self) -> u32 {
        self.end.wrapping_sub(self.rest.len() as u32)
    }

    /// Goes on behind so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        Some(())
    }

    /// As [`Run::pass`], behind a value to which no reference leads.
    #[inline(always)]
    fn scalar(&mut self, len: usize) -> Option<()> {
        self.set_last(u32::MAX);
        self.pass(len)
    }

    /// The handle of what was written last.
    #[inline(always)]
    const fn set_last(&mut self, handle: u32) {
        if OBJECTS {
            self.last = handle;
        }
    }

    /// Writes a value that is no short string of ASCII, or begins one that holds others.
    #[inline(always)]
    fn value(&mut self, window: &Window, hint: Hint) -> Option<()> {
        match *window {
            [0xa0..=0xbf | 0xd9, ..] => {
                let mut room = Room::behind(&mut self.out)?;
                let len = any_text(window, &mut room)?;
                room.keep();
                self.kept.handles += 1;
                self.scalar(len)
            }
            [0xc0, ..] => {
                put_within::<WINDOW, _>(&mut self.out, |room| room.put([tc::NULL]))?;
                self.scalar(1)
            }
            [marker @ (0xc2 | 0xc3), ..] => {
                self.boxed(BOOLEAN, Boxed::Boolean(marker == 0xc3), [marker & 1], 1)
            }
            // A signed marker is a type, but not where it is the shortest for a negative number: such a one is an Integer
            // or a Long all the same, unless the field says otherwise.
            [0xd2, a, b, c, d, ..] if a <= 0x7f || matches!(hint, Hint::None) => {
                let data = [a, b, c, d];
                self.boxed(INTEGER, Boxed::Integer(i32::from_be_bytes(data)), data, 5)
            }
            [0xd3, a, ..] if a <= 0x7f || matches!(hint, Hint::None | Hint::Long) => self.long(window),
            // Shorter ones that stand in eight bytes may be of type Integer.
            [0xcf, a @ ..=0x7f, b, c, d, ..]
                if matches!(hint, Hint::None | Hint::Long) && [a, b, c, d] != [0; 4] =>
            {
                self.long(window)
            }
            [0xcb, ref data @ ..] if !matches!(hint, Hint::Float) => {
                self.object::<8>(DOUBLE, *data.first_chunk()?)?;
                self.scalar(9)
            }
            [0..=0x7f | 0xcc..=0xce | 0xe0..=0xff, ..] if matches!(hint, Hint::None | Hint::Long) => {
                let (value, len) = first_int(window)?;
                match (hint, i32::try_from(value)) {
                    (Hint::None, Ok(value)) => {
                        self.boxed(INTEGER, Boxed::Integer(value), value.to_be_bytes(), len)
                    }
                    _ => self.boxed(LONG, Boxed::Long(value), value.to_be_bytes(), len),
                }
            }
            [0xd7, DATE_EXT, ..] => self.date(window),
            [0xc7, len, BIG_DECIMAL_EXT, ref payload @ ..] if OBJECTS => {
                self.big_decimal(payload.first_chunk()?, usize::from(len), 3)
            }
            [0xd7, BIG_DECIMAL_EXT, ref payload @ ..] if OBJECTS => {
                self.big_decimal(payload.first_chunk()?, 8, 2)
            }
            _ => match first_container(window)? {
                (Container::Map(count), len) => self.map(count, len),
                (Container::List(count), len) => self.list(count, len),
                (Container::Known { definition, parts }, len) if OBJECTS => {
                    self.defined(definition, parts, len)
                }
                (Container::Known { .. }, _) => None,
            },
        }
    }
}

/// A short string of ASCII without NUL. Gives how many bytes it took.
#[inline(always)]
fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (len, text) = short_text(window)?;
    mutf8::is_same_short(text, len).then_some(())?;
    room.put([tc::STRING, 0, len as u8])?;
    room.put_first(text, len).map(|()| 1 + len)
}

/// A string that is the same in modified UTF-8.
#[inline(always)]
fn any_text(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    mutf8::is_same_text(text, len).then_some(())?;
    room.put([tc::STRING, 0, len as u8])?;
    room.put_text(text, len).map(|()| begin + len)
}

/// A field of a primitive type. Gives how many bytes it took.
#[inline(always)]
fn primitive(code: u8, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match (code, window) {
        (b'I', [0..=0x7f | 0xcc..=0xcf, ..]) => {
            let (value, len) = first_int(window)?;
            room.put(i32::try_from(value).ok()?.to_be_bytes()).map(|()| len)
        }
        (b'J', [0..=0x7f | 0xcc..=0xcf, ..]) => {
            let (value, len) = first_int(window)?;
            room.put(value.to_be_bytes()).map(|()| len)
        }
        (b'D', [0xcb, data @ ..]) => room.put::<8>(*data.first_chunk()?).map(|()| 9),
        (b'Z', [marker @ (0xc2 | 0xc3), ..]) => room.put([marker & 1]).map(|()| 1),
        _ => None,
    }
}
