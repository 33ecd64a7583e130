//! The `storageKeyPrefix` attribute: which names are put in front of every key.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// What a prefix can be made of. What does not exist is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PrefixNames<'a> {
    /// The name of the (virtual) host.
    pub host: Option<&'a str>,
    /// The path of the application, with its slash.
    pub context: Option<&'a str>,
    /// The version of the application, where several run side by side.
    pub webapp_version: Option<&'a str>,
}

/// A word in `storageKeyPrefix` that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "storageKeyPrefix has `{token}`, which is none of static:TEXT (without a colon in it), host, host.hash, context, context.hash, webappVersion"
)]
pub struct BadPrefix {
    /// The word as it stands there.
    pub token: String,
}

/// Makes the prefix that `format` asks for: `host.hash,context.hash,webappVersion` gives `e93c085e:45e6345f:001_`.
/// Empty if nothing is asked for, or nothing of it exists.
///
/// # Errors
/// `format` has an unknown word.
pub fn storage_key_prefix(format: &str, names: &PrefixNames<'_>) -> Result<String, BadPrefix> {
    let mut prefix = String::new();
    if format.trim().is_empty() {
        return Ok(prefix);
    }
    for token in format.split(',') {
        let part = match token {
            "host" => names.host.map(str::to_owned),
            "host.hash" => names.host.map(short_hash),
            "context" => names.context.map(str::to_owned),
            "context.hash" => names.context.map(short_hash),
            "webappVersion" => names.webapp_version.map(str::to_owned),
            _ => match token.strip_prefix("static:") {
                Some(text) if !text.is_empty() && !text.contains(':') => Some(text.to_owned()),
                _ => return Err(BadPrefix { token: token.to_owned() }),
            },
        };
        if let Some(part) = part.filter(|part| !part.trim().is_empty()) {
            if !prefix.is_empty() {
                prefix.push(':');
            }
            prefix.push_str(&part);
        }
    }
    if !prefix.is_empty() {
        prefix.push('_');
    }
    Ok(prefix)
}

/// The first 8 hex digits of the name's SHA-256; of a blank name nothing, as it is left out.
fn short_hash(name: &str) -> String {
    if name.trim().is_empty() {
        return String::new();
    }
    Sha256::digest(name.as_bytes()).iter().take(4).fold(String::with_capacity(8), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: PrefixNames<'_> =
        PrefixNames { host: Some("hst"), context: Some("ctxt"), webapp_version: Some("001") };

    #[test]
    fn each_word_gives_its_name() {
        for (format, prefix) in [
            ("static:x", "x_"),
            ("host", "hst_"),
            ("host.hash", "e93c085e_"),
            ("context", "ctxt_"),
            ("context.hash", "45e6345f_"),
            ("webappVersion", "001_"),
            ("host.hash,context.hash,webappVersion", "e93c085e:45e6345f:001_"),
            ("", ""),
        ] {
            assert_eq!(storage_key_prefix(format, &NAMES).unwrap(), prefix);
        }
    }

    #[test]
    fn what_does_not_exist_is_left_out() {
        let blank = PrefixNames { host: Some("hst"), context: Some(""), webapp_version: None };
        for (format, prefix) in [
            ("context", ""),
            ("context.hash", ""),
            ("webappVersion", ""),
            ("host,context", "hst_"),
            ("context,host", "hst_"),
        ] {
            assert_eq!(storage_key_prefix(format, &blank).unwrap(), prefix, "{format}");
        }
    }

    #[test]
    fn an_unknown_word_is_refused_and_named() {
        for bad in ["hosts", "host, context", "static:", "static:a:b", "host,"] {
            assert!(storage_key_prefix(bad, &NAMES).is_err(), "{bad}");
        }
        let error = storage_key_prefix("host,contxt", &NAMES).unwrap_err();
        assert!(error.to_string().contains("`contxt`"));
    }
}
