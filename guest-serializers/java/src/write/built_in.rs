//! The steps of the JDK's classes that are no values themselves: counts, capacities, what is hidden.

use holdfast_document::{Event, Fact, builtin};

use super::{Frame, Step, Writing};
use crate::boxes::Boxed;
use crate::classes::id;
use crate::hidden::{Piece, Template};
use crate::layout::{self, Op};
use crate::stream::tc;

/// Free places that a note may give a collection; it is a hint and no reason to write megabytes.
const MAX_FREE: u32 = 1 << 20;

/// Numbers of the built-in table.
const TREE_SET: u16 = 32;
const TREE_MAP: u16 = 43;

impl Writing<'_> {
    pub(super) fn built_in_step(&mut self, op: Op, frame: &mut Frame) -> Step<Option<Frame>> {
        match op {
            Op::Count => self.int(frame.count),
            Op::BlockCount => {
                if matches!(u16::from(frame.number), TREE_SET | TREE_MAP) && self.last == u32::MAX {
                    self.in_natural_order(frame)?;
                }
                self.block(&[frame.count]);
            }
            Op::BlockDouble => self.block(&[frame.count.saturating_mul(2)]),
            Op::BlockCapacity => {
                let capacity = self.capacity(frame).unwrap_or(frame.count);
                self.block(&[capacity]);
            }
            Op::BlockQueue => self.block(&[frame.count.saturating_add(1).max(2)]),
            Op::Table => {
                let (_, load_factor, threshold) = self.table(frame);
                self.int(load_factor);
                self.int(threshold);
            }
            Op::BlockTable => {
                let (buckets, ..) = self.table(frame);
                self.block(&[buckets, frame.count]);
            }
            Op::BlockSet => {
                let (buckets, load_factor, _) = self.table(frame);
                self.block(&[buckets, load_factor, frame.count]);
            }
            Op::Is(value) => self.int(value as u32),
            Op::Increment => {
                let increment = self.noted(frame, super::whole::hidden).unwrap_or_default();
                self.int(increment as u32);
            }
            Op::Bound => {
                let bound = self.capacity(frame).unwrap_or(i32::MAX as u32);
                self.int(bound);
            }
            Op::VectorArray => {
                let grown = layout::grown_vector(frame.count);
                let capacity = self
                    .capacity(frame)
                    .filter(|capacity| *capacity >= frame.count && capacity - frame.count <= MAX_FREE)
                    .unwrap_or(grown);
                frame.kept = capacity.saturating_sub(frame.count);
                self.hidden_array(const { id("[Ljava.lang.Object;") }, capacity);
            }
            Op::EnumArray => self.hidden_array(const { id("[Ljava.lang.Enum;") }, frame.count),
            Op::Hidden(template) => self.hidden(template, frame),
            Op::Nulls => self.out.resize(self.out.len() + frame.kept as usize, tc::NULL),
            Op::AccessOrder => {
                self.out.push(u8::from(u16::from(frame.number) == builtin::LINKED_HASH_MAP_ACCESS_ORDER));
            }
            Op::DefaultsBefore => {
                let at = self.at();
                frame.kept = if self.is_nil() { 0 } else { at + 1 };
                self.context.reader.skip().map_err(|error| self.broken(error))?;
            }
            Op::DefaultsBehind => match frame.kept.checked_sub(1) {
                None => self.out.push(tc::NULL),
                Some(place) => {
                    let base = self.context.base;
                    return self.meet(frame.at, None, place.saturating_sub(base));
                }
            },
            Op::Keep => {
                frame.kept = self.last;
                if self.last == u32::MAX {
                    return Err(self.misfit(frame.at, "a wrapper without a collection in it"));
                }
            }
            Op::Same => self.reference(frame.kept),
            Op::Itself => self.reference(frame.handle),
            Op::Open | Op::RandomAccess(_) => {}
            _ => self.whole(op, frame)?,
        }
        Ok(None)
    }

    /// Java builds a tree of elements as they come and never looks at their order again. Formats that lose the
    /// comparator tell them in an order that is another one than the tree then has.
    fn in_natural_order(&mut self, frame: &Frame) -> Step<()> {
        let reader = &mut self.context.reader;
        let first = reader.place();
        let mut ascend = || -> Result<bool, holdfast_document::Error> {
            let mut before = Event::Nil;
            for _ in 0..frame.count {
                let at = reader.place();
                let key = reader.next()?;
                if key.inside() > 0 {
                    reader.seek(at);
                    reader.skip()?;
                }
                let falls = match (before, key) {
                    (Event::Int(before), Event::Int(key)) => before.value >= key.value,
                    (Event::Str(before), Event::Str(key)) => {
                        match (std::str::from_utf8(before), std::str::from_utf8(key)) {
                            (Ok(before), Ok(key)) => before.encode_utf16().ge(key.encode_utf16()),
                            _ => false,
                        }
                    }
                    _ => false,
                };
                if falls {
                    return Ok(false);
                }
                before = key;
                if u16::from(frame.number) == TREE_MAP {
                    reader.skip()?;
                }
            }
            Ok(true)
        };
        let ascends = ascend();
        reader.seek(first);
        match ascends {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.misfit(
                frame.at,
                "it has no comparator, and its elements do not stand in their natural order: Java would not find them",
            )),
            Err(error) => Err(self.broken(error)),
        }
    }

    #[inline]
    pub(super) fn int(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    /// A block of ints.
    #[inline]
    pub(super) fn block(&mut self, words: &[u32]) {
        self.out.extend_from_slice(&[tc::BLOCKDATA, (words.len() * 4) as u8]);
        for word in words {
            self.int(*word);
        }
    }

    /// What the notes say of the value of a frame.
    #[inline]
    pub(super) fn noted<T>(&mut self, frame: &Frame, pick: impl Fn(Fact<'_>) -> Option<T>) -> Option<T> {
        let place = frame.at.wrapping_sub(self.context.base);
        if !self.context.notes.reaches(place) {
            return None;
        }
        self.context.notes.facts(place, 0).find_map(pick)
    }

    /// The capacity that the notes say.
    pub(super) fn capacity(&mut self, frame: &Frame) -> Option<u32> {
        self.noted(frame, |fact| match fact {
            Fact::Capacity(capacity) => Some(capacity),
            _ => None,
        })
    }

    /// Buckets, load factor and threshold of a hash table.
    fn table(&mut self, frame: &Frame) -> (u32, u32, u32) {
        let noted = self.noted(frame, |fact| match fact {
            Fact::HashTable { capacity, load_factor } => Some((capacity, load_factor)),
            _ => None,
        });
        let Some((buckets, load_factor)) = noted else {
            return layout::grown_table(frame.number, frame.count);
        };
        let threshold = self.noted(frame, |fact| match fact {
            Fact::Threshold(threshold) => Some(threshold),
            _ => None,
        });
        (buckets, load_factor, threshold.unwrap_or_else(|| layout::threshold(buckets, load_factor)))
    }

    /// Begins an array that no part shows.
    pub(super) fn hidden_array(&mut self, class: crate::classes::ClassId, len: u32) {
        self.out.push(tc::ARRAY);
        self.class_desc(u32::from(class));
        self.next_handle();
        self.int(len);
    }

    fn hidden(&mut self, template: Template, frame: &Frame) {
        let mut objects = [0; 8];
        let mut count = 0;
        for piece in template.pieces() {
            match *piece {
                Piece::Object(class) => {
                    let handle = self.begin_object(u32::from(class));
                    if let Some(object) = objects.get_mut(count) {
                        *object = handle;
                    }
                    count += 1;
                }
                Piece::Array(class, len) => self.hidden_array(class, len),
                Piece::Word(word) => self.int(word),
                Piece::Count => self.int(frame.count),
                Piece::Again(object) => {
                    let handle = objects.get(usize::from(object)).copied().unwrap_or_default();
                    self.reference(handle);
                }
            }
        }
    }

    /// The value of each key of the map inside of a set.
    pub(super) fn hidden_true(&mut self) {
        const TRUE: Boxed = Boxed::Boolean(true);
        match self.kept.boxes.get(TRUE) {
            Some(handle) => self.reference(handle),
            None => {
                let handle = self.begin_object(u32::from(const { id("java.lang.Boolean") }));
                self.kept.boxes.bind(TRUE, handle);
                self.out.push(1);
            }
        }
    }
}
