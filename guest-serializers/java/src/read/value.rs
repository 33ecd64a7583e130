//! One value of a stream: what it is, and where it goes in the document.

use holdfast_document::{Fact, builtin};

use super::class::EXCEPTION;
use super::{Frame, HandleKind, Reading, Step, damaged, limit};
use crate::classes::{self, id};
use crate::mutf8;
use crate::stream::{sc, tc};

impl<'a> Reading<'a> {
    /// Reads a value. One that holds others is begun only, and is complete when its frame ran.
    ///
    /// `custom`: it stands in the data of a `writeObject` method, where bare bytes would be a block of data.
    #[inline(never)]
    pub(super) fn value(&mut self, custom: bool) -> Step<Option<Frame>> {
        if self.writer.len() > self.room {
            return Err(limit(super::finish::TOO_LARGE));
        }
        let at = self.input.at();
        match self.input.u8()? {
            tc::NULL => {
                self.last = u32::MAX;
                self.writer.nil();
                Ok(None)
            }
            tc::STRING => {
                let text = self.input.short_text()?;
                self.string(at, text)?;
                Ok(None)
            }
            tc::OBJECT => self.object(at),
            tc::REFERENCE => {
                self.reference(at)?;
                Ok(None)
            }
            tc::ENUM => {
                self.constant(at)?;
                Ok(None)
            }
            tc::ARRAY => self.array(at, custom),
            tc::CLASS => {
                self.literal()?;
                Ok(None)
            }
            tc::LONGSTRING => {
                let text = self.input.long_text()?;
                self.string(at, text)?;
                Ok(None)
            }
            tc::CLASSDESC | tc::PROXYCLASSDESC => {
                Err(damaged(at, "a class descriptor as a value; a document has no place for one"))
            }
            tc::RESET => Err(damaged(at, "a reset in the middle of the stream, which MSM never writes")),
            tc::EXCEPTION => Err(damaged(at, EXCEPTION)),
            tc::BLOCKDATA | tc::BLOCKDATALONG => {
                Err(damaged(at, "expected an object, found a block of data"))
            }
            tc::ENDBLOCKDATA => Err(damaged(at, "expected an object, found the end of another one's data")),
            _ => Err(damaged(at, "no kind of content begins with this byte")),
        }
    }

    #[inline]
    fn string(&mut self, at: u32, text: super::Span) -> Step<()> {
        let place = self.writer.len() as u32;
        self.last = self.define(HandleKind::Scalar, place, at);
        self.write_text(text)
    }

    /// Writes modified UTF-8 as a string of the document.
    #[inline]
    pub(super) fn write_text(&mut self, text: super::Span) -> Step<()> {
        let bytes = self.input.span(text);
        if mutf8::is_utf8(bytes) {
            self.writer.str_bytes(bytes);
            return Ok(());
        }
        mutf8::decode(bytes, &mut self.kept.units)
            .map_err(|inside| damaged(text.at + inside as u32, super::class::BAD_TEXT))?;
        self.writer.utf16(self.kept.units.iter().copied());
        Ok(())
    }

    fn object(&mut self, at: u32) -> Step<Option<Frame>> {
        let class = self.class_desc()?;
        if let Some(known) = self.known_class(class)
            && !self.again.is_raw(at, known)
        {
            if self.scalar(at, known, class)? {
                return Ok(None);
            }
            if let Some(frame) = self.begin_built_in(at, known, class)? {
                return Ok(Some(frame));
            }
        }
        let (pc, parts) = self.code_of(class)?;
        let place = self.writer.len() as u32;
        let handle = self.define_object(class);
        self.begin_defined(class, parts)?;
        Ok(Some(Frame { pc, at, place, handle, kept: class, ..Frame::default() }))
    }

    /// Begins an object of a class of the JDK as the built-in class that it is, if there is one.
    fn begin_built_in(&mut self, at: u32, known: classes::ClassId, class: u32) -> Step<Option<Frame>> {
        let Some((mut program, mut pc)) = self.kept.code.of_class(known) else { return Ok(None) };
        if known == const { id("java.util.CollSer") } {
            // One class stands for three; the tag in front says which.
            let found = match self.input.rest() {
                [0, 0, 0, tag @ 1..=3, ..] => self.kept.code.of_number(u16::from(19 + tag)),
                _ => None,
            };
            match found {
                Some(found) => (program, pc) = found,
                None => return Ok(None),
            }
        }
        let place = self.writer.len() as u32;
        let handle = self.define_object(class);
        let number = program.number;
        if let Some(parts) = fixed_parts(u16::from(number))
            && known != const { id("java.time.Ser") }
        {
            self.writer.builtin(u16::from(number), parts);
        }
        Ok(Some(Frame { pc, at, place, handle, number, class: known, ..Frame::default() }))
    }

    fn array(&mut self, at: u32, custom: bool) -> Step<Option<Frame>> {
        let class = self.class_desc()?;
        let Some(found) = self.kept.classes.get(class as usize).copied() else { return Ok(None) };
        let name = self.input.span(found.name);
        let width = match name {
            [b'[', b'L' | b'[', ..] => 0,
            b"[B" | b"[Z" => 1,
            b"[C" | b"[S" => 2,
            b"[I" | b"[F" => 4,
            b"[J" | b"[D" => 8,
            _ => return Err(damaged(at, format!("an array of the class {}", self.shown(found.name)))),
        };
        let place = self.writer.len() as u32;
        let handle = self.define_object(class);
        let len_at = self.input.at();
        let count = self.input.u32()?;
        if count as usize > self.input.left() / width.max(1) {
            return Err(damaged(len_at, format!("the stream is too short for an array of {count} elements")));
        }
        if width > 0 {
            if found.known.is_none() {
                return Err(damaged(found.at, "an array of primitives whose class is not the JDK's"));
            }
            let data = self.input.take(count as usize * width)?;
            match name {
                b"[B" if custom => {
                    self.writer.builtin(holdfast_document::builtin::BYTES_IN_CUSTOM_DATA, 1);
                    self.writer.bin(data);
                }
                b"[B" => self.writer.bin(data),
                [_, element, ..] => self.writer.primitives(*element, data),
                _ => {}
            }
            return Ok(None);
        }
        match found.known.and_then(classes::class).filter(|row| row.number > 0) {
            Some(row) => self.writer.builtin(row.number, count),
            None => self.begin_defined(class, count)?,
        }
        let pc = self.kept.code.elements();
        Ok(Some(Frame { pc, at, place, handle, left: count, count, number: u8::MAX, ..Frame::default() }))
    }

    fn constant(&mut self, at: u32) -> Step<()> {
        let class = self.class_desc()?;
        let is_enum = self
            .kept
            .classes
            .get(class as usize)
            .is_some_and(|class| class.flags & sc::ENUM != 0 && class.superclass.is_some());
        if !is_enum {
            return Err(damaged(at, "a constant of a class that is no enum"));
        }
        let handle = self.define(HandleKind::Constant, self.kept.constants.len() as u32, 0);
        let name = self.interned_string()?;
        self.kept.constants.push(super::Constant { class, name });
        let bytes = self.input.span(name);
        match self.kept.interned.get(class + 1, bytes) {
            None => self.kept.interned.insert(class + 1, bytes, handle),
            Some(_) => self.note(self.writer.len() as u32, 0, Fact::Distinct),
        }
        self.last = handle;
        self.write_constant(super::Constant { class, name })
    }

    fn write_constant(&mut self, constant: super::Constant) -> Step<()> {
        self.begin_defined(constant.class, 1)?;
        self.write_text(constant.name)
    }

    fn literal(&mut self) -> Step<()> {
        let class = self.class_desc()?;
        let handle = self.define(HandleKind::Literal, class, 0);
        let place = self.writer.len() as u32;
        if let Some(found) = self.kept.classes.get_mut(class as usize) {
            if found.literal == 0 {
                found.literal = handle + 1;
            } else {
                self.note(place, 0, Fact::Distinct);
            }
        }
        self.last = handle;
        self.writer.class();
        self.named_head(class)
    }

    /// An object that was met before.
    fn reference(&mut self, at: u32) -> Step<()> {
        let (number, handle) = self.handle_number()?;
        self.last = number;
        let place = self.writer.len() as u32;
        match handle.kind {
            HandleKind::Object => self.write_reference(handle.at),
            HandleKind::Cached => {
                self.writer.repeat(handle.at as usize);
                Ok(())
            }
            HandleKind::Scalar => {
                self.same(number, place, 0);
                self.writer.repeat(handle.at as usize);
                Ok(())
            }
            HandleKind::Interned | HandleKind::Text | HandleKind::Name => {
                self.same(number, place, 0);
                match self.text_of(handle) {
                    Some(text) => self.write_text(text),
                    None => Err(damaged(at, "a reference to a string that cannot be read")),
                }
            }
            HandleKind::Constant => match self.kept.constants.get(handle.at as usize).copied() {
                Some(constant) => self.write_constant(constant),
                None => Err(damaged(at, "a reference to a constant that has no name yet")),
            },
            HandleKind::Literal => {
                self.writer.class();
                self.named_head(handle.at)
            }
            HandleKind::Count => {
                self.writer.number(holdfast_document::Number {
                    value: i64::from(handle.at as i32),
                    width: holdfast_document::Width::Int,
                });
                Ok(())
            }
            HandleKind::Boolean => {
                self.writer.bool(handle.at != 0);
                Ok(())
            }
            HandleKind::Inner => self.repeat_inner(at, number, handle.at),
            HandleKind::Hidden => Self::raw(handle.at, handle.more as classes::ClassId),
            HandleKind::Class => {
                Err(damaged(at, "a class descriptor as a value; a document has no place for one"))
            }
        }
    }

    /// Says that the value is the one at a place of the document.
    #[inline]
    fn write_reference(&mut self, place: u32) -> Step<()> {
        if let Some(place) = place.checked_sub(self.base) {
            self.writer.reference(place);
            return Ok(());
        }
        let after = self.kept.attributes.partition_point(|attribute| attribute.base <= place);
        let target = after.saturating_sub(1) as u32;
        let base = self.kept.attributes.get(target as usize).map_or(0, |attribute| attribute.base);
        let from = self.number_of(self.attribute);
        let to = self.number_of(target);
        if self.kept.edges.last() != Some(&(from, to)) {
            self.kept.edges.push((from, to));
        }
        self.writer.xref(to, place.saturating_sub(base));
        Ok(())
    }

    /// The number of an attribute in the extras' names.
    pub(super) fn number_of(&mut self, attribute: u32) -> u32 {
        let next = self.kept.names.len() as u32;
        match self.kept.attributes.get_mut(attribute as usize) {
            Some(found) if found.number > 0 => found.number - 1,
            Some(found) => {
                found.number = next + 1;
                self.kept.names.push(attribute);
                next
            }
            None => 0,
        }
    }
}

/// How many parts every value of a built-in class has.
fn fixed_parts(number: u16) -> Option<u32> {
    match builtin::by_number(number)?.shape {
        builtin::Shape::Parts(names) => Some(names.len() as u32),
        _ => None,
    }
}
