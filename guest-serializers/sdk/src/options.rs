//! The user's options: names that must be known, values that must make sense.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::{Failure, OptionInfo, Settings};

/// The option `maxDepth` that every serializer of nested values has.
pub const MAX_DEPTH: OptionInfo =
    OptionInfo { name: "maxDepth", help: "how deep values may lie in each other, 1 to 10000 (default 1000)" };

/// The option `maxBytes` that every serializer of foreign bytes has.
pub const MAX_BYTES: OptionInfo = OptionInfo {
    name: "maxBytes",
    help: "how many bytes a result may have, 1024 to 1073741824 (default 67108864)",
};

/// The values of the options that all serializers share: [`MAX_DEPTH`] and [`MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Common {
    /// How deep values may lie in each other.
    pub max_depth: usize,
    /// How many bytes a result may have.
    pub max_bytes: usize,
}

impl Default for Common {
    fn default() -> Self {
        Self { max_depth: 1000, max_bytes: 64 << 20 }
    }
}

impl Settings<'_> {
    /// Hands each option to `take`, after a check that it is among `known` and given once.
    ///
    /// # Errors
    ///
    /// [`Failure::BadOption`] for an unknown or repeated name, and whatever `take` fails with.
    pub fn each(
        &self,
        known: &[OptionInfo],
        mut take: impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        for (index, &(name, value)) in self.options.iter().enumerate() {
            if !known.iter().any(|option| option.name == name) {
                return Err(unknown(name, known));
            }
            if self.options.iter().take(index).any(|&(earlier, _)| earlier == name) {
                return Err(Failure::BadOption(format!("option '{name}' is given twice")));
            }
            take(name, value)?;
        }
        Ok(())
    }

    /// Like [`Settings::each`], but reads [`MAX_DEPTH`] and [`MAX_BYTES`], as far as they are among `known`, itself.
    ///
    /// # Errors
    ///
    /// As [`Settings::each`].
    pub fn common(
        &self,
        known: &[OptionInfo],
        mut take: impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<Common, Failure> {
        let mut common = Common::default();
        self.each(known, |name, value| {
            if name == MAX_DEPTH.name {
                common.max_depth = number(name, value, 1..=10_000)?;
            } else if name == MAX_BYTES.name {
                common.max_bytes = number(name, value, 1024..=1 << 30)?;
            } else {
                take(name, value)?;
            }
            Ok(())
        })?;
        Ok(common)
    }
}

/// The value of an option that is a number in `range`.
///
/// # Errors
///
/// [`Failure::BadOption`] that says what was expected.
pub fn number<T: FromStr + PartialOrd + Display>(
    name: &str,
    value: &str,
    range: RangeInclusive<T>,
) -> Result<T, Failure> {
    value.trim().parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
        let (from, to) = (range.start(), range.end());
        Failure::BadOption(format!("option '{name}' is '{value}'; a number from {from} to {to} was expected"))
    })
}

/// The value of an option that is `true` or `false`.
///
/// # Errors
///
/// [`Failure::BadOption`] that says what was expected.
pub fn flag(name: &str, value: &str) -> Result<bool, Failure> {
    match value.trim() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Failure::BadOption(format!("option '{name}' is '{value}'; true or false was expected"))),
    }
}

fn unknown(name: &str, known: &[OptionInfo]) -> Failure {
    let names: Vec<&str> = known.iter().map(|option| option.name).collect();
    let list = match names.split_last() {
        None => "there are no options".to_owned(),
        Some((only, [])) => format!("the only option is {only}"),
        Some((last, others)) => format!("the options are {} and {last}", others.join(", ")),
    };
    Failure::BadOption(format!("option '{name}' is unknown; {list}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[OptionInfo] =
        &[MAX_DEPTH, MAX_BYTES, OptionInfo { name: "compact", help: "write less (default false)" }];

    fn read(options: &[(&'static str, &'static str)]) -> Result<(Common, bool), Failure> {
        let settings = Settings { options: options.to_vec(), ..Settings::default() };
        let mut compact = false;
        let common = settings.common(KNOWN, |name, value| {
            compact = flag(name, value)?;
            Ok(())
        })?;
        Ok((common, compact))
    }

    fn refusal(options: &[(&'static str, &'static str)]) -> String {
        read(options).unwrap_err().to_string()
    }

    #[test]
    fn options_that_are_absent_have_their_defaults() {
        assert_eq!(read(&[]), Ok((Common::default(), false)));
    }

    #[test]
    fn common_and_own_options_are_read() {
        let expected = Common { max_depth: 20, max_bytes: 4096 };
        let options = [("maxBytes", "4096"), ("compact", "true"), ("maxDepth", " 20 ")];
        assert_eq!(read(&options), Ok((expected, true)));
    }

    #[test]
    fn an_unknown_option_is_refused_with_the_known_ones() {
        assert_eq!(
            refusal(&[("depth", "3")]),
            "option 'depth' is unknown; the options are maxDepth, maxBytes and compact"
        );
    }

    #[test]
    fn a_wrong_value_is_refused_with_what_was_expected() {
        assert_eq!(
            refusal(&[("maxDepth", "0")]),
            "option 'maxDepth' is '0'; a number from 1 to 10000 was expected"
        );
        assert_eq!(refusal(&[("compact", "yes")]), "option 'compact' is 'yes'; true or false was expected");
    }

    #[test]
    fn an_option_given_twice_is_refused() {
        assert_eq!(refusal(&[("maxDepth", "3"), ("maxDepth", "4")]), "option 'maxDepth' is given twice");
    }
}
