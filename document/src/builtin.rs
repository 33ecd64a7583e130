//! The classes that a document names by a number.
//!
//! The numbers are a contract between plugins of all versions: rows are added at the end of their group, and
//! none is ever changed or taken away. `wit/DOCUMENT.md` has the same table.

/// How the parts of a built-in class are laid out behind its HEAD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The elements.
    Elements,
    /// The comparator or nil, then the elements.
    SortedElements,
    /// A class literal, the class of the elements, then the elements.
    KeyedElements,
    /// Keys and values in turn.
    Entries,
    /// The comparator or nil, then keys and values in turn.
    SortedEntries,
    /// A class literal, the class of the keys, then keys and values in turn.
    KeyedEntries,
    /// The map of defaults or nil, then keys and values in turn.
    DefaultedEntries,
    /// Parts of these names.
    Parts(&'static [&'static str]),
    /// No value is written so: the number only names the class, in class literals and as a superclass.
    Name,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builtin {
    /// Its number.
    pub number: u16,
    /// The class as Java's `Class.getName` has it.
    pub class: &'static str,
    /// How its values are laid out.
    pub shape: Shape,
}

impl Shape {
    /// Whether a value may have so many parts.
    #[must_use]
    pub const fn fits(self, parts: u32) -> bool {
        match self {
            Self::Elements => true,
            Self::SortedElements | Self::KeyedElements => parts >= 1,
            Self::Entries => parts.is_multiple_of(2),
            Self::SortedEntries | Self::KeyedEntries | Self::DefaultedEntries => !parts.is_multiple_of(2),
            Self::Parts(names) => parts as usize == names.len(),
            Self::Name => false,
        }
    }

    /// How many parts stand before the elements or entries.
    #[must_use]
    pub const fn own_parts(self) -> u32 {
        match self {
            Self::SortedElements
            | Self::KeyedElements
            | Self::SortedEntries
            | Self::KeyedEntries
            | Self::DefaultedEntries => 1,
            Self::Elements | Self::Entries | Self::Parts(_) | Self::Name => 0,
        }
    }

    /// Whether the parts are keys and values in turn, behind [`Shape::own_parts`].
    #[must_use]
    pub const fn is_map(self) -> bool {
        matches!(self, Self::Entries | Self::SortedEntries | Self::KeyedEntries | Self::DefaultedEntries)
    }
}

/// The number of `java.util.LinkedHashMap` in access order, which shares its class name with another row.
pub const LINKED_HASH_MAP_ACCESS_ORDER: u16 = 42;

/// The number of `java.util.Date`, whose values are scalars.
pub const DATE: u16 = 185;

/// Numbers that plain JSON has a form of its own for.
#[cfg(feature = "json")]
pub(crate) mod number {
    pub(crate) const PRIORITY_QUEUE: u16 = 6;
    pub(crate) const EMPTY_LIST: u16 = 13;
    pub(crate) const EMPTY_SET: u16 = 14;
    pub(crate) const EMPTY_MAP: u16 = 15;
    pub(crate) const SINGLETON_LIST: u16 = 16;
    pub(crate) const SINGLETON_SET: u16 = 17;
    pub(crate) const SINGLETON_MAP: u16 = 18;
    pub(crate) const ATOMIC_REFERENCE: u16 = 85;
    pub(crate) const SQL_DATE: u16 = 90;
    pub(crate) const SQL_TIME: u16 = 91;
    pub(crate) const SQL_TIMESTAMP: u16 = 92;
    pub(crate) const OPTIONAL: u16 = 96;
}

/// The number of `byte[]`, of which a value has this class only inside custom data: there, bare bytes are a
/// block of primitive data.
pub const BYTES_IN_CUSTOM_DATA: u16 = 189;

const fn row(number: u16, class: &'static str, shape: Shape) -> Builtin {
    Builtin { number, class, shape }
}

/// All rows, by number.
pub const TABLE: &[Builtin] = &[
    row(1, "java.util.ArrayList", Shape::Elements),
    row(2, "java.util.LinkedList", Shape::Elements),
    row(3, "java.util.Vector", Shape::Elements),
    row(4, "java.util.Stack", Shape::Elements),
    row(5, "java.util.ArrayDeque", Shape::Elements),
    row(6, "java.util.PriorityQueue", Shape::SortedElements),
    row(7, "java.util.concurrent.CopyOnWriteArrayList", Shape::Elements),
    row(8, "java.util.concurrent.ConcurrentLinkedQueue", Shape::Elements),
    row(9, "java.util.concurrent.ConcurrentLinkedDeque", Shape::Elements),
    row(10, "java.util.concurrent.LinkedBlockingQueue", Shape::Elements),
    row(11, "java.util.concurrent.LinkedBlockingDeque", Shape::Elements),
    row(12, "java.util.Arrays$ArrayList", Shape::Parts(&["array"])),
    row(13, "java.util.Collections$EmptyList", Shape::Parts(&[])),
    row(14, "java.util.Collections$EmptySet", Shape::Parts(&[])),
    row(15, "java.util.Collections$EmptyMap", Shape::Parts(&[])),
    row(16, "java.util.Collections$SingletonList", Shape::Parts(&["element"])),
    row(17, "java.util.Collections$SingletonSet", Shape::Parts(&["element"])),
    row(18, "java.util.Collections$SingletonMap", Shape::Parts(&["key", "value"])),
    row(19, "java.util.Collections$CopiesList", Shape::Parts(&["count", "element"])),
    row(20, "java.util.ImmutableCollections$ListN", Shape::Elements),
    row(21, "java.util.ImmutableCollections$SetN", Shape::Elements),
    row(22, "java.util.ImmutableCollections$MapN", Shape::Entries),
    row(30, "java.util.HashSet", Shape::Elements),
    row(31, "java.util.LinkedHashSet", Shape::Elements),
    row(32, "java.util.TreeSet", Shape::SortedElements),
    row(33, "java.util.concurrent.ConcurrentSkipListSet", Shape::SortedElements),
    row(34, "java.util.concurrent.CopyOnWriteArraySet", Shape::Elements),
    row(35, "java.util.EnumSet", Shape::KeyedElements),
    row(40, "java.util.HashMap", Shape::Entries),
    row(41, "java.util.LinkedHashMap", Shape::Entries),
    row(42, "java.util.LinkedHashMap", Shape::Entries),
    row(43, "java.util.TreeMap", Shape::SortedEntries),
    row(44, "java.util.Hashtable", Shape::Entries),
    row(45, "java.util.Properties", Shape::DefaultedEntries),
    row(46, "java.util.concurrent.ConcurrentHashMap", Shape::Entries),
    row(47, "java.util.concurrent.ConcurrentSkipListMap", Shape::SortedEntries),
    row(48, "java.util.EnumMap", Shape::KeyedEntries),
    row(49, "java.util.IdentityHashMap", Shape::Entries),
    row(60, "java.util.Collections$UnmodifiableCollection", Shape::Parts(&["inner"])),
    row(61, "java.util.Collections$UnmodifiableRandomAccessList", Shape::Parts(&["inner"])),
    row(62, "java.util.Collections$UnmodifiableList", Shape::Parts(&["inner"])),
    row(63, "java.util.Collections$UnmodifiableSet", Shape::Parts(&["inner"])),
    row(64, "java.util.Collections$UnmodifiableSortedSet", Shape::Parts(&["inner"])),
    row(65, "java.util.Collections$UnmodifiableMap", Shape::Parts(&["inner"])),
    row(66, "java.util.Collections$UnmodifiableSortedMap", Shape::Parts(&["inner"])),
    row(67, "java.util.Collections$UnmodifiableNavigableSet", Shape::Parts(&["inner"])),
    row(68, "java.util.Collections$UnmodifiableNavigableMap", Shape::Parts(&["inner"])),
    row(70, "java.util.Collections$SynchronizedCollection", Shape::Parts(&["inner"])),
    row(71, "java.util.Collections$SynchronizedRandomAccessList", Shape::Parts(&["inner"])),
    row(72, "java.util.Collections$SynchronizedList", Shape::Parts(&["inner"])),
    row(73, "java.util.Collections$SynchronizedSet", Shape::Parts(&["inner"])),
    row(74, "java.util.Collections$SynchronizedSortedSet", Shape::Parts(&["inner"])),
    row(75, "java.util.Collections$SynchronizedMap", Shape::Parts(&["inner"])),
    row(76, "java.util.Collections$SynchronizedSortedMap", Shape::Parts(&["inner"])),
    row(80, "java.lang.StringBuilder", Shape::Parts(&["text"])),
    row(81, "java.lang.StringBuffer", Shape::Parts(&["text"])),
    row(82, "java.util.concurrent.atomic.AtomicInteger", Shape::Parts(&["value"])),
    row(83, "java.util.concurrent.atomic.AtomicLong", Shape::Parts(&["value"])),
    row(84, "java.util.concurrent.atomic.AtomicBoolean", Shape::Parts(&["value"])),
    row(85, "java.util.concurrent.atomic.AtomicReference", Shape::Parts(&["value"])),
    row(86, "java.util.Locale", Shape::Parts(&["language", "country", "variant", "script", "extensions"])),
    row(87, "java.util.Currency", Shape::Parts(&["code"])),
    row(88, "java.net.URL", Shape::Parts(&["protocol", "authority", "host", "port", "file", "ref"])),
    row(89, "java.net.URI", Shape::Parts(&["text"])),
    row(90, "java.sql.Date", Shape::Parts(&["millis"])),
    row(91, "java.sql.Time", Shape::Parts(&["millis"])),
    row(92, "java.sql.Timestamp", Shape::Parts(&["millis", "nanos"])),
    row(
        93,
        "java.util.GregorianCalendar",
        Shape::Parts(&[
            "millis",
            "zone",
            "lenient",
            "firstDayOfWeek",
            "minimalDaysInFirstWeek",
            "gregorianChange",
        ]),
    ),
    row(94, "sun.util.calendar.ZoneInfo", Shape::Parts(&["id"])),
    row(95, "java.util.BitSet", Shape::Parts(&["bits"])),
    row(96, "java.util.Optional", Shape::Parts(&["value"])),
    row(100, "java.time.LocalDate", Shape::Parts(&["year", "month", "day"])),
    row(101, "java.time.LocalTime", Shape::Parts(&["hour", "minute", "second", "nano"])),
    row(
        102,
        "java.time.LocalDateTime",
        Shape::Parts(&["year", "month", "day", "hour", "minute", "second", "nano"]),
    ),
    row(
        103,
        "java.time.OffsetDateTime",
        Shape::Parts(&["year", "month", "day", "hour", "minute", "second", "nano", "offset"]),
    ),
    row(
        104,
        "java.time.ZonedDateTime",
        Shape::Parts(&["year", "month", "day", "hour", "minute", "second", "nano", "offset", "zone"]),
    ),
    row(105, "java.time.OffsetTime", Shape::Parts(&["hour", "minute", "second", "nano", "offset"])),
    row(106, "java.time.Duration", Shape::Parts(&["seconds", "nanos"])),
    row(107, "java.time.Period", Shape::Parts(&["years", "months", "days"])),
    row(108, "java.time.Year", Shape::Parts(&["year"])),
    row(109, "java.time.YearMonth", Shape::Parts(&["year", "month"])),
    row(110, "java.time.MonthDay", Shape::Parts(&["month", "day"])),
    row(111, "java.time.ZoneOffset", Shape::Parts(&["seconds"])),
    row(112, "java.time.ZoneRegion", Shape::Parts(&["id"])),
    row(120, "[Ljava.lang.Object;", Shape::Elements),
    row(121, "[Ljava.lang.String;", Shape::Elements),
    row(122, "[Ljava.lang.Boolean;", Shape::Elements),
    row(123, "[Ljava.lang.Byte;", Shape::Elements),
    row(124, "[Ljava.lang.Character;", Shape::Elements),
    row(125, "[Ljava.lang.Short;", Shape::Elements),
    row(126, "[Ljava.lang.Integer;", Shape::Elements),
    row(127, "[Ljava.lang.Long;", Shape::Elements),
    row(128, "[Ljava.lang.Float;", Shape::Elements),
    row(129, "[Ljava.lang.Double;", Shape::Elements),
    row(130, "[Ljava.lang.Number;", Shape::Elements),
    row(131, "[Ljava.util.Date;", Shape::Elements),
    row(132, "[Ljava.math.BigInteger;", Shape::Elements),
    row(133, "[Ljava.math.BigDecimal;", Shape::Elements),
    row(134, "[Ljava.lang.Class;", Shape::Elements),
    row(135, "[Ljava.util.UUID;", Shape::Elements),
    row(136, "[Ljava.io.Serializable;", Shape::Elements),
    row(137, "[Ljava.lang.Comparable;", Shape::Elements),
    row(138, "[[Z", Shape::Elements),
    row(139, "[[B", Shape::Elements),
    row(140, "[[C", Shape::Elements),
    row(141, "[[S", Shape::Elements),
    row(142, "[[I", Shape::Elements),
    row(143, "[[J", Shape::Elements),
    row(144, "[[F", Shape::Elements),
    row(145, "[[D", Shape::Elements),
    row(146, "[[Ljava.lang.Object;", Shape::Elements),
    row(147, "[[Ljava.lang.String;", Shape::Elements),
    row(160, "boolean", Shape::Name),
    row(161, "byte", Shape::Name),
    row(162, "char", Shape::Name),
    row(163, "short", Shape::Name),
    row(164, "int", Shape::Name),
    row(165, "long", Shape::Name),
    row(166, "float", Shape::Name),
    row(167, "double", Shape::Name),
    row(168, "void", Shape::Name),
    row(170, "java.lang.Object", Shape::Name),
    row(171, "java.lang.String", Shape::Name),
    row(172, "java.lang.Boolean", Shape::Name),
    row(173, "java.lang.Byte", Shape::Name),
    row(174, "java.lang.Character", Shape::Name),
    row(175, "java.lang.Short", Shape::Name),
    row(176, "java.lang.Integer", Shape::Name),
    row(177, "java.lang.Long", Shape::Name),
    row(178, "java.lang.Float", Shape::Name),
    row(179, "java.lang.Double", Shape::Name),
    row(180, "java.lang.Number", Shape::Name),
    row(181, "java.lang.Class", Shape::Name),
    row(182, "java.lang.Enum", Shape::Name),
    row(183, "java.math.BigInteger", Shape::Name),
    row(184, "java.math.BigDecimal", Shape::Name),
    row(185, "java.util.Date", Shape::Name),
    row(186, "java.util.UUID", Shape::Name),
    row(187, "java.time.Instant", Shape::Name),
    row(188, "[Z", Shape::Name),
    row(189, "[B", Shape::Parts(&["bytes"])),
    row(190, "[C", Shape::Name),
    row(191, "[S", Shape::Name),
    row(192, "[I", Shape::Name),
    row(193, "[J", Shape::Name),
    row(194, "[F", Shape::Name),
    row(195, "[D", Shape::Name),
];

/// Where in the table a number stands, plus one; zero where there is none.
const INDEX: [u8; 256] = index();

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "run by the compiler, which refuses a bad index"
)]
const fn index() -> [u8; 256] {
    let mut index = [0; 256];
    let mut at = 0;
    while at < TABLE.len() {
        index[TABLE[at].number as usize] = at as u8 + 1;
        at += 1;
    }
    index
}

/// The row of a number.
#[inline]
#[must_use]
pub fn by_number(number: u16) -> Option<&'static Builtin> {
    let at = *INDEX.get(usize::from(number))?;
    TABLE.get(usize::from(at).checked_sub(1)?)
}

/// The row of a class; for `java.util.LinkedHashMap` the one in insertion order.
#[must_use]
pub fn by_class(class: &str) -> Option<&'static Builtin> {
    TABLE.iter().find(|row| row.class == class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_finds_its_row_and_numbers_rise() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].number < pair[1].number, "{} comes after {}", pair[0].class, pair[1].class);
        }
        for row in TABLE {
            assert_eq!(by_number(row.number), Some(row));
            if row.number != LINKED_HASH_MAP_ACCESS_ORDER {
                assert_eq!(by_class(row.class), Some(row));
            }
        }
        assert_eq!(by_number(0), None);
        assert_eq!(by_number(999), None);
    }
}
