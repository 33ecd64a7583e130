//! The classes of the JDK that sessions hold, and those that fields are declared as.

use crate::codec::Codec;

/// What a class of the JDK is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Is {
    Codec(Codec),
    /// Its constants, by ordinal.
    Enum(&'static [&'static str]),
    /// Superclass and fields: descriptor and name.
    Fields(&'static str, &'static [(&'static str, &'static str)]),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) class: &'static str,
    pub(crate) is: Is,
    pub(crate) is_final: bool,
}

const fn open(class: &'static str, codec: Codec) -> Row {
    Row { class, is: Is::Codec(codec), is_final: false }
}

const fn closed(class: &'static str, codec: Codec) -> Row {
    Row { class, is: Is::Codec(codec), is_final: true }
}

const fn named(class: &'static str) -> Row {
    Row { class, is: Is::Codec(Codec::Named), is_final: false }
}

const fn constants(class: &'static str, names: &'static [&'static str]) -> Row {
    Row { class, is: Is::Enum(names), is_final: true }
}

const fn fields(
    class: &'static str,
    superclass: &'static str,
    fields: &'static [(&'static str, &'static str)],
) -> Row {
    Row { class, is: Is::Fields(superclass, fields), is_final: false }
}

const OBJECT: &str = "java.lang.Object";
const EXCEPTION: &str = "java.lang.Exception";
const RUNTIME: &str = "java.lang.RuntimeException";

/// What the library reads back as something that refuses every element.
const NO_ELEMENTS: &str =
    "the library writes it, and cannot read what it wrote: the list or map that it makes takes no elements";

/// The row of a class.
pub(crate) fn row(class: &str) -> Option<&'static Row> {
    let at = TABLE.binary_search_by(|row| row.class.cmp(class)).ok()?;
    TABLE.get(at)
}

/// What Kryo of MSM 2.3.2 knows by a number, in the order of the numbers. A wrapper has the number of its primitive.
pub(crate) const REGISTERED: [(&str, Codec); 26] = [
    ("java.lang.Integer", Codec::Int),
    ("java.lang.String", Codec::String),
    ("java.lang.Float", Codec::Float),
    ("java.lang.Boolean", Codec::Boolean),
    ("java.lang.Byte", Codec::Byte),
    ("java.lang.Character", Codec::Char),
    ("java.lang.Short", Codec::Short),
    ("java.lang.Long", Codec::Long),
    ("java.lang.Double", Codec::Double),
    ("java.lang.Void", Codec::Named),
    ("java.util.Arrays$ArrayList", Codec::ArraysAsList),
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
];

/// By name.
const TABLE: &[Row] = &[
    closed("[B", Codec::Primitives(b'B')),
    closed("[C", Codec::Primitives(b'C')),
    closed("[D", Codec::Primitives(b'D')),
    closed("[F", Codec::Primitives(b'F')),
    closed("[I", Codec::Primitives(b'I')),
    closed("[J", Codec::Primitives(b'J')),
    closed("[Ljava.lang.String;", Codec::Strings),
    closed("[S", Codec::Primitives(b'S')),
    closed("[Z", Codec::Primitives(b'Z')),
    fields("java.io.File", OBJECT, &[("Ljava/lang/String;", "path")]),
    fields("java.io.FileNotFoundException", "java.io.IOException", &[]),
    fields("java.io.IOException", EXCEPTION, &[]),
    named("java.io.Serializable"),
    fields("java.io.UncheckedIOException", RUNTIME, &[]),
    fields("java.lang.ArithmeticException", RUNTIME, &[]),
    fields("java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", &[]),
    named("java.lang.AutoCloseable"),
    named("java.lang.CharSequence"),
    closed("java.lang.Class", Codec::Class),
    fields("java.lang.ClassCastException", RUNTIME, &[]),
    fields("java.lang.CloneNotSupportedException", EXCEPTION, &[]),
    named("java.lang.Cloneable"),
    named("java.lang.Comparable"),
    named("java.lang.Enum"),
    fields("java.lang.Error", "java.lang.Throwable", &[]),
    fields("java.lang.Exception", "java.lang.Throwable", &[]),
    fields("java.lang.IllegalArgumentException", RUNTIME, &[]),
    fields("java.lang.IllegalStateException", RUNTIME, &[]),
    fields("java.lang.IndexOutOfBoundsException", RUNTIME, &[]),
    fields("java.lang.InterruptedException", EXCEPTION, &[]),
    named("java.lang.Iterable"),
    fields("java.lang.NullPointerException", RUNTIME, &[]),
    named("java.lang.Number"),
    fields("java.lang.NumberFormatException", "java.lang.IllegalArgumentException", &[]),
    fields("java.lang.Object", "", &[]),
    fields("java.lang.ReflectiveOperationException", EXCEPTION, &[]),
    named("java.lang.Runnable"),
    fields("java.lang.RuntimeException", EXCEPTION, &[]),
    fields("java.lang.SecurityException", RUNTIME, &[]),
    // The fields of JDK 9 and later; those of JDK 8 are another class to Kryo, which the bytes do not tell.
    Row {
        class: "java.lang.StackTraceElement",
        is: Is::Fields(
            OBJECT,
            &[
                ("Ljava/lang/String;", "classLoaderName"),
                ("Ljava/lang/String;", "moduleName"),
                ("Ljava/lang/String;", "moduleVersion"),
                ("Ljava/lang/String;", "declaringClass"),
                ("Ljava/lang/String;", "methodName"),
                ("Ljava/lang/String;", "fileName"),
                ("I", "lineNumber"),
                ("B", "format"),
            ],
        ),
        is_final: true,
    },
    fields("java.lang.String$CaseInsensitiveComparator", OBJECT, &[]),
    closed("java.lang.StringBuffer", Codec::Builder(81)),
    closed("java.lang.StringBuilder", Codec::Builder(80)),
    fields("java.lang.StringIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException", &[]),
    fields(
        "java.lang.Throwable",
        OBJECT,
        &[
            ("Ljava/lang/String;", "detailMessage"),
            ("Ljava/lang/Throwable;", "cause"),
            ("[Ljava/lang/StackTraceElement;", "stackTrace"),
            ("Ljava/util/List;", "suppressedExceptions"),
        ],
    ),
    fields("java.lang.UnsupportedOperationException", RUNTIME, &[]),
    open("java.math.BigDecimal", Codec::BigDecimal),
    open("java.math.BigInteger", Codec::BigInteger),
    Row {
        class: "java.math.MathContext",
        is: Is::Fields(OBJECT, &[("I", "precision"), ("Ljava/math/RoundingMode;", "roundingMode")]),
        is_final: true,
    },
    constants(
        "java.math.RoundingMode",
        &["UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"],
    ),
    // To the library they have no fields: it reads addresses of nothing.
    Row { class: "java.net.Inet4Address", is: Is::Fields("java.net.InetAddress", &[]), is_final: true },
    Row { class: "java.net.Inet6Address", is: Is::Fields("java.net.InetAddress", &[]), is_final: true },
    fields("java.net.InetAddress", OBJECT, &[]),
    closed("java.net.URI", Codec::Uri),
    closed("java.net.URL", Codec::Url),
    open("java.sql.Date", Codec::SqlDate(90)),
    fields(
        "java.sql.SQLException",
        EXCEPTION,
        &[("Ljava/lang/String;", "SQLState"), ("I", "vendorCode"), ("Ljava/sql/SQLException;", "next")],
    ),
    open("java.sql.Time", Codec::SqlDate(91)),
    open("java.sql.Timestamp", Codec::Timestamp),
    constants(
        "java.time.DayOfWeek",
        &["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
    ),
    closed("java.time.Duration", Codec::Duration),
    closed("java.time.Instant", Codec::Instant),
    closed("java.time.LocalDate", Codec::LocalDate),
    closed("java.time.LocalDateTime", Codec::LocalDateTime),
    closed("java.time.LocalTime", Codec::LocalTime),
    constants(
        "java.time.Month",
        &[
            "JANUARY",
            "FEBRUARY",
            "MARCH",
            "APRIL",
            "MAY",
            "JUNE",
            "JULY",
            "AUGUST",
            "SEPTEMBER",
            "OCTOBER",
            "NOVEMBER",
            "DECEMBER",
        ],
    ),
    closed("java.time.MonthDay", Codec::MonthDay),
    closed("java.time.OffsetDateTime", Codec::OffsetDateTime),
    closed("java.time.OffsetTime", Codec::OffsetTime),
    closed("java.time.Period", Codec::Period),
    closed("java.time.Year", Codec::Year),
    closed("java.time.YearMonth", Codec::YearMonth),
    named("java.time.ZoneId"),
    closed("java.time.ZoneOffset", Codec::ZoneOffset),
    closed("java.time.ZoneRegion", Codec::Text(112)),
    closed("java.time.ZonedDateTime", Codec::ZonedDateTime),
    constants("java.time.format.FormatStyle", &["FULL", "LONG", "MEDIUM", "SHORT"]),
    constants(
        "java.time.temporal.ChronoUnit",
        &[
            "NANOS",
            "MICROS",
            "MILLIS",
            "SECONDS",
            "MINUTES",
            "HOURS",
            "HALF_DAYS",
            "DAYS",
            "WEEKS",
            "MONTHS",
            "YEARS",
            "DECADES",
            "CENTURIES",
            "MILLENNIA",
            "ERAS",
            "FOREVER",
        ],
    ),
    named("java.time.temporal.Temporal"),
    named("java.time.temporal.TemporalAmount"),
    named("java.util.AbstractCollection"),
    named("java.util.AbstractList"),
    open("java.util.AbstractList$RandomAccessSubList", Codec::SubList),
    open("java.util.AbstractList$SubList", Codec::SubList),
    named("java.util.AbstractMap"),
    fields(
        "java.util.AbstractMap$SimpleEntry",
        OBJECT,
        &[("Ljava/lang/Object;", "key"), ("Ljava/lang/Object;", "value")],
    ),
    fields(
        "java.util.AbstractMap$SimpleImmutableEntry",
        OBJECT,
        &[("Ljava/lang/Object;", "key"), ("Ljava/lang/Object;", "value")],
    ),
    named("java.util.AbstractSet"),
    open("java.util.ArrayDeque", Codec::Collection(5)),
    open("java.util.ArrayList", Codec::Collection(1)),
    open("java.util.ArrayList$SubList", Codec::SubList),
    open("java.util.BitSet", Codec::BitSet),
    named("java.util.Calendar"),
    named("java.util.Collection"),
    open("java.util.Collections$CopiesList", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.Collections$EmptyList", Codec::Empty(13)),
    open("java.util.Collections$EmptyMap", Codec::Empty(15)),
    open("java.util.Collections$EmptySet", Codec::Empty(14)),
    fields("java.util.Collections$ReverseComparator", OBJECT, &[]),
    fields("java.util.Collections$ReverseComparator2", OBJECT, &[("Ljava/util/Comparator;", "cmp")]),
    open("java.util.Collections$SingletonList", Codec::Values(16, 1)),
    open("java.util.Collections$SingletonMap", Codec::Values(18, 2)),
    open("java.util.Collections$SingletonSet", Codec::Values(17, 1)),
    open("java.util.Collections$UnmodifiableNavigableMap", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.Collections$UnmodifiableNavigableSet", Codec::Unreadable(NO_ELEMENTS)),
    named("java.util.Comparator"),
    fields("java.util.ConcurrentModificationException", RUNTIME, &[]),
    closed("java.util.Currency", Codec::Text(87)),
    open("java.util.Date", Codec::Date),
    named("java.util.Deque"),
    fields(
        "java.util.DoubleSummaryStatistics",
        OBJECT,
        &[
            ("J", "count"),
            ("D", "sum"),
            ("D", "sumCompensation"),
            ("D", "simpleSum"),
            ("D", "min"),
            ("D", "max"),
        ],
    ),
    open("java.util.EnumMap", Codec::EnumMap),
    named("java.util.EnumSet"),
    named("java.util.Enumeration"),
    open("java.util.GregorianCalendar", Codec::Calendar),
    open("java.util.HashMap", Codec::Map(40)),
    open("java.util.HashSet", Codec::Collection(30)),
    open("java.util.Hashtable", Codec::Map(44)),
    open("java.util.IdentityHashMap", Codec::Map(49)),
    open("java.util.ImmutableCollections$List12", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.ImmutableCollections$ListN", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.ImmutableCollections$Map1", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.ImmutableCollections$MapN", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.ImmutableCollections$Set12", Codec::Unreadable(NO_ELEMENTS)),
    open("java.util.ImmutableCollections$SetN", Codec::Unreadable(NO_ELEMENTS)),
    fields(
        "java.util.IntSummaryStatistics",
        OBJECT,
        &[("J", "count"), ("J", "sum"), ("I", "min"), ("I", "max")],
    ),
    named("java.util.Iterator"),
    open("java.util.JumboEnumSet", Codec::EnumSet),
    open("java.util.LinkedHashMap", Codec::Map(41)),
    open("java.util.LinkedHashSet", Codec::Collection(31)),
    open("java.util.LinkedList", Codec::Collection(2)),
    named("java.util.List"),
    closed("java.util.Locale", Codec::Locale),
    fields(
        "java.util.LongSummaryStatistics",
        OBJECT,
        &[("J", "count"), ("J", "sum"), ("J", "min"), ("J", "max")],
    ),
    named("java.util.Map"),
    named("java.util.Map$Entry"),
    named("java.util.NavigableMap"),
    named("java.util.NavigableSet"),
    fields("java.util.NoSuchElementException", RUNTIME, &[]),
    closed("java.util.Optional", Codec::Values(96, 1)),
    open("java.util.PriorityQueue", Codec::Collection(6)),
    open("java.util.Properties", Codec::Map(45)),
    named("java.util.Queue"),
    fields(
        "java.util.Random",
        OBJECT,
        &[
            ("Ljava/util/concurrent/atomic/AtomicLong;", "seed"),
            ("D", "nextNextGaussian"),
            ("Z", "haveNextNextGaussian"),
        ],
    ),
    open("java.util.RegularEnumSet", Codec::EnumSet),
    named("java.util.Set"),
    open("java.util.SimpleTimeZone", Codec::Text(94)),
    named("java.util.SortedMap"),
    named("java.util.SortedSet"),
    open("java.util.Stack", Codec::Collection(4)),
    open("java.util.SubList", Codec::SubList),
    named("java.util.TimeZone"),
    open("java.util.TreeMap", Codec::SortedMap(43)),
    open("java.util.TreeSet", Codec::SortedSet(32)),
    closed("java.util.UUID", Codec::Uuid),
    open("java.util.Vector", Codec::Collection(3)),
    named("java.util.concurrent.BlockingQueue"),
    named("java.util.concurrent.Callable"),
    open("java.util.concurrent.ConcurrentHashMap", Codec::Map(46)),
    open("java.util.concurrent.ConcurrentLinkedDeque", Codec::Collection(9)),
    open("java.util.concurrent.ConcurrentLinkedQueue", Codec::Collection(8)),
    named("java.util.concurrent.ConcurrentMap"),
    open("java.util.concurrent.ConcurrentSkipListMap", Codec::Map(47)),
    open("java.util.concurrent.ConcurrentSkipListSet", Codec::Collection(33)),
    open("java.util.concurrent.CopyOnWriteArrayList", Codec::Collection(7)),
    open("java.util.concurrent.CopyOnWriteArraySet", Codec::Collection(34)),
    open("java.util.concurrent.LinkedBlockingDeque", Codec::Collection(11)),
    open("java.util.concurrent.LinkedBlockingQueue", Codec::Collection(10)),
    constants(
        "java.util.concurrent.TimeUnit",
        &["NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"],
    ),
    fields("java.util.concurrent.TimeoutException", EXCEPTION, &[]),
    open("java.util.concurrent.atomic.AtomicBoolean", Codec::AtomicBoolean),
    open("java.util.concurrent.atomic.AtomicInteger", Codec::AtomicInteger),
    fields("java.util.concurrent.atomic.AtomicIntegerArray", OBJECT, &[("[I", "array")]),
    open("java.util.concurrent.atomic.AtomicLong", Codec::AtomicLong),
    fields("java.util.concurrent.atomic.AtomicLongArray", OBJECT, &[("[J", "array")]),
    open("java.util.concurrent.atomic.AtomicReference", Codec::Values(85, 1)),
    fields("java.util.concurrent.atomic.AtomicReferenceArray", OBJECT, &[("[Ljava/lang/Object;", "array")]),
    fields("java.util.concurrent.atomic.DoubleAdder", OBJECT, &[]),
    fields("java.util.concurrent.atomic.LongAdder", OBJECT, &[]),
    named("java.util.function.Function"),
    named("java.util.function.Predicate"),
    named("java.util.function.Supplier"),
    Row {
        class: "java.util.regex.Pattern",
        is: Is::Fields(OBJECT, &[("Ljava/lang/String;", "pattern"), ("I", "flags")]),
        is_final: true,
    },
    open("sun.util.calendar.ZoneInfo", Codec::Text(94)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_document::builtin;

    #[test]
    fn the_table_is_sorted_and_finds_every_row() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].class < pair[1].class, "{} stands before {}", pair[0].class, pair[1].class);
        }
        for row in TABLE {
            assert_eq!(super::row(row.class).unwrap().class, row.class);
        }
        assert!(super::row("java.util.Lis").is_none());
    }

    #[test]
    fn superclasses_are_in_the_table() {
        for row in TABLE {
            if let Is::Fields(superclass, _) = row.is {
                assert!(superclass.is_empty() || super::row(superclass).is_some(), "{}", row.class);
            }
        }
    }

    #[test]
    fn numbers_are_those_of_the_documents_table() {
        let rows = TABLE.iter().filter_map(|row| match row.is {
            Is::Codec(codec) => Some((row.class, codec)),
            _ => None,
        });
        for (class, codec) in rows.chain(REGISTERED) {
            let (Codec::Collection(number)
            | Codec::SortedSet(number)
            | Codec::Map(number)
            | Codec::SortedMap(number)
            | Codec::Empty(number)
            | Codec::Values(number, _)
            | Codec::Wrapper(number, _)
            | Codec::SqlDate(number)
            | Codec::Text(number)
            | Codec::Builder(number)) = codec
            else {
                continue;
            };
            // The library reads every time zone as the JDK's own of its id.
            if class != "java.util.SimpleTimeZone" {
                assert_eq!(builtin::by_number(number).unwrap().class, class);
            }
        }
    }
}
