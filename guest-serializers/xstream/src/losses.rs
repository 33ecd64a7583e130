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
    Trace,
    NotANumber,
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
            Self::Locale => {
                "a java.util.Locale has its script and extensions in its variant afterwards, and without a language its \
                 country in that"
            }
            Self::Trace => {
                "a java.lang.StackTraceElement has class loader and module in the name of its class afterwards, and for \
                 a file the words that stand for none"
            }
            Self::NotANumber => "one NaN is like the other afterwards, whatever its bits",
        }
    }
}

/// Of more attributes the sums are not kept.
const MOST_ATTRIBUTES: usize = 256;

/// What to do about losses, and which were told.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Whether values that lose something are refused.
    pub(crate) refuse: bool,
    told: Vec<(Loss, u16)>,
    sums: Vec<(Box<str>, u64)>,
    /// How many values of the attribute that is being written lost something.
    count: u32,
}

impl Losses {
    /// Whether the value may be written, which is of a class by its number in the document's table. Each kind of loss is
    /// logged once a class and an instance.
    pub(crate) fn accept(&mut self, loss: Loss, class: u16, path: impl FnOnce() -> String) -> bool {
        if self.refuse {
            return false;
        }
        self.count += 1;
        if !self.told.contains(&(loss, class)) {
            self.told.push((loss, class));
            log(Level::Warn, &format!("xstream: {}, as the library does: {}", path(), loss.text()));
        }
        true
    }

    /// Ends an attribute: what it lost is counted, and the sum is logged where it has one digit more than before.
    pub(crate) fn end_attribute(&mut self, name: &str) {
        let count = u64::from(std::mem::take(&mut self.count));
        if count == 0 {
            return;
        }
        let room = self.sums.len() < MOST_ATTRIBUTES;
        let known = self.sums.iter_mut().find(|(known, _)| **known == *name);
        let (before, sum) = match known {
            Some((_, sum)) => {
                let before = *sum;
                *sum += count;
                (before, *sum)
            }
            None if room => {
                self.sums.push((name.into(), count));
                (0, count)
            }
            None => return,
        };
        if sum.checked_ilog10() != before.checked_ilog10() {
            log(Level::Info, &format!("xstream: values of /{name} that lost something, until now: {sum}"));
        }
    }
}
