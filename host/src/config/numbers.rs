//! Kinds of numbers: counts, sizes, durations.

use std::num::NonZeroU64;
use std::time::Duration;

use super::given::Raw;
use super::kinds::{Kind, Shown, word};
use super::types::ThreadCount;

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Things,
    Bytes,
    Seconds,
    Milliseconds,
}

impl Unit {
    fn of(self) -> &'static str {
        match self {
            Self::Things => "",
            Self::Bytes => " of bytes",
            Self::Seconds => " of seconds",
            Self::Milliseconds => " of milliseconds",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Things => "",
            Self::Bytes => " bytes",
            Self::Seconds => " seconds",
            Self::Milliseconds => " milliseconds",
        }
    }

    /// How much of this unit a suffix such as `s` or `MiB` is worth, as a fraction.
    fn worth(self, suffix: &str) -> Option<(i128, i128)> {
        let suffix = suffix.trim().to_ascii_lowercase();
        let milliseconds = match suffix.as_str() {
            "ms" => 1,
            "s" | "sec" | "second" | "seconds" => 1_000,
            "m" | "min" | "minute" | "minutes" => 60_000,
            "h" | "hour" | "hours" => 3_600_000,
            "d" | "day" | "days" => 86_400_000,
            _ => 0,
        };
        let bytes = match suffix.as_str() {
            "b" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => 0,
        };
        let (worth, parts) = match self {
            Self::Things => (0, 1),
            Self::Bytes => (bytes, 1),
            Self::Seconds => (milliseconds, 1_000),
            Self::Milliseconds => (milliseconds, 1),
        };
        (worth > 0).then_some((worth, parts))
    }
}

/// A whole number within bounds.
pub(super) struct Whole {
    pub(super) unit: Unit,
    pub(super) min: i128,
    pub(super) max: i128,
}

impl Whole {
    fn number(&self, raw: &Raw) -> Result<i128, Vec<String>> {
        let text = word(raw);
        let unit = self.unit;
        let Ok(number) = text.parse::<i128>() else {
            let cure = self.cure(text).map(|number| format!("; write {number}")).unwrap_or_default();
            return Err(vec![format!("'{text}' is not a whole number{}{cure}", unit.of())]);
        };
        if number < self.min {
            return Err(vec![format!("{number} is too small; the least is {}{}", self.min, unit.name())]);
        }
        if number > self.max {
            return Err(vec![format!("{number} is too large; the most is {}{}", self.max, unit.name())]);
        }
        Ok(number)
    }

    /// What `30s` or `8MiB` comes to in this unit.
    fn cure(&self, text: &str) -> Option<i128> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, suffix) = text.split_at_checked(digits)?;
        let (worth, parts) = self.unit.worth(suffix)?;
        let total = number.parse::<i128>().ok()?.checked_mul(worth)?;
        (total % parts == 0 && (self.min..=self.max).contains(&(total / parts))).then_some(total / parts)
    }
}

/// A `Whole` as a Rust number; the bounds are those of the type where they are wider.
pub(super) struct Number<T>(pub(super) Whole, pub(super) std::marker::PhantomData<T>);

/// A whole number of `unit` between `min` and `max`.
pub(super) fn whole<T>(unit: Unit, min: i128, max: i128) -> Number<T> {
    Number(Whole { unit, min, max }, std::marker::PhantomData)
}

/// Rust's numbers that attributes have.
pub(super) trait FromWhole: Copy + std::fmt::Display {
    fn from_whole(number: i128) -> Option<Self>;
}

impl FromWhole for i32 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for u32 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for usize {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl FromWhole for NonZeroU64 {
    fn from_whole(number: i128) -> Option<Self> {
        number.try_into().ok().and_then(Self::new)
    }
}

impl<T: FromWhole> Kind for Number<T> {
    type Value = T;

    fn read(&self, raw: &Raw) -> Result<T, Vec<String>> {
        let number = self.0.number(raw)?;
        T::from_whole(number).ok_or_else(|| vec![format!("{number} does not fit on this machine")])
    }

    fn show(&self, value: &T) -> Shown {
        Shown::Value(value.to_string())
    }
}

/// A duration, written as a whole number of its unit, seconds or milliseconds.
pub(super) struct Time(pub(super) Whole);

/// A duration in milliseconds, between `min` and some seven weeks.
pub(super) fn milliseconds(min: u32) -> Time {
    Time(Whole { unit: Unit::Milliseconds, min: min.into(), max: u32::MAX.into() })
}

/// A duration in seconds, between `min` and 30 days, after which memcached takes an expiration for a date.
pub(super) fn seconds(min: u32) -> Time {
    Time(Whole { unit: Unit::Seconds, min: min.into(), max: 2_592_000 })
}

impl Kind for Time {
    type Value = Duration;

    fn read(&self, raw: &Raw) -> Result<Duration, Vec<String>> {
        let number = self.0.number(raw)?;
        let number =
            u64::try_from(number).map_err(|_| vec![format!("{number} is too small; the least is 0")])?;
        Ok(if self.0.unit == Unit::Seconds {
            Duration::from_secs(number)
        } else {
            Duration::from_millis(number)
        })
    }

    fn show(&self, value: &Duration) -> Shown {
        Shown::Value(if self.0.unit == Unit::Seconds {
            value.as_secs().to_string()
        } else {
            value.as_millis().to_string()
        })
    }
}

/// A number of which -1 means that there is no limit.
pub(super) struct Limit;

impl Kind for Limit {
    type Value = Option<u32>;

    fn read(&self, raw: &Raw) -> Result<Option<u32>, Vec<String>> {
        let number = Whole { unit: Unit::Things, min: i32::MIN.into(), max: i32::MAX.into() }.number(raw)?;
        Ok(u32::try_from(number).ok())
    }

    fn show(&self, value: &Option<u32>) -> Shown {
        Shown::Value(value.map_or_else(|| "-1".to_owned(), |limit| limit.to_string()))
    }
}

/// A number of threads or the like, one a processor unless it is written.
pub(super) struct Threads;

impl Kind for Threads {
    type Value = ThreadCount;

    fn read(&self, raw: &Raw) -> Result<ThreadCount, Vec<String>> {
        let number = Whole { unit: Unit::Things, min: 1, max: 1024 }.number(raw)?;
        let number = u16::try_from(number).ok().and_then(std::num::NonZeroU16::new);
        Ok(number.map_or(ThreadCount::PerProcessor, |number| ThreadCount::Fixed(number.into())))
    }

    fn show(&self, value: &ThreadCount) -> Shown {
        match value {
            ThreadCount::PerProcessor => Shown::Absent("one for each processor"),
            ThreadCount::Fixed(number) => Shown::Value(number.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{problem, text};
    use super::*;

    #[test]
    fn a_number_with_a_unit_is_answered_with_the_number_to_write() {
        let ms = milliseconds(1);
        assert_eq!(problem(&ms, &text("5s")), "'5s' is not a whole number of milliseconds; write 5000");
        assert_eq!(problem(&ms, &text("1.5")), "'1.5' is not a whole number of milliseconds");
        assert_eq!(
            problem(&seconds(1), &text("2 min")),
            "'2 min' is not a whole number of seconds; write 120"
        );
        assert_eq!(problem(&seconds(1), &text("5ms")), "'5ms' is not a whole number of seconds");
        let bytes = whole::<usize>(Unit::Bytes, 1, 1 << 32);
        assert_eq!(problem(&bytes, &text("8MiB")), "'8MiB' is not a whole number of bytes; write 8388608");
        assert_eq!(problem(&bytes, &text("é")), "'é' is not a whole number of bytes");
    }

    #[test]
    fn a_number_out_of_bounds_is_answered_with_the_bound() {
        assert_eq!(problem(&milliseconds(1), &text("0")), "0 is too small; the least is 1 milliseconds");
        assert_eq!(
            problem(&seconds(1), &text("9999999")),
            "9999999 is too large; the most is 2592000 seconds"
        );
        assert_eq!(problem(&Threads, &text("0")), "0 is too small; the least is 1");
        assert!(
            problem(&milliseconds(1), &text("99999999999999999999999999999999999999999")).contains("not a")
        );
    }

    #[test]
    fn a_negative_limit_is_none() {
        assert_eq!(Limit.read(&text("-1")).unwrap(), None);
        assert_eq!(Limit.read(&text("100")).unwrap(), Some(100));
        assert_eq!(Limit.show(&None), Shown::Value("-1".into()));
    }
}
