//! Calendars and time zones that come as a Java stream has them: by their fields.

use holdfast_document::{Definition, Event, Head, Item};

use super::{Slot, Writing};
use crate::classes::ClassId;
use crate::fault::Outcome;
use crate::losses::Loss;
use crate::output::{varint, varlong, zigzag_long};
use crate::text::write_string;

/// An object by its fields: where it stands, and its parts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw<'d> {
    pub(super) definition: Definition<'d>,
    pub(super) parts: u32,
    pub(super) place: u32,
    pub(super) at: usize,
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes a time zone: its id, as the library does, whatever its rules.
    pub(super) fn raw_zone(&mut self, slot: Slot, class: ClassId, raw: Raw<'d>) -> Outcome<()> {
        self.object(slot, class, raw.place, raw.at)?;
        self.way.inform(&mut self.shelf.parts)?;
        let id = self.raw_zone_id(raw)?;
        write_string(self.out, id.as_bytes());
        self.end_raw(raw)
    }

    fn raw_zone_id(&mut self, raw: Raw<'d>) -> Outcome<&'d str> {
        // One that was made of rules says them in its fields; the JDK's own one says here that it was moved.
        let has_rules = match self.raw_part(raw, "rawOffsetDiff") {
            Some(moved) => {
                self.way.reader.seek(moved);
                self.int_part()? != 0
            }
            None => true,
        };
        if has_rules {
            self.lose(Loss::ZoneRules, raw.at)?;
        }
        let Some(id) = self.raw_part(raw, "ID") else { return Err(self.bad_form(raw.at)) };
        self.way.reader.seek(id);
        self.str_part()
    }

    /// Writes a `GregorianCalendar`.
    pub(super) fn raw_calendar(&mut self, slot: Slot, class: ClassId, raw: Raw<'d>) -> Outcome<()> {
        self.object(slot, class, raw.place, raw.at)?;
        self.way.inform(&mut self.shelf.parts)?;
        let zone = self.raw_calendar_zone(raw)?;
        write_string(self.out, zone.as_bytes());
        let millis = self.raw_int(raw, "time")?;
        varlong(self.out, millis.cast_unsigned());
        let Some(lenient) = self.raw_part(raw, "lenient") else { return Err(self.bad_form(raw.at)) };
        self.way.reader.seek(lenient);
        match self.event()? {
            Event::Bool(lenient) => self.out.push(u8::from(lenient)),
            _ => return Err(self.bad_form(raw.at)),
        }
        for name in ["firstDayOfWeek", "minimalDaysInFirstWeek"] {
            let value = self.raw_int(raw, name)?;
            varint(self.out, u32::try_from(value).map_err(|_| self.bad_form(raw.at))?);
        }
        let change = self.raw_int(raw, "gregorianCutover")?;
        zigzag_long(self.out, change);
        self.end_raw(raw)
    }

    /// The id of a calendar's time zone. The field has a copy of its last rule; the zone itself, if it is the JDK's own,
    /// follows in the data of `writeObject`.
    fn raw_calendar_zone(&mut self, raw: Raw<'d>) -> Outcome<&'d str> {
        let Some(mut zone) = self.raw_part(raw, "zone") else { return Err(self.bad_form(raw.at)) };
        if let Some(data) = self.raw_part(raw, "*") {
            self.way.reader.seek(data);
            if let Event::Array(1) = self.event()? {
                let inside = self.way.reader.place();
                if !matches!(self.event()?, Event::Nil) {
                    zone = inside;
                }
            }
        }
        for _ in 0..2 {
            self.way.reader.seek(zone);
            let (definition, parts) = match self.event()? {
                Event::Ref(target) => {
                    zone = target;
                    continue;
                }
                Event::Typed(Head::Builtin(94), 1) => return self.str_part(),
                Event::Typed(Head::Known(number), parts) => {
                    (self.way.reader.definition(number).copied(), parts)
                }
                Event::Typed(Head::Defined(definition), parts) => (Some(definition), parts),
                _ => break,
            };
            let Some(definition) = definition else { break };
            return self.raw_zone_id(Raw { definition, parts, place: zone, at: raw.at });
        }
        Err(self.bad_form(raw.at))
    }

    fn raw_int(&mut self, raw: Raw<'d>, name: &str) -> Outcome<i64> {
        let Some(place) = self.raw_part(raw, name) else { return Err(self.bad_form(raw.at)) };
        self.way.reader.seek(place);
        self.int_part()
    }

    /// Where the part of a field stands; `*` is the data of a `writeObject` method.
    fn raw_part(&self, raw: Raw<'d>, name: &str) -> Option<u32> {
        let found = raw.definition.items().position(|item| match item {
            Ok(Item::Field { name: field, .. }) => field == name,
            Ok(Item::Custom { .. }) => name == "*",
            _ => false,
        })?;
        self.shelf.parts.of(self.way.attribute(), raw.place, raw.parts)?.get(found).copied()
    }

    /// Reads on behind the object.
    fn end_raw(&mut self, raw: Raw<'d>) -> Outcome<()> {
        let places = self.shelf.parts.of(self.way.attribute(), raw.place, raw.parts);
        let Some(end) = places.and_then(<[u32]>::last).copied() else { return Err(self.bad_form(raw.at)) };
        self.way.reader.seek(end);
        Ok(())
    }
}
