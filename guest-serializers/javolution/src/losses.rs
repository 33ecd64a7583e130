//! What the library writes without complaint and does not bring back.

use std::fmt::Write as _;

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
    Record,
    Custom,
    OwnFields,
    Shadowed,
}

const KINDS: usize = Loss::Shadowed as usize + 1;

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
            Self::Record => {
                "the library writes the components of a record, and cannot set them when it reads"
            }
            Self::Shadowed => {
                "of two fields of one name, in a class and in a superclass of it, the library reads one"
            }
            Self::OwnFields => {
                "a class that extends a collection or map is written as that: the library keeps none of its own fields"
            }
            Self::Custom => "the library keeps nothing of what a writeObject method writes behind the fields",
        }
    }

    /// Whether what is lost to the library stands in the attribute `holdfast`, or in what the library writes anyway.
    const fn is_kept(self) -> bool {
        !matches!(self, Self::Comparator | Self::Defaults | Self::Custom)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// What to do about losses, and which were told.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Whether values that lose something are refused.
    pub(crate) refuse: bool,
    /// The kinds that were told, or need not be.
    told: u32,
    /// What is to be told of this session.
    news: Vec<News>,
}

/// The losses of one kind in one session.
#[derive(Debug)]
struct News {
    loss: Loss,
    /// Where the first one is.
    path: String,
    /// The attributes that have some, and how many.
    counts: Vec<(u32, u64)>,
}

impl Losses {
    /// Whether values may lose this without a word: it was told.
    #[inline(always)]
    pub(crate) const fn is_told(&self, loss: Loss) -> bool {
        self.told & loss.bit() != 0
    }

    /// Whether the value may be written. Each kind of loss is logged once an instance.
    #[inline]
    pub(crate) fn accept(&mut self, loss: Loss, attribute: u32, path: impl FnOnce() -> String) -> bool {
        self.is_told(loss) || self.accept_first(loss, attribute, path)
    }

    #[cold]
    fn accept_first(&mut self, loss: Loss, attribute: u32, path: impl FnOnce() -> String) -> bool {
        if self.refuse {
            return false;
        }
        match self.news.iter_mut().find(|news| news.loss == loss) {
            Some(news) => match news.counts.last_mut() {
                Some((last, count)) if *last == attribute => *count += 1,
                _ => news.counts.push((attribute, 1)),
            },
            None => self.news.push(News { loss, path: path(), counts: vec![(attribute, 1)] }),
        }
        true
    }

    /// Logs what the session that was written has lost for the first time, by attribute.
    pub(crate) fn tell(&mut self, attributes: &[&str]) {
        const { assert!(KINDS <= 32, "a bit for each kind") };
        for mut news in self.news.drain(..) {
            self.told |= news.loss.bit();
            // Where one attribute visits another, it comes more than once.
            news.counts.sort_unstable();
            news.counts.dedup_by(|next, kept| {
                let is_same = next.0 == kept.0;
                kept.1 += if is_same { next.1 } else { 0 };
                is_same
            });
            let kept = if news.loss.is_kept() { "; holdfast reads the true value" } else { "" };
            let mut text = format!(
                "javolution: {}: {}{kept}; in this session by attribute:",
                news.path,
                news.loss.text()
            );
            for (place, (attribute, count)) in news.counts.iter().enumerate() {
                let name = attributes.get(*attribute as usize).copied().unwrap_or("?");
                let comma = if place == 0 { "" } else { "," };
                if place == MOST_ATTRIBUTES {
                    let _ = write!(text, " and {} more", news.counts.len() - place);
                    break;
                }
                let _ = write!(text, "{comma} {name} {count}");
            }
            log(Level::Warn, &text);
        }
    }
}

/// How many attributes a line names.
const MOST_ATTRIBUTES: usize = 20;
