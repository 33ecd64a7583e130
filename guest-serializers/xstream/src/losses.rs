//! What XStream writes without complaint and does not bring back.

use holdfast_sdk::{Level, log};

/// Something of a value that the library drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Surrogates,
    AccessOrder,
    Time,
    SqlDate,
    SqlTime,
    Calendar,
    Locale,
}

impl Loss {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Surrogates => "half of a surrogate pair is written as a question mark",
            Self::AccessOrder => "a java.util.LinkedHashMap in access order is in insertion order afterwards",
            Self::Time => {
                "a value of java.time is a java.time.Ser afterwards, to XStream 1.4.7; Holdfast and XStream from 1.4.10 \
                 on bring it back"
            }
            Self::SqlDate => "a java.sql.Date keeps its day alone, in UTC",
            Self::SqlTime => "a java.sql.Time keeps hours, minutes and seconds alone, in UTC",
            Self::Calendar => {
                "a java.util.GregorianCalendar keeps its time and zone alone; first day of the week, lenience and the \
                 like are those of the machine that reads it"
            }
            Self::Locale => "a java.util.Locale has its script and extensions in its variant afterwards",
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
        if self.told & bit == 0 {
            self.told |= bit;
            log(Level::Warn, &format!("xstream: {}, as the library does: {}", path(), loss.text()));
        }
        true
    }
}
