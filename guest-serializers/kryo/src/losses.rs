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
    ZoneRules,
    CustomData,
    /// What a class has that extends a collection, map or date.
    OwnFields,
    /// Lost in one hour a year, which only the rules of the zone tell: refused if losses are, and not logged.
    ZoneOffset,
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
            Self::ZoneRules => {
                "of a java.util.TimeZone nothing but its id is kept: not its own rules or offset"
            }
            Self::OwnFields => {
                "it is stored as the collection, map or date that it is: the fields of its own classes are not kept"
            }
            Self::CustomData => "what a writeObject method writes beside the fields is not kept",
            Self::ZoneOffset => {
                "a java.time.ZonedDateTime keeps no offset: of the hour that comes twice when clocks go back, the \
                 first is meant afterwards"
            }
        }
    }
}

/// More classes and attributes than anybody looks at one by one.
const MOST: usize = 1_000;

/// What to do about losses, and which were told.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Whether values that lose something are refused.
    pub(crate) refuse: bool,
    told: u32,
    /// The application's classes of which it was told that they lose something.
    classes: Vec<String>,
    /// How many values of the attribute that is written lost something.
    count: u32,
    /// The attributes of which it was told.
    attributes: Vec<String>,
}

impl Losses {
    pub(crate) const fn begin_attribute(&mut self) {
        self.count = 0;
    }

    /// Whether the value may be written. Each kind of loss is logged once an instance, that of a class of the application
    /// once a class.
    pub(crate) fn accept(&mut self, loss: Loss, class: Option<&str>, path: impl FnOnce() -> String) -> bool {
        if self.refuse {
            return false;
        }
        if loss == Loss::ZoneOffset {
            return true;
        }
        self.count += 1;
        let is_told = match class {
            Some(class) => self.classes.len() >= MOST || is_told(&mut self.classes, class),
            None => {
                let bit = 1 << loss as u32;
                let before = self.told;
                self.told |= bit;
                before & bit != 0
            }
        };
        if !is_told {
            let class = class.map_or(String::new(), |class| format!("{class}: "));
            log(Level::Warn, &format!("kryo: {}, as the library does: {class}{}", path(), loss.text()));
        }
        true
    }

    /// Tells once of each attribute in how many places it lost something.
    pub(crate) fn end_attribute(&mut self, name: &str) {
        if self.count == 0 || self.attributes.len() >= MOST || is_told(&mut self.attributes, name) {
            return;
        }
        let values = if self.count == 1 { "1 value".to_owned() } else { format!("{} values", self.count) };
        log(Level::Warn, &format!("kryo: attribute {name} loses a part of {values}"));
    }
}

/// Whether a name is among those that were told; it is from then on.
fn is_told(told: &mut Vec<String>, name: &str) -> bool {
    let found = told.iter().any(|other| other == name);
    if !found {
        told.push(name.to_owned());
    }
    found
}
