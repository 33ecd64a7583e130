//! Objects that write themselves as Java would without a method of theirs: an element for each of their classes, and in
//! it `<default>` with the fields of that class. What stands there otherwise is read by what stands there.

use super::Reader;
use super::frame::{Expects, Kind};
use crate::classes::Type;
use crate::fault::Fault;
use crate::xml::parse::{Tag, attribute};

#[cold]
fn unexpected(tag: &Tag<'_>) -> Fault {
    Fault::mismatch(tag.at, format!("<{}> is not what was expected of its class here", tag.name))
}

impl<'a> Reader<'a, '_> {
    pub(super) fn levels_child(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        let Some(frame) = self.scratch.frames.get_mut(top) else { return Ok(()) };
        match frame.kind {
            Kind::Levels(plan, next) => {
                let levels = self.classes.plan(plan).map_or(&[][..], |plan| &plan.levels);
                let ahead = levels.iter().skip(usize::from(next)).position(|level| level.element == tag.name);
                let Some(found) = ahead.map(|ahead| next + ahead as u16) else { return Err(unexpected(tag)) };
                frame.kind = Kind::Levels(plan, found + 1);
                for skipped in next..found {
                    self.absent_fields(plan, skipped, 0);
                }
                self.push_inside(tag, Kind::Level(plan, found, false))
            }
            Kind::Level(plan, level, came) => {
                if came || tag.name != "default" {
                    return Err(unexpected(tag));
                }
                frame.kind = Kind::Level(plan, level, true);
                self.push_inside(tag, Kind::LevelFields(plan, level, 0))
            }
            Kind::LevelFields(plan, level, next) => {
                let slots = self.classes.level(plan, level);
                let ahead = slots.iter().skip(usize::from(next)).position(|slot| slot.element == tag.name);
                let found = ahead.map(|ahead| next + ahead as u16);
                let kind = found.and_then(|found| slots.get(usize::from(found))).map(|slot| slot.kind);
                let (Some(found), Some(kind), None) = (found, kind, attribute(tag, "defined-in")) else {
                    return Err(unexpected(tag));
                };
                frame.kind = Kind::LevelFields(plan, level, found + 1);
                for skipped in next..found {
                    self.absent_field(plan, level, skipped);
                }
                self.value(tag, Expects::Field(kind))
            }
            _ => Ok(()),
        }
    }

    fn absent_field(&mut self, plan: u32, level: u16, field: u16) {
        let slot = self.classes.level(plan, level).get(usize::from(field));
        let kind = slot.map_or(Type::Any, |slot| slot.kind);
        self.absent(kind);
    }

    /// The fields of a level from this one on are as a new object has them.
    fn absent_fields(&mut self, plan: u32, level: u16, from: u16) {
        for field in from..self.classes.level(plan, level).len() as u16 {
            self.absent_field(plan, level, field);
        }
    }

    /// Ends such an object or a part of it.
    pub(super) fn finish_levels(&mut self, kind: Kind) -> Result<(), Fault> {
        match kind {
            Kind::Levels(plan, next) => {
                for level in next..self.classes.plan(plan).map_or(0, |plan| plan.levels.len() as u16) {
                    self.absent_fields(plan, level, 0);
                }
            }
            Kind::LevelFields(plan, level, next) => self.absent_fields(plan, level, next),
            Kind::Level(_, _, false) => {
                return Err(Fault::mismatch(self.xml.at(), "a class of an object has no <default>"));
            }
            _ => {}
        }
        Ok(())
    }
}
