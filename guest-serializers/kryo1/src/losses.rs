//! What Kryo writes without complaint and does not bring back.

use holdfast_sdk::{Level, log};

/// Something of a value that the library drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Nanos,
    Locale,
    Defaults,
    Comparator,
    AccessOrder,
    Bits,
    CustomData,
    OwnFields,
    Reform,
    OffsetId,
    ZoneRules,
    ArrayLengths,
    ArrayClass,
    Identity,
}

impl Loss {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Nanos => "a java.sql.Timestamp keeps no nanoseconds beyond its milliseconds",
            Self::Locale => "a java.util.Locale keeps neither script nor extensions",
            Self::Defaults => "java.util.Properties keep no defaults",
            Self::Comparator => "the class keeps no comparator: its elements are in natural order afterwards",
            Self::AccessOrder => "a java.util.LinkedHashMap in access order is in insertion order afterwards",
            Self::Bits => {
                "the library reads a java.util.BitSet without bits: how many of its words count is not stored"
            }
            Self::CustomData => "what a writeObject method writes beside the fields is not kept",
            Self::OwnFields => {
                "a class that extends a collection, map or date is stored as that: its own fields are not kept"
            }
            Self::Reform => "a GregorianCalendar keeps no date of the Gregorian reform",
            Self::OffsetId => "the library reads a java.time.ZoneOffset without its text",
            Self::ZoneRules => "the library reads the zone of a java.time value without its rules",
            Self::ArrayLengths => {
                "the library reads arrays in an array as if all were as long as the longest, filled up with zeros or \
                 nulls"
            }
            Self::ArrayClass => {
                "the library reads an array in an array as one of the outer array's component"
            }
            Self::Identity => {
                "of collections, maps, arrays and dates the library does not know that two are one: it is written \
                 again, and there are two afterwards"
            }
        }
    }
}

/// More attributes than anybody looks at one by one.
const MOST_ATTRIBUTES: usize = 1_000;

/// What to do about losses, and which were told.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Whether values that lose something are refused.
    pub(crate) refuse: bool,
    told: u32,
    /// How many values of the attribute that is written lost something.
    count: u32,
    /// The attributes of which it was told that they lose something.
    attributes: Vec<String>,
}

impl Losses {
    pub(crate) const fn begin_attribute(&mut self) {
        self.count = 0;
    }

    /// Whether the value may be written. Each kind of loss is logged once an instance.
    pub(crate) fn accept(&mut self, loss: Loss, path: impl FnOnce() -> String) -> bool {
        if self.refuse {
            return false;
        }
        self.count += 1;
        let bit = 1 << loss as u32;
        if self.told & bit == 0 {
            self.told |= bit;
            log(Level::Warn, &format!("kryo1: {}, as the library does: {}", path(), loss.text()));
        }
        true
    }

    /// Tells once of each attribute in how many places it lost something.
    pub(crate) fn end_attribute(&mut self, name: &str) {
        if self.count == 0
            || self.attributes.len() >= MOST_ATTRIBUTES
            || self.attributes.iter().any(|told| told == name)
        {
            return;
        }
        self.attributes.push(name.to_owned());
        let values = if self.count == 1 { "1 value".to_owned() } else { format!("{} values", self.count) };
        log(Level::Warn, &format!("kryo1: attribute {name} loses a part of {values}"));
    }
}
