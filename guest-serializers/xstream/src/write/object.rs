//! Containers: what comes next in them.

use holdfast_document::Event;

use super::frame::{Frame, Kind};
use super::plan::{Part, Shape};
use super::refusal::Refusal;
use super::{Field, Writer};
use crate::classes::{Slot, Type};
use crate::xml::tags::Tags;

const ENTRY: Tags = Tags::of("entry");

impl Writer<'_, '_> {
    /// Writes what is next in the container that was opened last.
    #[inline]
    pub(super) fn step(&mut self) -> Result<(), Refusal> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let begun = frame.begun;
        let ended = begun >= frame.parts;
        match &mut frame.kind {
            Kind::Elements => {
                if ended {
                    return self.end();
                }
                frame.begun += 1;
                self.item()
            }
            Kind::Entries if ended => {
                if !begun.is_multiple_of(4) {
                    self.close();
                }
                self.end()
            }
            Kind::Entries => {
                frame.begun += 1;
                match begun % 4 {
                    0 => self.open_tags(&ENTRY, "entry"),
                    1 | 2 => return self.item(),
                    _ => self.close(),
                }
                Ok(())
            }
            Kind::Sorted(done) | Kind::SortedEntries(done) if !*done => {
                *done = true;
                let entries = matches!(frame.kind, Kind::SortedEntries(_));
                let (values, place) = (frame.parts.saturating_sub(1), frame.place);
                *frame = match entries {
                    true => Frame::entries(values, place),
                    false => Frame::new(Kind::Elements, values, place),
                };
                self.field(Field { element: "comparator", kind: Type::Any, defined_in: None })
            }
            Kind::Bean(plan) => {
                if ended {
                    return self.end();
                }
                frame.begun += 1;
                let place = frame.place;
                let Some(plan) = self.plans.get(*plan) else { return Ok(()) };
                let Shape::Bean(parts, _) = &plan.shape else { return Ok(()) };
                match parts.get(begun as usize) {
                    Some(Part::Field(slot)) => self.slot(slot),
                    Some(Part::Cause(slot)) => self.cause(slot, place),
                    Some(Part::Nothing) => self.no_custom_data(),
                    None => Ok(()),
                }
            }
            Kind::Levels(..) => self.level_step(),
            Kind::Data => self.data_step(),
            Kind::Permuted(..) => self.permuted_step(),
            Kind::Padded(room) => {
                if ended {
                    for _ in 0..std::mem::take(room) {
                        self.xml.nothing("null");
                    }
                    return self.end();
                }
                frame.begun += 1;
                self.item()
            }
            Kind::Named(..) => self.named_pair(),
            Kind::Items => {
                if ended {
                    self.frames.pop();
                    return Ok(());
                }
                frame.begun += 1;
                self.item()
            }
            Kind::Proxy => {
                if ended {
                    return self.end();
                }
                frame.begun += 1;
                self.field(Field { element: "handler", kind: Type::Any, defined_in: None })
            }
            Kind::Jdk(_) => self.jdk_step(),
            Kind::Sorted(_) | Kind::SortedEntries(_) => self.end(),
        }
    }

    /// Ends the container that was opened last.
    #[inline]
    pub(super) fn end(&mut self) -> Result<(), Refusal> {
        self.frames.pop();
        self.close();
        Ok(())
    }

    /// The next value as a field of a class.
    pub(super) fn slot(&mut self, slot: &Slot) -> Result<(), Refusal> {
        self.field(Field { element: &slot.element, kind: slot.kind, defined_in: slot.defined_in.as_deref() })
    }

    /// The cause of a Throwable, which Java says is itself where nobody told one.
    fn cause(&mut self, slot: &Slot, own: u32) -> Result<(), Refusal> {
        let at = self.doc.at();
        let place = self.doc.place();
        match self.doc.next()? {
            Event::Nil => Ok(()),
            Event::Ref(target) if target == own => Ok(()),
            event => {
                let field =
                    Field { element: &slot.element, kind: slot.kind, defined_in: slot.defined_in.as_deref() };
                self.value(event, at, place, Some(field))
            }
        }
    }

    fn no_custom_data(&mut self) -> Result<(), Refusal> {
        let at = self.doc.at();
        match self.doc.next()? {
            Event::Array(0) | Event::Nil => Ok(()),
            _ => self.misfit(at, "data of a writeObject method that java.lang.Throwable does not have"),
        }
    }
}
