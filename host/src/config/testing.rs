//! Short words for the tests of kinds.

use super::given::Raw;
use super::kinds::Kind;

pub(super) fn text(text: &str) -> Raw {
    Raw::Text(text.to_owned())
}

/// What `kind` says against `raw`.
pub(super) fn problem<K: Kind>(kind: &K, raw: &Raw) -> String {
    kind.read(raw).map(|_| ()).unwrap_err().join(" | ")
}
