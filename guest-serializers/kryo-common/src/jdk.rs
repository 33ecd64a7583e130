//! Facts of the JDK's classes that Kryo's bytes depend on and do not say: fields, which classes are final, constants.
//!
//! They are those of JDK 9 and later, as reflection tells them.

/// What is known of a class of the JDK.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// As `Class.getName` has it.
    pub class: &'static str,
    /// What its values are made of.
    pub shape: Shape,
    /// Whether it is declared final.
    pub is_final: bool,
}

/// What values of a class are made of.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// The superclass, or nothing, and the fields that are neither static nor transient: descriptor and name.
    Fields(&'static str, &'static [(&'static str, &'static str)]),
    /// Constants, by ordinal.
    Constants(&'static [&'static str]),
    /// No value has this class: an interface, an abstract class.
    Named,
    /// What each generation of the library has a serializer of its own for.
    Own,
}

const fn own(class: &'static str, is_final: bool) -> Fact {
    Fact { class, shape: Shape::Own, is_final }
}

const fn named(class: &'static str) -> Fact {
    Fact { class, shape: Shape::Named, is_final: false }
}

const fn constants(class: &'static str, names: &'static [&'static str]) -> Fact {
    Fact { class, shape: Shape::Constants(names), is_final: true }
}

const fn fields(
    class: &'static str,
    superclass: &'static str,
    fields: &'static [(&'static str, &'static str)],
) -> Fact {
    Fact { class, shape: Shape::Fields(superclass, fields), is_final: false }
}

/// The class that all others extend.
pub const OBJECT: &str = "java.lang.Object";
const EXCEPTION: &str = "java.lang.Exception";
const RUNTIME: &str = "java.lang.RuntimeException";

/// The fact of a class.
#[must_use]
pub fn fact(class: &str) -> Option<&'static Fact> {
    let at = TABLE.binary_search_by(|fact| fact.class.cmp(class)).ok()?;
    TABLE.get(at)
}

/// By name.
const TABLE: &[Fact] = &[
    fields("java.io.File", OBJECT, &[("Ljava/lang/String;", "path")]),
    fields("java.io.IOException", EXCEPTION, &[]),
    named("java.io.Serializable"),
    fields("java.lang.ArithmeticException", RUNTIME, &[]),
    named("java.lang.AutoCloseable"),
    own("java.lang.Boolean", true),
    own("java.lang.Byte", true),
    named("java.lang.CharSequence"),
    own("java.lang.Character", true),
    own("java.lang.Class", true),
    fields("java.lang.ClassCastException", RUNTIME, &[]),
    named("java.lang.Cloneable"),
    named("java.lang.Comparable"),
    own("java.lang.Double", true),
    named("java.lang.Enum"),
    fields("java.lang.Error", "java.lang.Throwable", &[]),
    fields("java.lang.Exception", "java.lang.Throwable", &[]),
    own("java.lang.Float", true),
    fields("java.lang.IllegalArgumentException", RUNTIME, &[]),
    fields("java.lang.IllegalStateException", RUNTIME, &[]),
    fields("java.lang.IndexOutOfBoundsException", RUNTIME, &[]),
    own("java.lang.Integer", true),
    fields("java.lang.InterruptedException", EXCEPTION, &[]),
    named("java.lang.Iterable"),
    own("java.lang.Long", true),
    fields("java.lang.NullPointerException", RUNTIME, &[]),
    named("java.lang.Number"),
    fields("java.lang.NumberFormatException", "java.lang.IllegalArgumentException", &[]),
    fields("java.lang.Object", "", &[]),
    named("java.lang.Runnable"),
    fields("java.lang.RuntimeException", EXCEPTION, &[]),
    fields("java.lang.SecurityException", RUNTIME, &[]),
    // The fields of JDK 9 and later; those of JDK 8 are another class to Kryo, which the bytes do not tell.
    own("java.lang.Short", true),
    Fact {
        class: "java.lang.StackTraceElement",
        shape: Shape::Fields(
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
    own("java.lang.String", true),
    fields("java.lang.String$CaseInsensitiveComparator", OBJECT, &[]),
    own("java.lang.StringBuffer", true),
    own("java.lang.StringBuilder", true),
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
    own("java.lang.Void", true),
    own("java.lang.reflect.InvocationHandler", false),
    named("java.lang.reflect.Type"),
    own("java.math.BigDecimal", false),
    own("java.math.BigInteger", false),
    Fact {
        class: "java.math.MathContext",
        shape: Shape::Fields(OBJECT, &[("I", "precision"), ("Ljava/math/RoundingMode;", "roundingMode")]),
        is_final: true,
    },
    constants(
        "java.math.RoundingMode",
        &["UP", "DOWN", "CEILING", "FLOOR", "HALF_UP", "HALF_DOWN", "HALF_EVEN", "UNNECESSARY"],
    ),
    // To the library addresses have no fields: it reads them of nothing.
    Fact {
        class: "java.net.Inet4Address",
        shape: Shape::Fields("java.net.InetAddress", &[]),
        is_final: true,
    },
    Fact {
        class: "java.net.Inet6Address",
        shape: Shape::Fields("java.net.InetAddress", &[]),
        is_final: true,
    },
    fields("java.net.InetAddress", OBJECT, &[]),
    own("java.net.URI", true),
    own("java.net.URL", true),
    own("java.sql.Date", false),
    own("java.sql.Time", false),
    own("java.sql.Timestamp", false),
    constants(
        "java.time.DayOfWeek",
        &["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"],
    ),
    own("java.time.Duration", true),
    own("java.time.Instant", true),
    own("java.time.LocalDate", true),
    own("java.time.LocalDateTime", true),
    own("java.time.LocalTime", true),
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
    own("java.time.MonthDay", true),
    own("java.time.OffsetDateTime", true),
    own("java.time.OffsetTime", true),
    own("java.time.Period", true),
    own("java.time.Year", true),
    own("java.time.YearMonth", true),
    named("java.time.ZoneId"),
    own("java.time.ZoneOffset", true),
    own("java.time.ZoneRegion", true),
    own("java.time.ZonedDateTime", true),
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
    own("java.util.AbstractList$RandomAccessSubList", false),
    own("java.util.AbstractList$SubList", false),
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
    own("java.util.ArrayDeque", false),
    own("java.util.ArrayList", false),
    own("java.util.ArrayList$SubList", false),
    own("java.util.Arrays$ArrayList", false),
    own("java.util.BitSet", false),
    named("java.util.Calendar"),
    named("java.util.Collection"),
    own("java.util.Collections$CopiesList", false),
    own("java.util.Collections$EmptyList", false),
    own("java.util.Collections$EmptyMap", false),
    own("java.util.Collections$EmptySet", false),
    fields("java.util.Collections$ReverseComparator", OBJECT, &[]),
    fields("java.util.Collections$ReverseComparator2", OBJECT, &[("Ljava/util/Comparator;", "cmp")]),
    own("java.util.Collections$SetFromMap", false),
    own("java.util.Collections$SingletonList", false),
    own("java.util.Collections$SingletonMap", false),
    own("java.util.Collections$SingletonSet", false),
    own("java.util.Collections$SynchronizedCollection", false),
    own("java.util.Collections$SynchronizedList", false),
    own("java.util.Collections$SynchronizedMap", false),
    own("java.util.Collections$SynchronizedNavigableMap", false),
    own("java.util.Collections$SynchronizedNavigableSet", false),
    own("java.util.Collections$SynchronizedRandomAccessList", false),
    own("java.util.Collections$SynchronizedSet", false),
    own("java.util.Collections$SynchronizedSortedMap", false),
    own("java.util.Collections$SynchronizedSortedSet", false),
    own("java.util.Collections$UnmodifiableCollection", false),
    own("java.util.Collections$UnmodifiableList", false),
    own("java.util.Collections$UnmodifiableMap", false),
    own("java.util.Collections$UnmodifiableNavigableMap", false),
    own("java.util.Collections$UnmodifiableNavigableSet", false),
    own("java.util.Collections$UnmodifiableRandomAccessList", false),
    own("java.util.Collections$UnmodifiableSet", false),
    own("java.util.Collections$UnmodifiableSortedMap", false),
    own("java.util.Collections$UnmodifiableSortedSet", false),
    named("java.util.Comparator"),
    fields("java.util.ConcurrentModificationException", RUNTIME, &[]),
    own("java.util.Currency", true),
    own("java.util.Date", false),
    named("java.util.Deque"),
    own("java.util.EnumMap", false),
    named("java.util.EnumSet"),
    named("java.util.Enumeration"),
    named("java.util.EventListener"),
    own("java.util.GregorianCalendar", false),
    own("java.util.HashMap", false),
    own("java.util.HashSet", false),
    own("java.util.Hashtable", false),
    own("java.util.IdentityHashMap", false),
    own("java.util.ImmutableCollections$List12", true),
    own("java.util.ImmutableCollections$ListN", true),
    own("java.util.ImmutableCollections$Map1", true),
    own("java.util.ImmutableCollections$MapN", true),
    own("java.util.ImmutableCollections$Set12", true),
    own("java.util.ImmutableCollections$SetN", true),
    named("java.util.Iterator"),
    own("java.util.JumboEnumSet", false),
    own("java.util.LinkedHashMap", false),
    own("java.util.LinkedHashSet", false),
    own("java.util.LinkedList", false),
    named("java.util.List"),
    named("java.util.ListIterator"),
    own("java.util.Locale", true),
    named("java.util.Map"),
    named("java.util.Map$Entry"),
    named("java.util.NavigableMap"),
    named("java.util.NavigableSet"),
    fields("java.util.NoSuchElementException", RUNTIME, &[]),
    own("java.util.Optional", true),
    own("java.util.PriorityQueue", false),
    own("java.util.Properties", false),
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
    named("java.util.RandomAccess"),
    own("java.util.RegularEnumSet", false),
    named("java.util.Set"),
    own("java.util.SimpleTimeZone", false),
    named("java.util.SortedMap"),
    named("java.util.SortedSet"),
    own("java.util.Stack", false),
    named("java.util.TimeZone"),
    own("java.util.TreeMap", false),
    own("java.util.TreeSet", false),
    own("java.util.UUID", true),
    own("java.util.Vector", false),
    named("java.util.concurrent.BlockingDeque"),
    named("java.util.concurrent.BlockingQueue"),
    named("java.util.concurrent.Callable"),
    own("java.util.concurrent.ConcurrentHashMap", false),
    own("java.util.concurrent.ConcurrentLinkedDeque", false),
    own("java.util.concurrent.ConcurrentLinkedQueue", false),
    named("java.util.concurrent.ConcurrentMap"),
    named("java.util.concurrent.ConcurrentNavigableMap"),
    own("java.util.concurrent.ConcurrentSkipListMap", false),
    own("java.util.concurrent.ConcurrentSkipListSet", false),
    own("java.util.concurrent.CopyOnWriteArrayList", false),
    own("java.util.concurrent.CopyOnWriteArraySet", false),
    own("java.util.concurrent.LinkedBlockingDeque", false),
    own("java.util.concurrent.LinkedBlockingQueue", false),
    constants(
        "java.util.concurrent.TimeUnit",
        &["NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS"],
    ),
    fields("java.util.concurrent.TimeoutException", EXCEPTION, &[]),
    own("java.util.concurrent.atomic.AtomicBoolean", false),
    own("java.util.concurrent.atomic.AtomicInteger", false),
    fields("java.util.concurrent.atomic.AtomicIntegerArray", OBJECT, &[("[I", "array")]),
    own("java.util.concurrent.atomic.AtomicLong", false),
    fields("java.util.concurrent.atomic.AtomicLongArray", OBJECT, &[("[J", "array")]),
    own("java.util.concurrent.atomic.AtomicReference", false),
    fields("java.util.concurrent.atomic.AtomicReferenceArray", OBJECT, &[("[Ljava/lang/Object;", "array")]),
    fields("java.util.concurrent.atomic.DoubleAdder", OBJECT, &[]),
    fields("java.util.concurrent.atomic.LongAdder", OBJECT, &[]),
    Fact {
        class: "java.util.regex.Pattern",
        shape: Shape::Fields(OBJECT, &[("Ljava/lang/String;", "pattern"), ("I", "flags")]),
        is_final: true,
    },
    own("sun.util.calendar.ZoneInfo", false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_finds_every_class() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].class < pair[1].class, "{} stands before {}", pair[0].class, pair[1].class);
        }
        for row in TABLE {
            assert_eq!(fact(row.class).unwrap().class, row.class);
        }
        assert!(fact("java.util.Lis").is_none());
    }

    #[test]
    fn superclasses_are_in_the_table() {
        for row in TABLE {
            if let Shape::Fields(superclass, _) = row.shape {
                assert!(superclass.is_empty() || fact(superclass).is_some(), "{}", row.class);
            }
        }
    }
}
