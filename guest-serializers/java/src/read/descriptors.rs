//! Class descriptors of earlier streams.
//!
//! An application's sessions describe the same classes again and again, and of a small session that is a third of the
//! bytes. A descriptor that has the bytes of one that was read before is what that one was: it is compared instead of
//! taken apart, and so is what a document says of its class. Only the types of fields stand differently in each
//! stream, in full or as a reference to where they stood first.

use holdfast_document::{append, is_equal};

use super::class::Described;
use super::identity::{Handle, HandleKind, STRINGS};
use super::quick::Quick;
use super::{Kept, Reading, Span};
use crate::layout::Op;
use crate::outline::{Outline, Types};
use crate::stream::{BASE_HANDLE, tc};

/// So many descriptors are kept; then all are forgotten, and those that still come are soon there again.
const MAX_DESCRIPTORS: usize = 512;
/// All that is kept of them may take so many bytes; the same.
const MAX_SIZE: usize = 1 << 20;
/// So many types of fields.
const MAX_TYPES: usize = 4 * MAX_DESCRIPTORS;
/// A longer one, of a class or of its definition in a document, is not kept.
const MAX_BYTES: usize = 8 << 10;
/// So many descriptors with the same hash are looked at.
const MAX_ALIKE: usize = 8;
const BUCKETS: usize = 256;

/// What stands in a descriptor in front of the name, and between the name and the fields.
const BEFORE_NAME: usize = 3;
const SUID: usize = 8;
pub(super) const AFTER_NAME: u32 = SUID as u32 + 3;

/// A descriptor, with those of its superclasses.
#[derive(Debug)]
struct Met {
    outline: Outline,
    superclass: Option<u32>,
    /// As in [`Described`].
    class: Described,
    /// The steps for its objects, once one was read.
    steps: Option<Vec<Op>>,
    /// What a document says of the class, and of how many classes it says that, once it was said.
    definition: Option<(Vec<u8>, u32)>,
    /// The next one with the same hash, plus one.
    alike: u32,
}

/// All that are kept from one call to the next.
#[derive(Debug, Default)]
pub(super) struct Descriptors {
    met: Vec<Met>,
    /// The first of each hash, plus one.
    buckets: Vec<u32>,
    types: Types,
    /// How many bytes all take, about.
    size: usize,
}

impl Descriptors {
    /// Begins a new stream.
    pub(super) fn forget_handles(&mut self) {
        if self.is_full() || self.types.len() >= MAX_TYPES {
            *self = Self::default();
        }
        self.types.release(0);
    }

    fn is_full(&self) -> bool {
        self.met.len() >= MAX_DESCRIPTORS || self.size >= MAX_SIZE
    }

    /// The descriptors that the one may be that begins with these bytes.
    fn alike(&self, head: &[u8]) -> Option<u32> {
        self.buckets.get(bucket(head)?)?.checked_sub(1)
    }

    /// What is kept of a class.
    fn of(&mut self, class: &Described) -> Option<&mut Met> {
        self.met.get_mut(class.met.checked_sub(1)? as usize)
    }

    /// Keeps a descriptor, unless there is one like it; gives its number.
    fn keep(&mut self, met: Met) -> Option<u32> {
        let bucket = bucket(&met.outline.bytes)?;
        let mut next = self.alike(&met.outline.bytes);
        let mut passed = 0;
        while let Some(number) = next {
            let found = self.met.get(number as usize)?;
            if found.superclass == met.superclass && found.outline == met.outline {
                return Some(number);
            }
            next = found.alike.checked_sub(1);
            passed += 1;
        }
        if passed >= MAX_ALIKE || self.is_full() {
            return None;
        }
        self.size += size_of::<Met>() + met.outline.bytes.len();
        self.buckets.resize(BUCKETS, 0);
        let number = self.met.len() as u32;
        let first = self.buckets.get_mut(bucket)?;
        self.met.push(Met { alike: *first, ..met });
        *first = number + 1;
        Some(number)
    }
}

/// Where a descriptor's number is kept: by the end of its name and its `serialVersionUID`.
fn bucket(descriptor: &[u8]) -> Option<usize> {
    let &[_, high, low, ..] = descriptor else { return None };
    let len = usize::from(u16::from_be_bytes([high, low]));
    let suid = descriptor.get(BEFORE_NAME + len..)?.first_chunk::<SUID>()?;
    let name = descriptor.get(len.checked_sub(1)?..)?.first_chunk::<4>()?;
    let mixed = (u64::from_be_bytes(*suid) ^ u64::from(u32::from_be_bytes(*name)))
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Some((mixed >> 56) as usize)
}

impl Reading<'_> {
    /// Takes over the descriptor that begins here, with those of its superclasses, if it is one of an earlier stream.
    pub(super) fn met_before(&mut self) -> Option<u32> {
        if !self.again.is_new() {
            return None;
        }
        let mut next = self.kept.descriptors.alike(self.input.rest());
        while let Some(number) = next {
            let first = self.kept.classes.len();
            let (at, handles, used) =
                (self.input.at(), self.kept.handles.len(), self.kept.descriptors.types.bound());
            if let Some(found) = self.take_over(number) {
                return Some(found);
            }
            // It only began like that one.
            self.input.seek(at);
            self.kept.classes.truncate(first);
            self.kept.handles.truncate(handles);
            self.kept.descriptors.types.release(used);
            next = self.kept.descriptors.met.get(number as usize)?.alike.checked_sub(1);
        }
        None
    }

    fn take_over(&mut self, mut number: u32) -> Option<u32> {
        let first = self.kept.classes.len() as u32;
        loop {
            let Kept { descriptors, handles, classes, .. } = &mut *self.kept;
            let Descriptors { met, types, .. } = descriptors;
            let found = met.get(number as usize)?;
            let place = classes.len() as u32;
            let at = self.input.at();
            handles.push(Handle { kind: HandleKind::Class, at: place, more: 0, group: 0 });
            let mut from = 0;
            for &(to, number) in &found.outline.types {
                let part = found.outline.bytes.get(from..to as usize)?;
                from = to as usize;
                self.input.skip_equal(part)?;
                let of = types.get(number)?;
                let type_at = self.input.at();
                match *self.input.rest() {
                    [tc::REFERENCE, a, b, c, d, ..] => {
                        let handle = u32::from_be_bytes([a, b, c, d]).wrapping_sub(BASE_HANDLE);
                        if of.handle.checked_sub(1) != Some(handle) {
                            return None;
                        }
                        self.input.advance(5);
                    }
                    [tc::STRING, high, low, ref rest @ ..] => {
                        let text = rest.get(..usize::from(u16::from_be_bytes([high, low])))?;
                        if !is_equal(text, &of.text) {
                            return None;
                        }
                        self.input.advance(3 + text.len());
                        if of.handle == 0 {
                            types.bind(number, handles.len() as u32);
                        }
                        handles.push(Handle { kind: HandleKind::Interned, at: type_at, more: 0, group: 0 });
                    }
                    _ => return None,
                }
            }
            self.input.skip_equal(found.outline.bytes.get(from..)?)?;
            let mut class = Described { at, met: number + 1, ..found.class };
            class.name.at = at + BEFORE_NAME as u32;
            let superclass = found.superclass;
            match (superclass, self.input.rest()) {
                (None, [tc::NULL, ..]) => {
                    self.input.advance(1);
                    classes.push(class);
                    return Some(first);
                }
                (Some(superclass), [tc::REFERENCE, a, b, c, d, ..]) => {
                    let handle = u32::from_be_bytes([*a, *b, *c, *d]).wrapping_sub(BASE_HANDLE);
                    let above =
                        handles.get(handle as usize).filter(|handle| handle.kind == HandleKind::Class)?.at;
                    if above >= first || classes.get(above as usize)?.met != superclass + 1 {
                        return None;
                    }
                    self.input.advance(5);
                    class.superclass = Some(above);
                    classes.push(class);
                    return Some(first);
                }
                (Some(superclass), [tc::CLASSDESC, ..]) => {
                    class.superclass = Some(place + 1);
                    classes.push(class);
                    number = superclass;
                }
                _ => return None,
            }
        }
    }

    /// Keeps the descriptors from `first` to `last`, each the superclass of the one before, for later streams. They end
    /// at `end`.
    pub(super) fn keep_descriptors(&mut self, first: u32, last: u32, mut end: u32) {
        if !self.again.is_new() || self.kept.descriptors.is_full() {
            return;
        }
        for place in (first..last).rev() {
            let Some(class) = self.kept.classes.get(place as usize).copied() else { return };
            let superclass = match class.superclass.map(|above| self.kept.classes.get(above as usize)) {
                None => None,
                Some(Some(above)) if above.met > 0 => Some(above.met - 1),
                _ => return,
            };
            if class.proxy || (end - class.at) as usize > MAX_BYTES {
                return;
            }
            let mut outline = Outline::default();
            let mut from = class.at;
            for number in 0..class.fields as usize {
                let Some(field) = self.fields(&class).get(number).copied() else { return };
                let to = field.name.at + field.name.len;
                let skipped = match self.input.all().get(to as usize) {
                    // A primitive one has no type but the code in front of its name.
                    _ if field.descriptor.len == 1 => continue,
                    Some(&tc::REFERENCE) => 5,
                    _ => 3 + field.descriptor.len,
                };
                append(&mut outline.bytes, self.input.span(Span { at: from, len: to - from }));
                let number = self.kept.descriptors.types.number(self.input.span(field.descriptor));
                outline.types.push((outline.bytes.len() as u32, number));
                from = to + skipped;
            }
            append(&mut outline.bytes, self.input.span(Span { at: from, len: end - from }));
            end = class.at;
            let met = Met {
                outline,
                superclass,
                class: Described {
                    first: Described::NOT_LISTED,
                    superclass: None,
                    defined_in: 0,
                    definition: 0,
                    code: 0,
                    parts: 0,
                    literal: 0,
                    quick: Quick::of(class.known),
                    ..class
                },
                steps: None,
                definition: None,
                alike: 0,
            };
            let Some(number) = self.kept.descriptors.keep(met) else { return };
            if let Some(class) = self.kept.classes.get_mut(place as usize) {
                class.met = number + 1;
            }
        }
    }

    /// Makes the types that stood in descriptors of earlier streams known as strings of class descriptions.
    pub(super) fn tell_types(&mut self) {
        self.kept.descriptors.types.tell(&mut self.kept.interned, STRINGS);
    }

    /// Appends the steps that objects of a class had in an earlier stream.
    pub(super) fn steps_again(&mut self, class: &Described) -> bool {
        let Kept { descriptors, code, .. } = &mut *self.kept;
        match descriptors.of(class).and_then(|met| met.steps.as_deref()) {
            Some(steps) => {
                code.extend(steps);
                true
            }
            None => false,
        }
    }

    /// Keeps the steps for objects of a class, which begin here in the code.
    pub(super) fn keep_steps(&mut self, class: &Described, code: u32) {
        let Kept { descriptors, code: all, .. } = &mut *self.kept;
        let steps = all.from(code);
        if let Some(met) = descriptors.of(class) {
            met.steps = Some(steps.to_vec());
            descriptors.size += size_of_val(steps);
        }
    }

    /// Writes the definition that a class had in an earlier document, with those of its superclasses, if the attribute
    /// has none of them yet.
    pub(super) fn definition_again(&mut self, class: u32) -> bool {
        let Kept { descriptors, classes, .. } = &mut *self.kept;
        let at = |place: u32| classes.get(place as usize);
        let Some(found) = at(class) else { return false };
        let Some((bytes, count)) = descriptors.of(found).and_then(|met| met.definition.as_ref()) else {
            return false;
        };
        let here = self.attribute + 1;
        let mut above = Some(found);
        for _ in 0..*count {
            match above {
                Some(class) if class.defined_in != here => above = class.superclass.and_then(at),
                _ => return false,
            }
        }
        let first = self.writer.definition_again(bytes, *count);
        let mut next = Some(class);
        for number in first..first + count {
            let Some(class) = next.and_then(|place| classes.get_mut(place as usize)) else { break };
            (class.defined_in, class.definition) = (here, number);
            next = class.superclass;
        }
        true
    }

    /// Keeps what was written of a class and its superclasses, so many in all, since the document was so long.
    pub(super) fn keep_definition(&mut self, class: u32, from: usize, count: u32) {
        let Kept { descriptors, classes, .. } = &mut *self.kept;
        let written = self.writer.written().get(from..).unwrap_or_default();
        if let Some(met) = classes.get(class as usize).and_then(|class| descriptors.of(class))
            && written.len() <= MAX_BYTES
        {
            met.definition = Some((written.to_vec(), count));
            descriptors.size += written.len();
        }
    }
}
