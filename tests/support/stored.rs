//! A stored session, taken apart by MSM's own layout: nothing of Holdfast is asked.

use holdfast_tests::Memcached;

/// What MSM's envelope says, as far as the tests compare it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) creation_time: i64,
    pub(crate) max_inactive_interval: i32,
    pub(crate) id: String,
    /// 0 none, 1 BASIC.
    pub(crate) auth_type: u16,
    pub(crate) principal: Vec<u8>,
    pub(crate) attributes: Vec<u8>,
}

impl Session {
    /// The one under a key; packed values are not for this.
    #[track_caller]
    pub(crate) fn get(memcached: &Memcached, key: &str) -> Self {
        let stored =
            memcached.get(key).unwrap_or_else(|| panic!("{key} is not there: {:?}", memcached.keys()));
        let bytes = stored.value;
        assert_eq!(number(&bytes, 0, 2), 2, "the version");
        let mut at = 42;
        let mut part = |fixed: usize| {
            let length = if fixed > 0 { fixed } else { number(&bytes, at, 2) as usize };
            let begin = if fixed > 0 { at } else { at + 2 };
            at = begin + length;
            bytes[begin..at].to_vec()
        };
        let id = String::from_utf8(part(0)).unwrap();
        let auth_type = part(2);
        let principal = part(0);
        let (_saved_request, _saved_principal) = (part(0), part(0));
        assert_eq!(number(&bytes, 2, 2) as usize, at, "where the attributes begin");
        Self {
            creation_time: number(&bytes, 4, 8),
            max_inactive_interval: number(&bytes, 20, 4) as i32,
            id,
            auth_type: u16::from_be_bytes([auth_type[0], auth_type[1]]),
            principal,
            attributes: bytes[at..].to_vec(),
        }
    }
}

fn number(bytes: &[u8], at: usize, length: usize) -> i64 {
    bytes[at..at + length].iter().fold(0, |number, byte| number << 8 | i64::from(*byte))
}
