//! How the library writes the values of a class.

use holdfast_document::{Width, builtin};

/// How the values of a class stand in XML, and in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Str,
    Bool,
    Number(Width),
    F32,
    F64,
    Char,
    /// `ArrayList`, a plain array.
    List,
    /// `HashMap`, a plain map.
    Map,
    /// A collection of the table.
    Elements(u16),
    /// As `Elements`, with a comparator in documents.
    SortedElements(u16),
    /// A map of the table.
    Entries(u16),
    /// As `Entries`, with a comparator or defaults in documents.
    SortedEntries(u16),
    /// An array of a primitive type.
    Primitives(u8),
    /// An array of objects; of the table, if it has a number.
    Objects(Option<u16>),
    /// Whole numbers in attributes of these names.
    Integers(u16, &'static [&'static str]),
    /// One text in an attribute of this name.
    Text(u16, &'static str),
    /// Values in child elements of these names.
    Parts(u16, &'static [&'static str]),
    /// A wrapper: the first child has what is inside, the others refer to it, but for `mutex`, which is the wrapper.
    Wrapper(u16, &'static [&'static str]),
    AtomicBoolean,
    Instant,
    Uuid,
    Date,
    /// `java.sql.Date` and `Time`
    SqlDate(u16),
    Timestamp,
    Calendar,
    BigDecimal,
    BitSet,
    CopiesList,
    /// A date and time in child elements.
    Time(u16),
    /// The library cannot write it, or not read it again.
    Refused(&'static str),
    /// A class of an application, an enum, or one of Java's that is written by its fields.
    Unknown,
}

impl Codec {
    /// Whether the library numbers values of the class.
    pub(crate) const fn is_numbered(self) -> bool {
        !matches!(
            self,
            Self::Str | Self::Bool | Self::Number(_) | Self::F32 | Self::F64 | Self::Char | Self::Text(87, _)
        )
    }

    /// Whether they are collections or maps, of which the library writes what is in them and nothing else.
    pub(crate) const fn is_container(self) -> bool {
        matches!(
            self,
            Self::List
                | Self::Map
                | Self::Elements(_)
                | Self::SortedElements(_)
                | Self::Entries(_)
                | Self::SortedEntries(_)
        )
    }

    /// Whether documents give values of the class an identity.
    pub(crate) const fn is_shareable(self) -> bool {
        self.is_numbered() && !matches!(self, Self::BigDecimal)
    }
}

const NO_ENCODE: &str = "the library cannot write it";
const NO_DECODE: &str = "the library writes it, and cannot use what it reads again";

/// How values of a class are written, by its name.
pub(crate) fn of(class: &str) -> Codec {
    match class {
        "java.lang.String" => Codec::Str,
        "java.lang.Boolean" => Codec::Bool,
        "java.lang.Byte" => Codec::Number(Width::Byte),
        "java.lang.Short" => Codec::Number(Width::Short),
        "java.lang.Integer" => Codec::Number(Width::Int),
        "java.lang.Long" => Codec::Number(Width::Long),
        "java.lang.Float" => Codec::F32,
        "java.lang.Double" => Codec::F64,
        "java.lang.Character" => Codec::Char,
        "java.math.BigDecimal" => Codec::BigDecimal,
        "java.math.BigInteger" => Codec::Refused(NO_ENCODE),
        "java.util.Date" => Codec::Date,
        "java.util.UUID" => Codec::Uuid,
        "java.time.Instant" => Codec::Instant,
        "java.lang.Class" => Codec::Refused("the library does not bring back classes of every loader"),
        "java.lang.reflect.Proxy" => Codec::Refused(NO_DECODE),
        "java.util.RegularEnumSet" | "java.util.JumboEnumSet" => Codec::Refused(NO_DECODE),
        // The document's value of this class knows the id alone; here come all rules.
        "sun.util.calendar.ZoneInfo" => Codec::Unknown,
        "[Z" => Codec::Refused(NO_ENCODE),
        "[B" | "[C" | "[S" | "[I" | "[J" | "[F" | "[D" => {
            Codec::Primitives(class.as_bytes().last().copied().unwrap_or_default())
        }
        _ if class.starts_with("java.util.ImmutableCollections$") => Codec::Refused(NO_DECODE),
        // What Java writes in place of another object.
        _ if class.starts_with("java.") && class.ends_with("$SerializationProxy") => {
            Codec::Refused(NO_ENCODE)
        }
        _ => match builtin::by_class(class) {
            Some(row) => by_number(row.number),
            None if class.starts_with('[') => Codec::Objects(None),
            None => Codec::Unknown,
        },
    }
}

/// How values of a class of the document's table are written.
pub(crate) const fn by_number(number: u16) -> Codec {
    match number {
        1 => Codec::List,
        2..=5 | 7..=11 | 30 | 31 | 34 => Codec::Elements(number),
        6 | 32 | 33 => Codec::SortedElements(number),
        12 => Codec::Parts(number, &["a"]),
        13..=15 => Codec::Parts(number, &[]),
        16 | 17 => Codec::Parts(number, &["element"]),
        18 => Codec::Parts(number, &["k", "v"]),
        19 => Codec::CopiesList,
        40 => Codec::Map,
        41 | 42 | 44 | 46 | 49 => Codec::Entries(number),
        43 | 45 | 47 => Codec::SortedEntries(number),
        60 | 63 => Codec::Wrapper(number, &["c"]),
        61 | 62 => Codec::Wrapper(number, &["list", "c"]),
        64 => Codec::Wrapper(number, &["ss", "c"]),
        65 => Codec::Wrapper(number, &["m"]),
        66 => Codec::Wrapper(number, &["sm", "m"]),
        67 => Codec::Wrapper(number, &["ns", "ss", "c"]),
        68 => Codec::Wrapper(number, &["nm", "sm", "m"]),
        70 | 73 => Codec::Wrapper(number, &["c", "mutex"]),
        71 | 72 => Codec::Wrapper(number, &["list", "c", "mutex"]),
        74 => Codec::Wrapper(number, &["ss", "c", "mutex"]),
        75 => Codec::Wrapper(number, &["m", "mutex"]),
        76 => Codec::Wrapper(number, &["sm", "m", "mutex"]),
        80 | 81 => Codec::Text(number, "val"),
        82 | 83 => Codec::Integers(number, &["value"]),
        84 => Codec::AtomicBoolean,
        85 | 96 => Codec::Parts(number, &["value"]),
        87 => Codec::Text(number, "code"),
        89 => Codec::Text(number, "string"),
        90 | 91 => Codec::SqlDate(number),
        92 => Codec::Timestamp,
        93 => Codec::Calendar,
        95 => Codec::BitSet,
        100 => Codec::Integers(number, &["year", "month", "day"]),
        101 => Codec::Integers(number, &["hour", "minute", "second", "nano"]),
        102..=105 => Codec::Time(number),
        106 => Codec::Integers(number, &["seconds", "nanos"]),
        107 => Codec::Integers(number, &["years", "months", "days"]),
        108 => Codec::Integers(number, &["year"]),
        109 => Codec::Integers(number, &["year", "month"]),
        110 => Codec::Integers(number, &["month", "day"]),
        111 => Codec::Integers(number, &["totalSeconds"]),
        112 => Codec::Text(number, "id"),
        134 => Codec::Refused("the library does not bring back classes of every loader"),
        138 => Codec::Refused(NO_ENCODE),
        120..=147 => Codec::Objects(Some(number)),
        94 => Codec::Refused("the library writes all rules of a time zone, which are not known here"),
        20..=22 | 35 | 48 | 86 | 88 => Codec::Refused(NO_DECODE),
        _ => Codec::Unknown,
    }
}
