//! Which values of a stream are one object, and where in the document that is not said by a rule.
//!
//! Values with an identity become references of the document. Strings, boxed and big numbers, constants and classes
//! are written in full each time; who is whom among them follows rules ([`crate::boxes`], and one object for one text
//! in class descriptions), and a note where a stream differs.

use holdfast_document::{Fact, NAME_PART};

use super::{Reading, Span, Step, Stop, damaged};
use crate::boxes::Boxed;
use crate::stream::{BASE_HANDLE, tc};

/// The space of [`super::Kept::interned`] for strings of class descriptions; constants of enums have the place of
/// their class plus one.
pub(super) const STRINGS: u32 = 0;
/// The space for names of attributes.
pub(super) const NAMES: u32 = u32::MAX;

/// The hidden part of a BigDecimal, its BigInteger.
pub(crate) const INNER_PART: u32 = 1;

/// What a handle of the stream leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandleKind {
    /// The Integer at the head; `at` is its value.
    Count,
    /// A class descriptor; `at` is its place among all.
    Class,
    /// A value with an identity; `at` is its place in the document, `more` its class or `u32::MAX`.
    Object,
    /// A string, boxed or big number; `at` is its place in the document, `more` its offset in the stream.
    Scalar,
    /// The same, out of Java's caches: the rule says that it is the same object.
    Cached,
    /// A Boolean that no part shows; `at` is its value.
    Boolean,
    /// A string of a class description; `at` is its offset in the stream.
    Interned,
    /// A string that stands nowhere in the document; `at` is its offset in the stream.
    Text,
    /// The name of an attribute; `at` is the attribute, `more` the offset in the stream.
    Name,
    /// A constant of an enum; `at` is its place among all.
    Constant,
    /// A class as a value; `at` is the class.
    Literal,
    /// The BigInteger inside of the BigDecimal at place `at` of the document.
    Inner,
    /// An object that no part shows; `at` is the offset of the object in which it is hidden, `more` that one's class.
    Hidden,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Handle {
    pub(super) kind: HandleKind,
    pub(super) at: u32,
    pub(super) more: u32,
    /// The group whose members are this object, plus one.
    pub(super) group: u32,
}

/// A constant of an enum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Constant {
    pub(super) class: u32,
    pub(super) name: Span,
}

/// An entry of a note: where in the document, which part, what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noted {
    pub(super) at: u32,
    pub(super) part: u32,
    pub(super) fact: Fact<'static>,
}

impl<'a> Reading<'a> {
    /// Gives the next handle to what begins here.
    #[inline]
    pub(super) fn define(&mut self, kind: HandleKind, at: u32, more: u32) -> u32 {
        let handle = self.kept.handles.len() as u32;
        self.kept.handles.push(Handle { kind, at, more, group: 0 });
        handle
    }

    /// A value with an identity begins here, of this class of the stream.
    #[inline]
    pub(super) fn define_object(&mut self, class: u32) -> u32 {
        let place = self.writer.len() as u32;
        self.last = self.define(HandleKind::Object, place, class);
        self.last
    }

    /// A value out of a cache of Java, or not, begins here.
    pub(super) fn define_boxed(&mut self, value: Option<Boxed>, at: u32) {
        let place = self.writer.len() as u32;
        let handle = self.define(HandleKind::Scalar, place, at);
        if let Some(value) = value {
            self.bind(value, handle, place, 0);
        }
        self.last = handle;
    }

    /// The handle of a value that Java may cache. Where another object took the cache's place, a note says so.
    pub(super) fn bind(&mut self, value: Boxed, handle: u32, place: u32, part: u32) {
        if self.kept.boxes.bind(value, handle) {
            if let Some(handle) = self.kept.handles.get_mut(handle as usize)
                && handle.kind == HandleKind::Scalar
            {
                handle.kind = HandleKind::Cached;
            }
        } else if self.kept.boxes.get(value).is_some() {
            self.note(place, part, Fact::Distinct);
        }
    }

    pub(super) fn note(&mut self, at: u32, part: u32, fact: Fact<'static>) {
        self.kept.notes.push(Noted { at, part, fact });
    }

    /// The number behind TC_REFERENCE.
    #[inline]
    pub(super) fn handle_number(&mut self) -> Step<(u32, Handle)> {
        let at = self.input.at();
        let number = self.input.u32()?.wrapping_sub(BASE_HANDLE);
        match self.kept.handles.get(number as usize) {
            Some(handle) => Ok((number, *handle)),
            None => Err(damaged(at, "a reference to an object that the stream has not begun")),
        }
    }

    /// Says that the value at a place is the object of a handle that is a string or a number.
    pub(super) fn same(&mut self, number: u32, place: u32, part: u32) {
        let Some(handle) = self.kept.handles.get_mut(number as usize) else { return };
        let first = match handle.kind {
            HandleKind::Interned => {
                self.note(place, part, Fact::Interned);
                return;
            }
            HandleKind::Scalar => (handle.at, 0),
            HandleKind::Inner => (handle.at, INNER_PART),
            HandleKind::Name => (
                self.kept.attributes.get(handle.at as usize).map_or(0, |attribute| attribute.base),
                NAME_PART,
            ),
            _ => return,
        };
        let group = if handle.group > 0 {
            handle.group - 1
        } else {
            let group = self.groups;
            self.groups += 1;
            handle.group = group + 1;
            self.note(first.0, first.1, Fact::Group(group));
            group
        };
        self.note(place, part, Fact::Group(group));
    }

    /// The text of a handle that is a string.
    pub(super) fn text_of(&self, handle: Handle) -> Option<Span> {
        let offset = match handle.kind {
            HandleKind::Interned | HandleKind::Text => handle.at,
            HandleKind::Scalar | HandleKind::Name => handle.more,
            _ => return None,
        };
        let mut input = super::Input::new(self.input.all(), offset as usize);
        match input.u8().ok()? {
            tc::STRING => input.short_text().ok(),
            tc::LONGSTRING => input.long_text().ok(),
            _ => None,
        }
    }

    /// A string of a class description or the name of a constant. Java has one object for one text here.
    pub(super) fn interned_string(&mut self) -> Step<Span> {
        self.tell_types();
        let at = self.input.at();
        match self.input.u8()? {
            tc::STRING => {
                let text = self.input.short_text()?;
                let handle = self.define(HandleKind::Interned, at, 0);
                let bytes = self.input.span(text);
                if self.kept.interned.get(STRINGS, bytes).is_none() {
                    self.kept.interned.insert(STRINGS, bytes, handle);
                }
                Ok(text)
            }
            tc::REFERENCE => {
                let (number, handle) = self.handle_number()?;
                let Some(text) = self.text_of(handle) else {
                    return Err(damaged(at, "expected a string, found a reference to something else"));
                };
                let bytes = self.input.span(text);
                if handle.kind != HandleKind::Interned && self.kept.interned.get(STRINGS, bytes).is_none() {
                    self.kept.interned.insert(STRINGS, bytes, number);
                    match handle.kind {
                        HandleKind::Scalar => self.note(handle.at, 0, Fact::Interned),
                        HandleKind::Name => {
                            let base = self
                                .kept
                                .attributes
                                .get(handle.at as usize)
                                .map_or(0, |attribute| attribute.base);
                            self.note(base, NAME_PART, Fact::Interned);
                        }
                        _ => {}
                    }
                }
                Ok(text)
            }
            _ => Err(damaged(at, "expected a string")),
        }
    }

    /// The name of an attribute, and the handle of the string if it was met before.
    pub(super) fn attribute_name(&mut self) -> Step<(Span, Option<u32>)> {
        let at = self.input.at();
        match self.input.u8()? {
            tc::STRING => Ok((self.input.short_text()?, None)),
            tc::LONGSTRING => Ok((self.input.long_text()?, None)),
            tc::REFERENCE => {
                let (number, handle) = self.handle_number()?;
                match self.text_of(handle) {
                    Some(text) => Ok((text, Some(number))),
                    None => Err(damaged(
                        at,
                        "expected the name of an attribute, found a reference to something else",
                    )),
                }
            }
            _ => Err(damaged(at, "expected the name of an attribute, a string")),
        }
    }

    /// The handle of the name of the attribute that was begun.
    pub(super) fn name_handle(&mut self, met: Option<u32>, at: u32) {
        match met {
            None => {
                self.define(HandleKind::Name, self.attribute, at);
            }
            Some(number) => self.same(number, self.base, NAME_PART),
        }
    }

    /// Tells that the object at an offset is not as the JDK writes it.
    pub(super) fn raw<T>(at: u32, class: crate::classes::ClassId) -> Step<T> {
        Err(Box::new(Stop::Raw { at, class }))
    }
}
