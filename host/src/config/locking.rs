//! `lockingMode`: which requests lock their session in non-sticky mode.

use std::fmt;

use super::pattern::Pattern;
use super::suggest::did_you_mean;

/// Which requests lock their session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LockingMode {
    /// No request.
    #[default]
    None,
    /// Every request.
    All,
    /// Every request that was not seen to be read-only.
    Auto,
    /// Requests whose `METHOD URI[?query]` matches.
    UriPattern(Pattern),
}

/// MSM knows this prefix in one spelling only.
const URI_PATTERN: &str = "uriPattern:";

impl LockingMode {
    /// Reads `none`, `all`, `auto` or `uriPattern:<regex>`.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(pattern) = text.strip_prefix(URI_PATTERN) {
            if pattern.is_empty() {
                return Err("uriPattern: needs a regular expression; write uriPattern:POST .*".to_owned());
            }
            return Pattern::new(pattern).map(Self::UriPattern);
        }
        match text.to_ascii_lowercase().as_str() {
            "none" => Ok(Self::None),
            "all" => Ok(Self::All),
            "auto" => Ok(Self::Auto),
            "uri_pattern" | "uripattern" => Err(format!("'{text}' has no pattern; write uriPattern:<regex>")),
            "app" => Err("'app' was never supported; write none, all, auto or uriPattern:<regex>".to_owned()),
            lower if lower.starts_with("uripattern:") => {
                Err(format!("'{text}' must begin with uriPattern: in just this spelling"))
            }
            _ => Err(format!(
                "'{text}' is none of none, all, auto, uriPattern:<regex>{}",
                did_you_mean(text, ["none", "all", "auto"])
            )),
        }
    }
}

impl fmt::Display for LockingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::All => f.write_str("all"),
            Self::Auto => f.write_str("auto"),
            Self::UriPattern(pattern) => write!(f, "{URI_PATTERN}{pattern}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_in_any_case_and_the_pattern_prefix_in_one() {
        assert_eq!(LockingMode::parse("ALL").unwrap(), LockingMode::All);
        assert_eq!(LockingMode::parse("None").unwrap(), LockingMode::None);
        assert_eq!(LockingMode::parse("auto").unwrap(), LockingMode::Auto);
        assert_eq!(LockingMode::parse("uriPattern:.*").unwrap().to_string(), "uriPattern:.*");
        assert!(LockingMode::parse("URIPATTERN:.*").unwrap_err().contains("just this spelling"));
    }

    #[test]
    fn what_msm_only_pretends_to_know_is_refused() {
        assert!(LockingMode::parse("app").unwrap_err().contains("never supported"));
        assert!(LockingMode::parse("uri_pattern").unwrap_err().contains("write uriPattern:<regex>"));
        assert!(LockingMode::parse("uriPattern:").unwrap_err().contains("needs a regular expression"));
        assert!(LockingMode::parse("uriPattern:(").unwrap_err().contains("not a regular expression"));
        assert!(LockingMode::parse("aut").unwrap_err().ends_with("did you mean auto?"));
    }
}
