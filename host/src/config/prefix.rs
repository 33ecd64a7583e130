//! `storageKeyPrefix`: keeps the keys of several applications on one memcached apart.

use std::fmt;

use sha2::{Digest, Sha256};

use super::suggest::did_you_mean;

/// The prefix of every key, and the tokens it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPrefix {
    tokens: Vec<Token>,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Static(String),
    Name { of: Named, hashed: bool },
}

/// What a token can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    Host,
    Context,
    WebappVersion,
}

/// The names that tokens stand for.
#[derive(Debug, Clone, Copy, Default)]
pub struct PrefixNames<'a> {
    /// Tomcat's name of the virtual host.
    pub host: Option<&'a str>,
    /// Name of the context, with its slash: `/shop`.
    pub context: Option<&'a str>,
    /// Version of parallel deployment.
    pub webapp_version: Option<&'a str>,
}

const TOKENS: [(&str, Named, bool); 5] = [
    ("host", Named::Host, false),
    ("host.hash", Named::Host, true),
    ("context", Named::Context, false),
    ("context.hash", Named::Context, true),
    ("webappVersion", Named::WebappVersion, false),
];

impl Default for KeyPrefix {
    /// `webappVersion`, which is no prefix at all unless there is a version.
    fn default() -> Self {
        Self { tokens: vec![Token::Name { of: Named::WebappVersion, hashed: false }], text: String::new() }
    }
}

impl KeyPrefix {
    /// Reads tokens such as `host.hash,context.hash,webappVersion` or `static:shop`.
    ///
    /// # Errors
    /// A sentence for each token that is wrong.
    pub fn parse(text: &str, names: PrefixNames<'_>) -> Result<Self, Vec<String>> {
        let mut tokens = Vec::new();
        let mut problems = Vec::new();
        // MSM does not trim tokens, but a blank is never meant: memcached's keys have none.
        for written in text.split(',').map(str::trim).filter(|written| !written.is_empty()) {
            match parse_token(written) {
                Ok(token) => tokens.push(token),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut prefix = Self { tokens, text: String::new() };
        prefix.set_names(names);
        Ok(prefix)
    }

    /// The prefix as it stands in keys, empty or closed by `_`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Computes the prefix for other names.
    pub(super) fn set_names(&mut self, names: PrefixNames<'_>) {
        let parts: Vec<String> = self
            .tokens
            .iter()
            .map(|token| match token {
                Token::Static(text) => text.clone(),
                Token::Name { of, hashed } => {
                    let name = of.pick(names).unwrap_or_default();
                    if *hashed && !name.trim().is_empty() { hash(name) } else { name.to_owned() }
                }
            })
            .filter(|part| !part.trim().is_empty())
            .collect();
        self.text = if parts.is_empty() { String::new() } else { format!("{}_", parts.join(":")) };
    }

    /// Whether a token asks for this name.
    pub(super) fn names(&self, wanted: Named) -> bool {
        self.tokens.iter().any(|token| matches!(token, Token::Name { of, .. } if *of == wanted))
    }
}

impl Named {
    pub(super) fn pick(self, names: PrefixNames<'_>) -> Option<&str> {
        match self {
            Self::Host => names.host,
            Self::Context => names.context,
            Self::WebappVersion => names.webapp_version,
        }
    }
}

/// The tokens as the attribute has them.
impl fmt::Display for KeyPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, token) in self.tokens.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            match token {
                Token::Static(text) => write!(f, "static:{text}")?,
                Token::Name { of, hashed } => {
                    let name = TOKENS.iter().find(|(_, named, hash)| named == of && hash == hashed);
                    f.write_str(name.map_or("", |(name, _, _)| name))?;
                }
            }
        }
        Ok(())
    }
}

fn parse_token(written: &str) -> Result<Token, String> {
    if let Some(text) = written.strip_prefix("static:") {
        if text.contains(':') {
            return Err(format!("'{written}': the text after static: may not hold another colon"));
        }
        if let Some(letter) = key_breaker(text) {
            return Err(format!("'{written}': {letter:?} cannot stand in a memcached key"));
        }
        return Ok(Token::Static(text.to_owned()));
    }
    match TOKENS.iter().find(|(name, _, _)| *name == written) {
        Some((_, of, hashed)) => Ok(Token::Name { of: *of, hashed: *hashed }),
        None => Err(format!(
            "'{written}' is none of static:<text>, host, host.hash, context, context.hash, webappVersion{}",
            did_you_mean(written, TOKENS.map(|(name, _, _)| name))
        )),
    }
}

/// The first character that memcached does not take in a key.
pub(super) fn key_breaker(text: &str) -> Option<char> {
    text.chars().find(|letter| letter.is_whitespace() || letter.is_control())
}

/// The first 8 hexadecimal digits of the name's SHA-256.
fn hash(name: &str) -> String {
    Sha256::digest(name.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: PrefixNames<'_> =
        PrefixNames { host: Some("hst"), context: Some("ctxt"), webapp_version: Some("001") };

    fn prefix(text: &str, names: PrefixNames<'_>) -> String {
        KeyPrefix::parse(text, names).unwrap().as_str().to_owned()
    }

    #[test]
    fn prefixes_are_those_of_msm() {
        assert_eq!(prefix("static:x", NAMES), "x_");
        assert_eq!(prefix("host", NAMES), "hst_");
        assert_eq!(prefix("context", NAMES), "ctxt_");
        assert_eq!(prefix("webappVersion", NAMES), "001_");
        assert_eq!(prefix("host.hash,context.hash,webappVersion", NAMES), "e93c085e:45e6345f:001_");
    }

    #[test]
    fn names_that_are_not_there_are_left_out() {
        let no_context = PrefixNames { context: Some(""), ..NAMES };
        assert_eq!(prefix("context", no_context), "");
        assert_eq!(prefix("context.hash", no_context), "");
        assert_eq!(prefix("webappVersion", PrefixNames::default()), "");
        assert_eq!(prefix("host,context", no_context), "hst_");
        assert_eq!(prefix("", NAMES), "");
    }

    #[test]
    fn wrong_tokens_are_each_refused() {
        let problems = KeyPrefix::parse("hots,static:a:b,static:a b", NAMES).unwrap_err();
        assert!(problems[0].ends_with("webappVersion; did you mean host?"), "{}", problems[0]);
        assert_eq!(problems[1], "'static:a:b': the text after static: may not hold another colon");
        assert_eq!(problems[2], "'static:a b': ' ' cannot stand in a memcached key");
    }

    #[test]
    fn tokens_are_written_as_they_were_read() {
        let text = "static:x,host,host.hash,context,context.hash,webappVersion";
        assert_eq!(KeyPrefix::parse(text, NAMES).unwrap().to_string(), text);
        assert_eq!(KeyPrefix::default().to_string(), "webappVersion");
    }
}
