//! Class descriptors of a stream.

use std::borrow::Cow;

use super::quick::Quick;
use super::{HandleKind, Reading, Span, Step, damaged, descriptors, limit};
use crate::classes::{self, ClassId};
use crate::layout::{Op, field};
use crate::mutf8;
use crate::stream::{BASE_HANDLE, MAX_SUPERCLASSES, is_descriptor, sc, tc};

/// A class descriptor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described {
    /// Its offset.
    pub(super) at: u32,
    pub(super) name: Span,
    pub(super) suid: i64,
    pub(super) flags: u8,
    /// The first of its fields, or of a proxy's interfaces, among all, and how many there are.
    pub(super) first: u32,
    pub(super) fields: u32,
    pub(super) superclass: Option<u32>,
    /// How many superclasses there are above it.
    pub(super) depth: u32,
    pub(super) proxy: bool,
    /// The class of the JDK whose descriptor is exactly this.
    pub(super) known: Option<ClassId>,
    /// The attribute that has its definition, plus one, and that one's number.
    pub(super) defined_in: u32,
    pub(super) definition: u32,
    /// Where the steps for its objects begin, plus one; how many parts they have.
    pub(super) code: u32,
    pub(super) parts: u32,
    /// The handle of the class as a value, plus one.
    pub(super) literal: u32,
    /// How its objects are read at best.
    pub(super) quick: Quick,
    /// The descriptor of an earlier stream that is the same, plus one.
    pub(super) met: u32,
}

impl Described {
    /// In place of the first of its fields, where these were not looked at.
    pub(super) const NOT_LISTED: u32 = u32::MAX;
}

/// A field, or the interface of a proxy, which has a name only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: Span,
    pub(super) descriptor: Span,
}

impl<'a> Reading<'a> {
    /// A class descriptor, new or met before, that is not null.
    #[inline]
    pub(super) fn class_desc(&mut self) -> Step<u32> {
        // All but the first object of a class.
        if let Some(&[tc::REFERENCE, a, b, c, d]) = self.input.rest().first_chunk()
            && let Some(handle) =
                self.kept.handles.get(u32::from_be_bytes([a, b, c, d]).wrapping_sub(BASE_HANDLE) as usize)
            && handle.kind == HandleKind::Class
        {
            let class = handle.at;
            self.input.advance(5);
            return Ok(class);
        }
        self.other_class_desc()
    }

    fn other_class_desc(&mut self) -> Step<u32> {
        let at = self.input.at();
        if self.input.peek() == Some(tc::REFERENCE) {
            self.input.u8()?;
            let (_, handle) = self.handle_number()?;
            return match handle.kind {
                HandleKind::Class => Ok(handle.at),
                _ => Err(damaged(at, "expected a class, found a reference to something else")),
            };
        }
        match self.met_before() {
            Some(class) => Ok(class),
            None => self.new_class_desc(),
        }
    }

    /// A descriptor holds that of the superclass at its end: a loop does what looks like a recursion.
    fn new_class_desc(&mut self) -> Step<u32> {
        let first = self.kept.classes.len() as u32;
        loop {
            let at = self.input.at();
            let superclass = match self.input.u8()? {
                tc::CLASSDESC => {
                    self.plain_desc(at)?;
                    continue;
                }
                tc::PROXYCLASSDESC => {
                    self.proxy_desc(at)?;
                    continue;
                }
                tc::REFERENCE => match self.handle_number()? {
                    (_, handle) if handle.kind == HandleKind::Class && handle.at < first => Some(handle.at),
                    _ => {
                        return Err(damaged(
                            at,
                            "expected a superclass, found a reference to something else",
                        ));
                    }
                },
                tc::NULL if self.kept.classes.len() as u32 > first => None,
                tc::EXCEPTION => return Err(damaged(at, EXCEPTION)),
                _ => return Err(damaged(at, "expected a class descriptor")),
            };
            let last = self.kept.classes.len() as u32;
            self.link(first, last, superclass)?;
            self.keep_descriptors(first, last, at);
            return Ok(first);
        }
    }

    fn plain_desc(&mut self, at: u32) -> Step<()> {
        let name = self.input.short_text()?;
        if name.len == 0 {
            return Err(damaged(at, "a class has no name"));
        }
        let suid = self.input.i64()?;
        let place = self.kept.classes.len() as u32;
        self.define(HandleKind::Class, place, 0);
        let flags_at = self.input.at();
        let flags = self.input.u8()?;
        let count = self.input.u16()?;
        let first = self.kept.fields.len() as u32;
        for _ in 0..count {
            let field_at = self.input.at();
            let code = self.input.u8()?;
            let name = self.input.short_text()?;
            let descriptor = match code {
                b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z' => Span { at: field_at, len: 1 },
                b'L' | b'[' => {
                    let descriptor = self.interned_string()?;
                    if !is_descriptor(code, self.input.span(descriptor)) {
                        return Err(damaged(field_at, "the type of a field is no type descriptor"));
                    }
                    descriptor
                }
                _ => return Err(damaged(field_at, "a field has none of the types BCDFIJSZL[")),
            };
            if name.len == 0 {
                return Err(damaged(field_at, "a field has no name"));
            }
            self.kept.fields.push(Field { name, descriptor });
        }
        self.no_annotation()?;
        let bad = |text| Err(damaged(flags_at, text));
        if flags & sc::EXTERNALIZABLE != 0 && (flags & sc::BLOCK_DATA == 0 || flags & sc::SERIALIZABLE != 0) {
            return bad("an Externalizable class of stream protocol 1, whose data has no end");
        }
        if flags & sc::EXTERNALIZABLE != 0 && (count > 0 || flags & sc::WRITE_METHOD != 0) {
            return bad("an Externalizable class with fields");
        }
        if flags & !(sc::WRITE_METHOD | sc::SERIALIZABLE | sc::EXTERNALIZABLE | sc::BLOCK_DATA | sc::ENUM)
            != 0
        {
            return bad("flags of a class that the protocol does not have");
        }
        let is_array = self.input.span(name).first() == Some(&b'[');
        let fixed = match () {
            () if is_array => Some(sc::SERIALIZABLE),
            () if flags & sc::ENUM != 0 => Some(sc::SERIALIZABLE | sc::ENUM),
            () => None,
        };
        if fixed.is_some_and(|fixed| fixed != flags || count > 0) {
            return bad("an array or an enum with fields, or with other flags than Java gives it");
        }
        if flags & sc::SERIALIZABLE == 0 && (count > 0 || flags & sc::WRITE_METHOD != 0) {
            return bad("a class with fields that is not Serializable");
        }
        self.kept.classes.push(Described {
            at,
            name,
            suid,
            flags,
            first,
            fields: u32::from(count),
            superclass: None,
            depth: 0,
            proxy: false,
            known: None,
            defined_in: 0,
            definition: 0,
            code: 0,
            parts: 0,
            literal: 0,
            quick: Quick::No,
            met: 0,
        });
        Ok(())
    }

    fn proxy_desc(&mut self, at: u32) -> Step<()> {
        let place = self.kept.classes.len() as u32;
        self.define(HandleKind::Class, place, 0);
        let count_at = self.input.at();
        let count = self.input.u32()?;
        if count as usize > self.input.left() / 2 {
            return Err(damaged(count_at, "the stream is too short for so many interfaces"));
        }
        let first = self.kept.fields.len() as u32;
        for _ in 0..count {
            let name = self.input.short_text()?;
            self.kept.fields.push(Field { name, descriptor: Span::default() });
        }
        self.no_annotation()?;
        self.kept.classes.push(Described {
            at,
            name: Span::default(),
            suid: 0,
            flags: sc::SERIALIZABLE,
            first,
            fields: count,
            superclass: None,
            depth: 0,
            proxy: true,
            known: None,
            defined_in: 0,
            definition: 0,
            code: 0,
            parts: 0,
            literal: 0,
            quick: Quick::No,
            met: 0,
        });
        Ok(())
    }

    /// Data that RMI puts behind a descriptor. No session has it, and a document no place for it.
    fn no_annotation(&mut self) -> Step<()> {
        let at = self.input.at();
        match self.input.u8()? {
            tc::ENDBLOCKDATA => Ok(()),
            tc::EXCEPTION => Err(damaged(at, EXCEPTION)),
            _ => Err(damaged(
                at,
                "a class descriptor with an annotation, as RMI writes it; no session holds one",
            )),
        }
    }

    /// Finishes the descriptors from `first` to `last`, each the superclass of the one before.
    fn link(&mut self, first: u32, last: u32, mut superclass: Option<u32>) -> Step<()> {
        for place in (first..last).rev() {
            let above = superclass.and_then(|above| self.kept.classes.get(above as usize)).copied();
            let depth = above.map_or(0, |above| above.depth + 1);
            let Some(class) = self.kept.classes.get(place as usize).copied() else { continue };
            if depth as usize >= MAX_SUPERCLASSES {
                return Err(limit(format!("a class with more than {MAX_SUPERCLASSES} superclasses")));
            }
            let bad = |text| Err(damaged(class.at, text));
            let above_known = above.and_then(|above| above.known);
            if class.proxy && above_known != Some(const { classes::id("java.lang.reflect.Proxy") }) {
                return bad("a proxy class whose superclass is not java.lang.reflect.Proxy");
            }
            if above.is_some_and(|above| above.proxy) {
                return bad("a class with a proxy class as its superclass");
            }
            if self.input.span(class.name).first() == Some(&b'[') && superclass.is_some() {
                return bad("an array class with a superclass");
            }
            let known =
                if class.proxy { None } else { self.known_row(&class, above_known, superclass.is_some()) };
            let is_enum = class.flags & sc::ENUM != 0;
            if is_enum
                && known != Some(const { classes::id("java.lang.Enum") })
                && above.is_none_or(|above| above.flags & sc::ENUM == 0)
            {
                return bad("an enum whose superclass is no enum");
            }
            if let Some(class) = self.kept.classes.get_mut(place as usize) {
                class.superclass = superclass;
                class.depth = depth;
                class.known = known;
                class.quick = if self.again.is_first() { Quick::of(known) } else { Quick::No };
            }
            superclass = Some(place);
        }
        Ok(())
    }

    /// The class of the JDK that has exactly this descriptor.
    fn known_row(&self, found: &Described, above: Option<ClassId>, has_above: bool) -> Option<ClassId> {
        let id = classes::by_name(self.input.span(found.name))?;
        let row = classes::class(id)?;
        let same = row.suid == found.suid
            && row.flags == found.flags
            && classes::superclass(id) == above
            && above.is_some() == has_above
            && row.field_count() == found.fields as usize
            && row.fields().zip(self.fields(found)).all(|(expected, field)| {
                let (name, descriptor) = (self.input.span(field.name), self.input.span(field.descriptor));
                expected.len() == name.len() + descriptor.len()
                    && expected.as_bytes().starts_with(descriptor)
                    && expected.as_bytes().ends_with(name)
            });
        same.then_some(id)
    }

    /// The fields of a class, or the interfaces of a proxy.
    pub(super) fn fields(&self, class: &Described) -> &[Field] {
        self.kept
            .fields
            .get(class.first as usize..)
            .and_then(|fields| fields.get(..class.fields as usize))
            .unwrap_or_default()
    }

    /// Lists the fields of a class that is the same as in an earlier stream.
    pub(super) fn list_fields(&mut self, class: u32) {
        let Some(found) =
            self.kept.classes.get_mut(class as usize).filter(|class| class.first == Described::NOT_LISTED)
        else {
            return;
        };
        found.first = self.kept.fields.len() as u32;
        let (count, begin) = (found.fields, found.name.at + found.name.len + descriptors::AFTER_NAME);
        let here = self.input.at();
        self.input.seek(begin);
        for _ in 0..count {
            // The bytes were compared with those of a descriptor that has no mistake.
            let Ok(field) = self.listed_field() else { break };
            self.kept.fields.push(field);
        }
        self.input.seek(here);
    }

    fn listed_field(&mut self) -> Step<Field> {
        let at = self.input.at();
        let code = self.input.u8()?;
        let name = self.input.short_text()?;
        if !matches!(code, b'L' | b'[') {
            return Ok(Field { name, descriptor: Span { at, len: 1 } });
        }
        let descriptor = match self.input.u8()? {
            tc::STRING => self.input.short_text()?,
            _ => {
                let (_, handle) = self.handle_number()?;
                self.text_of(handle).unwrap_or_default()
            }
        };
        Ok(Field { name, descriptor })
    }

    #[inline]
    pub(super) fn known_class(&self, class: u32) -> Option<ClassId> {
        self.kept.classes.get(class as usize)?.known
    }

    /// A class and its superclasses, from it upwards. Give the list back to [`super::Kept`] when it is done with.
    pub(super) fn chain(&mut self, class: u32) -> Vec<u32> {
        let mut chain = std::mem::take(&mut self.kept.chain);
        chain.clear();
        let mut next = Some(class);
        while let Some(class) = next {
            chain.push(class);
            next = self.kept.classes.get(class as usize).and_then(|class| class.superclass);
        }
        chain
    }

    /// Where the steps for objects of a class begin, and how many parts these have.
    #[inline]
    pub(super) fn code_of(&mut self, class: u32) -> Step<(u32, u32)> {
        match self.kept.classes.get(class as usize) {
            Some(found) if found.code > 0 => Ok((found.code - 1, found.parts)),
            _ => self.compile(class),
        }
    }

    fn compile(&mut self, class: u32) -> Step<(u32, u32)> {
        let Some(found) = self.kept.classes.get(class as usize).copied() else { return Ok((0, 0)) };
        let code = self.kept.code.end();
        if self.steps_again(&found) {
            // As in an earlier stream.
        } else if found.proxy {
            self.kept.code.push(Op::Part(crate::layout::Hint::None));
        } else if found.flags & sc::EXTERNALIZABLE != 0 {
            self.kept.code.push(Op::Custom);
        } else if found.flags & sc::SERIALIZABLE == 0 || found.flags & sc::ENUM != 0 {
            return Err(damaged(found.at, "an object of a class that is not Serializable"));
        } else {
            let chain = self.chain(class);
            for level in chain.iter().rev() {
                self.level(*level);
            }
            self.kept.chain = chain;
            self.keep_steps(&found, code);
        }
        let parts = self.kept.code.end() - code;
        self.kept.code.push(Op::Return);
        // A class costs its own fields and those of all superclasses, and hostile ones would have many of both.
        if self.kept.code.defined() > 4 * self.input.all().len() + 1024 {
            return Err(limit("classes with more fields than the stream has bytes"));
        }
        if let Some(found) = self.kept.classes.get_mut(class as usize) {
            found.code = code + 1;
            found.parts = parts;
            if found.known.is_none() {
                found.quick = Quick::Defined;
            }
        }
        Ok((code, parts))
    }

    fn level(&mut self, class: u32) {
        self.list_fields(class);
        let Some(class) = self.kept.classes.get(class as usize).copied() else { return };
        let fieldless = self.again.is_fieldless(class.at);
        for place in class.first..class.first + class.fields {
            let Some(of) = self.kept.fields.get(place as usize) else { continue };
            self.kept.code.push(if fieldless { Op::Absent } else { field(self.input.span(of.descriptor)) });
        }
        if class.flags & sc::WRITE_METHOD != 0 {
            self.kept.code.push(Op::Custom);
        }
    }

    /// A name of a class or an attribute. Names with unpaired surrogates have no place in a document.
    pub(super) fn text(&self, span: Span, at: u32) -> Step<Cow<'a, str>> {
        let bytes = self.input.span(span);
        if mutf8::is_utf8(bytes)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Ok(Cow::Borrowed(text));
        }
        let mut units = Vec::new();
        mutf8::decode(bytes, &mut units).map_err(|inside| damaged(span.at + inside as u32, BAD_TEXT))?;
        match String::from_utf16(&units) {
            Ok(text) => Ok(Cow::Owned(text)),
            Err(_) => Err(damaged(at, "a name with an unpaired surrogate")),
        }
    }

    /// A name for a message.
    pub(super) fn shown(&self, span: Span) -> String {
        self.text(span, 0)
            .map_or_else(|_| String::from_utf8_lossy(self.input.span(span)).into_owned(), Cow::into_owned)
    }
}

pub(super) const BAD_TEXT: &str = "a text that is not modified UTF-8";
pub(super) const EXCEPTION: &str = "the stream ends with an exception that its writer met";
