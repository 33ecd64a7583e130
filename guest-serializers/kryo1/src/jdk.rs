//! Which serializer Kryo of MSM 1.8.2 has for a class of the JDK.

use holdfast_kryo_common::jdk::OBJECT;

use crate::codec::Codec;

/// What is written of a class of the JDK.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is {
    Codec(Codec),
    /// Superclass and fields: descriptor and name.
    Fields(&'static str, &'static [(&'static str, &'static str)]),
}

const fn is(class: &'static str, codec: Codec) -> (&'static str, Is) {
    (class, Is::Codec(codec))
}

/// What Kryo of MSM 1.8.2 knows by a number, in the order of the numbers, which begin with 1.
pub(crate) const REGISTERED: [(&str, Codec); 51] = [
    ("boolean", Codec::Boolean),
    ("byte", Codec::Byte),
    ("char", Codec::Char),
    ("short", Codec::Short),
    ("int", Codec::Int),
    ("long", Codec::Long),
    ("float", Codec::Float),
    ("double", Codec::Double),
    ("java.lang.Boolean", Codec::Boolean),
    ("java.lang.Byte", Codec::Byte),
    ("java.lang.Character", Codec::Char),
    ("java.lang.Short", Codec::Short),
    ("java.lang.Integer", Codec::Int),
    ("java.lang.Long", Codec::Long),
    ("java.lang.Float", Codec::Float),
    ("java.lang.Double", Codec::Double),
    ("java.lang.String", Codec::String),
    ("java.util.ArrayList", Codec::Collection(1)),
    ("java.util.LinkedList", Codec::Collection(2)),
    ("java.util.HashSet", Codec::Collection(30)),
    ("java.util.HashMap", Codec::Map(40)),
    ("java.util.Arrays$ArrayList", Codec::ArraysAsList),
    ("java.util.Currency", Codec::Text(87)),
    ("java.lang.StringBuffer", Codec::Text(81)),
    ("java.lang.StringBuilder", Codec::Text(80)),
    ("java.util.Collections$EmptyList", Codec::Empty(13)),
    ("java.util.Collections$EmptyMap", Codec::Empty(15)),
    ("java.util.Collections$EmptySet", Codec::Empty(14)),
    ("java.util.Collections$SingletonList", Codec::Values(16, 1)),
    ("java.util.Collections$SingletonSet", Codec::Values(17, 1)),
    ("java.util.Collections$SingletonMap", Codec::Values(18, 2)),
    ("java.lang.Class", Codec::Class),
    ("java.math.BigDecimal", Codec::BigDecimal),
    ("java.math.BigInteger", Codec::BigInteger),
    ("java.util.GregorianCalendar", Codec::Calendar),
    ("java.lang.reflect.InvocationHandler", Codec::Proxy),
    ("java.util.Collections$UnmodifiableCollection", Codec::Wrapper(60, 0)),
    ("java.util.Collections$UnmodifiableRandomAccessList", Codec::Wrapper(61, 1)),
    ("java.util.Collections$UnmodifiableList", Codec::Wrapper(62, 2)),
    ("java.util.Collections$UnmodifiableSet", Codec::Wrapper(63, 3)),
    ("java.util.Collections$UnmodifiableSortedSet", Codec::Wrapper(64, 4)),
    ("java.util.Collections$UnmodifiableMap", Codec::Wrapper(65, 5)),
    ("java.util.Collections$UnmodifiableSortedMap", Codec::Wrapper(66, 6)),
    ("java.util.Collections$SynchronizedCollection", Codec::Wrapper(70, 0)),
    ("java.util.Collections$SynchronizedRandomAccessList", Codec::Wrapper(71, 1)),
    ("java.util.Collections$SynchronizedList", Codec::Wrapper(72, 2)),
    ("java.util.Collections$SynchronizedSet", Codec::Wrapper(73, 3)),
    ("java.util.Collections$SynchronizedSortedSet", Codec::Wrapper(74, 4)),
    ("java.util.Collections$SynchronizedMap", Codec::Wrapper(75, 5)),
    ("java.util.Collections$SynchronizedSortedMap", Codec::Wrapper(76, 6)),
    ("java.util.Locale", Codec::Locale),
];

/// What the library makes of these takes no elements.
const NO_ELEMENTS: &str = "the library writes it, and cannot read what it wrote: the list, set or map that it makes takes no elements";
const SUB_LIST: &str = "the library fails to write it on Java 9 and later";

/// The row of a class that has no number.
pub(crate) fn row(class: &str) -> Option<Is> {
    let at = TABLE.binary_search_by(|(name, _)| (*name).cmp(class)).ok()?;
    TABLE.get(at).map(|(_, is)| *is)
}

/// By name.
const TABLE: &[(&str, Is)] = &[
    is("java.lang.Void", Codec::Named),
    is("java.net.URI", Codec::Uri),
    is("java.net.URL", Codec::Url),
    is("java.sql.Date", Codec::SqlDate(90)),
    is("java.sql.Time", Codec::SqlDate(91)),
    is("java.sql.Timestamp", Codec::Timestamp),
    is("java.time.Duration", Codec::Duration),
    is("java.time.Instant", Codec::Instant),
    is("java.time.LocalDate", Codec::LocalDate),
    is("java.time.LocalDateTime", Codec::LocalDateTime),
    is("java.time.LocalTime", Codec::LocalTime),
    is("java.time.MonthDay", Codec::MonthDay),
    is("java.time.OffsetDateTime", Codec::OffsetDateTime),
    is("java.time.OffsetTime", Codec::OffsetTime),
    is("java.time.Period", Codec::Period),
    is("java.time.Year", Codec::Year),
    is("java.time.YearMonth", Codec::YearMonth),
    is("java.time.ZoneOffset", Codec::ZoneOffset),
    is("java.time.ZoneRegion", Codec::ZoneRegion),
    is("java.time.ZonedDateTime", Codec::ZonedDateTime),
    is("java.util.AbstractList$RandomAccessSubList", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.AbstractList$SubList", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ArrayDeque", Codec::Collection(5)),
    is("java.util.ArrayList$SubList", Codec::Unreadable(SUB_LIST)),
    is("java.util.BitSet", Codec::BitSet),
    is("java.util.Collections$CopiesList", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Collections$SetFromMap", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Collections$SynchronizedNavigableMap", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Collections$SynchronizedNavigableSet", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Collections$UnmodifiableNavigableMap", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Collections$UnmodifiableNavigableSet", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.Date", Codec::Date),
    is("java.util.EnumMap", Codec::EnumMap),
    is("java.util.Hashtable", Codec::Map(44)),
    is("java.util.IdentityHashMap", Codec::Map(49)),
    is("java.util.ImmutableCollections$List12", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ImmutableCollections$ListN", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ImmutableCollections$Map1", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ImmutableCollections$MapN", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ImmutableCollections$Set12", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.ImmutableCollections$SetN", Codec::Unreadable(NO_ELEMENTS)),
    is("java.util.JumboEnumSet", Codec::EnumSet),
    is("java.util.LinkedHashMap", Codec::Map(41)),
    is("java.util.LinkedHashSet", Codec::Collection(31)),
    is("java.util.Optional", Codec::Reference(96)),
    is("java.util.PriorityQueue", Codec::Collection(6)),
    is("java.util.Properties", Codec::Map(45)),
    is("java.util.RegularEnumSet", Codec::EnumSet),
    is("java.util.Stack", Codec::Collection(4)),
    ("java.util.TimeZone", Is::Fields(OBJECT, &[("Ljava/lang/String;", "ID")])),
    is("java.util.TreeMap", Codec::Map(43)),
    is("java.util.TreeSet", Codec::Collection(32)),
    is("java.util.UUID", Codec::Uuid),
    is("java.util.Vector", Codec::Collection(3)),
    is("java.util.concurrent.ConcurrentHashMap", Codec::Map(46)),
    is("java.util.concurrent.ConcurrentLinkedDeque", Codec::Collection(9)),
    is("java.util.concurrent.ConcurrentLinkedQueue", Codec::Collection(8)),
    is("java.util.concurrent.ConcurrentSkipListMap", Codec::Map(47)),
    is("java.util.concurrent.ConcurrentSkipListSet", Codec::Collection(33)),
    is("java.util.concurrent.CopyOnWriteArrayList", Codec::Collection(7)),
    is("java.util.concurrent.CopyOnWriteArraySet", Codec::Collection(34)),
    is("java.util.concurrent.LinkedBlockingDeque", Codec::Collection(11)),
    is("java.util.concurrent.LinkedBlockingQueue", Codec::Collection(10)),
    is("java.util.concurrent.atomic.AtomicBoolean", Codec::AtomicBoolean),
    is("java.util.concurrent.atomic.AtomicInteger", Codec::AtomicInteger),
    is("java.util.concurrent.atomic.AtomicLong", Codec::AtomicLong),
    is("java.util.concurrent.atomic.AtomicReference", Codec::Reference(85)),
    (
        "sun.util.calendar.ZoneInfo",
        Is::Fields(
            "java.util.TimeZone",
            &[
                ("I", "rawOffset"),
                ("I", "rawOffsetDiff"),
                ("I", "checksum"),
                ("I", "dstSavings"),
                ("[J", "transitions"),
                ("[I", "offsets"),
                ("[I", "simpleTimeZoneParams"),
                ("Z", "willGMTOffsetChange"),
            ],
        ),
    ),
];

/// The class of time zones whose values documents may have by their id.
pub(crate) const ZONE: &str = "sun.util.calendar.ZoneInfo";

#[cfg(test)]
mod tests {
    use holdfast_document::builtin;
    use holdfast_kryo_common::jdk::fact;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_finds_every_row() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} stands before {}", pair[0].0, pair[1].0);
        }
        for (class, _) in TABLE {
            assert!(row(class).is_some());
        }
        assert!(row("java.util.Lis").is_none());
    }

    #[test]
    fn numbers_are_those_of_the_documents_table() {
        let rows = TABLE.iter().filter_map(|(class, is)| match is {
            Is::Codec(codec) => Some((*class, *codec)),
            Is::Fields(..) => None,
        });
        for (class, codec) in rows.chain(REGISTERED) {
            let (Codec::Collection(number)
            | Codec::Map(number)
            | Codec::Empty(number)
            | Codec::Values(number, _)
            | Codec::Wrapper(number, _)
            | Codec::SqlDate(number)
            | Codec::Reference(number)
            | Codec::Text(number)) = codec
            else {
                continue;
            };
            assert_eq!(builtin::by_number(number).unwrap().class, class);
        }
    }

    #[test]
    fn of_every_class_it_is_known_whether_it_is_final() {
        for (class, _) in TABLE.iter().map(|(class, is)| (*class, *is)).collect::<Vec<_>>() {
            assert!(fact(class).is_some(), "{class}");
        }
        for (class, _) in REGISTERED.into_iter().skip(8) {
            assert!(fact(class).is_some(), "{class}");
        }
    }
}
