//! Session ids: `<sid>-<node>[.<jvmRoute>]`, or any id at all where the one node has no name.

use std::fmt;

use memchr::memchr;
use rand::Rng;

use super::keys::{MAX_ID_LEN, RESERVED_STARTS};

/// A session id that is safe to build keys from.
///
/// Ids come from cookies, so whatever could mean something else to memcached, in a header or among our own keys is
/// refused when it is read. Whether the id also *names a node* is another question ([`names_a_node`]): an id without
/// one is in order where the only node has no name, and everywhere before a session got its node.
///
/// [`names_a_node`]: SessionId::names_a_node
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(Box<str>);

/// Why a text is no session id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadId {
    /// Nothing was given.
    #[error("the session id is empty")]
    Empty,
    /// The keys made of it would pass memcached's limit.
    #[error("the session id has {len} bytes, more than the {max} that fit into a memcached key")]
    TooLong {
        /// Its length.
        len: usize,
        /// The longest that is taken.
        max: usize,
    },
    /// A character that may not stand in a cookie's value, or in a memcached key.
    #[error(
        "the session id has {character:?} at position {position}; allowed is printable ASCII without space, quote, comma, semicolon and backslash"
    )]
    Character {
        /// The first one of its kind.
        character: char,
        /// Where it stands, in bytes.
        position: usize,
    },
    /// It would be taken for one of the keys that are stored beside sessions.
    #[error("the session id begins with `{start}`, which is kept for keys of another kind")]
    Reserved {
        /// What it begins with.
        start: &'static str,
    },
}

impl SessionId {
    /// Reads an id as a client sent it.
    ///
    /// # Errors
    /// The id is empty, too long, begins like a key of another kind, or has a character that is not allowed.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        if text.is_empty() {
            return Err(BadId::Empty);
        }
        if text.len() > MAX_ID_LEN {
            return Err(BadId::TooLong { len: text.len(), max: MAX_ID_LEN });
        }
        // Without a way out in it, the compiler looks at many bytes at a time.
        let all_are_right = text.bytes().fold(true, |all, byte| all & is_cookie_octet(char::from(byte)));
        if !all_are_right
            && let Some((position, character)) = text.char_indices().find(|&(_, c)| !is_cookie_octet(c))
        {
            return Err(BadId::Character { character, position });
        }
        if let Some(start) = RESERVED_STARTS.into_iter().find(|start| text.starts_with(start)) {
            return Err(BadId::Reserved { start });
        }
        Ok(Self(text.into()))
    }

    /// A new id of 32 upper-case hex digits, as Tomcat makes them, without node and jvmRoute. It is 128 bits of a
    /// cryptographic generator: whoever can guess an id has the session.
    #[must_use]
    pub fn random() -> Self {
        let bits: u128 = rand::rng().random();
        Self(format!("{bits:032X}").into())
    }

    /// The whole id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part in front of node and jvmRoute.
    #[must_use]
    pub fn sid(&self) -> &str {
        self.parts().sid
    }

    /// The name between the first `-` and the first `.`; none if no `-` stands before that dot.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        self.parts().node
    }

    /// Everything behind the first `.`.
    #[must_use]
    pub fn jvm_route(&self) -> Option<&str> {
        self.parts().route
    }

    /// The node of an id that is complete where nodes have names: `[^-.]+-[^.]+(\.[^.]+)?`.
    #[must_use]
    pub fn named_node(&self) -> Option<&str> {
        let Parts { sid, node, route } = self.parts();
        let route_is_whole = route.is_none_or(|route| !route.is_empty() && !route.contains('.'));
        node.filter(|node| !sid.is_empty() && !node.is_empty() && route_is_whole)
    }

    /// Whether there is a [`SessionId::named_node`].
    #[must_use]
    pub fn names_a_node(&self) -> bool {
        self.named_node().is_some()
    }

    /// The same session on another node. `node` is a name from the configuration.
    #[must_use]
    pub fn with_node(&self, node: &str) -> Self {
        let Parts { sid, route, .. } = self.parts();
        match route {
            Some(route) => Self(format!("{sid}-{node}.{route}").into()),
            None => Self(format!("{sid}-{node}").into()),
        }
    }

    /// The same session at another server, or at servers without a name. `route` comes from the configuration.
    #[must_use]
    pub fn with_jvm_route(&self, route: Option<&str>) -> Self {
        let (stem, _) = split(&self.0, b'.');
        match route {
            Some(route) => Self(format!("{stem}.{route}").into()),
            None => Self(stem.into()),
        }
    }

    fn parts(&self) -> Parts<'_> {
        let (stem, route) = split(&self.0, b'.');
        let (sid, node) = split(stem, b'-');
        Parts { sid, node, route }
    }
}

/// What an id is made of.
struct Parts<'a> {
    sid: &'a str,
    node: Option<&'a str>,
    route: Option<&'a str>,
}

/// What stands before a character, and what behind it if it is there.
fn split(text: &str, at: u8) -> (&str, Option<&str>) {
    let found = memchr(at, text.as_bytes()).and_then(|at| Some((text.get(..at)?, text.get(at + 1..)?)));
    found.map_or((text, None), |(before, behind)| (before, Some(behind)))
}

/// What RFC 6265 lets stand in a cookie's value: an id that is none could not have come from a cookie whole, and could
/// not be given to one.
fn is_cookie_octet(c: char) -> bool {
    c.is_ascii_graphic() && !matches!(c, '"' | ',' | ';' | '\\')
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl AsRef<str> for SessionId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SessionId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> SessionId {
        SessionId::parse(text).unwrap()
    }

    #[test]
    fn a_node_is_put_before_the_first_dot_or_at_the_end() {
        for (from, to) in [("foo", "foo-n"), ("foo.jvm1", "foo-n.jvm1"), ("foo.j-v-m1", "foo-n.j-v-m1")] {
            assert_eq!(id(from).with_node("n"), id(to));
        }
    }

    #[test]
    fn a_node_is_replaced_and_the_route_kept() {
        for (from, node, to) in [
            ("foo", "n", "foo-n"),
            ("foo-n", "m", "foo-m"),
            ("foo-n.jvm1", "m", "foo-m.jvm1"),
            ("foo.jvm1", "m", "foo-m.jvm1"),
            ("foo.j-v-m1", "m", "foo-m.j-v-m1"),
        ] {
            assert_eq!(id(from).with_node(node), id(to));
        }
    }

    #[test]
    fn the_node_stands_between_the_first_dash_and_the_first_dot() {
        for whole in ["foo-n", "foo-n.jvm1", "foo-n.j-v-m1"] {
            assert_eq!(id(whole).node(), Some("n"));
            assert_eq!(id(whole).sid(), "foo");
        }
        assert_eq!(id("foo.j-v-m1").node(), None);
        assert_eq!(id("foo.j-v-m1").sid(), "foo");
        assert_eq!(id("foo.j-v-m1").jvm_route(), Some("j-v-m1"));
        assert_eq!(id("foo-n").jvm_route(), None);
    }

    #[test]
    fn only_a_complete_id_names_a_node() {
        for valid in ["foo-n", "foo-n.jvm1", "foo-n.j-v-m1", "123456-n1"] {
            assert!(id(valid).names_a_node(), "{valid}");
        }
        for other in [
            "foo",
            "foo.jvm1-n",
            "foo.n.jvm1",
            "foo.n.j-v-m1",
            "123456",
            "-n",
            "foo-",
            "foo-n.",
            "foo-n.a.b",
            ".jvm1",
        ] {
            assert!(!id(other).names_a_node(), "{other}");
        }
    }

    #[test]
    fn a_route_is_replaced_added_or_stripped() {
        assert_eq!(id("foo-n.tc1").with_jvm_route(Some("tc2")), id("foo-n.tc2"));
        assert_eq!(id("foo-n").with_jvm_route(Some("tc2")), id("foo-n.tc2"));
        assert_eq!(id("foo-n.tc1").with_jvm_route(None), id("foo-n"));
        assert_eq!(id("foo-n.a.b").with_jvm_route(None), id("foo-n"));
    }

    #[test]
    fn what_could_mean_something_else_to_memcached_is_refused() {
        assert_eq!(SessionId::parse(""), Err(BadId::Empty));
        assert!(matches!(SessionId::parse(&"a".repeat(1000)), Err(BadId::TooLong { len: 1000, .. })));
        for bad in ["z\r\nset inj 0 0 2\r\nhi", "a b", "a\0", "a\u{7f}", "ä", "a;b", "a\"b", "a,b", "a\\b"] {
            assert!(matches!(SessionId::parse(bad), Err(BadId::Character { .. })), "{bad:?}");
        }
    }

    #[test]
    fn an_id_that_is_the_key_of_another_session_is_refused() {
        for bad in ["lock:foo-n1", "validity:foo-n1", "bak:foo-n1", "ping-n1"] {
            assert!(matches!(SessionId::parse(bad), Err(BadId::Reserved { .. })), "{bad}");
        }
    }

    #[test]
    fn a_new_id_is_32_upper_case_hex_digits_and_new() {
        let ids: HashSet<_> = (0..1000).map(|_| SessionId::random()).collect();
        assert_eq!(ids.len(), 1000);
        for new in ids {
            assert_eq!(new.as_str().len(), 32);
            assert!(new.as_str().bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
            assert_eq!(new.node(), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_id_or_is_refused(text in any::<String>()) {
            if let Ok(id) = SessionId::parse(&text) {
                prop_assert_eq!(id.as_str(), text.as_str());
            }
        }

        #[test]
        fn moving_a_session_changes_its_node_and_nothing_else(text in "[!-~]{1,40}", node in "[A-Za-z0-9_]{1,8}") {
            if let Ok(id) = SessionId::parse(&text) {
                let moved = id.with_node(&node);
                prop_assert_eq!(moved.node(), Some(node.as_str()));
                prop_assert_eq!(moved.sid(), id.sid());
                prop_assert_eq!(moved.jvm_route(), id.jvm_route());
            }
        }
    }
}
