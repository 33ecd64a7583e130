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
            Self::CustomData => "what a writeObject method writes beside the fields is not kept",
            Self::ZoneOffset => {
                "a java.time.ZonedDateTime keeps no offset: of the hour that comes twice when clocks go back, the \
                 first is meant afterwards"
            }
        }
    }
}

/// What to do about losses, and which were told.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Whether values that lose something are refused.
    pub(crate) refuse: bool,
    told: u32,
}

impl Losses {
    /// Whether the value may be written. Each kind of loss is logged once an instance.
    pub(crate) fn accept(&mut self, loss: Loss, path: impl FnOnce() -> String) -> bool {
        if self.refuse {
            return false;
        }
        let bit = 1 << loss as u32;
        if self.told & bit == 0 && loss != Loss::ZoneOffset {
            self.told |= bit;
            log(Level::Warn, &format!("kryo: {}, as the library does: {}", path(), loss.text()));
        }
        true
    }
}
