//! Arrays: the lengths of all dimensions, and then the elements, those of inner arrays behind their own length.

use holdfast_document::{Event, Head};
use holdfast_kryo_common::fault::{Outcome, limit};
use holdfast_kryo_common::output::{varint, zigzag_long};

use super::value::short;
use super::{FrameKind, Slot, Writing};
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::losses::Loss;

/// What was found out about the arrays in an array.
#[derive(Debug, Default)]
struct Lengths {
    /// The longest one of each dimension, from the second on.
    longest: Vec<u32>,
    /// The shortest one.
    shortest: Vec<u32>,
    /// How many were looked at: an array may lead to one array many times over.
    looked: usize,
}

impl<'d> Writing<'d, '_, '_> {
    /// Writes an array of objects or arrays.
    pub(super) fn array(&mut self, slot: Slot, class: ClassId, count: u32, at: usize) -> Outcome<()> {
        // An array in an array is written as the outer one says.
        let written = self.array_head(slot, class, at)?;
        if written.is_none()
            && let Codec::Arrays { component, dimensions } = self.classes.codec(class)
        {
            self.lengths(component, dimensions, count, at)?;
        } else {
            varint(self.out, count);
        }
        match self.classes.codec(written.unwrap_or(class)) {
            Codec::Objects { component, is_final: false } => self.begin(FrameKind::Values, component, count),
            Codec::Objects { component, is_final: true } => self.begin(FrameKind::Known, component, count),
            Codec::Arrays { component, .. } => self.begin(FrameKind::Arrays, component, count),
            _ => Err(self.bad_form(at)),
        }
    }

    /// Writes class and number of dimensions, for an array in an array neither: then it gives the class that the outer
    /// array says.
    fn array_head(&mut self, slot: Slot, class: ClassId, at: usize) -> Outcome<Option<ClassId>> {
        if let Slot::Inner(expected) = slot {
            if expected != class {
                let fits = |codec| !matches!(codec, Codec::Primitives(_));
                let both = [expected, class].map(|class| self.classes.codec(class));
                if !both.into_iter().all(fits) {
                    let name = &self.classes.get(expected).name;
                    return Err(self.unrepresentable(at, format!("no {name}, as the array around it says")));
                }
                self.lose(Loss::ArrayClass, at)?;
            }
            return Ok(Some(expected));
        }
        self.head(slot, class, at)?;
        let dimensions = match self.classes.codec(class) {
            Codec::Arrays { dimensions, .. } => dimensions,
            _ => 1,
        };
        self.out.push(dimensions);
        Ok(None)
    }

    /// Writes an array of primitives.
    pub(super) fn primitives(&mut self, slot: Slot, element: u8, data: &[u8], at: usize) -> Outcome<()> {
        let number = match element {
            b'Z' => 188,
            b'B' => 189,
            b'C' => 190,
            b'S' => 191,
            b'I' => 192,
            b'J' => 193,
            b'F' => 194,
            _ => 195,
        };
        let Some(class) = self.classes.builtin(number) else { return Err(self.bad_form(at)) };
        self.array_head(slot, class, at)?;
        let size = match element {
            b'Z' | b'B' => 1,
            b'C' | b'S' => 2,
            b'I' | b'F' => 4,
            _ => 8,
        };
        varint(self.out, (data.len() / size) as u32);
        match element {
            b'S' => {
                for value in data.as_chunks().0 {
                    short(self.out, i16::from_be_bytes(*value));
                }
            }
            b'I' => {
                for value in data.as_chunks().0 {
                    varint(self.out, u32::from_be_bytes(*value));
                }
            }
            b'J' => {
                for value in data.as_chunks().0 {
                    zigzag_long(self.out, i64::from_be_bytes(*value));
                }
            }
            _ => self.out.extend_from_slice(data),
        }
        Ok(())
    }

    /// Writes the lengths of all dimensions of an array: its own, and those of the longest arrays in it.
    fn lengths(&mut self, component: ClassId, dimensions: u8, count: u32, at: usize) -> Outcome<()> {
        let inner = usize::from(dimensions).saturating_sub(1);
        let mut lengths =
            Lengths { longest: vec![0; inner], shortest: vec![u32::MAX; inner], ..Lengths::default() };
        let place = self.way.reader.place();
        self.measure(component, count, 0, &mut lengths)?;
        self.way.reader.seek(place);
        varint(self.out, count);
        for length in &lengths.longest {
            varint(self.out, *length);
        }
        let is_jagged = lengths
            .longest
            .iter()
            .zip(&lengths.shortest)
            .any(|(longest, shortest)| *shortest != u32::MAX && longest != shortest);
        if is_jagged {
            self.lose(Loss::ArrayLengths, at)?;
        }
        Ok(())
    }

    /// Looks at the lengths of so many arrays of a class.
    fn measure(&mut self, class: ClassId, count: u32, level: usize, lengths: &mut Lengths) -> Outcome<()> {
        for _ in 0..count {
            lengths.looked += 1;
            if lengths.looked > self.limits.bytes {
                return Err(limit(format!("more than {} arrays in an array", self.limits.bytes)));
            }
            let at = self.way.at();
            match self.event()? {
                Event::Ref(place) => self.measure_at(self.way.attribute(), place, class, level, lengths)?,
                Event::Xref(name, place) => {
                    let attribute = self.attribute_of(name, at)?;
                    self.measure_at(attribute, place, class, level, lengths)?;
                }
                event => self.measure_one(event, class, level, lengths, at)?,
            }
        }
        Ok(())
    }

    fn measure_at(
        &mut self,
        attribute: u32,
        place: u32,
        class: ClassId,
        level: usize,
        lengths: &mut Lengths,
    ) -> Outcome<()> {
        let back = self.way.visit(attribute, place, &mut self.shelf.parts)?;
        let at = self.way.at();
        let event = self.event()?;
        self.measure_one(event, class, level, lengths, at)?;
        self.way.return_from_visit(back);
        Ok(())
    }

    fn measure_one(
        &mut self,
        event: Event<'d>,
        class: ClassId,
        level: usize,
        lengths: &mut Lengths,
        at: usize,
    ) -> Outcome<()> {
        let length = match event {
            Event::Bin(data) => data.len(),
            Event::Primitives(element, data) => match element {
                b'Z' => data.len(),
                b'C' | b'S' => data.len() / 2,
                b'I' | b'F' => data.len() / 4,
                _ => data.len() / 8,
            },
            Event::Typed(Head::Builtin(_) | Head::Known(_) | Head::Defined(_), parts) => parts as usize,
            // What stands there otherwise is refused where it is written.
            _ => return Ok(()),
        };
        let length = u32::try_from(length).map_err(|_| self.bad_form(at))?;
        if let (Some(longest), Some(shortest)) =
            (lengths.longest.get_mut(level), lengths.shortest.get_mut(level))
        {
            *longest = (*longest).max(length);
            *shortest = (*shortest).min(length);
        }
        if !matches!(event, Event::Typed(..)) {
            return Ok(());
        }
        match self.classes.codec(class) {
            Codec::Arrays { component, .. } => self.measure(component, length, level + 1, lengths),
            _ => (0..length)
                .try_for_each(|_| self.way.reader.skip().map_err(holdfast_kryo_common::fault::no_document)),
        }
    }

    /// Writes the list of `Arrays.asList`.
    pub(super) fn arrays_as_list(&mut self, slot: Slot, at: usize) -> Outcome<()> {
        self.head(slot, ClassId::ARRAYS_AS_LIST, at)?;
        let inner = self.way.at();
        let (mut event, mut visit) = (self.event()?, None);
        let target = match event {
            Event::Ref(place) => Some((self.way.attribute(), place)),
            Event::Xref(name, place) => Some((self.attribute_of(name, inner)?, place)),
            _ => None,
        };
        if let Some((attribute, place)) = target {
            let home = super::Home { attribute, place };
            if self.shelf.frames.iter().any(|frame| frame.home == home) {
                return Err(self.unrepresentable(inner, "an array that holds its own list"));
            }
            self.lose(Loss::Identity, inner)?;
            visit = Some(self.way.visit(attribute, place, &mut self.shelf.parts)?);
            event = self.event()?;
        }
        let Event::Typed(head, count) = event else { return Err(self.bad_form(inner)) };
        let Some(class) = self.class_of(head) else { return Err(self.bad_form(inner)) };
        let component = match self.classes.codec(class) {
            Codec::Objects { component, .. } | Codec::Arrays { component, .. } => component,
            _ => match self.component_name(class) {
                Some(name) => self.classes.resolve(&name),
                None => return Err(self.bad_form(inner)),
            },
        };
        varint(self.out, count);
        self.class(component);
        if let Some(back) = visit {
            self.push(FrameKind::Visit(back), component, 0)?;
        }
        self.begin(FrameKind::Values, component, count)
    }

    /// The class of the elements of an array of which nothing but the name is known: that is enough here.
    fn component_name(&self, array: ClassId) -> Option<String> {
        let name = self.classes.get(array).name.strip_prefix('[')?;
        match name.strip_prefix('L') {
            Some(name) => name.strip_suffix(';').map(str::to_owned),
            None => name.starts_with('[').then(|| name.to_owned()),
        }
    }
}
