//! Classes of which the objects are read quickly, and what stands in front of the parts of those that hold others.

use holdfast_document::{has_room, put_item};

use crate::boxes::Boxed;
use crate::classes::{ClassId, id};
use crate::layout::{self, LIST_ELEMENTS, MAP_ENTRIES};
use crate::read::{Frame, Handle, HandleKind, Kept};
use crate::stream::{BASE_HANDLE, tc};

/// What is known of a class before its next object comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::read) enum Quick {
    /// Its objects go the long way.
    No,
    Boolean,
    Integer,
    Long,
    Double,
    Date,
    BigDecimal,
    ArrayList,
    HashMap,
    /// A class of the application, whose steps are ready.
    Defined,
}

impl Quick {
    /// Of a class of the JDK.
    pub(in crate::read) fn of(known: Option<ClassId>) -> Self {
        const BOOLEAN: ClassId = id("java.lang.Boolean");
        const INTEGER: ClassId = id("java.lang.Integer");
        const LONG: ClassId = id("java.lang.Long");
        const DOUBLE: ClassId = id("java.lang.Double");
        const DATE: ClassId = id("java.util.Date");
        const BIG_DECIMAL: ClassId = id("java.math.BigDecimal");
        const ARRAY_LIST: ClassId = id("java.util.ArrayList");
        const HASH_MAP: ClassId = id("java.util.HashMap");
        match known {
            Some(BOOLEAN) => Self::Boolean,
            Some(INTEGER) => Self::Integer,
            Some(LONG) => Self::Long,
            Some(DOUBLE) => Self::Double,
            Some(DATE) => Self::Date,
            Some(BIG_DECIMAL) => Self::BigDecimal,
            Some(ARRAY_LIST) => Self::ArrayList,
            Some(HASH_MAP) => Self::HashMap,
            _ => Self::No,
        }
    }
}

/// An ArrayList of which so many elements are to come.
#[inline(always)]
pub(in crate::read) fn empty_list(count: u32) -> Frame {
    Frame {
        pc: LIST_ELEMENTS,
        left: count,
        count,
        number: 1,
        class: const { id("java.util.ArrayList") },
        counted: true,
        ..Frame::default()
    }
}

/// A HashMap of which so many entries are to come.
#[inline(always)]
pub(in crate::read) fn empty_map(count: u32) -> Frame {
    Frame {
        pc: MAP_ENTRIES,
        left: count * 2,
        count,
        number: 40,
        class: const { id("java.util.HashMap") },
        counted: true,
        ..Frame::default()
    }
}

/// How many elements an ArrayList has whose data begins here, if its capacity is as many.
#[inline(always)]
pub(in crate::read) fn list_count(data: &[u8]) -> Option<u32> {
    let (count, rest) = data.split_first_chunk()?;
    let ([tc::BLOCKDATA, 4], rest) = rest.split_first_chunk()? else { return None };
    (count == rest.first_chunk()?).then_some(u32::from_be_bytes(*count))
}

/// How many entries a HashMap has whose data begins here, if its table is the one that they make.
#[inline(always)]
pub(in crate::read) fn map_count(data: &[u8]) -> Option<u32> {
    let (load_factor, rest) = data.split_first_chunk()?;
    let (threshold, rest) = rest.split_first_chunk()?;
    let ([tc::BLOCKDATA, 8], rest) = rest.split_first_chunk()? else { return None };
    let (buckets, rest) = rest.split_first_chunk()?;
    let count = u32::from_be_bytes(*rest.first_chunk()?);
    let table = layout::grown_table(40, count);
    let is_usual = u32::from_be_bytes(*buckets) == table.0
        && u32::from_be_bytes(*load_factor) == table.1
        && u32::from_be_bytes(*threshold) == table.2;
    is_usual.then_some(count)
}

/// The milliseconds of a Date whose data begins here.
#[inline(always)]
pub(in crate::read) fn millis(data: &[u8]) -> Option<i64> {
    let [tc::BLOCKDATA, 8, a, b, c, d, e, f, g, h, tc::ENDBLOCKDATA] = *data.first_chunk()? else {
        return None;
    };
    Some(i64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

impl Kept {
    /// The class whose descriptor a reference leads to.
    #[inline(always)]
    pub(in crate::read) fn class_of(&self, reference: [u8; 4]) -> Option<u32> {
        let handle = u32::from_be_bytes(reference).wrapping_sub(BASE_HANDLE);
        match *self.handles.get(handle as usize)? {
            Handle { kind: HandleKind::Class, at, .. } => Some(at),
            _ => None,
        }
    }

    /// The handle to which a reference leads, and what that leads to.
    #[inline(always)]
    pub(in crate::read) fn referred(&self, reference: [u8; 4]) -> Option<(u32, Handle)> {
        let handle = u32::from_be_bytes(reference).wrapping_sub(BASE_HANDLE);
        Some((handle, *self.handles.get(handle as usize)?))
    }

    /// As [`Reading::define`], where there is room.
    #[inline(always)]
    pub(in crate::read) fn quick_define(&mut self, kind: HandleKind, at: u32, more: u32) -> u32 {
        let handle = self.handles.len() as u32;
        put_item(&mut self.handles, Handle { kind, at, more, group: 0 });
        handle
    }

    /// The handle of a value at an offset of the stream that is not among those of the caches yet.
    #[inline(always)]
    pub(in crate::read) fn quick_boxed(&mut self, boxed: Boxed, place: u32, at: u32) -> u32 {
        let cached = self.boxes.bind(boxed, self.handles.len() as u32);
        let kind = if cached { HandleKind::Cached } else { HandleKind::Scalar };
        self.quick_define(kind, place, at)
    }

    /// Whether a class is this one of the JDK.
    #[inline(always)]
    pub(super) fn is_class(&self, reference: [u8; 4], known: ClassId) -> Option<()> {
        (self.classes.get(self.class_of(reference)? as usize)?.known? == known).then_some(())
    }

    /// Whether a value may be begun that holds others.
    #[inline(always)]
    pub(in crate::read) fn may_enter(&self, depth: usize) -> bool {
        self.frames.len() + 1 < depth && has_room(&self.frames, 1)
    }
}
