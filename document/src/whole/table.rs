//! What Java writes of the collections, maps and dates of the JDK that applications extend: the fields of the class and
//! of those that it extends, and the data of their `writeObject` methods.

use crate::builtin;

/// A class.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number in the table of built-in classes.
    pub(super) number: u16,
    /// In Java's order: what superclasses have comes first.
    pub(super) slots: &'static [Slot],
}

/// A field, or the data of a `writeObject` method.
#[derive(Debug)]
pub(super) struct Slot {
    /// How many classes up it is declared.
    pub(super) up: u32,
    /// As an item of a definition has it; `*` is data.
    pub(super) item: &'static str,
    pub(super) is: Is,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    Count,
    LoadFactor,
    Threshold,
    AccessOrder,
    Comparator,
    Defaults,
    /// A number that is 0 unless somebody wanted it otherwise.
    Zero,
    /// An array of which as many elements count as another field says, with free places behind.
    Array,
    Nanos,
    /// Elements or entries, behind a block of these words.
    Data(&'static [Word]),
    /// The same, with the comparator in front.
    ComparatorAndData(&'static [Word]),
    /// Elements or entries up to so many nulls.
    ToNulls(u32),
    /// Milliseconds.
    Millis,
}

/// A number of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Count,
    Buckets,
    LoadFactor,
    /// What a PriorityQueue says of itself for older ones.
    Queue,
}

const fn slot(up: u32, item: &'static str, is: Is) -> Slot {
    Slot { up, item, is }
}

const COMPARATOR: &str = "Ljava/util/Comparator;comparator";
const COUNTED: Is = Is::Data(&[Word::Count]);
const TABLE: Is = Is::Data(&[Word::Buckets, Word::Count]);
const SET: Is = Is::Data(&[Word::Buckets, Word::LoadFactor, Word::Count]);

const ROWS: &[Row] = &[
    Row { number: 1, slots: &[slot(0, "Isize", Is::Count), slot(0, "*", COUNTED)] },
    Row { number: 2, slots: &[slot(0, "*", COUNTED)] },
    Row { number: 3, slots: &VECTOR_OF_ITSELF },
    Row { number: 4, slots: &VECTOR_OF_STACK },
    Row { number: 5, slots: &[slot(0, "*", COUNTED)] },
    Row {
        number: 6,
        slots: &[
            slot(0, "Isize", Is::Count),
            slot(0, COMPARATOR, Is::Comparator),
            slot(0, "*", Is::Data(&[Word::Queue])),
        ],
    },
    Row { number: 7, slots: &[slot(0, "*", COUNTED)] },
    Row { number: 8, slots: &[slot(0, "*", Is::ToNulls(1))] },
    Row { number: 9, slots: &[slot(0, "*", Is::ToNulls(1))] },
    Row { number: 30, slots: &[slot(0, "*", SET)] },
    Row { number: 31, slots: &[slot(1, "*", SET)] },
    Row { number: 32, slots: &[slot(0, "*", Is::ComparatorAndData(&[Word::Count]))] },
    Row { number: 40, slots: &HASH_TABLE },
    Row {
        number: 41,
        slots: &[
            slot(1, "FloadFactor", Is::LoadFactor),
            slot(1, "Ithreshold", Is::Threshold),
            slot(1, "*", TABLE),
            slot(0, "ZaccessOrder", Is::AccessOrder),
        ],
    },
    Row { number: 43, slots: &[slot(0, COMPARATOR, Is::Comparator), slot(0, "*", COUNTED)] },
    Row { number: 44, slots: &HASH_TABLE },
    Row {
        number: 45,
        slots: &[
            slot(1, "FloadFactor", Is::LoadFactor),
            slot(1, "Ithreshold", Is::Threshold),
            slot(1, "*", TABLE),
            slot(0, "Ljava/util/Properties;defaults", Is::Defaults),
        ],
    },
    // Its other fields are there for older ones only, and are not told here.
    Row { number: 46, slots: &[slot(0, "*", Is::ToNulls(2))] },
    Row { number: 47, slots: &[slot(0, COMPARATOR, Is::Comparator), slot(0, "*", Is::ToNulls(1))] },
    Row { number: builtin::DATE, slots: &[slot(0, "*", Is::Millis)] },
    Row { number: 90, slots: &[slot(1, "*", Is::Millis)] },
    Row { number: 91, slots: &[slot(1, "*", Is::Millis)] },
    Row { number: 92, slots: &[slot(1, "*", Is::Millis), slot(0, "Inanos", Is::Nanos)] },
];

const fn vector(up: u32) -> [Slot; 4] {
    [
        slot(up, "IcapacityIncrement", Is::Zero),
        slot(up, "IelementCount", Is::Count),
        slot(up, "[Ljava/lang/Object;elementData", Is::Array),
        // Nothing behind the fields.
        slot(up, "*", Is::Data(&[])),
    ]
}

static HASH_TABLE: [Slot; 3] =
    [slot(0, "FloadFactor", Is::LoadFactor), slot(0, "Ithreshold", Is::Threshold), slot(0, "*", TABLE)];
static VECTOR_OF_ITSELF: [Slot; 4] = vector(0);
static VECTOR_OF_STACK: [Slot; 4] = vector(1);

/// What Java writes of a class of the built-in table, if applications extend it.
pub(super) fn row(number: u16) -> Option<&'static Row> {
    let number = if number == builtin::LINKED_HASH_MAP_ACCESS_ORDER { 41 } else { number };
    ROWS.iter().find(|row| row.number == number)
}

/// The class that declares a slot, of a class of the built-in table and so many levels up.
pub(super) fn declaring(number: u16, up: u32) -> &'static str {
    let number = match (number, up) {
        (31, 1) => 30,
        (41, 1) => 40,
        (45, 1) => 44,
        (4, 1) => 3,
        (90..=92, 1) => builtin::DATE,
        _ => number,
    };
    builtin::by_number(number).map_or("", |row| row.class)
}

impl Row {
    /// Whether its objects are written as Java does; of some there are fields that nobody knows here.
    pub(super) const fn is_writable(&self) -> bool {
        self.number != 46
    }

    /// Whether it is a Vector, which has its elements in an array.
    pub(super) fn has_array(&self) -> bool {
        self.slots.iter().any(|slot| slot.is == Is::Array)
    }
}
