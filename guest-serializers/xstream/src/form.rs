//! How XStream writes a class.

/// How XStream writes the values of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Null,
    /// Text.
    Leaf(Leaf),
    /// A collection: its elements.
    Elements(u16),
    /// The same behind a `<comparator>`.
    Sorted(u16),
    /// A map: `<entry>` with key and value.
    Entries(u16),
    /// The same behind a `<comparator>`.
    SortedEntries(u16),
    /// `Collections.emptyList()` and its like.
    Empty(u16),
    /// `Collections.singletonList(x)` and its like: the element, or the entry.
    Single(u16),
    SingletonMap,
    Properties,
    EnumMap,
    EnumSet,
    /// An array of numbers or booleans, an element each; the JVM's type character.
    Primitives(u8),
    /// An array of objects.
    Array,
    Calendar,
    Proxy,
    /// A class of the JDK whose objects XStream takes apart; a rule of [`crate::jdk`].
    Jdk(u8),
    /// A class of `java.time`, by its number; 187 is Instant.
    Time(u16),
    /// `java.time.Ser`, which stands for any of them.
    Ser,
    /// An atomic number: XStream 1.4.7 writes its field, 1.4.20 its text.
    Atomic(u16),
    /// Fields of a known class, by its plan.
    Bean(u32),
    /// What `writeExternal` wrote.
    External,
    Enum,
    /// It declares `writeObject` or `readObject`: XStream writes its levels, whose types are kept as they stand.
    Custom,
    /// The same where these are fields alone, by its plan.
    Levels(u32),
    /// A class of which nothing is known: what it holds is kept as it stands.
    Unknown,
    /// No value has this class.
    Abstract,
}

/// How text is a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leaf {
    Bool,
    Byte,
    Char,
    Short,
    Int,
    Long,
    Float,
    Double,
    Str,
    BigInteger,
    BigDecimal,
    /// StringBuilder or StringBuffer.
    Builder(u16),
    Class,
    Date,
    SqlDate,
    SqlTime,
    SqlTimestamp,
    Uri,
    Url,
    BitSet,
    Locale,
    Currency,
    Uuid,
    Bytes,
    Chars,
    Trace,
    File,
    /// A time zone of 1.4.20 in `zone-id`.
    ZoneId,
}

/// A class of the JDK: its name, what XStream calls it, how it writes it.
pub(crate) type Row = (&'static str, &'static str, Form);

/// The classes that XStream has a name or a converter for. Where a name stands twice, the first row is written.
pub(crate) const ROWS: &[Row] = &[
    ("", "null", Form::Null),
    ("java.lang.Integer", "int", Form::Leaf(Leaf::Int)),
    ("java.lang.Float", "float", Form::Leaf(Leaf::Float)),
    ("java.lang.Double", "double", Form::Leaf(Leaf::Double)),
    ("java.lang.Long", "long", Form::Leaf(Leaf::Long)),
    ("java.lang.Short", "short", Form::Leaf(Leaf::Short)),
    ("java.lang.Character", "char", Form::Leaf(Leaf::Char)),
    ("java.lang.Byte", "byte", Form::Leaf(Leaf::Byte)),
    ("java.lang.Boolean", "boolean", Form::Leaf(Leaf::Bool)),
    ("java.lang.String", "string", Form::Leaf(Leaf::Str)),
    ("java.math.BigInteger", "big-int", Form::Leaf(Leaf::BigInteger)),
    ("java.math.BigDecimal", "big-decimal", Form::Leaf(Leaf::BigDecimal)),
    ("java.lang.StringBuffer", "string-buffer", Form::Leaf(Leaf::Builder(81))),
    ("java.lang.StringBuilder", "string-builder", Form::Leaf(Leaf::Builder(80))),
    ("java.lang.Class", "java-class", Form::Leaf(Leaf::Class)),
    ("java.util.Date", "date", Form::Leaf(Leaf::Date)),
    ("java.net.URI", "uri", Form::Leaf(Leaf::Uri)),
    ("java.net.URL", "url", Form::Leaf(Leaf::Url)),
    ("java.util.BitSet", "bit-set", Form::Leaf(Leaf::BitSet)),
    ("java.util.Locale", "locale", Form::Leaf(Leaf::Locale)),
    ("java.util.Currency", "currency", Form::Leaf(Leaf::Currency)),
    ("java.util.UUID", "uuid", Form::Leaf(Leaf::Uuid)),
    ("java.sql.Timestamp", "sql-timestamp", Form::Leaf(Leaf::SqlTimestamp)),
    ("java.sql.Time", "sql-time", Form::Leaf(Leaf::SqlTime)),
    ("java.sql.Date", "sql-date", Form::Leaf(Leaf::SqlDate)),
    ("java.lang.StackTraceElement", "trace", Form::Leaf(Leaf::Trace)),
    ("java.io.File", "file", Form::Leaf(Leaf::File)),
    ("java.util.ArrayList", "list", Form::Elements(1)),
    ("java.util.HashSet", "set", Form::Elements(30)),
    ("java.util.LinkedList", "linked-list", Form::Elements(2)),
    ("java.util.Vector", "vector", Form::Elements(3)),
    ("java.util.LinkedHashSet", "linked-hash-set", Form::Elements(31)),
    ("java.util.TreeSet", "sorted-set", Form::Sorted(32)),
    ("java.util.TreeSet", "tree-set", Form::Sorted(32)),
    ("java.util.HashMap", "map", Form::Entries(40)),
    ("java.util.LinkedHashMap", "linked-hash-map", Form::Entries(41)),
    ("java.util.Hashtable", "hashtable", Form::Entries(44)),
    ("java.util.concurrent.ConcurrentHashMap", "concurrent-hash-map", Form::Entries(46)),
    ("java.util.TreeMap", "tree-map", Form::SortedEntries(43)),
    ("java.util.Collections$EmptyList", "empty-list", Form::Empty(13)),
    ("java.util.Collections$EmptySet", "empty-set", Form::Empty(14)),
    ("java.util.Collections$EmptyMap", "empty-map", Form::Empty(15)),
    ("java.util.Collections$SingletonList", "singleton-list", Form::Single(16)),
    ("java.util.Collections$SingletonSet", "singleton-set", Form::Single(17)),
    ("java.util.Collections$SingletonMap", "singleton-map", Form::SingletonMap),
    ("java.util.Properties", "properties", Form::Properties),
    ("java.util.EnumMap", "enum-map", Form::EnumMap),
    ("java.util.EnumSet", "enum-set", Form::EnumSet),
    ("java.util.GregorianCalendar", "gregorian-calendar", Form::Calendar),
    ("java.lang.reflect.Proxy", "dynamic-proxy", Form::Proxy),
    ("java.util.concurrent.atomic.AtomicInteger", "", Form::Atomic(82)),
    ("java.util.concurrent.atomic.AtomicInteger", "atomic-int", Form::Atomic(82)),
    ("java.util.concurrent.atomic.AtomicLong", "", Form::Atomic(83)),
    ("java.util.concurrent.atomic.AtomicLong", "atomic-long", Form::Atomic(83)),
    ("java.util.concurrent.atomic.AtomicBoolean", "", Form::Atomic(84)),
    ("java.util.concurrent.atomic.AtomicBoolean", "atomic-boolean", Form::Atomic(84)),
    ("java.time.LocalDate", "", Form::Time(100)),
    ("java.time.LocalDate", "local-date", Form::Time(100)),
    ("java.time.LocalTime", "", Form::Time(101)),
    ("java.time.LocalTime", "local-time", Form::Time(101)),
    ("java.time.LocalDateTime", "", Form::Time(102)),
    ("java.time.LocalDateTime", "local-date-time", Form::Time(102)),
    ("java.time.OffsetDateTime", "", Form::Time(103)),
    ("java.time.OffsetDateTime", "offset-date-time", Form::Time(103)),
    ("java.time.ZonedDateTime", "", Form::Time(104)),
    ("java.time.ZonedDateTime", "zoned-date-time", Form::Time(104)),
    ("java.time.OffsetTime", "", Form::Time(105)),
    ("java.time.OffsetTime", "offset-time", Form::Time(105)),
    ("java.time.Duration", "", Form::Time(106)),
    ("java.time.Duration", "duration", Form::Time(106)),
    ("java.time.Period", "", Form::Time(107)),
    ("java.time.Period", "period", Form::Time(107)),
    ("java.time.Year", "", Form::Time(108)),
    ("java.time.Year", "year", Form::Time(108)),
    ("java.time.YearMonth", "", Form::Time(109)),
    ("java.time.YearMonth", "year-month", Form::Time(109)),
    ("java.time.MonthDay", "", Form::Time(110)),
    ("java.time.MonthDay", "month-day", Form::Time(110)),
    ("java.time.ZoneOffset", "", Form::Time(111)),
    ("java.time.ZoneRegion", "", Form::Time(112)),
    ("java.time.ZoneId", "zone-id", Form::Leaf(Leaf::ZoneId)),
    ("java.time.Instant", "", Form::Time(187)),
    ("java.time.Instant", "instant", Form::Time(187)),
    ("java.time.Ser", "", Form::Ser),
    // Of these there are no values, but arrays and class literals.
    ("java.lang.Number", "number", Form::Abstract),
    ("java.util.Map$Entry", "entry", Form::Abstract),
];

/// What XStream calls the elements of an array where that differs from what it calls values: `List[]` is `list-array`,
/// and `ArrayList[]` is `java.util.ArrayList-array`.
pub(crate) const COMPONENTS: &[(&str, &str)] = &[
    ("java.lang.Object", "object"),
    ("java.util.List", "list"),
    ("java.util.Set", "set"),
    ("java.util.SortedSet", "sorted-set"),
    ("java.util.TreeSet", "tree-set"),
    ("java.util.Map", "map"),
    ("java.util.Calendar", "gregorian-calendar"),
    ("java.util.ArrayList", ""),
    ("java.util.HashSet", ""),
    ("java.util.HashMap", ""),
    ("java.util.GregorianCalendar", ""),
    ("java.lang.Integer", ""),
    ("java.lang.Float", ""),
    ("java.lang.Double", ""),
    ("java.lang.Long", ""),
    ("java.lang.Short", ""),
    ("java.lang.Character", ""),
    ("java.lang.Byte", ""),
    ("java.lang.Boolean", ""),
];

/// The class whose values XStream expects in a field of this type.
pub(crate) fn default_implementation(class: &str) -> &str {
    match class {
        "java.util.Map" => "java.util.HashMap",
        "java.util.List" => "java.util.ArrayList",
        "java.util.Set" => "java.util.HashSet",
        "java.util.SortedSet" => "java.util.TreeSet",
        "java.util.Calendar" => "java.util.GregorianCalendar",
        class => class,
    }
}

/// Classes of the JDK without fields of their own that XStream would write, and without methods that write them: what is
/// derived from them is written by its own fields.
pub(crate) const BASES: &[&str] = &[
    "java.lang.Object",
    "java.lang.Number",
    "java.lang.Record",
    "java.lang.String$CaseInsensitiveComparator",
    "java.util.AbstractCollection",
    "java.util.AbstractList",
    "java.util.AbstractSequentialList",
    "java.util.AbstractSet",
    "java.util.AbstractMap",
    "java.util.AbstractQueue",
    "java.util.Dictionary",
    "java.util.EventObject",
    "java.text.Format",
];

/// The exceptions of the JDK that have no fields but Throwable's, and their superclasses.
pub(crate) const EXCEPTIONS: &[(&str, &str)] = &[
    ("java.lang.Throwable", ""),
    ("java.lang.Exception", "java.lang.Throwable"),
    ("java.lang.Error", "java.lang.Throwable"),
    ("java.lang.RuntimeException", "java.lang.Exception"),
    ("java.lang.IllegalStateException", "java.lang.RuntimeException"),
    ("java.lang.IllegalArgumentException", "java.lang.RuntimeException"),
    ("java.lang.NumberFormatException", "java.lang.IllegalArgumentException"),
    ("java.lang.NullPointerException", "java.lang.RuntimeException"),
    ("java.lang.UnsupportedOperationException", "java.lang.RuntimeException"),
    ("java.lang.IndexOutOfBoundsException", "java.lang.RuntimeException"),
    ("java.lang.ArrayIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException"),
    ("java.lang.StringIndexOutOfBoundsException", "java.lang.IndexOutOfBoundsException"),
    ("java.lang.ArithmeticException", "java.lang.RuntimeException"),
    ("java.lang.ArrayStoreException", "java.lang.RuntimeException"),
    ("java.lang.ClassCastException", "java.lang.RuntimeException"),
    ("java.lang.SecurityException", "java.lang.RuntimeException"),
    ("java.lang.CloneNotSupportedException", "java.lang.Exception"),
    ("java.lang.InterruptedException", "java.lang.Exception"),
    ("java.lang.AssertionError", "java.lang.Error"),
    ("java.io.IOException", "java.lang.Exception"),
    ("java.io.FileNotFoundException", "java.io.IOException"),
    ("java.io.UncheckedIOException", "java.lang.RuntimeException"),
    ("java.util.NoSuchElementException", "java.lang.RuntimeException"),
    ("java.util.ConcurrentModificationException", "java.lang.RuntimeException"),
    ("java.util.concurrent.TimeoutException", "java.lang.Exception"),
];

/// The fields of Throwable in the order of their declaration.
pub(crate) const THROWABLE: &[(&str, &str)] = &[
    ("Ljava/lang/String;", "detailMessage"),
    ("Ljava/lang/Throwable;", "cause"),
    ("[Ljava/lang/StackTraceElement;", "stackTrace"),
    ("Ljava/util/List;", "suppressedExceptions"),
];

/// The only field of a `java.io.File`.
pub(crate) const FILE: &[(&str, &str)] = &[("Ljava/lang/String;", "path")];

/// The fields of StackTraceElement in the order of their declaration, from Java 9 on.
pub(crate) const TRACE: &[(&str, &str)] = &[
    ("Ljava/lang/String;", "classLoaderName"),
    ("Ljava/lang/String;", "moduleName"),
    ("Ljava/lang/String;", "moduleVersion"),
    ("Ljava/lang/String;", "declaringClass"),
    ("Ljava/lang/String;", "methodName"),
    ("Ljava/lang/String;", "fileName"),
    ("I", "lineNumber"),
    ("B", "format"),
];
