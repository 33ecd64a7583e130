//! How the data of the JDK's classes is laid out in a stream, and which parts of a document it makes.
//!
//! One list of steps for each class serves both directions: the reader takes from the stream and writes parts, the
//! writer takes parts and writes the stream. What a step means stands at [`Op`].

pub(crate) use holdfast_document::whole::{grown_table, grown_vector, threshold};

use crate::classes::{self, COUNT, ClassId, id};
use crate::hidden::Template;

/// The boxed class that a field declares, for numbers that say no type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hint {
    None,
    Byte,
    Short,
    Long,
    Float,
    Double,
    BigInteger,
}

/// A step. "Count" is the number of elements or entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// The value ends.
    Return,

    // Fields of any class.
    /// A field of this primitive type: an untyped number, bool, float or CHAR.
    Primitive(u8),
    /// Any object: any value.
    Part(Hint),
    /// Nothing in the stream: nil.
    Absent,
    /// Custom data up to its end: one array.
    Custom,
    /// The items of that array.
    Items,

    // The header of a container.
    /// The count comes behind other parts.
    Open,
    /// The int that says the count.
    Count,
    /// A block with the int that says the count.
    BlockCount,
    /// A block with twice the count.
    BlockDouble,
    /// A block with the capacity of an ArrayList.
    BlockCapacity,
    /// A block with the capacity of a PriorityQueue.
    BlockQueue,
    /// Load factor and threshold of a hash table.
    Table,
    /// A block with the buckets of a hash table and the count.
    BlockTable,
    /// A block with buckets, load factor and count.
    BlockSet,
    /// The int by which a Vector grows.
    Increment,
    /// An int that is always this.
    Is(i32),
    /// The int that bounds a queue.
    Bound,
    /// An `Object[]` of at least the count.
    VectorArray,
    /// An `Enum[]` of the count.
    EnumArray,
    /// Objects that no part shows.
    Hidden(Template),

    // Contents.
    Elements,
    Entries,
    ElementsToNull,
    EntriesToNull,
    EntriesToTwoNulls,
    /// Keys, each with `Boolean.TRUE`, up to a null.
    KeysToNull,
    /// The free places of a Vector.
    Nulls,
    /// The end of custom data.
    End,
    /// True for a LinkedHashMap in access order.
    AccessOrder,
    /// The document has the defaults of Properties first ...
    DefaultsBefore,
    /// ... the stream last.
    DefaultsBehind,

    // Wrappers.
    /// Remembers the inner part.
    Keep,
    /// The inner part again.
    Same,
    /// The wrapper itself.
    Itself,
    /// The class is another one where the inner list is a `RandomAccess`.
    RandomAccess(u8),

    // Whole values.
    /// A string or null.
    Text,
    /// An int: a bool.
    Flag,
    Builder,
    Buffer,
    Locale,
    Url,
    Words,
    Millis,
    Timestamp,
    Zone,
    Time,
}

impl Op {
    /// Whether it is one of the commonest steps, which both directions take in a loop of their own.
    #[inline]
    pub(crate) const fn is_common(self) -> bool {
        matches!(self, Self::Elements | Self::Entries | Self::Part(_) | Self::Primitive(_) | Self::End)
    }
}

/// The steps of a class.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program {
    /// The number of the built-in class.
    pub(crate) number: u8,
    /// The class that stands in the stream for it.
    pub(crate) class: ClassId,
    ops: &'static [Op],
}

const fn program(number: u8, class: &'static str, ops: &'static [Op]) -> Program {
    Program { number, class: id(class), ops }
}

use Op::*;
const ANY: Op = Part(Hint::None);

/// All programs. Of those with one class, the first is what the stream is read with.
const PROGRAMS: &[Program] = &[
    program(1, "java.util.ArrayList", &[Count, BlockCapacity, Elements, End]),
    program(2, "java.util.LinkedList", &[BlockCount, Elements, End]),
    program(3, "java.util.Vector", &[Increment, Count, VectorArray, Elements, Nulls, End]),
    program(4, "java.util.Stack", &[Increment, Count, VectorArray, Elements, Nulls, End]),
    program(5, "java.util.ArrayDeque", &[BlockCount, Elements, End]),
    program(6, "java.util.PriorityQueue", &[Count, ANY, BlockQueue, Elements, End]),
    program(7, "java.util.concurrent.CopyOnWriteArrayList", &[BlockCount, Elements, End]),
    program(8, "java.util.concurrent.ConcurrentLinkedQueue", &[Open, ElementsToNull, End]),
    program(9, "java.util.concurrent.ConcurrentLinkedDeque", &[Open, ElementsToNull, End]),
    program(
        10,
        "java.util.concurrent.LinkedBlockingQueue",
        &[Open, Bound, Hidden(Template::QueueLocks), ElementsToNull, End],
    ),
    program(
        11,
        "java.util.concurrent.LinkedBlockingDeque",
        &[Open, Bound, Hidden(Template::DequeLock), ElementsToNull, End],
    ),
    program(12, "java.util.Arrays$ArrayList", &[ANY]),
    program(13, "java.util.Collections$EmptyList", &[]),
    program(14, "java.util.Collections$EmptySet", &[]),
    program(15, "java.util.Collections$EmptyMap", &[]),
    program(16, "java.util.Collections$SingletonList", &[ANY]),
    program(17, "java.util.Collections$SingletonSet", &[ANY]),
    program(18, "java.util.Collections$SingletonMap", &[ANY, ANY]),
    program(19, "java.util.Collections$CopiesList", &[Primitive(b'I'), ANY]),
    program(20, "java.util.CollSer", &[Is(1), BlockCount, Elements, End]),
    program(21, "java.util.CollSer", &[Is(2), BlockCount, Elements, End]),
    program(22, "java.util.CollSer", &[Is(3), BlockDouble, Entries, End]),
    program(30, "java.util.HashSet", &[BlockSet, Elements, End]),
    program(31, "java.util.LinkedHashSet", &[BlockSet, Elements, End]),
    program(32, "java.util.TreeSet", &[Open, ANY, BlockCount, Elements, End]),
    program(
        33,
        "java.util.concurrent.ConcurrentSkipListSet",
        &[Open, Hidden(Template::SkipListMap), ANY, KeysToNull, End],
    ),
    program(
        34,
        "java.util.concurrent.CopyOnWriteArraySet",
        &[Hidden(Template::CopyOnWriteList), BlockCount, Elements, End],
    ),
    program(35, "java.util.EnumSet$SerializationProxy", &[Open, ANY, EnumArray, Elements]),
    program(40, "java.util.HashMap", &[Table, BlockTable, Entries, End]),
    program(41, "java.util.LinkedHashMap", &[Table, BlockTable, Entries, End, AccessOrder]),
    program(42, "java.util.LinkedHashMap", &[Table, BlockTable, Entries, End, AccessOrder]),
    program(43, "java.util.TreeMap", &[Open, ANY, BlockCount, Entries, End]),
    program(44, "java.util.Hashtable", &[Table, BlockTable, Entries, End]),
    program(45, "java.util.Properties", &[DefaultsBefore, Table, BlockTable, Entries, End, DefaultsBehind]),
    program(
        46,
        "java.util.concurrent.ConcurrentHashMap",
        &[Open, Is(15), Is(28), Hidden(Template::Segments), EntriesToTwoNulls, End],
    ),
    program(47, "java.util.concurrent.ConcurrentSkipListMap", &[Open, ANY, EntriesToNull, End]),
    program(48, "java.util.EnumMap", &[Open, ANY, BlockCount, Entries, End]),
    program(49, "java.util.IdentityHashMap", &[Count, BlockCount, Entries, End]),
    program(60, "java.util.Collections$UnmodifiableCollection", &[ANY]),
    program(62, "java.util.Collections$UnmodifiableList", &[ANY, Keep, RandomAccess(61), Same]),
    program(61, "java.util.Collections$UnmodifiableList", &[ANY, Keep, RandomAccess(61), Same]),
    program(63, "java.util.Collections$UnmodifiableSet", &[ANY]),
    program(64, "java.util.Collections$UnmodifiableSortedSet", &[ANY, Keep, Same]),
    program(65, "java.util.Collections$UnmodifiableMap", &[ANY]),
    program(66, "java.util.Collections$UnmodifiableSortedMap", &[ANY, Keep, Same]),
    program(67, "java.util.Collections$UnmodifiableNavigableSet", &[ANY, Keep, Same, Same]),
    program(68, "java.util.Collections$UnmodifiableNavigableMap", &[ANY, Keep, Same, Same]),
    program(70, "java.util.Collections$SynchronizedCollection", &[ANY, Keep, Itself, End]),
    program(72, "java.util.Collections$SynchronizedList", &[ANY, Keep, RandomAccess(71), Itself, End, Same]),
    program(71, "java.util.Collections$SynchronizedList", &[ANY, Keep, RandomAccess(71), Itself, End, Same]),
    program(73, "java.util.Collections$SynchronizedSet", &[ANY, Keep, Itself, End]),
    program(74, "java.util.Collections$SynchronizedSortedSet", &[ANY, Keep, Itself, End, Same]),
    program(75, "java.util.Collections$SynchronizedMap", &[ANY, Keep, Itself, End]),
    program(76, "java.util.Collections$SynchronizedSortedMap", &[ANY, Keep, Itself, End, Same]),
    program(80, "java.lang.StringBuilder", &[Builder]),
    program(81, "java.lang.StringBuffer", &[Buffer]),
    program(82, "java.util.concurrent.atomic.AtomicInteger", &[Primitive(b'I')]),
    program(83, "java.util.concurrent.atomic.AtomicLong", &[Primitive(b'J')]),
    program(84, "java.util.concurrent.atomic.AtomicBoolean", &[Flag]),
    program(85, "java.util.concurrent.atomic.AtomicReference", &[ANY]),
    program(86, "java.util.Locale", &[Locale]),
    program(87, "java.util.Currency", &[Text]),
    program(88, "java.net.URL", &[Url]),
    program(89, "java.net.URI", &[Text, End]),
    program(90, "java.sql.Date", &[Millis]),
    program(91, "java.sql.Time", &[Millis]),
    program(92, "java.sql.Timestamp", &[Timestamp]),
    program(94, "sun.util.calendar.ZoneInfo", &[Zone]),
    program(95, "java.util.BitSet", &[Words, End]),
    program(100, "java.time.Ser", &[Time]),
    program(101, "java.time.Ser", &[Time]),
    program(102, "java.time.Ser", &[Time]),
    program(103, "java.time.Ser", &[Time]),
    program(104, "java.time.Ser", &[Time]),
    program(105, "java.time.Ser", &[Time]),
    program(106, "java.time.Ser", &[Time]),
    program(107, "java.time.Ser", &[Time]),
    program(108, "java.time.Ser", &[Time]),
    program(109, "java.time.Ser", &[Time]),
    program(110, "java.time.Ser", &[Time]),
    program(111, "java.time.Ser", &[Time]),
    program(112, "java.time.Ser", &[Time]),
];

/// The step of an ArrayList's elements in [`Code`].
pub(crate) const LIST_ELEMENTS: u32 = step_of(1, 2);
/// The step of a HashMap's entries.
pub(crate) const MAP_ENTRIES: u32 = step_of(40, 2);

/// Where the n-th step of the program of a number stands in [`Code`].
#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn step_of(number: u8, step: u32) -> u32 {
    let (mut at, mut start) = (0, 0);
    while PROGRAMS[at].number != number {
        start += PROGRAMS[at].ops.len() + 1;
        at += 1;
    }
    start as u32 + step
}

static BY_NUMBER: [u8; 256] = by_number_table();
static BY_CLASS: [u8; COUNT] = by_class_table();

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn by_number_table() -> [u8; 256] {
    let mut result = [0; 256];
    let mut at = 0;
    while at < PROGRAMS.len() {
        result[PROGRAMS[at].number as usize] = at as u8 + 1;
        at += 1;
    }
    result
}

#[allow(clippy::indexing_slicing, reason = "run by the compiler, which refuses a bad index")]
const fn by_class_table() -> [u8; COUNT] {
    let mut result = [0; COUNT];
    let mut at = 0;
    while at < PROGRAMS.len() {
        let class = PROGRAMS[at].class as usize;
        if result[class] == 0 {
            result[class] = at as u8 + 1;
        }
        at += 1;
    }
    result
}

/// Steps of programs, one after the other: first those of the JDK's classes, then those of the classes that a
/// stream or a document defines.
#[derive(Debug)]
pub(crate) struct Code {
    ops: Vec<Op>,
    /// Where the programs of [`PROGRAMS`] begin.
    starts: Vec<u32>,
    /// Where the steps that defined classes share begin.
    items: u32,
    built_in: usize,
}

impl Default for Code {
    fn default() -> Self {
        let mut ops = Vec::with_capacity(512);
        let mut starts = Vec::with_capacity(PROGRAMS.len());
        for program in PROGRAMS {
            starts.push(ops.len() as u32);
            ops.extend_from_slice(program.ops);
            ops.push(Return);
        }
        let items = ops.len() as u32;
        ops.extend_from_slice(&[Items, Return, Elements, Return]);
        Self { built_in: ops.len(), ops, starts, items }
    }
}

impl Code {
    /// The step at a place.
    #[inline]
    pub(crate) fn at(&self, pc: u32) -> Op {
        self.ops.get(pc as usize).copied().unwrap_or(Return)
    }

    /// Whether the step at a place is the elements or the entries of a container.
    #[inline(always)]
    pub(crate) fn is_of_items(&self, pc: u32) -> bool {
        matches!(self.at(pc), Op::Elements | Op::Entries)
    }

    /// Whether behind the items of a place nothing is left of the object but its end.
    #[inline(always)]
    pub(crate) fn ends_behind(&self, pc: u32) -> bool {
        // Those that are met most need not be looked up.
        matches!(pc, LIST_ELEMENTS | MAP_ENTRIES)
            || matches!((self.at(pc + 1), self.at(pc + 2)), (Op::End, Op::Return))
    }

    /// The program of a built-in class, and where it begins.
    #[inline]
    pub(crate) fn of_number(&self, number: u16) -> Option<(&'static Program, u32)> {
        let at = usize::from(*BY_NUMBER.get(usize::from(number))?).checked_sub(1)?;
        Some((PROGRAMS.get(at)?, *self.starts.get(at)?))
    }

    /// The program that reads the objects of a class, and where it begins.
    #[inline]
    pub(crate) fn of_class(&self, class: ClassId) -> Option<(&'static Program, u32)> {
        let at = usize::from(*BY_CLASS.get(usize::from(class))?).checked_sub(1)?;
        Some((PROGRAMS.get(at)?, *self.starts.get(at)?))
    }

    /// The program for the items of custom data.
    pub(crate) const fn items(&self) -> u32 {
        self.items
    }

    /// The program for the elements of an array.
    pub(crate) const fn elements(&self) -> u32 {
        self.items + 2
    }

    /// Where the next step will stand.
    pub(crate) const fn end(&self) -> u32 {
        self.ops.len() as u32
    }

    /// Appends a step.
    pub(crate) fn push(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// Appends steps.
    pub(crate) fn extend(&mut self, ops: &[Op]) {
        self.ops.extend_from_slice(ops);
    }

    /// The steps from one on.
    pub(crate) fn from(&self, pc: u32) -> &[Op] {
        self.ops.get(pc as usize..).unwrap_or_default()
    }

    /// Forgets the steps of defined classes.
    pub(crate) fn forget(&mut self) {
        self.ops.truncate(self.built_in);
    }

    /// How many steps of defined classes there are.
    pub(crate) const fn defined(&self) -> usize {
        self.ops.len() - self.built_in
    }
}

/// The step for a field of a class that a stream or a document defines.
pub(crate) fn field(descriptor: &[u8]) -> Op {
    match descriptor {
        [primitive @ (b'B' | b'C' | b'D' | b'F' | b'I' | b'J' | b'S' | b'Z')] => Primitive(*primitive),
        b"Ljava/lang/Byte;" => Part(Hint::Byte),
        b"Ljava/lang/Short;" => Part(Hint::Short),
        b"Ljava/lang/Long;" => Part(Hint::Long),
        b"Ljava/lang/Float;" => Part(Hint::Float),
        b"Ljava/lang/Double;" => Part(Hint::Double),
        b"Ljava/math/BigInteger;" => Part(Hint::BigInteger),
        _ => ANY,
    }
}

/// Whether lists of this class of the JDK are a `java.util.RandomAccess`.
pub(crate) fn is_random_access(class: ClassId) -> bool {
    classes::class(class).is_some_and(|class| {
        matches!(class.number, 1 | 3 | 4 | 7 | 12 | 13 | 16 | 19) || class.name == "java.util.CollSer"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_document::builtin::{Shape, TABLE};

    #[test]
    fn every_class_that_has_values_has_a_program_unless_java_cannot_write_it() {
        let code = Code::default();
        for row in TABLE {
            // Arrays have no program; Optional is not Serializable; calendars need a time zone's history.
            let without = matches!(row.number, 93 | 96 | 120..=147 | 189) || row.shape == Shape::Name;
            assert_eq!(code.of_number(row.number).is_none(), without, "{}", row.class);
        }
    }

    #[test]
    fn what_is_known_of_usual_steps_is_so() {
        let code = Code::default();
        let steps = |pc| [code.at(pc), code.at(pc + 1), code.at(pc + 2)];
        assert_eq!(steps(LIST_ELEMENTS), [Op::Elements, Op::End, Op::Return]);
        assert_eq!(steps(MAP_ENTRIES), [Op::Entries, Op::End, Op::Return]);
    }
}
