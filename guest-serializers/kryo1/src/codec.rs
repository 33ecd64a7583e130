//! How the values of a class are laid out: one codec for each of Kryo's serializers.

use crate::classes::ClassId;

/// Kryo's serializer of a class, with the number that the document's built-in table gives the class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Boolean,
    Byte,
    Char,
    Short,
    Int,
    Long,
    Float,
    Double,
    String,
    BigInteger,
    BigDecimal,
    /// A class object: the class.
    Class,
    /// A constant by its ordinal; the number is that of [`crate::classes::Classes::constants`].
    Enum(Option<u32>),
    EnumSet,
    EnumMap,
    /// `CollectionSerializer`: count, elements.
    Collection(u16),
    /// `MapSerializer`: count, keys and values.
    Map(u16),
    /// Nothing at all.
    Empty(u16),
    /// So many values.
    Values(u16, u8),
    /// A wrapper's ordinal and the wrapped value.
    Wrapper(u16, u8),
    ArraysAsList,
    Proxy,
    /// An array of primitives, by the JVM's type character.
    Primitives(u8),
    /// An array of the component class, which is no array; one whose component is final leaves the class of elements
    /// away.
    Objects {
        component: ClassId,
        is_final: bool,
    },
    /// An array of so many dimensions in all, by the class of its elements: arrays.
    Arrays {
        component: ClassId,
        dimensions: u8,
    },
    Date,
    /// `java.sql.Date` and `java.sql.Time`.
    SqlDate(u16),
    Timestamp,
    Calendar,
    /// A string of its own.
    Text(u16),
    Locale,
    /// `ReferenceFieldSerializer`; the number is that of [`crate::classes::Classes::plan`].
    Fields(u32),
    // Those below are `ReferenceFieldSerializer`'s too, and documents have them by their parts.
    /// One field, any object.
    Reference(u16),
    Uuid,
    AtomicBoolean,
    AtomicInteger,
    AtomicLong,
    Uri,
    Url,
    BitSet,
    Instant,
    Duration,
    LocalDate,
    LocalTime,
    LocalDateTime,
    OffsetTime,
    OffsetDateTime,
    ZonedDateTime,
    Period,
    Year,
    YearMonth,
    MonthDay,
    ZoneOffset,
    ZoneRegion,
    /// A class that a converter declares: its slots, without a number of the object; the number is that of its plan.
    Declared(u32),
    /// A time zone with all that it knows; the number is that of its plan.
    Zone(u32),
    /// A collection, map or date that a class of the application extends; the number is that of its plan.
    Extends(u32),
    /// A class without values: an interface, an abstract class, a primitive type.
    Named,
    /// The library fails to write it, or writes it and cannot read what it wrote.
    Unreadable(&'static str),
    /// A class whose values cannot be told; the number is that of [`crate::classes::Classes::reason`].
    Refused(u32),
    /// Nothing is known but the name.
    Unknown,
}

impl Codec {
    /// Whether `ReferenceFieldSerializer` writes values: they have a number, and what comes again is one object.
    pub(crate) const fn has_identity(self) -> bool {
        matches!(
            self,
            Self::Fields(_)
                | Self::Reference(_)
                | Self::Uuid
                | Self::AtomicBoolean
                | Self::AtomicInteger
                | Self::AtomicLong
                | Self::Uri
                | Self::Url
                | Self::BitSet
                | Self::Instant
                | Self::Duration
                | Self::LocalDate
                | Self::LocalTime
                | Self::LocalDateTime
                | Self::OffsetTime
                | Self::OffsetDateTime
                | Self::ZonedDateTime
                | Self::Period
                | Self::Year
                | Self::YearMonth
                | Self::MonthDay
                | Self::ZoneOffset
                | Self::ZoneRegion
                | Self::Zone(_)
        )
    }
}

/// The class of an EnumSet by the number of constants of its enum.
pub(crate) const fn enum_set(constants: usize) -> &'static str {
    if constants <= 64 { "java.util.RegularEnumSet" } else { "java.util.JumboEnumSet" }
}
