//! What a [`Reader`](crate::Reader) meets.

use crate::definition::Head;

/// The type of an integer, as far as the document says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// Nothing says it: a number from JSON or from a Rust program. Java takes the smallest of Integer, Long
    /// and BigInteger that holds it.
    Untyped,
    /// `java.lang.Byte`, 8 bits.
    Byte,
    /// `java.lang.Short`, 16 bits.
    Short,
    /// `java.lang.Integer`, 32 bits.
    Int,
    /// `java.lang.Long`, 64 bits.
    Long,
}

/// An integer and its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// The value.
    pub value: i64,
    /// Its type.
    pub width: Width,
}

/// One step of a walk over a document. Containers are announced; their elements are the events that follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event<'a> {
    /// Java's null.
    Nil,
    /// A boolean.
    Bool(bool),
    /// An integer of at most 64 signed bits.
    Int(Number),
    /// An untyped integer over `i64::MAX`.
    Unsigned(u64),
    /// A float; its bits count.
    F32(f32),
    /// A double; its bits count.
    F64(f64),
    /// A string. [`crate::check`] has seen that it is UTF-8; [`Event::text`] looks again.
    Str(&'a [u8]),
    /// A string with unpaired surrogates, in WTF-8.
    Wstr(&'a [u8]),
    /// A UTF-16 unit.
    Char(u16),
    /// Bytes, Java's `byte[]`.
    Bin(&'a [u8]),
    /// Another primitive array: the JVM's type character, one of `ZCSIJFD`, and big-endian elements.
    Primitives(u8, &'a [u8]),
    /// `java.util.Date`, ms since the epoch.
    Date(i64),
    /// `java.time.Instant`: seconds since the epoch and nanoseconds.
    Instant(i64, u32),
    /// A BigInteger, big-endian two's complement.
    BigInteger(&'a [u8]),
    /// A BigDecimal: scale and unscaled value, big-endian two's complement.
    BigDecimal(i32, &'a [u8]),
    /// A UUID.
    Uuid(&'a [u8; 16]),
    /// A plain array of so many elements, Java's `ArrayList`.
    Array(u32),
    /// A plain map of so many entries, Java's `HashMap`. A key may be any value.
    Map(u32),
    /// A typed value: what it is, and how many parts follow.
    Typed(Head<'a>, u32),
    /// A class literal.
    Class(Head<'a>),
    /// The same object as the one at this offset of this attribute.
    Ref(u32),
    /// The same object as the one at the offset (second) of the attribute with the number (first) in the
    /// extras' names.
    Xref(u32, u32),
    /// A value in the bytes of one format: the format's id and the bytes.
    Opaque(&'a [u8], &'a [u8]),
}

impl Event<'_> {
    /// Whether this is a value that references may lead to: one that has an identity in Java.
    #[inline]
    #[must_use]
    pub const fn is_shareable(&self) -> bool {
        matches!(
            self,
            Self::Array(_)
                | Self::Map(_)
                | Self::Typed(..)
                | Self::Bin(_)
                | Self::Primitives(..)
                | Self::Date(_)
                | Self::Instant(..)
                | Self::Uuid(_)
                | Self::Opaque(..)
        )
    }

    /// How many values follow inside this one: elements, keys and values, or parts.
    #[inline]
    #[must_use]
    pub const fn inside(&self) -> u64 {
        match *self {
            Self::Array(count) | Self::Typed(_, count) => count as u64,
            Self::Map(count) => 2 * count as u64,
            _ => 0,
        }
    }
}
