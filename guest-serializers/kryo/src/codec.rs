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
    /// A class object.
    Class,
    /// A constant; the number is that of [`crate::classes::Classes::constants`].
    Enum(Option<u32>),
    EnumSet,
    EnumMap,
    /// `CollectionSerializer`: count, elements.
    Collection(u16),
    /// `TreeSetSerializer`: comparator, count, elements.
    SortedSet(u16),
    /// `MapSerializer`: count, keys and values.
    Map(u16),
    /// `TreeMapSerializer`: comparator, count, keys and values.
    SortedMap(u16),
    /// Nothing at all.
    Empty(u16),
    /// So many values.
    Values(u16, u8),
    /// A wrapper's ordinal and the wrapped value.
    Wrapper(u16, u8),
    ArraysAsList,
    Proxy,
    /// A list, and the first and last index of a part of it.
    SubList,
    /// Elements of the JVM's type character; `B` are plain bytes.
    Primitives(u8),
    Strings,
    /// An array of the component class; one whose component is final leaves the class of elements away.
    Objects {
        component: ClassId,
        is_final: bool,
    },
    Date,
    /// `java.sql.Date` and `java.sql.Time`.
    SqlDate(u16),
    Timestamp,
    Calendar,
    /// One string in `Output.writeString`'s form.
    Text(u16),
    /// One string in the form for any `CharSequence`.
    Builder(u16),
    Locale,
    Url,
    Uuid,
    AtomicBoolean,
    AtomicInteger,
    AtomicLong,
    /// A field that is a string.
    Uri,
    /// A field that is an array of words; how many of them count is transient.
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
    /// `FieldSerializer`; the number is that of [`crate::classes::Classes::plan`].
    Fields(u32),
    /// A collection, map or date that a class of the application extends; the number is that of
    /// [`crate::classes::Classes::plan`].
    Extends(u32),
    /// A class without values: an interface, an abstract class, a primitive type.
    Named,
    /// The library writes it, and cannot read what it wrote.
    Unreadable(&'static str),
    /// A class whose values cannot be told; the number is that of [`crate::classes::Classes::reason`].
    Refused(u32),
    /// Nothing is known but the name.
    Unknown,
}

/// The class of an EnumSet by the largest ordinal in it, as far as that tells: one of an enum with over 64 constants
/// may hold small ordinals only.
pub(crate) const fn enum_set(largest: u32) -> &'static str {
    if largest < 64 { "java.util.RegularEnumSet" } else { "java.util.JumboEnumSet" }
}

impl Codec {
    /// Whether values have no number in Kryo's count of objects.
    #[inline]
    pub(crate) const fn is_boxed(self) -> bool {
        matches!(
            self,
            Self::Boolean
                | Self::Byte
                | Self::Char
                | Self::Short
                | Self::Int
                | Self::Long
                | Self::Float
                | Self::Double
        )
    }

    /// The fields of a class of the JDK that has a form of its own here, and is nothing but an object with fields to the
    /// library, in the order of their names.
    pub(crate) const fn fields(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Uuid => Some(&["leastSigBits", "mostSigBits"]),
            Self::Uri => Some(&["string"]),
            Self::AtomicBoolean | Self::AtomicInteger | Self::AtomicLong | Self::Values(85, _) => {
                Some(&["value"])
            }
            Self::BitSet => Some(&["words"]),
            _ => None,
        }
    }

    /// Why the library cannot read a second reference to a value, if it cannot: a serializer of it tells the library
    /// of the value too late, or tells it of another one.
    pub(crate) const fn breaks_references(self) -> Option<&'static str> {
        match self {
            Self::EnumMap => Some("the library reads the second reference to an EnumMap as a plain Object"),
            Self::SubList => Some("the library reads the second reference to a sub-list as a plain Object"),
            _ => None,
        }
    }

    /// Whether the library learns of the value only after its parts: until then, references to it are read as null.
    pub(crate) const fn is_late(self) -> bool {
        matches!(self, Self::Wrapper(..) | Self::Values(13..=84 | 86.., _) | Self::ArraysAsList | Self::Proxy)
    }
}
