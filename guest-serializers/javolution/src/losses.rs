//! What the library writes without complaint and does not bring back.

use holdfast_sdk::{Level, log};

/// Something of a value that the library drops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    Date,
    SqlDate,
    BigDecimal,
    Number,
    Surrogates,
    CalendarChange,
    AccessOrder,
    BitSet,
    ZoneOffset,
    Comparator,
    Defaults,
}

impl Loss {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Date => "the library keeps nothing of a java.util.Date",
            Self::SqlDate => {
                "of a java.sql.Date, Time or Timestamp the library keeps the nanoseconds of a second at most"
            }
            Self::BigDecimal => "of a java.math.BigDecimal the library keeps a whole number of 64 bits",
            Self::Number => {
                "the library reads another number than this one: its decimal conversions are not exact"
            }
            Self::Surrogates => "the library keeps no unpaired surrogates",
            Self::CalendarChange => {
                "of a GregorianCalendar the library keeps no date of the Gregorian reform"
            }
            Self::AccessOrder => {
                "a java.util.LinkedHashMap in access order is in insertion order after the library read it"
            }
            Self::BitSet => "the library reads a java.util.BitSet as empty",
            Self::ZoneOffset => "the library keeps no name of a java.time.ZoneOffset and no rules of a zone",
            Self::Comparator => "the library keeps no comparator: elements are in natural order afterwards",
            Self::Defaults => "the library keeps no defaults of java.util.Properties",
        }
    }

    /// Whether what is lost to the library stands in the attribute `holdfast`, or in what the library writes anyway.
    const fn is_kept(self) -> bool {
        !matches!(self, Self::Comparator | Self::Defaults)
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
            let kept = if loss.is_kept() { "; holdfast reads the true value" } else { "" };
            log(Level::Warn, &format!("javolution: {}: {}{kept}", path(), loss.text()));
        }
        true
    }
}
