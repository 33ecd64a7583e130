//! The steps of the JDK's classes that are no values themselves: counts, capacities, what is hidden.

use holdfast_document::{Fact, builtin};

use super::{Frame, HandleKind, Reading, Step, damaged};
use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::hidden::{Piece, Template};
use crate::layout::{self, Op};
use crate::stream::{tc, wire_handle};

impl Reading<'_> {
    pub(super) fn built_in_step(&mut self, op: Op, frame: &mut Frame) -> Step<()> {
        match op {
            Op::Open => {
                frame.patch = Some(self.writer.array_of_unknown_count());
                self.writer.head_builtin(u16::from(frame.number));
            }
            Op::Count => {
                let count = self.input.u32()?;
                self.counted(frame, count)?;
            }
            Op::BlockCount => {
                self.block(frame, 4)?;
                let count = self.input.u32()?;
                self.counted(frame, count)?;
            }
            Op::BlockDouble => {
                self.block(frame, 4)?;
                let double = self.input.u32()?;
                self.unless(double % 2 == 0, frame)?;
                self.counted(frame, double / 2)?;
            }
            Op::BlockCapacity => {
                self.block(frame, 4)?;
                let capacity = self.input.u32()?;
                if capacity != frame.count {
                    self.note(frame.place, 0, Fact::Capacity(capacity));
                }
            }
            Op::BlockQueue => {
                self.block(frame, 4)?;
                let capacity = self.input.u32()?;
                self.unless(capacity == frame.count.saturating_add(1).max(2), frame)?;
            }
            Op::Table => {
                frame.left = self.input.u32()?;
                frame.kept = self.input.u32()?;
            }
            Op::BlockTable => self.block_table(frame)?,
            Op::BlockSet => self.block_set(frame)?,
            Op::Is(expected) => {
                let found = self.input.i32()?;
                self.unless(found == expected, frame)?;
            }
            Op::Increment => {
                let increment = self.input.i32()?;
                if increment != 0 {
                    self.note(frame.place, 0, Fact::Hidden(increment));
                }
            }
            Op::Bound => {
                let bound = self.input.u32()?;
                if bound != i32::MAX as u32 {
                    self.note(frame.place, 0, Fact::Capacity(bound));
                }
            }
            Op::VectorArray => self.vector_array(frame)?,
            Op::EnumArray => {
                let count = self.hidden_array(frame.at, frame.class, const { id("[Ljava.lang.Enum;") }, 1)?;
                self.counted(frame, count)?;
            }
            Op::Hidden(template) => self.hidden(template, frame)?,
            Op::Nulls => {
                for _ in 0..frame.kept {
                    let is_null = self.input.skip_if(&[tc::NULL]);
                    self.unless(is_null, frame)?;
                }
            }
            Op::AccessOrder => match self.input.u8()? {
                0 => {}
                1 => self
                    .writer
                    .patch_builtin(frame.place as usize, builtin::LINKED_HASH_MAP_ACCESS_ORDER as u8),
                _ => return Self::raw(frame.at, frame.class),
            },
            Op::DefaultsBehind => {
                let none = self.input.skip_if(&[tc::NULL]);
                self.unless(none, frame)?;
            }
            Op::Keep => {
                frame.kept = self.last;
                let is_object = self
                    .kept
                    .handles
                    .get(self.last as usize)
                    .is_some_and(|handle| handle.kind == HandleKind::Object);
                self.unless(is_object, frame)?;
            }
            Op::Same => self.again_is(frame.kept, frame)?,
            Op::Itself => self.again_is(frame.handle, frame)?,
            Op::RandomAccess(number) => {
                if self.is_random_access(frame.kept) {
                    self.writer.patch_builtin(frame.place as usize, number);
                }
            }
            _ => self.whole(op, frame)?,
        }
        Ok(())
    }

    /// Tells that an object is not as the JDK writes it, unless it is.
    #[inline]
    fn unless(&self, canonical: bool, frame: &Frame) -> Step<()> {
        if canonical { Ok(()) } else { Self::raw(frame.at, frame.class) }
    }

    /// The head of a block of so many bytes.
    #[inline]
    pub(super) fn block(&mut self, frame: &Frame, len: u8) -> Step<()> {
        let found = self.input.skip_if(&[tc::BLOCKDATA, len]);
        self.unless(found, frame)
    }

    /// Takes the count of a collection, and begins its value in the document.
    fn counted(&mut self, frame: &mut Frame, count: u32) -> Step<()> {
        if frame.counted {
            return self.unless(frame.count == count, frame);
        }
        let shape =
            builtin::by_number(u16::from(frame.number)).map_or(builtin::Shape::Elements, |row| row.shape);
        let size = if shape.is_map() { 2 } else { 1 };
        // Read by its fields, it shows where the stream ends too early.
        self.unless(count as usize <= self.input.left() / size, frame)?;
        frame.counted = true;
        frame.count = count;
        frame.left = count * size as u32;
        let parts = shape.own_parts() + frame.left;
        match (frame.patch.take(), frame.number) {
            (Some(patch), _) => self.writer.patch(patch, parts + 1),
            (None, 1) => self.writer.array(count),
            (None, 40) => self.writer.map(count),
            (None, number) => self.writer.builtin(u16::from(number), parts),
        }
        // The defaults, which the stream has behind.
        if frame.number == 45 {
            self.writer.nil();
        }
        Ok(())
    }

    /// The count of a collection that a null ended.
    pub(super) fn told_count(&mut self, frame: &mut Frame) -> Step<()> {
        // A queue said its count before.
        if frame.kept > 0 {
            self.unless(frame.kept == frame.count + 1, frame)?;
        }
        let shape =
            builtin::by_number(u16::from(frame.number)).map_or(builtin::Shape::Elements, |row| row.shape);
        let size = if shape.is_map() { 2 } else { 1 };
        if let Some(patch) = frame.patch.take() {
            self.writer.patch(patch, 1 + shape.own_parts() + frame.count * size);
        }
        Ok(())
    }

    fn block_table(&mut self, frame: &mut Frame) -> Step<()> {
        self.block(frame, 8)?;
        let (load_factor, threshold) = (frame.left, frame.kept);
        let buckets = self.input.u32()?;
        let count = self.input.u32()?;
        self.counted(frame, count)?;
        if layout::grown_table(frame.number, count) != (buckets, load_factor, threshold) {
            self.note(frame.place, 0, Fact::HashTable { capacity: buckets, load_factor });
            if layout::threshold(buckets, load_factor) != threshold {
                self.note(frame.place, 0, Fact::Threshold(threshold));
            }
        }
        Ok(())
    }

    fn block_set(&mut self, frame: &mut Frame) -> Step<()> {
        self.block(frame, 12)?;
        let buckets = self.input.u32()?;
        let load_factor = self.input.u32()?;
        let count = self.input.u32()?;
        self.counted(frame, count)?;
        let (grown, usual, _) = layout::grown_table(frame.number, count);
        if (grown, usual) != (buckets, load_factor) {
            self.note(frame.place, 0, Fact::HashTable { capacity: buckets, load_factor });
        }
        Ok(())
    }

    fn vector_array(&mut self, frame: &mut Frame) -> Step<()> {
        let capacity = self.hidden_array(frame.at, frame.class, const { id("[Ljava.lang.Object;") }, 1)?;
        let Some(free) = capacity.checked_sub(frame.count) else { return Self::raw(frame.at, frame.class) };
        frame.kept = free;
        if capacity != layout::grown_vector(frame.count) {
            self.note(frame.place, 0, Fact::Capacity(capacity));
        }
        Ok(())
    }

    /// Begins an array of a class that no part shows, and gives its length.
    pub(super) fn hidden_array(
        &mut self,
        at: u32,
        known: ClassId,
        class: ClassId,
        width: usize,
    ) -> Step<u32> {
        if !self.input.skip_if(&[tc::ARRAY]) {
            return Self::raw(at, known);
        }
        let found = self.class_desc()?;
        if self.known_class(found) != Some(class) {
            return Self::raw(at, known);
        }
        self.define(HandleKind::Hidden, at, u32::from(known));
        let len_at = self.input.at();
        let len = self.input.u32()?;
        if len as usize > self.input.left() / width {
            return Err(damaged(len_at, format!("the stream is too short for an array of {len} elements")));
        }
        Ok(len)
    }

    fn hidden(&mut self, template: Template, frame: &mut Frame) -> Step<()> {
        let mut objects = [0; 8];
        let mut count = 0;
        for piece in template.pieces() {
            match *piece {
                Piece::Object(class) => {
                    let is_object = self.input.skip_if(&[tc::OBJECT]);
                    self.unless(is_object, frame)?;
                    let found = self.class_desc()?;
                    self.unless(self.known_class(found) == Some(class), frame)?;
                    let handle = self.define(HandleKind::Hidden, frame.at, u32::from(frame.class));
                    if let Some(object) = objects.get_mut(count) {
                        *object = handle;
                    }
                    count += 1;
                }
                Piece::Array(class, expected) => {
                    let len = self.hidden_array(frame.at, frame.class, class, 1)?;
                    self.unless(len == expected, frame)?;
                }
                Piece::Word(expected) => {
                    let found = self.input.u32()?;
                    self.unless(found == expected, frame)?;
                }
                Piece::Count => frame.kept = self.input.u32()?.saturating_add(1),
                Piece::Again(object) => {
                    let expected = objects.get(usize::from(object)).copied().unwrap_or_default();
                    self.again_is(expected, frame)?;
                }
            }
        }
        Ok(())
    }

    /// A reference to the object of a handle.
    fn again_is(&mut self, handle: u32, frame: &Frame) -> Step<()> {
        let [a, b, c, d] = wire_handle(handle);
        let found = self.input.skip_if(&[tc::REFERENCE, a, b, c, d]);
        self.unless(found, frame)
    }

    /// The value of each key of the map inside of a set.
    pub(super) fn hidden_true(&mut self, frame: &Frame) -> Step<()> {
        const TRUE: Boxed = Boxed::Boolean(true);
        if let Some(handle) = self.kept.boxes.get(TRUE) {
            return self.again_is(handle, frame);
        }
        let is_object = self.input.skip_if(&[tc::OBJECT]);
        self.unless(is_object, frame)?;
        let class = self.class_desc()?;
        self.unless(self.known_class(class) == Some(const { id("java.lang.Boolean") }), frame)?;
        let handle = self.define(HandleKind::Boolean, 1, 0);
        self.kept.boxes.bind(TRUE, handle);
        let value = self.input.u8()?;
        self.unless(value == 1, frame)
    }

    /// Whether the list of a handle is a `RandomAccess`: its wrapper comes back as another class then.
    fn is_random_access(&self, handle: u32) -> bool {
        let Some(handle) = self.kept.handles.get(handle as usize) else { return false };
        let wrapped = self.writer.written().get(handle.at as usize..).unwrap_or_default();
        if matches!(wrapped, [0x92, 0xd4, 1, 61 | 71, ..]) {
            return true;
        }
        let at = |class: u32| self.kept.classes.get(class as usize);
        std::iter::successors(at(handle.more), |class| class.superclass.and_then(at))
            .any(|class| class.known.is_some_and(layout::is_random_access))
    }
}
