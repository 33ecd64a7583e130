//! Values that have a number: dates and big decimals, and those that hold others, of which the tag is begun. Of the loop in
//! [`super::run`].

use holdfast_document::{Room, Window, has_room, put_item, put_within};

use super::Kind;
use super::bean_run::put_attributes;
use super::quick::{DATE, DECIMAL, Lead, Short, short_decimal};
use super::refs::Object;
use super::run::{ROOM, Run, Slot};
use super::script::Script;
use super::tag::Span;
use crate::losses::Loss;

impl Run<'_, '_> {
    /// Writes a date or a big decimal, which begins at a place of the document. Gives how many bytes it takes there.
    #[inline(always)]
    pub(super) fn object(&mut self, slot: Slot<'_>, window: &Window, place: u32) -> Option<usize> {
        match *window {
            [0xd7, 9, a, b, c, d, e, f, g, h, ..] => {
                self.date(slot, i64::from_be_bytes([a, b, c, d, e, f, g, h]), place)?;
                Some(10)
            }
            [0xd7, 11, ref payload @ ..] => {
                self.decimal(slot, payload.get(..8)?)?;
                Some(10)
            }
            [0xc7, len @ 5..=12, 11, ref payload @ ..] => {
                let len = usize::from(len);
                self.decimal(slot, payload.get(..len)?)?;
                Some(3 + len)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn date(&mut self, slot: Slot<'_>, millis: i64, place: u32) -> Option<()> {
        (has_room(self.objects, 1) && self.losses.is_told(Loss::Date)).then_some(())?;
        let from = self.out.len();
        let mut room = Room::<ROOM>::behind(&mut self.out)?;
        stamp(slot, &DATE, &mut room)?;
        room.unsigned(u64::from(self.next))?;
        if millis != 0 {
            room.put(*b"\" holdfast=\"")?;
            room.integer(millis)?;
        }
        room.put(*b"\"/>")?;
        room.keep();
        self.begun(slot, from, DATE.class, place);
        Some(())
    }

    /// A big decimal of at most 64 bits and up to 18 places, which has a number and no identity in documents.
    #[inline(always)]
    fn decimal(&mut self, slot: Slot<'_>, payload: &[u8]) -> Option<()> {
        let Short { scale, power, value } = short_decimal(payload)?;
        (scale == 0 || self.losses.is_told(Loss::BigDecimal)).then_some(())?;
        let mut room = Room::<ROOM>::behind(&mut self.out)?;
        stamp(slot, &DECIMAL, &mut room)?;
        room.unsigned(u64::from(self.next))?;
        room.put(*b"\" value=\"")?;
        room.integer(value / power)?;
        if scale != 0 {
            room.put(*b"\" holdfast=\"")?;
            room.integer(value)?;
            room.put(*b"E-")?;
            room.unsigned(u64::from(scale))?;
        }
        room.put(*b"\"/>")?;
        room.keep();
        self.next += 1;
        Some(())
    }

    /// Begins a list or map that is not empty, whose header takes `len` bytes.
    #[inline(always)]
    pub(super) fn container(
        &mut self,
        slot: Slot<'_>,
        lead: &Lead,
        window: &Window,
        count: u32,
        len: usize,
        inside: (u32, Kind),
    ) -> Option<()> {
        self.may_open().then_some(())?;
        let (from, place) = (self.out.len(), self.place_of(self.rest));
        let mut room = Room::<ROOM>::behind(&mut self.out)?;
        stamp(slot, lead, &mut room)?;
        room.unsigned(u64::from(self.next))?;
        room.put(*b"\" size=\"")?;
        room.unsigned(u64::from(count))?;
        room.put(*b"\">")?;
        room.keep();
        let name = self.begun(slot, from, lead.class, place);
        self.pass(window, len)?;
        self.open(name, inside)
    }

    /// Begins an object of a class whose script is known, with the fields that stand in attributes. Where it does not,
    /// something may have been written that is to be taken back.
    #[inline(always)]
    pub(super) fn bean(
        &mut self,
        slot: Slot<'_>,
        window: &Window,
        definition: u32,
        parts: u32,
        head: usize,
    ) -> Option<()> {
        let number = self.scripts.known(definition)?;
        let script = self.scripts.get(number)?;
        let elements = script.steps.len() as u32 - script.attributes;
        let may = self.may_open() && script.is_straight && elements > 0;
        (may && script.is_simple && parts == script.parts).then_some(())?;
        let (from, place) = (self.out.len(), self.place_of(self.rest));
        self.begin_bean(slot, script)?;
        let fields = self.rest.get(head..)?;
        let len = head + put_attributes(&mut self.out, script, fields)?;
        put_within::<1, _>(&mut self.out, |room| room.put([b'>']))?;
        let name = self.begun(slot, from, script.class.len() as u32, place);
        self.pass(window, len)?;
        self.open(name, (elements, Kind::Bean { script: number, step: script.attributes, parts: None }))
    }

    /// Begins the tag of an object of the application, with its number.
    #[inline(always)]
    pub(super) fn begin_bean(&mut self, slot: Slot<'_>, script: &Script) -> Option<()> {
        let mut room = Room::<ROOM>::behind(&mut self.out)?;
        match slot {
            Slot::Value => {
                room.put(*b"<v class=\"")?;
                script.valued.put_in(&mut room)
            }
            Slot::Key => {
                room.put(*b"<k class=\"")?;
                script.valued.put_in(&mut room)
            }
            Slot::Element => {
                room.put([b'<'])?;
                script.element.put_in(&mut room)
            }
            Slot::Lead(name) => {
                name.put_in(&mut room)?;
                script.valued.put_in(&mut room)
            }
        }?;
        room.unsigned(u64::from(self.next))?;
        room.put([b'"'])?;
        room.keep();
        Some(())
    }

    /// An object was written, for which there is room: the beginning of its tag, which stands at an offset, with its number.
    /// The name of its element.
    #[inline(always)]
    pub(super) fn begun(&mut self, slot: Slot<'_>, from: usize, class: u32, place: u32) -> Span {
        let from = from as u32 + 1;
        let (name, class_from) = match slot {
            Slot::Key | Slot::Value => (Span { from, len: 1 }, from + 9),
            Slot::Element => (Span { from, len: class }, from),
            Slot::Lead(lead) => {
                let len = lead.len() as u32 - 9;
                (Span { from, len }, from + len + 8)
            }
        };
        let class = Span { from: class_from, len: class };
        put_item(self.objects, Object { place, id: self.next, class });
        self.next += 1;
        name
    }
}

/// Begins a tag up to the value of its first attribute.
#[inline(always)]
pub(super) fn stamp(slot: Slot<'_>, lead: &Lead, room: &mut Room<'_, ROOM>) -> Option<()> {
    match slot {
        Slot::Value => lead.value.put_in(room),
        Slot::Key => lead.key.put_in(room),
        Slot::Element => lead.element.put_in(room),
        Slot::Lead(name) => {
            name.put_in(room)?;
            lead.field.put_in(room)
        }
    }
}
