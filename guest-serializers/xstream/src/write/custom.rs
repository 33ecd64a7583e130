//! Objects of which nothing is known but what XStream's XML said.

use holdfast_document::Event;

use super::frame::{Frame, Kind};
use super::refusal::Refusal;
use super::value::text_of;
use super::{Field, Writer};
use crate::classes::{Type, alias_of_class};
use crate::xml::names;

impl<'d> Writer<'d, '_> {
    /// The next pair of a name and a value.
    pub(super) fn named_pair(&mut self) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Named(open, bare), parts, begun, .. }) = self.frames.last_mut() else {
            return Ok(());
        };
        let (levels, first, bare) = (*open, *begun == 0, std::mem::take(bare));
        if *begun >= *parts {
            for _ in 0..levels {
                self.close();
            }
            return self.end();
        }
        *begun += 2;
        let at = self.doc.at();
        let name = match self.doc.next()? {
            Event::Str(name) => text_of(name, at)?,
            _ => return self.misfit(at, "the name of a field is no string"),
        };
        if name == crate::read::UNKNOWN {
            // Other formats cannot know what this one does not say: the class of the object, or the type of a field.
            self.doc.skip()?;
            if let Some(Frame { kind: Kind::Named(_, bare), .. }) = self.frames.last_mut() {
                *bare = true;
            }
            return Ok(());
        }
        if name == "#resolves-to" {
            let alias = match self.doc.next()? {
                Event::Str(alias) => text_of(alias, at)?,
                _ => return self.misfit(at, "the name of a class is no string"),
            };
            self.xml.attribute("resolves-to", alias);
            // What follows is the first pair, as if this one were none.
            if let Some(frame) = self.frames.last_mut() {
                frame.begun = 0;
                frame.parts = frame.parts.saturating_sub(2);
            }
            return Ok(());
        }
        match name.split_once('#') {
            Some((class, "")) => self.level(class, levels, first, at),
            Some((_, "+")) => {
                // The fields end where the items begin.
                self.close_to(levels, 1);
                let at = self.doc.at();
                match self.doc.next()? {
                    Event::Array(count) => {
                        let place = self.doc.place();
                        self.push(at, Frame::new(Kind::Items, count, place))
                    }
                    _ => self.misfit(at, "custom data is a list"),
                }
            }
            Some((class, field)) if levels > 0 => {
                let kind = match self.classes.type_of_level(class, field) {
                    Type::Primitive(element) => {
                        Type::Class(self.classes.by_name(crate::read::boxed(element)))
                    }
                    kind => kind,
                };
                self.named_field(field, None, bare, kind)
            }
            Some((class, field)) => {
                let alias = alias_of_class(class);
                self.named_field(field, Some(&alias), bare, Type::Any)
            }
            None => self.named_field(name, None, bare, Type::Any),
        }
    }

    fn named_field(
        &mut self,
        name: &str,
        class: Option<&str>,
        bare: bool,
        kind: Type,
    ) -> Result<(), Refusal> {
        let element = names::of_field(name);
        if element.is_empty() {
            let at = self.doc.at();
            return self.misfit(at, "a field has no name");
        }
        let at = self.doc.at();
        let place = self.doc.place();
        let event = self.doc.next()?;
        let kind = match event {
            Event::Nil => return Ok(()),
            // As if it were primitive: nothing more is said of the class.
            Event::Ref(_) | Event::Xref(..) if bare => Type::Primitive(b'L'),
            _ => kind,
        };
        self.value(event, at, place, Some(Field { element: &element, kind, defined_in: class }))
    }

    /// Closes levels until so many are open.
    fn close_to(&mut self, open: u8, wanted: u8) {
        for _ in wanted..open {
            self.close();
        }
        if let Some(Frame { kind: Kind::Named(levels, _), .. }) = self.frames.last_mut() {
            *levels = wanted.min(open);
        }
    }

    /// Begins a level of an object that wrote itself: one of its classes, or those that are not serializable.
    fn level(&mut self, class: &str, open: u8, first: bool, at: usize) -> Result<(), Refusal> {
        if first {
            self.xml.attribute("serialization", "custom");
        }
        self.close_to(open, 0);
        let default = match self.doc.next()? {
            Event::Bool(default) => default,
            Event::Nil => false,
            _ => return self.misfit(at, "a level of an object says whether it has fields"),
        };
        if class.is_empty() {
            self.open("unserializable-parents");
        } else {
            let mut element = String::new();
            names::encode(&mut element, &alias_of_class(class));
            self.open(&element);
        }
        if default {
            self.open("default");
        }
        if let Some(Frame { kind: Kind::Named(levels, _), .. }) = self.frames.last_mut() {
            *levels = 1 + u8::from(default);
        }
        Ok(())
    }
}
