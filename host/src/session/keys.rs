//! The keys under which a session and what belongs to it are stored.

use super::id::SessionId;

/// The longest key that memcached takes.
const MAX_KEY_LEN: usize = 250;

/// The longest id: with no prefix at all, its backup validity record must still have a key. With a prefix less fits;
/// the store refuses what is too long.
pub(super) const MAX_ID_LEN: usize = MAX_KEY_LEN - BACKUP.len() - VALIDITY.len();

const BACKUP: &str = "bak:";
const VALIDITY: &str = "validity:";
const LOCK: &str = "lock:";
const PING: &str = "ping-";

/// No session id may begin with these: without a prefix it would be the key of something else.
pub(super) const RESERVED_STARTS: [&str; 4] = [BACKUP, VALIDITY, LOCK, PING];

/// What stands under a lock's key. Any value would do; MSM's shows an operator what it is.
pub const LOCK_VALUE: &[u8] = b"locked";

/// Makes the keys of one application, all of which share a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// Keys with the given prefix, which [`KeyPrefix`](crate::config::KeyPrefix) has ready.
    #[must_use]
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    /// The prefix; empty if there is none.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Where the session itself lies.
    #[must_use]
    pub fn session(&self, id: &SessionId) -> String {
        [&self.prefix, id.as_str()].concat()
    }

    /// Where its validity record lies (non-sticky mode).
    #[must_use]
    pub fn validity(&self, id: &SessionId) -> String {
        [VALIDITY, &self.prefix, id.as_str()].concat()
    }

    /// Where its copy lies, on the secondary node.
    #[must_use]
    pub fn backup(&self, id: &SessionId) -> String {
        [BACKUP, &self.prefix, id.as_str()].concat()
    }

    /// Where the copy of its validity record lies, on the secondary node. The prefix stands there twice; so MSM has it.
    #[must_use]
    pub fn backup_validity(&self, id: &SessionId) -> String {
        [BACKUP, &self.prefix, VALIDITY, &self.prefix, id.as_str()].concat()
    }

    /// Where its lock lies.
    #[must_use]
    pub fn lock(&self, id: &SessionId) -> String {
        [LOCK, &self.prefix, id.as_str()].concat()
    }

    /// What is asked for to learn whether a node answers. Nothing is ever stored there.
    #[must_use]
    pub fn ping(&self, node: &str) -> String {
        [&self.prefix, PING, node].concat()
    }

    /// The session that lies under a key, if the key is a session's: neither another application's, as far as that can
    /// be told from the prefix, nor a lock, a validity record or a copy.
    #[must_use]
    pub fn session_of(&self, key: &str) -> Option<SessionId> {
        SessionId::parse(key.strip_prefix(self.prefix.as_str())?).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id(text: &str) -> SessionId {
        SessionId::parse(text).unwrap()
    }

    #[test]
    fn every_key_without_a_prefix() {
        let keys = Keys::default();
        let id = id("12345678-n1");
        assert_eq!(keys.session(&id), "12345678-n1");
        assert_eq!(keys.validity(&id), "validity:12345678-n1");
        assert_eq!(keys.backup(&id), "bak:12345678-n1");
        assert_eq!(keys.backup_validity(&id), "bak:validity:12345678-n1");
        assert_eq!(keys.lock(&id), "lock:12345678-n1");
        assert_eq!(keys.ping("n1"), "ping-n1");
    }

    #[test]
    fn every_key_with_a_prefix() {
        let keys = Keys::new("localhost_");
        let id = id("foo");
        assert_eq!(keys.session(&id), "localhost_foo");
        assert_eq!(keys.validity(&id), "validity:localhost_foo");
        assert_eq!(keys.backup(&id), "bak:localhost_foo");
        assert_eq!(keys.backup_validity(&id), "bak:localhost_validity:localhost_foo");
        assert_eq!(keys.lock(&id), "lock:localhost_foo");
        assert_eq!(keys.ping("n1"), "localhost_ping-n1");
    }

    #[test]
    fn only_a_sessions_key_is_read_back_as_a_session() {
        for prefix in ["", "www.example.com:/my-app_"] {
            let keys = Keys::new(prefix);
            let id = id("foo-n1.tc1");
            assert_eq!(keys.session_of(&keys.session(&id)), Some(id.clone()));
            for other in [
                keys.validity(&id),
                keys.backup(&id),
                keys.backup_validity(&id),
                keys.lock(&id),
                keys.ping("n1"),
            ] {
                assert_eq!(keys.session_of(&other), None, "{other}");
            }
        }
    }

    #[test]
    fn the_longest_id_still_has_all_its_keys() {
        let id = id(&"a".repeat(MAX_ID_LEN));
        assert_eq!(Keys::default().backup_validity(&id).len(), MAX_KEY_LEN);
    }

    proptest! {
        /// MSM looks for the node in the whole key and loses every session of such an application.
        #[test]
        fn a_prefix_with_dashes_and_dots_leaves_the_node_alone(prefix in "[a-z.:/-]{0,20}_", sid in "[0-9A-F]{32}") {
            let keys = Keys::new(prefix);
            let id = id(&sid).with_node("n1");
            prop_assert_eq!(id.node(), Some("n1"));
            prop_assert_eq!(keys.session_of(&keys.session(&id)), Some(id));
        }
    }
}
