//! What streams are full of, each value read and written in one go, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, at the end of the stream, or where a buffer has to
//! grow, nothing happens and the loop ends. [`Reading::step`] takes any step.

mod class;
mod object;

use holdfast_document::{
    Number, Room, WINDOW, Width, Window, Writer, has_room, keep_apart, put_item, text_is_ascii,
};

pub(super) use class::Quick;

use super::{Frame, Handle, HandleKind, Kept, Reading};
use crate::layout::Op;
use crate::mutf8;
use crate::stream::tc;

/// How many handles a value takes at most.
const HANDLES: usize = 3;

/// What the loop works on: with objects and their fields, or without.
struct Run<'i, 'o, 's, const OBJECTS: bool> {
    /// The bytes from the next value on, and the offset where they end.
    rest: &'i [u8],
    end: usize,
    writer: &'s mut Writer<'o>,
    /// The next step of the innermost value, and what is left of it where it is a container.
    pc: u32,
    left: u32,
    frame: &'s mut Frame,
    kept: &'s mut Kept,
    depth: usize,
    room: usize,
    attribute: u32,
    /// As of [`Reading`]. While the items of a container are read nobody asks for it.
    last: u32,
}

impl Reading<'_> {
    /// Takes steps in the innermost value, and in those in it and around it, as long as they are quick. Where it ends no
    /// step is half done.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self, frame: &mut Frame) {
        self.running::<true>(frame);
    }

    /// As [`Reading::run_quickly`], as long as they are those of plain data: maps and lists of scalars, without objects. The
    /// fewer values a loop works on, the more of them stay in registers.
    #[inline(never)]
    pub(super) fn run_plain(&mut self, frame: &mut Frame) {
        if self.kept.code.is_of_items(frame.pc) {
            self.running::<false>(frame);
        }
    }

    #[inline(always)]
    fn running<const OBJECTS: bool>(&mut self, frame: &mut Frame) {
        let (rest, end) = (self.input.rest(), self.input.all().len());
        let (pc, left, kept) = (frame.pc, frame.left, &mut *self.kept);
        // Values that have no handle of their own would not make room for one.
        kept.handles.reserve(HANDLES);
        let (depth, room, attribute) = (self.depth, self.room, self.attribute);
        let mut last = self.last;
        let unread = self.writer.at_hand(|writer| {
            let mut run =
                Run::<OBJECTS> { rest, end, writer, pc, left, frame, kept, depth, room, attribute, last };
            while run.go_on().is_some() {}
            run.leave();
            last = run.last;
            run.rest.len()
        });
        self.last = last;
        self.input.advance(rest.len() - unread);
    }
}

impl<'i, const OBJECTS: bool> Run<'i, '_, '_, OBJECTS> {
    /// Takes the steps that come next, up to one that begins a value which holds others, or ends one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        (self.writer.len() <= self.room).then_some(())?;
        // Of plain data nothing else comes.
        if !OBJECTS {
            return self.items();
        }
        match self.kept.code.at(self.pc) {
            Op::Elements | Op::Entries => self.items(),
            Op::Part(_) => {
                let window = self.window()?;
                let place = self.place()?;
                self.pc += 1;
                let Some(len) = self.writer.put_within(|room| text(window, room)) else {
                    let done = self.value(window, place);
                    if done.is_none() {
                        self.pc -= 1;
                    }
                    return done;
                };
                self.define(HandleKind::Scalar, place, self.at());
                self.pass(len)
            }
            Op::Primitive(code) => {
                let window = self.window()?;
                let len = self.writer.put_within(|room| primitive(code, window, room))?;
                self.pc += 1;
                self.pass(len)
            }
            Op::End => {
                let [tc::ENDBLOCKDATA, ..] = *self.rest else { return None };
                self.pc += 1;
                self.pass(1)
            }
            Op::Return => {
                let outer = self.kept.frames.pop()?;
                self.set_last(self.frame.handle);
                self.go_back(outer);
                Some(())
            }
            _ => None,
        }
    }

    /// Reads the strings that come next in a container, then another item, or goes on behind the last one.
    #[inline(always)]
    fn items(&mut self) -> Option<()> {
        keep_apart();
        self.short_strings();
        if self.left == 0 {
            return self.end();
        }
        let window = self.window()?;
        let place = self.place()?;
        // Room for any scalar, so that none needs another look for that.
        self.writer.room::<WINDOW>()?;
        self.left -= 1;
        let done = self.value(window, place);
        if done.is_none() {
            self.left += 1;
        }
        done
    }

    /// Reads the short strings that come next in a container.
    #[inline(always)]
    fn short_strings(&mut self) {
        while self.left > 0
            && let Some(window) = self.window()
            && let Some(place) = self.place()
            && let Some(len) = self.writer.put_within(|room| short_string(window, room))
        {
            self.define(HandleKind::Scalar, place, self.at());
            self.left -= 1;
            if self.pass(len).is_none() {
                break;
            }
        }
    }

    /// Goes on behind the last item of a container: ends it where it is known how, and the one around it is plain too.
    #[inline(always)]
    fn end(&mut self) -> Option<()> {
        if OBJECTS {
            self.pc += 1;
            return Some(());
        }
        let code = &self.kept.code;
        let [tc::ENDBLOCKDATA, ref behind @ ..] = *self.rest else { return None };
        let outer = self.kept.frames.last()?;
        (code.ends_behind(self.pc) && code.is_of_items(outer.pc)).then_some(())?;
        self.rest = behind;
        let outer = self.kept.frames.pop()?;
        self.go_back(outer);
        Some(())
    }

    /// The next bytes.
    #[inline(always)]
    fn window(&self) -> Option<&'i Window> {
        self.rest.first_chunk()
    }

    /// Where the next value will stand in the document, if there may be one.
    #[inline(always)]
    fn place(&self) -> Option<u32> {
        has_room(&self.kept.handles, HANDLES).then_some(self.writer.len() as u32)
    }

    /// The offset of the next value.
    #[inline(always)]
    fn at(&self) -> u32 {
        (self.end - self.rest.len()) as u32
    }

    /// Goes on behind so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        Some(())
    }

    /// As [`Reading::define`], where there is room; it is the last one then.
    #[inline(always)]
    fn define(&mut self, kind: HandleKind, at: u32, more: u32) -> u32 {
        let handle = self.kept.quick_define(kind, at, more);
        self.set_last(handle);
        handle
    }

    /// The handle of what was read last.
    #[inline(always)]
    const fn set_last(&mut self, handle: u32) {
        if OBJECTS {
            self.last = handle;
        }
    }

    /// Brings the frame of the innermost value up to date.
    #[inline(always)]
    fn leave(&mut self) {
        (self.frame.pc, self.frame.left) = (self.pc, self.left);
    }

    /// Goes on in a value, for whose frame there is room.
    #[inline(always)]
    fn enter(&mut self, inner: Frame) -> Option<()> {
        self.leave();
        (self.pc, self.left) = (inner.pc, inner.left);
        put_item(&mut self.kept.frames, std::mem::replace(self.frame, inner)).then_some(())
    }

    /// Goes on in the value around the innermost one.
    #[inline(always)]
    fn go_back(&mut self, outer: Frame) {
        (self.pc, self.left) = (outer.pc, outer.left);
        *self.frame = outer;
    }

    /// Reads a value that is no short string of ASCII, or begins one that holds others.
    #[inline(always)]
    fn value(&mut self, window: &'i Window, place: u32) -> Option<()> {
        match *window {
            [tc::OBJECT, tc::REFERENCE, a, b, c, d, ref data @ ..] => {
                self.object(self.kept.class_of([a, b, c, d])?, data, place)
            }
            [tc::REFERENCE, a, b, c, d, ..] => {
                let (number, Handle { kind, at, .. }) = self.kept.referred([a, b, c, d])?;
                let done = match kind {
                    HandleKind::Cached => self.writer.put_repeat(at as usize),
                    HandleKind::Count => {
                        self.writer.put_number(Number { value: i64::from(at), width: Width::Int })
                    }
                    _ => false,
                };
                done.then_some(())?;
                self.set_last(number);
                self.pass(5)
            }
            [tc::STRING, 0, len, ref text @ ..] => {
                let len = usize::from(len);
                let long = text;
                let text = text.first_chunk()?;
                (text_is_ascii(text, len) || mutf8::is_utf8_of_units(long, len)).then_some(())?;
                let mut room = self.writer.room::<WINDOW>()?;
                room.str(text, len)?;
                room.keep();
                self.define(HandleKind::Scalar, place, self.at());
                self.pass(3 + len)
            }
            [tc::NULL, ..] => {
                self.writer.put_nil().then_some(())?;
                self.set_last(u32::MAX);
                self.pass(1)
            }
            _ => None,
        }
    }
}

/// A short string of ASCII. Gives how many bytes it took.
#[inline(always)]
fn short_string(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [tc::STRING, 0, len, ref text @ ..] = *window else { return None };
    let (len, text) = (usize::from(len), text.first_chunk()?);
    text_is_ascii(text, len).then_some(())?;
    room.short_str(text, len).map(|()| 3 + len)
}

/// A string of ASCII. Gives how many bytes it took.
#[inline(always)]
fn text(window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    let [tc::STRING, 0, len, ref text @ ..] = *window else { return None };
    let (len, text) = (usize::from(len), text.first_chunk()?);
    text_is_ascii(text, len).then_some(())?;
    room.str(text, len).map(|()| 3 + len)
}

/// A field of a primitive type. Gives how many bytes it took.
#[inline(always)]
fn primitive(code: u8, window: &Window, room: &mut Room<'_, WINDOW>) -> Option<usize> {
    match (code, window) {
        (b'B', [byte, ..]) => room.int(i64::from(*byte as i8)).map(|()| 1),
        (b'C', _) => room.char(u16::from_be_bytes(*window.first_chunk()?)).map(|()| 2),
        (b'D', _) => room.f64(f64::from_be_bytes(*window.first_chunk()?)).map(|()| 8),
        (b'F', _) => room.f32(f32::from_be_bytes(*window.first_chunk()?)).map(|()| 4),
        (b'I', _) => room.int(i64::from(i32::from_be_bytes(*window.first_chunk()?))).map(|()| 4),
        (b'J', _) => room.int(i64::from_be_bytes(*window.first_chunk()?)).map(|()| 8),
        (b'S', _) => room.int(i64::from(i16::from_be_bytes(*window.first_chunk()?))).map(|()| 2),
        (b'Z', [byte, ..]) => room.bool(*byte != 0).map(|()| 1),
        _ => None,
    }
}
