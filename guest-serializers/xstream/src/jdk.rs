//! Classes of the JDK for which XStream has no converter: it takes their objects apart, by their fields or by what
//! their `writeObject` methods write.

/// How the objects of a class stand in XML.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) class: &'static str,
    /// Its number in the document's table.
    pub(crate) number: u16,
    /// The class that stands for it: its `writeReplace` method says so.
    pub(crate) resolves: Option<&'static str>,
    /// `serialization="custom"`.
    pub(crate) custom: bool,
    /// It has a superclass that is not serializable.
    pub(crate) unserializable: bool,
    /// Its classes from the top down, by the name of the element; one without a name where its fields stand alone.
    pub(crate) levels: &'static [Level],
}

/// What one class of an object writes.
#[derive(Debug)]
pub(crate) struct Level {
    pub(crate) element: &'static str,
    pub(crate) fields: &'static [Field],
    pub(crate) tail: Tail,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) what: What,
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// The next part of the document's value; the class that the field expects.
    Part(&'static str),
    /// An `int` that is the next part.
    Int,
    /// How many elements there are.
    Count,
    /// Always this text.
    Fixed(&'static str),
    /// The comparator, if there is one.
    Comparator,
    /// The object itself.
    Itself,
    /// The same as the first part; the class that the field expects.
    First(&'static str),
    /// The elements in an array, and room for more.
    Padded,
    /// An object of another rule, whose elements are those of this one.
    Hidden(u8, bool),
    /// A lock or condition of a queue.
    Lock(&'static str),
}

/// What stands behind the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    None,
    /// Their count, then the elements; entries count as two where the flag says so.
    Counted(Items),
    /// A number that readers skip, then the elements.
    Capacity,
    /// The elements, then null.
    Ended(Items),
}

/// What the elements are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Items {
    Elements,
    /// Keys and values in turn, counted as one.
    Entries,
    /// Keys and values in turn, each counted.
    Pairs,
    /// Elements, each with a `true` behind it: the keys of a map that is a set.
    Keys,
}

const fn field(name: &'static str, what: What) -> Field {
    Field { name, what }
}

const fn level(element: &'static str, fields: &'static [Field], tail: Tail) -> Level {
    Level { element, fields, tail }
}

/// A class with fields alone.
const fn fields(class: &'static str, number: u16, levels: &'static [Level]) -> Rule {
    Rule { class, number, resolves: None, custom: false, unserializable: false, levels }
}

const fn custom(class: &'static str, number: u16, unserializable: bool, levels: &'static [Level]) -> Rule {
    Rule { class, number, resolves: None, custom: true, unserializable, levels }
}

const fn immutable(class: &'static str, number: u16, levels: &'static [Level]) -> Rule {
    Rule { class, number, resolves: Some("java.util.CollSer"), custom: true, unserializable: false, levels }
}

const LIST: &[Level] =
    &[level("java.util.CollSer", &[field("tag", What::Fixed("1"))], Tail::Counted(Items::Elements))];
const SET: &[Level] =
    &[level("java.util.CollSer", &[field("tag", What::Fixed("2"))], Tail::Counted(Items::Elements))];
const MAP: &[Level] =
    &[level("java.util.CollSer", &[field("tag", What::Fixed("3"))], Tail::Counted(Items::Pairs))];

const COLLECTION: &str = "java.util.Collection";
const SYNCHRONIZED_COLLECTION: Level = level(
    "java.util.Collections_-SynchronizedCollection",
    &[field("c", What::Part(COLLECTION)), field("mutex", What::Itself)],
    Tail::None,
);
const SYNCHRONIZED_MAP: Level = level(
    "java.util.Collections_-SynchronizedMap",
    &[field("m", What::Part("java.util.Map")), field("mutex", What::Itself)],
    Tail::None,
);
const SYNCHRONIZED_LIST: Level = level(
    "java.util.Collections_-SynchronizedList",
    &[field("list", What::First("java.util.List"))],
    Tail::None,
);
const C: Field = field("c", What::Part(COLLECTION));
const M: Field = field("m", What::Part("java.util.Map"));
const SS: Field = field("ss", What::First("java.util.SortedSet"));
const SM: Field = field("sm", What::First("java.util.SortedMap"));
const UNMODIFIABLE_LIST: &[Level] =
    &[level("", &[C, field("list", What::First("java.util.List"))], Tail::None)];

/// The rules of hidden objects, by their place in [`RULES`].
pub(crate) const COPY_ON_WRITE_LIST: u8 = 0;
pub(crate) const SKIP_LIST_KEYS: u8 = 1;

/// All rules.
pub(crate) const RULES: &[Rule] = &[
    custom(
        "java.util.concurrent.CopyOnWriteArrayList",
        7,
        false,
        &[level("java.util.concurrent.CopyOnWriteArrayList", &[], Tail::Counted(Items::Elements))],
    ),
    custom(
        // No object has this rule: it is the map in a ConcurrentSkipListSet.
        "",
        33,
        true,
        &[level(
            "java.util.concurrent.ConcurrentSkipListMap",
            &[field("comparator", What::Comparator)],
            Tail::Ended(Items::Keys),
        )],
    ),
    custom(
        "java.util.Stack",
        4,
        true,
        &[level(
            "vector",
            &[
                field("capacityIncrement", What::Fixed("0")),
                field("elementCount", What::Count),
                field("elementData", What::Padded),
            ],
            Tail::None,
        )],
    ),
    custom(
        "java.util.ArrayDeque",
        5,
        true,
        &[level("java.util.ArrayDeque", &[], Tail::Counted(Items::Elements))],
    ),
    custom(
        "java.util.PriorityQueue",
        6,
        true,
        &[level(
            "java.util.PriorityQueue",
            &[field("size", What::Count), field("comparator", What::Comparator)],
            Tail::Capacity,
        )],
    ),
    custom(
        "java.util.concurrent.ConcurrentLinkedQueue",
        8,
        true,
        &[level("java.util.concurrent.ConcurrentLinkedQueue", &[], Tail::Ended(Items::Elements))],
    ),
    custom(
        "java.util.concurrent.ConcurrentLinkedDeque",
        9,
        true,
        &[level("java.util.concurrent.ConcurrentLinkedDeque", &[], Tail::Ended(Items::Elements))],
    ),
    custom(
        "java.util.concurrent.LinkedBlockingQueue",
        10,
        true,
        &[level(
            "java.util.concurrent.LinkedBlockingQueue",
            &[
                field("capacity", What::Fixed("2147483647")),
                field("count", What::Lock("")),
                field("notEmpty", What::Lock("condition")),
                field("notFull", What::Lock("condition")),
                field("putLock", What::Lock("notFull/outer-class")),
                field("takeLock", What::Lock("notEmpty/outer-class")),
            ],
            Tail::Ended(Items::Elements),
        )],
    ),
    custom(
        "java.util.concurrent.LinkedBlockingDeque",
        11,
        true,
        &[level(
            "java.util.concurrent.LinkedBlockingDeque",
            &[
                field("capacity", What::Fixed("2147483647")),
                field("lock", What::Lock("lock")),
                field("notEmpty", What::Lock("lock/sync")),
                field("notFull", What::Lock("lock/sync")),
            ],
            Tail::Ended(Items::Elements),
        )],
    ),
    fields(
        "java.util.Arrays$ArrayList",
        12,
        &[level("", &[field("a", What::Part("[Ljava.lang.Object;"))], Tail::None)],
    ),
    custom(
        "java.util.Collections$CopiesList",
        19,
        true,
        &[level(
            "java.util.Collections_-CopiesList",
            &[field("n", What::Int), field("element", What::Part("java.lang.Object"))],
            Tail::None,
        )],
    ),
    immutable("java.util.ImmutableCollections$ListN", 20, LIST),
    immutable("java.util.ImmutableCollections$List12", 20, LIST),
    immutable("java.util.ImmutableCollections$SetN", 21, SET),
    immutable("java.util.ImmutableCollections$Set12", 21, SET),
    immutable("java.util.ImmutableCollections$MapN", 22, MAP),
    immutable("java.util.ImmutableCollections$Map1", 22, MAP),
    fields(
        "java.util.concurrent.ConcurrentSkipListSet",
        33,
        &[level("", &[field("m", What::Hidden(SKIP_LIST_KEYS, true))], Tail::None)],
    ),
    fields(
        "java.util.concurrent.CopyOnWriteArraySet",
        34,
        &[level("", &[field("al", What::Hidden(COPY_ON_WRITE_LIST, false))], Tail::None)],
    ),
    custom(
        "java.util.concurrent.ConcurrentSkipListMap",
        47,
        true,
        &[level(
            "java.util.concurrent.ConcurrentSkipListMap",
            &[field("comparator", What::Comparator)],
            Tail::Ended(Items::Entries),
        )],
    ),
    custom(
        "java.util.IdentityHashMap",
        49,
        true,
        &[level("java.util.IdentityHashMap", &[field("size", What::Count)], Tail::Counted(Items::Entries))],
    ),
    fields("java.util.Collections$UnmodifiableCollection", 60, &[level("", &[C], Tail::None)]),
    Rule {
        class: "java.util.Collections$UnmodifiableRandomAccessList",
        number: 61,
        resolves: Some("java.util.Collections$UnmodifiableList"),
        custom: false,
        unserializable: false,
        levels: UNMODIFIABLE_LIST,
    },
    fields("java.util.Collections$UnmodifiableList", 62, UNMODIFIABLE_LIST),
    fields("java.util.Collections$UnmodifiableSet", 63, &[level("", &[C], Tail::None)]),
    fields("java.util.Collections$UnmodifiableSortedSet", 64, &[level("", &[C, SS], Tail::None)]),
    fields("java.util.Collections$UnmodifiableMap", 65, &[level("", &[M], Tail::None)]),
    fields("java.util.Collections$UnmodifiableSortedMap", 66, &[level("", &[M, SM], Tail::None)]),
    fields(
        "java.util.Collections$UnmodifiableNavigableSet",
        67,
        &[level("", &[C, SS, field("ns", What::First("java.util.NavigableSet"))], Tail::None)],
    ),
    fields(
        "java.util.Collections$UnmodifiableNavigableMap",
        68,
        &[level("", &[M, SM, field("nm", What::First("java.util.NavigableMap"))], Tail::None)],
    ),
    custom("java.util.Collections$SynchronizedCollection", 70, false, &[SYNCHRONIZED_COLLECTION]),
    Rule {
        class: "java.util.Collections$SynchronizedRandomAccessList",
        number: 71,
        resolves: Some("java.util.Collections$SynchronizedList"),
        custom: true,
        unserializable: false,
        levels: &[SYNCHRONIZED_COLLECTION, SYNCHRONIZED_LIST],
    },
    custom(
        "java.util.Collections$SynchronizedList",
        72,
        false,
        &[SYNCHRONIZED_COLLECTION, SYNCHRONIZED_LIST],
    ),
    custom("java.util.Collections$SynchronizedSet", 73, false, &[SYNCHRONIZED_COLLECTION]),
    custom(
        "java.util.Collections$SynchronizedSortedSet",
        74,
        false,
        &[SYNCHRONIZED_COLLECTION, level("java.util.Collections_-SynchronizedSortedSet", &[SS], Tail::None)],
    ),
    custom("java.util.Collections$SynchronizedMap", 75, false, &[SYNCHRONIZED_MAP]),
    custom(
        "java.util.Collections$SynchronizedSortedMap",
        76,
        false,
        &[SYNCHRONIZED_MAP, level("java.util.Collections_-SynchronizedSortedMap", &[SM], Tail::None)],
    ),
    fields(
        "java.util.concurrent.atomic.AtomicReference",
        85,
        &[level("", &[field("value", What::Part("java.lang.Object"))], Tail::None)],
    ),
    fields(
        "java.util.Optional",
        96,
        &[level("", &[field("value", What::Part("java.lang.Object"))], Tail::None)],
    ),
    // XStream 1.4.2's form of the map: locks that nobody needs, then the entries and two nulls.
    custom(
        "java.util.concurrent.ConcurrentHashMap",
        46,
        true,
        &[level(
            "java.util.concurrent.ConcurrentHashMap",
            &[
                field("segments", What::Lock("")),
                field("segmentShift", What::Lock("")),
                field("segmentMask", What::Lock("")),
            ],
            Tail::Ended(Items::Entries),
        )],
    ),
];

/// The rule that a value of this number is written by.
pub(crate) fn by_number(number: u16, elements: u32) -> Option<usize> {
    // The immutable collections have a class of their own for few elements.
    let few = match number {
        20 => elements == 1 || elements == 2,
        21 => elements == 1 || elements == 2,
        22 => elements == 2,
        _ => false,
    };
    let first = RULES.iter().position(|rule| rule.number == number && !rule.class.is_empty())?;
    Some(if few { first + 1 } else { first })
}
