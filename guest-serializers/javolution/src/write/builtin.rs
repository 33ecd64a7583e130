//! Values of the classes that documents have by a number.

use holdfast_document::{Definition, Event, Head, Item, Number, builtin};

use super::tag::Begun;
use super::{Kind, Slot, Span, Writing};
use crate::TRUE_VALUE;
use crate::codec::{self, Codec};
use crate::fault::{Outcome, no_document};
use crate::losses::Loss;
use crate::number::{parse_integer, unsigned};
use crate::read::GREGORIAN_CHANGE;
use crate::text::escape;

/// What the library keeps of a calendar, and the date of its reform.
struct Calendar<'c> {
    millis: i64,
    zone: &'c [u8],
    lenient: bool,
    first_day: i64,
    minimal_days: i64,
    change: i64,
}

impl<'d> Writing<'d, '_, '_> {
    pub(super) const ENTRIES: Kind = Kind::Entries { is_value: false, was_null: false };

    /// Ends the tag of a collection or map, and opens it if there is anything in it.
    #[inline]
    pub(super) fn sized(&mut self, name: Span, size: u32, parts: u32, kind: Kind) -> Outcome<()> {
        self.begin_attribute(b"size");
        unsigned(self.out, u64::from(size));
        self.out.push(b'"');
        self.opened(name, parts, kind)
    }

    /// Ends a tag, and opens the element if there are any parts.
    #[inline]
    pub(super) fn opened(&mut self, name: Span, parts: u32, kind: Kind) -> Outcome<()> {
        if parts == 0 {
            self.empty();
            return Ok(());
        }
        self.out.push(b'>');
        self.push(name, parts, kind)
    }

    pub(super) fn builtin(
        &mut self,
        slot: Slot<'_>,
        number: u16,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        let Some(row) = builtin::by_number(number).filter(|row| row.shape.fits(parts)) else {
            return Err(self.bad_form(at));
        };
        let class = row.class.as_bytes();
        match codec::by_number(number) {
            Codec::List | Codec::Elements(_) => {
                let tag = self.object(slot, class, place);
                self.sized(tag.name, parts, parts, Kind::Elements)
            }
            Codec::Map | Codec::Entries(_) => {
                if number == builtin::LINKED_HASH_MAP_ACCESS_ORDER {
                    self.lose(Loss::AccessOrder, at)?;
                }
                let tag = self.object(slot, class, place);
                if number == builtin::LINKED_HASH_MAP_ACCESS_ORDER {
                    self.attribute(TRUE_VALUE, b"access order");
                }
                self.sized(tag.name, parts / 2, parts, Self::ENTRIES)
            }
            Codec::SortedElements(_) => {
                self.drop_part(Loss::Comparator, at)?;
                let tag = self.object(slot, class, place);
                self.sized(tag.name, parts - 1, parts - 1, Kind::Elements)
            }
            Codec::SortedEntries(_) => {
                self.drop_part(if number == 45 { Loss::Defaults } else { Loss::Comparator }, at)?;
                let tag = self.object(slot, class, place);
                self.sized(tag.name, parts / 2, parts - 1, Self::ENTRIES)
            }
            Codec::Parts(_, names) => {
                let tag = self.object(slot, class, place);
                self.opened(tag.name, parts, Kind::Parts(names))
            }
            Codec::CopiesList => {
                let count = self.number_part(at)?;
                let tag = self.object(slot, class, place);
                self.number_attribute("n", count);
                self.opened(tag.name, 1, Kind::Parts(&["element"]))
            }
            Codec::Wrapper(_, names) => {
                let own = self.next;
                let tag = self.object(slot, class, place);
                self.out.push(b'>');
                self.push(
                    tag.name,
                    1,
                    Kind::Wrapper { inner: self.out.len() as u32, own, names, class: row.class },
                )
            }
            Codec::Objects(_) => {
                let tag = self.object(slot, class, place);
                self.array(tag, row.class, parts)
            }
            Codec::Refused(why) => Err(self.unrepresentable(at, format!("a value of {}: {why}", row.class))),
            Codec::Unknown => Err(self.bad_form(at)),
            codec => self.scalar_builtin(slot, codec, class, place, at),
        }
    }

    /// Ends the tag of an array of objects.
    pub(super) fn array(&mut self, tag: Begun, class: &str, length: u32) -> Outcome<()> {
        let inner = class.strip_prefix('[').unwrap_or(class);
        let component = inner.strip_prefix('L').and_then(|inner| inner.strip_suffix(';')).unwrap_or(inner);
        self.out.extend_from_slice(b" type=\"array\"");
        self.attribute("componentType", component.as_bytes());
        self.number_attribute("length", i64::from(length));
        self.opened(tag.name, length, Kind::Elements)
    }

    fn scalar_builtin(
        &mut self,
        slot: Slot<'_>,
        codec: Codec,
        class: &[u8],
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        match codec {
            Codec::Integers(number, names) => {
                if number == 111 {
                    self.lose(Loss::ZoneOffset, at)?;
                }
                self.object(slot, class, place);
                for name in names {
                    let value = self.number_part(at)?;
                    self.number_attribute(name, value);
                }
            }
            Codec::Text(number, name) => {
                match number {
                    // Currencies are one object each, which the library does not number.
                    87 => {
                        self.open(slot, class);
                    }
                    112 => {
                        self.lose(Loss::ZoneOffset, at)?;
                        self.object(slot, class, place);
                    }
                    _ => {
                        self.object(slot, class, place);
                    }
                }
                self.begin_attribute(name.as_bytes());
                match self.event()? {
                    Event::Str(text) => {
                        escape(self.out, text);
                        self.out.push(b'"');
                    }
                    Event::Wstr(text) => {
                        self.lose(Loss::Surrogates, at)?;
                        self.surrogates(text);
                    }
                    _ => return Err(self.bad_form(at)),
                }
            }
            Codec::AtomicBoolean => {
                let Event::Bool(value) = self.event()? else { return Err(self.bad_form(at)) };
                self.object(slot, class, place);
                self.number_attribute("value", i64::from(value));
            }
            Codec::SqlDate(_) => {
                let millis = self.number_part(at)?;
                self.object(slot, class, place);
                self.date(millis, millis, Loss::SqlDate, at)?;
            }
            Codec::Timestamp => {
                let (millis, nanos) = (self.number_part(at)?, self.number_part(at)?);
                self.object(slot, class, place);
                self.number_attribute("nanos", nanos);
                self.date(millis, millis.div_euclid(1000), Loss::SqlDate, at)?;
            }
            Codec::Calendar => self.calendar(slot, class, place, at)?,
            Codec::BitSet => return self.bit_set(slot, class, place, at),
            Codec::Time(number) => return self.time(slot, number, class, place, at),
            _ => return Err(self.bad_form(at)),
        }
        self.empty();
        Ok(())
    }

    /// A part that is a whole number.
    pub(super) fn number_part(&mut self, at: usize) -> Outcome<i64> {
        match self.event()? {
            Event::Int(Number { value, .. }) => Ok(value),
            _ => Err(self.bad_form(at)),
        }
    }

    /// Passes over a part that the library does not write; unless it is nil, it is lost.
    pub(super) fn drop_part(&mut self, loss: Loss, at: usize) -> Outcome<()> {
        if self.is_nil() {
            self.event()?;
            return Ok(());
        }
        self.reader.skip().map_err(no_document)?;
        self.lose(loss, at)
    }

    fn calendar(&mut self, slot: Slot<'_>, class: &[u8], place: u32, at: usize) -> Outcome<()> {
        let millis = self.number_part(at)?;
        let Event::Str(zone) = self.event()? else { return Err(self.bad_form(at)) };
        let Event::Bool(lenient) = self.event()? else { return Err(self.bad_form(at)) };
        let (first_day, minimal_days, change) =
            (self.number_part(at)?, self.number_part(at)?, self.number_part(at)?);
        let settings = Calendar { millis, zone, lenient, first_day, minimal_days, change };
        self.put_calendar(slot, class, place, at, &settings)
    }

    fn put_calendar(
        &mut self,
        slot: Slot<'_>,
        class: &[u8],
        place: u32,
        at: usize,
        calendar: &Calendar<'_>,
    ) -> Outcome<()> {
        let is_changed = calendar.change != GREGORIAN_CHANGE;
        if is_changed {
            self.lose(Loss::CalendarChange, at)?;
        }
        self.object(slot, class, place);
        self.number_attribute("timeInMillis", calendar.millis);
        self.attribute("lenient", if calendar.lenient { b"true" } else { b"false" });
        self.number_attribute("firstDayOfWeek", calendar.first_day);
        self.number_attribute("minimalDaysInFirstWeek", calendar.minimal_days);
        self.attribute("tz", calendar.zone);
        if is_changed {
            self.number_attribute(TRUE_VALUE, calendar.change);
        }
        Ok(())
    }

    /// A calendar by the fields that Java writes to a stream.
    pub(super) fn raw_calendar(
        &mut self,
        slot: Slot<'_>,
        definition: &Definition<'_>,
        parts: u32,
        place: u32,
        at: usize,
    ) -> Outcome<()> {
        if parts != definition.len() {
            return Err(self.bad_form(at));
        }
        let mut calendar = Calendar {
            millis: 0,
            zone: b"",
            lenient: true,
            first_day: 1,
            minimal_days: 1,
            change: GREGORIAN_CHANGE,
        };
        for item in definition.items() {
            let name = match item.map_err(no_document)? {
                Item::Field { name, .. } => name,
                _ => "",
            };
            match name {
                "time" => calendar.millis = self.number_part(at)?,
                "firstDayOfWeek" => calendar.first_day = self.number_part(at)?,
                "minimalDaysInFirstWeek" => calendar.minimal_days = self.number_part(at)?,
                "gregorianCutover" => calendar.change = self.number_part(at)?,
                "lenient" => {
                    let Event::Bool(lenient) = self.event()? else { return Err(self.bad_form(at)) };
                    calendar.lenient = lenient;
                }
                "zone" => {
                    let from = self.reader.place();
                    self.pass()?;
                    let end = self.reader.place();
                    self.reader.seek(from);
                    if let Event::Ref(there) = self.event()? {
                        self.reader.seek(there);
                    } else {
                        self.reader.seek(from);
                    }
                    calendar.zone = self.zone_id(at)?;
                    self.reader.seek(end);
                }
                _ => self.pass()?,
            }
        }
        self.put_calendar(slot, definition.name.as_bytes(), place, at, &calendar)?;
        self.empty();
        Ok(())
    }

    /// The id of a time zone, which its superclass has.
    fn zone_id(&mut self, at: usize) -> Outcome<&'d [u8]> {
        let definition = match self.event()? {
            Event::Typed(Head::Builtin(94), 1) => match self.event()? {
                Event::Str(id) => return Ok(id),
                _ => return Err(self.bad_form(at)),
            },
            Event::Typed(Head::Defined(definition), _) => Some(definition),
            Event::Typed(Head::Known(number), _) => self.reader.definition(number).copied(),
            _ => None,
        };
        let Some(definition) = definition else { return Err(self.bad_form(at)) };
        for item in definition.items() {
            if let Item::Field { name: "ID", .. } = item.map_err(no_document)? {
                return match self.event()? {
                    Event::Str(id) => Ok(id),
                    _ => Err(self.bad_form(at)),
                };
            }
            self.pass()?;
        }
        Err(self.bad_form(at))
    }

    fn bit_set(&mut self, slot: Slot<'_>, class: &[u8], place: u32, at: usize) -> Outcome<()> {
        let Event::Bin(bits) = self.event()? else { return Err(self.bad_form(at)) };
        self.lose(Loss::BitSet, at)?;
        let tag = self.object(slot, class, place);
        self.out.push(b'>');
        let words = self.open(Slot::Field(b"words"), b"[J");
        self.number();
        self.number_attribute("length", bits.len().div_ceil(8) as i64);
        if bits.is_empty() {
            self.empty();
        } else {
            self.out.push(b'>');
            for word in bits.chunks(8) {
                let value = word.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
                self.open(Slot::Element, b"java.lang.Long");
                self.number_attribute("value", value.cast_signed());
                self.empty();
                self.check_size()?;
            }
            self.close(words.name);
        }
        self.close(tag.name);
        Ok(())
    }

    /// The fields of a wrapper beside the one that has what is inside: they refer to it, or to the wrapper.
    pub(super) fn other_fields(
        &mut self,
        inner: u32,
        own: u32,
        names: &'static [&'static str],
        class_of_wrapper: &str,
    ) -> Outcome<()> {
        let first = names.first().map_or(0, |name| name.len());
        // `<list class="java.util.ArrayList" __id="2"`, or `__ref`: the tag says what to refer to.
        let from = inner as usize + 1 + first + b" class=\"".len();
        let tag = self.out.get(from..).unwrap_or_default();
        let length = tag.iter().position(|byte| *byte == b'"').unwrap_or(0);
        let class = Span { from: from as u32, len: length as u32 };
        let mut values = tag.split(|byte| *byte == b'"').skip(2);
        let number = values.next().and_then(parse_integer).and_then(|number| u32::try_from(number).ok());
        let Some(number) = number else { return Err(self.bad_form(self.at())) };
        for name in names.iter().skip(1) {
            if *name == "mutex" {
                self.open(Slot::Field(name.as_bytes()), class_of_wrapper.as_bytes());
                self.reference(own);
            } else {
                self.open_as(Slot::Field(name.as_bytes()), class);
                self.reference(number);
            }
        }
        Ok(())
    }
}
