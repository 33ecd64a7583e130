//! Copies the attributes that lead into one that goes.

use std::collections::BTreeSet;

use super::classes::Classes;
use super::survey::{Source, Target};
use super::{Rewritten, broken};
use crate::builtin::BYTES_IN_CUSTOM_DATA;
use crate::check::Limits;
use crate::definition::Head;
use crate::error::{Error, ErrorKind};
use crate::event::Event;
use crate::token::array_header;
use crate::writer::Writer;

/// Rewrites the attributes of `order` one after the other; sources stand by their number in the extras.
pub(super) fn rewrite<'a>(
    mut sources: Vec<Option<Source<'a>>>,
    order: &[u32],
    limits: Limits,
) -> Result<Vec<Rewritten>, Error> {
    let mut done = Vec::with_capacity(order.len());
    let mut room = limits.bytes;
    for &home in order {
        let mut walk = Walk::new(&mut sources, home, Limits { bytes: room, ..limits });
        walk.run()?;
        room = room.saturating_sub(walk.out.len());
        let Walk { out: value, fixups, leads_into, moved, .. } = walk;
        let leads_into = leads_into.into_iter().collect();
        done.push((Rewritten { number: home, value, leads_into, moved }, fixups));
    }
    // Only now is it known where everything stands.
    let mut rewritten = Vec::with_capacity(done.len());
    for (mut attribute, fixups) in done {
        for Fixup { at, source, target } in fixups {
            let place = find(&sources, source)?.targets.get(target).and_then(|target| target.written);
            let field = attribute.value.get_mut(at..at.saturating_add(4));
            let (Some(place), Some(field)) = (place, field) else { return Err(broken(at)) };
            field.copy_from_slice(&place.to_be_bytes());
        }
        rewritten.push(attribute);
    }
    Ok(rewritten)
}

/// A reference whose place is still to be filled in.
struct Fixup {
    /// Where the place stands in the new bytes.
    at: usize,
    /// The attribute that the place used to be in, and the target there.
    source: u32,
    target: usize,
}

/// What the values of a container are, as far as it matters for a value that is put among them.
#[derive(Debug, Clone, Copy)]
enum Slots {
    Plain,
    /// The parts of an object, so many, of a class that has custom data.
    Bean {
        definition: u32,
        parts: u64,
    },
    /// The elements of custom data.
    Custom,
}

/// A container, or a value that is fetched from elsewhere, whose end is still to come.
struct Frame {
    left: u64,
    slots: Slots,
    /// Where to read on when what was fetched has ended.
    back: Option<(u32, u32)>,
}

/// The copying of one attribute.
struct Walk<'r, 'a> {
    sources: &'r mut [Option<Source<'a>>],
    home: u32,
    limits: Limits,
    out: Vec<u8>,
    classes: Classes<'a>,
    fixups: Vec<Fixup>,
    leads_into: BTreeSet<u32>,
    moved: bool,
    /// The attribute that is being read, and what of it was read and not yet copied.
    source: u32,
    run: u32,
    /// How many values are to come in the innermost container.
    left: u64,
    slots: Slots,
    stack: Vec<Frame>,
    depth: usize,
}

impl<'r, 'a> Walk<'r, 'a> {
    fn new(sources: &'r mut [Option<Source<'a>>], home: u32, limits: Limits) -> Self {
        Self {
            sources,
            home,
            limits,
            out: Vec::new(),
            classes: Classes::default(),
            fixups: Vec::new(),
            leads_into: BTreeSet::new(),
            moved: false,
            source: home,
            run: 0,
            left: 1,
            slots: Slots::Plain,
            stack: Vec::new(),
            depth: 0,
        }
    }

    fn run(&mut self) -> Result<(), Error> {
        self.here()?.reader.seek(0);
        loop {
            while self.left == 0 {
                let end = self.here()?.reader.place();
                let Some(frame) = self.stack.pop() else { return self.copy_to(end) };
                match frame.back {
                    None => self.depth -= 1,
                    Some((source, at)) => {
                        self.copy_to(end)?;
                        self.go_to(source, at)?;
                    }
                }
                (self.left, self.slots) = (frame.left, frame.slots);
            }
            self.left -= 1;
            self.value()?;
        }
    }

    fn value(&mut self) -> Result<(), Error> {
        let written = u32::try_from(self.out.len()).unwrap_or(u32::MAX);
        let (home, run) = (self.home, self.run);
        let source = self.here()?;
        let at = source.reader.place();
        if let Some(index) = source.target_at(at)
            && let Some(target) = source.targets.get_mut(index)
        {
            if let (Some(_), Some(elsewhere)) = (target.written, target.home) {
                let end = target.end;
                self.copy_to(at)?;
                self.refer(self.source, index, elsewhere);
                return self.go_to(self.source, end);
            }
            target.home = Some(home);
            target.written = Some(written.saturating_add(at - run));
        }
        let source = self.here()?;
        let event = source.reader.next()?;
        let end = source.reader.place();
        match event {
            Event::Ref(place) => return self.reference(at, end, self.source, place, true),
            Event::Xref(number, place) => return self.reference(at, end, number, place, false),
            Event::Typed(head, _) | Event::Class(head) => self.head(at, end, head, &event)?,
            _ => {}
        }
        self.open(&event)
    }

    fn open(&mut self, event: &Event<'a>) -> Result<(), Error> {
        let inside = event.inside();
        if inside == 0 {
            return Ok(());
        }
        if self.depth >= self.limits.depth {
            return Err(Error::new(self.out.len(), ErrorKind::TooDeep(self.limits.depth)));
        }
        let slots = match (event, self.slots) {
            (Event::Typed(Head::Known(definition), _), _) => {
                Slots::Bean { definition: *definition, parts: inside }
            }
            (Event::Typed(Head::Defined(definition), _), _) => {
                Slots::Bean { definition: definition.number, parts: inside }
            }
            (Event::Array(_), Slots::Bean { definition, parts }) => {
                let slot = u32::try_from(parts - 1 - self.left).unwrap_or(u32::MAX);
                if self.here()?.is_custom(definition, slot) { Slots::Custom } else { Slots::Plain }
            }
            _ => Slots::Plain,
        };
        self.depth += 1;
        self.stack.push(Frame { left: self.left, slots: self.slots, back: None });
        (self.left, self.slots) = (inside, slots);
        Ok(())
    }

    /// The class of a value between the header of its array and `end`.
    fn head(&mut self, at: u32, end: u32, head: Head<'a>, event: &Event<'a>) -> Result<(), Error> {
        let number = match head {
            Head::Builtin(_) => return Ok(()),
            Head::Known(number) => number,
            Head::Defined(definition) => definition.number,
        };
        let (home, from) = (self.home, self.source);
        let source = find_mut(self.sources, from)?;
        match (head, self.classes.number(from, number)) {
            (Head::Known(_), Some(same)) if same == number => return Ok(()),
            (Head::Defined(definition), None) if from == home && self.classes.is_pure() => {
                self.classes.keep(from, source, &definition);
                return Ok(());
            }
            _ => {}
        }
        let header = source.value.get(at as usize).map_or(1, |marker| array_header(*marker));
        // A class literal has its mark in front of the class.
        let mark = if matches!(event, Event::Class(_)) { 3 } else { 0 };
        self.copy_to(at + header + mark)?;
        let source = find(self.sources, from)?;
        self.classes.head(&mut self.out, home, from, source, number)?;
        self.run = end;
        Ok(())
    }

    /// A reference that stands between two places, and leads to a place of `source`.
    fn reference(&mut self, at: u32, end: u32, source: u32, place: u32, within: bool) -> Result<(), Error> {
        let Some(known) = self.sources.get(source as usize).and_then(Option::as_ref) else {
            // Into an attribute that nobody touches: it stays as it is.
            self.leads_into.insert(source);
            return Ok(());
        };
        let target = known.target_at(place).ok_or(broken(at as usize))?;
        match known.targets.get(target).and_then(|target| target.home) {
            // The same kind of reference keeps its bytes; in a rewritten attribute into which nothing was
            // fetched, all places stay.
            Some(home) if (home == self.home) == within => {
                self.copy_to(end)?;
                self.fill_in(source, target, home);
            }
            Some(home) => {
                self.copy_to(at)?;
                self.run = end;
                self.refer(source, target, home);
            }
            None => return self.fetch(at, end, source, target),
        }
        Ok(())
    }

    /// Puts the value that a reference leads to in the reference's place.
    fn fetch(&mut self, at: u32, end: u32, source: u32, index: usize) -> Result<(), Error> {
        self.copy_to(at)?;
        self.moved = true;
        let place = self.out.len();
        let from = find_mut(self.sources, source)?;
        let Some(target) = from.targets.get(index).copied() else { return Err(broken(at as usize)) };
        // All that references lead to in there comes along. What was fetched before has another home already.
        let inside = || from_index(&from.targets, index).take_while(|inner| inner.place < target.end);
        let count = inside().count();
        for inner in from.targets.iter_mut().skip(index).take(count) {
            inner.home.get_or_insert(self.home);
        }
        from.reader.seek(target.place);
        let event = from.reader.next()?;
        let content = from.reader.place();
        let custom = matches!(self.slots, Slots::Custom);
        let bytes = match event {
            // Among custom data, bare bytes would be a block.
            Event::Bin(_) if custom => {
                let mut writer = Writer::value(&mut self.out);
                writer.builtin(BYTES_IN_CUSTOM_DATA, 1);
                Some((target.place, content))
            }
            Event::Typed(Head::Builtin(BYTES_IN_CUSTOM_DATA), 1) if !custom => {
                matches!(from.reader.next()?, Event::Bin(_)).then(|| (content, from.reader.place()))
            }
            _ => None,
        };
        let Some((first, last)) = bytes else {
            self.stack.push(Frame { left: self.left, slots: self.slots, back: Some((self.source, end)) });
            (self.left, self.slots) = (1, Slots::Plain);
            return self.go_to(source, target.place);
        };
        for inner in from.targets.iter_mut().skip(index).take(count) {
            inner.written = Some(u32::try_from(place).unwrap_or(u32::MAX));
        }
        self.out.extend_from_slice(from.value.get(first as usize..last as usize).unwrap_or_default());
        self.go_to(self.source, end)
    }

    /// Writes a reference to a target whose home is known.
    fn refer(&mut self, source: u32, target: usize, home: u32) {
        let mut writer = Writer::value(&mut self.out);
        if home == self.home {
            writer.reference(0);
        } else {
            writer.xref(0, 0);
        }
        self.fill_in(source, target, home);
    }

    /// The reference that was written last is to lead to a target.
    fn fill_in(&mut self, source: u32, target: usize, home: u32) {
        let end = self.out.len();
        if home != self.home {
            self.leads_into.insert(home);
            if let Some(field) = end.checked_sub(8).and_then(|at| self.out.get_mut(at..end - 4)) {
                field.copy_from_slice(&home.to_be_bytes());
            }
        }
        self.fixups.push(Fixup { at: end.saturating_sub(4), source, target });
    }

    /// Copies what was read up to a place.
    fn copy_to(&mut self, end: u32) -> Result<(), Error> {
        let source = find(self.sources, self.source)?;
        let bytes = source.value.get(self.run as usize..end as usize).unwrap_or_default();
        if self.out.len() + bytes.len() > self.limits.bytes {
            return Err(Error::new(self.out.len(), ErrorKind::TooLarge(self.limits.bytes)));
        }
        self.out.extend_from_slice(bytes);
        self.run = end;
        Ok(())
    }

    /// Reads on elsewhere.
    fn go_to(&mut self, source: u32, place: u32) -> Result<(), Error> {
        (self.source, self.run) = (source, place);
        self.here()?.reader.seek(place);
        Ok(())
    }

    fn here(&mut self) -> Result<&mut Source<'a>, Error> {
        find_mut(self.sources, self.source)
    }
}

fn from_index(targets: &[Target], index: usize) -> impl Iterator<Item = &Target> {
    targets.iter().skip(index)
}

fn find<'s, 'a>(sources: &'s [Option<Source<'a>>], number: u32) -> Result<&'s Source<'a>, Error> {
    sources.get(number as usize).and_then(Option::as_ref).ok_or(broken(0))
}

fn find_mut<'s, 'a>(sources: &'s mut [Option<Source<'a>>], number: u32) -> Result<&'s mut Source<'a>, Error> {
    sources.get_mut(number as usize).and_then(Option::as_mut).ok_or(broken(0))
}
