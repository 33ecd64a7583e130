//! Plain data, of which most sessions consist: maps and lists of scalars, without objects. They have a loop of their own, as
//! the fewer values a loop works on, the more of them stay in registers. Nothing here is a rule of its own, as in `quick.rs`.

use holdfast_document::{
    Container, Room, Window, any_bits, first_container, first_int, first_text, has_room, put_item, put_within,
};

use super::Writer;
use super::frame::{Frame, Kind};
use super::quick::{ARRAY_LIST, HASH_MAP};
use crate::classes::Classes;
use crate::text::date::LastDay;
use crate::text::{big, quick};
use crate::xml::entry::Entry;
use crate::xml::escape::{is_plain, special};
use crate::xml::quick::Quick as Xml;

/// What a key or a value takes at most, with the lines and the tags of its entry.
const ROOM: usize = 256;

/// What comes next in the innermost container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Elements,
    Keys,
    /// The value of an entry, which is not among the open elements here.
    Value,
    /// What is no plain data.
    Other,
}

/// What the loop works on.
struct Run<'d, 'q, 'p> {
    /// The document from the next value on, where that ends, and where the value of the attribute begins.
    rest: &'d [u8],
    end: usize,
    base: usize,
    xml: &'q mut Xml<'p>,
    inside: Inside,
    /// How many values the container still holds.
    left: u32,
    /// Where the name of the open entry stands.
    entry: u32,
    frames: &'q mut Vec<Frame>,
    classes: &'q Classes,
    last_day: &'q LastDay,
    depth: usize,
    most: usize,
}

impl Writer<'_, '_> {
    /// Writes what is left of the innermost container, and of those in it and around it, as long as it is plain data to which no
    /// reference leads. Where it ends no step is half done.
    #[inline(never)]
    pub(super) fn run_plain(&mut self) {
        let is_plain =
            self.frames.last().is_some_and(|frame| matches!(frame.kind, Kind::Elements | Kind::Entries));
        if self.tracking || !is_plain {
            return;
        }
        let (at, end) = (self.doc.at(), self.document.len());
        let base = at - self.doc.place() as usize;
        let Some(rest) = self.document.get(at..) else { return };
        let mut xml = self.xml.quick();
        let mut run = Run {
            rest,
            end,
            base,
            xml: &mut xml,
            inside: Inside::Other,
            left: 0,
            entry: 0,
            frames: &mut self.frames,
            classes: self.classes,
            last_day: self.last_day,
            depth: self.limits.depth,
            most: self.limits.bytes,
        };
        if run.resume().is_some() {
            while run.go_on().is_some() {}
        }
        run.leave();
        let unread = run.rest.len();
        let Xml { out, in_tag, .. } = xml;
        self.xml.went_quickly(out, in_tag);
        self.doc.seek((end - unread - base) as u32);
    }
}

impl<'d> Run<'d, '_, '_> {
    /// Goes on in the container that was begun last, if it is plain.
    #[inline(always)]
    fn resume(&mut self) -> Option<()> {
        self.inside = Inside::Other;
        let frame = self.frames.last_mut()?;
        let left = frame.parts - frame.begun;
        // Of the four parts of an entry two are values.
        (self.inside, self.left) = match (frame.kind, frame.begun % 4) {
            (Kind::Elements, _) => (Inside::Elements, left),
            (Kind::Entries, 0) => (Inside::Keys, left / 2),
            (Kind::Entries, 2) => {
                self.entry = self.xml.take_entry()?;
                (Inside::Value, left / 2)
            }
            (Kind::Entries, 3) => {
                self.xml.close().then_some(())?;
                frame.begun += 1;
                (Inside::Keys, left / 2)
            }
            _ => return None,
        };
        // Then no value needs to look whether it is the first.
        (self.left == 0 || self.xml.finish_tag()).then_some(())
    }

    /// Brings the frame and the open elements up to date.
    #[inline(always)]
    fn leave(&mut self) {
        let Some(frame) = self.frames.last_mut() else { return };
        match self.inside {
            Inside::Elements => frame.begun = frame.parts - self.left,
            Inside::Keys => frame.begun = frame.parts - 2 * self.left,
            Inside::Value => {
                frame.begun = frame.parts - 2 * self.left;
                self.xml.put_entry(self.entry);
            }
            Inside::Other => {}
        }
    }

    /// Writes the scalars that come next in the container, then begins another one or ends this one.
    #[inline(always)]
    fn go_on(&mut self) -> Option<()> {
        let other = match self.inside {
            Inside::Elements => self.elements()?,
            Inside::Keys | Inside::Value => self.entries()?,
            Inside::Other => return None,
        };
        match other {
            Some(window) => self.begin(window),
            None => self.close(),
        }
    }

    /// Writes elements that are scalars. Gives what is none.
    #[inline(always)]
    fn elements(&mut self) -> Option<Option<&'d Window>> {
        let last_day = self.last_day;
        while self.left > 0 {
            let window = self.next()?;
            let written = self.put_element(|room| scalar(window, room, last_day));
            let Some(len) = written else { return Some(Some(window)) };
            self.pass(len)?;
        }
        Some(None)
    }

    /// Writes entries whose keys are scalars, and the values that are. Gives what is none.
    #[inline(always)]
    fn entries(&mut self) -> Option<Option<&'d Window>> {
        let (entry, last_day) = (self.xml.entry()?, self.last_day);
        loop {
            if self.inside == Inside::Keys {
                if self.left == 0 {
                    return Some(None);
                }
                let window = self.next()?;
                let name = self.xml.out.len() + entry.name();
                // For the entry, and what its value may be.
                self.xml.has_room(2).then_some(())?;
                let len = put_within(&mut self.xml.out, |room: &mut Room<'_, ROOM>| {
                    entry.put_begin(room)?;
                    scalar(window, room, last_day)
                })?;
                self.entry = name as u32;
                self.inside = Inside::Value;
                self.pass(len)?;
            }
            let window = self.next()?;
            let written = self.put_value(entry, |room| scalar(window, room, last_day));
            let Some(len) = written else { return Some(Some(window)) };
            self.inside = Inside::Keys;
            self.pass(len)?;
        }
    }

    /// Writes what is an element by itself. Gives how many bytes of the document it took.
    #[inline(always)]
    fn put_element(&mut self, write: impl FnOnce(&mut Room<'_, ROOM>) -> Option<usize>) -> Option<usize> {
        let (depth, lines) = (self.xml.depth(), self.xml.lines());
        put_within(&mut self.xml.out, |room| {
            lines.put(room, depth)?;
            write(room)
        })
    }

    /// As [`Run::put_element`], of the value of an entry, which ends with it.
    #[inline(always)]
    fn put_value(
        &mut self,
        entry: &Entry,
        write: impl FnOnce(&mut Room<'_, ROOM>) -> Option<usize>,
    ) -> Option<usize> {
        let (depth, lines) = (self.xml.depth(), self.xml.lines());
        put_within(&mut self.xml.out, |room| {
            lines.put(room, depth + 1)?;
            let len = write(room)?;
            entry.put_end(room)?;
            Some(len)
        })
    }

    /// The next value, if more may be written.
    #[inline(always)]
    fn next(&self) -> Option<&'d Window> {
        (self.xml.out.len() <= self.most).then_some(())?;
        self.rest.first_chunk()
    }

    /// Goes on behind a value of so many bytes.
    #[inline(always)]
    fn pass(&mut self, len: usize) -> Option<()> {
        self.rest = self.rest.get(len..)?;
        self.left -= 1;
        Some(())
    }

    /// Writes a string that is not ASCII, as an element or as the value of an entry.
    #[inline(always)]
    fn text(&mut self, window: &Window) -> Option<()> {
        let len = if self.inside == Inside::Value {
            let len = self.put_value(self.xml.entry()?, |room| string(window, room, is_plain))?;
            self.inside = Inside::Keys;
            len
        } else {
            self.put_element(|room| string(window, room, is_plain))?
        };
        self.pass(len)
    }

    /// Begins a container, as an element or as the value of an entry, or writes a scalar that is less usual.
    #[inline(always)]
    fn begin(&mut self, window: &Window) -> Option<()> {
        if let [0xa0..=0xbf | 0xd9, ..] = window {
            return self.text(window);
        }
        let (container, len) = first_container(window)?;
        let (class, kind, parts) = match container {
            Container::Map(count) => (HASH_MAP, Kind::Entries, 4 * count),
            Container::List(count) => (ARRAY_LIST, Kind::Elements, count),
            Container::Known { .. } => return None,
        };
        let tags = self.classes.get(self.classes.known(class)?).tags()?;
        let in_entry = self.inside == Inside::Value;
        let elements = self.xml.depth() + usize::from(in_entry);
        let may = elements.div_ceil(2) <= self.depth
            && self.frames.len() < self.depth
            && has_room(self.frames, 1)
            && self.xml.has_room(2);
        may.then_some(())?;
        if in_entry {
            self.xml.put_entry(self.entry);
        }
        if self.xml.open(tags).is_none() {
            if in_entry {
                self.xml.take_entry()?;
            }
            return None;
        }
        let place = (self.end - self.rest.len() - self.base) as u32;
        self.pass(len)?;
        let frame = self.frames.last_mut()?;
        frame.begun = match self.inside {
            Inside::Elements => frame.parts - self.left,
            // The entry is to be ended.
            _ => frame.parts - 2 * self.left - 1,
        };
        put_item(self.frames, Frame::new(kind, parts, place));
        self.resume()
    }

    /// Ends the container, and goes on in the one around it.
    #[inline(always)]
    fn close(&mut self) -> Option<()> {
        self.xml.close().then_some(())?;
        self.frames.pop();
        self.resume()
    }
}

/// A scalar as an element that is named after its class. Gives how many bytes of the document it took.
#[inline(always)]
fn scalar(window: &Window, room: &mut Room<'_, ROOM>, last_day: &LastDay) -> Option<usize> {
    match *window {
        [0xa0..=0xbf | 0xd9, ..] => string(window, room, |text| any_bits(text, special) == 0),
        // A signed marker is a type only where a shorter one would do. Where it is none, the number has that type all the same.
        [0..=0x7f | 0xcc..=0xcf | 0xd2..=0xd3 | 0xe0..=0xff, ..] => {
            let (value, len) = first_int(window)?;
            if i32::try_from(value).is_ok() && !matches!(*window, [0xd3, ..]) {
                room.put(*b"<int>")?;
                room.integer(value)?;
                room.put(*b"</int>")?;
            } else {
                room.put(*b"<long>")?;
                room.integer(value)?;
                room.put(*b"</long>")?;
            }
            Some(len)
        }
        [0xc0, ..] => room.put(*b"<null/>").map(|()| 1),
        [0xc2, ..] => room.put(*b"<boolean>false</boolean>").map(|()| 1),
        [0xc3, ..] => room.put(*b"<boolean>true</boolean>").map(|()| 1),
        [0xcb, a, b, c, d, e, f, g, h, ..] => {
            room.put(*b"<double>")?;
            quick::put_double(room, f64::from_be_bytes([a, b, c, d, e, f, g, h]))?;
            room.put(*b"</double>")?;
            Some(9)
        }
        [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
            room.put(*b"<date>")?;
            quick::put_date(room, i64::from_be_bytes([a, b, c, d, e, f, g, h]), last_day)?;
            room.put(*b"</date>")?;
            Some(10)
        }
        [0xd7, 11, ref payload @ ..] => decimal(payload.get(..8)?, room).map(|()| 10),
        [0xc7, len @ 5..=12, 11, ref payload @ ..] => {
            let len = usize::from(len);
            decimal(payload.get(..len)?, room).map(|()| 3 + len)
        }
        _ => None,
    }
}

/// A string, if `is_plain` says that it may stand as it is.
#[inline(always)]
fn string(window: &Window, room: &mut Room<'_, ROOM>, is_plain: impl FnOnce(&[u8]) -> bool) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    is_plain(text.get(..len)?).then_some(())?;
    room.put(*b"<string>")?;
    room.put_text(text, len)?;
    room.put(*b"</string>")?;
    Some(begin + len)
}

#[inline(always)]
fn decimal(payload: &[u8], room: &mut Room<'_, ROOM>) -> Option<()> {
    let (scale, unscaled) = payload.split_first_chunk()?;
    room.put(*b"<big-decimal>")?;
    quick::put_decimal(room, i32::from_be_bytes(*scale), big::small(unscaled)?)?;
    room.put(*b"</big-decimal>")
}
