//! The validity record: the times of a session, stored beside it so that a request that changes nothing writes 20
//! bytes and not the session.

/// The times that decide whether a session is still alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// Seconds without a request after which the session is over; zero or less: never.
    pub max_inactive_interval: i32,
    /// Start of the last but one request, milliseconds since the epoch.
    pub last_accessed_time: i64,
    /// Start of the last request, milliseconds since the epoch.
    pub this_accessed_time: i64,
}

/// A validity record that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a validity record has {} bytes, this one has {len}", Validity::LEN)]
pub struct BadValidity {
    /// How many bytes there are.
    pub len: usize,
}

impl Validity {
    /// How many bytes a record has.
    pub const LEN: usize = 20;

    /// Reads a record.
    ///
    /// # Errors
    /// `bytes` has another length than [`Validity::LEN`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BadValidity> {
        let whole: &[u8; Self::LEN] = bytes.try_into().map_err(|_| BadValidity { len: bytes.len() })?;
        let (interval, times) = whole.split_first_chunk::<4>().ok_or(BadValidity { len: bytes.len() })?;
        let (last, this) = times.split_first_chunk::<8>().ok_or(BadValidity { len: bytes.len() })?;
        let this = this.first_chunk::<8>().ok_or(BadValidity { len: bytes.len() })?;
        Ok(Self {
            max_inactive_interval: i32::from_be_bytes(*interval),
            last_accessed_time: i64::from_be_bytes(*last),
            this_accessed_time: i64::from_be_bytes(*this),
        })
    }

    /// The record's bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (interval, times) = bytes.split_at_mut(4);
        let (last, this) = times.split_at_mut(8);
        interval.copy_from_slice(&self.max_inactive_interval.to_be_bytes());
        last.copy_from_slice(&self.last_accessed_time.to_be_bytes());
        this.copy_from_slice(&self.this_accessed_time.to_be_bytes());
        bytes
    }

    /// Whether the session is alive: it never ends, or its last request is fewer whole seconds ago than the interval
    /// has.
    #[must_use]
    pub fn is_valid_at(&self, now_ms: i64) -> bool {
        self.max_inactive_interval <= 0
            || now_ms.saturating_sub(self.this_accessed_time) / 1000 < i64::from(self.max_inactive_interval)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_golden_record() {
        let validity = Validity {
            max_inactive_interval: 1800,
            last_accessed_time: 1_700_000_001_000,
            this_accessed_time: 1_700_000_002_000,
        };
        let hex: String = validity.encode().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "000007080000018bcfe56be80000018bcfe56fd0");
        assert_eq!(Validity::decode(&validity.encode()), Ok(validity));
    }

    #[test]
    fn another_length_is_refused() {
        for len in [0, 1, 19, 21] {
            assert_eq!(Validity::decode(&vec![0; len]), Err(BadValidity { len }));
        }
        assert_eq!(BadValidity { len: 1 }.to_string(), "a validity record has 20 bytes, this one has 1");
    }

    #[test]
    fn a_session_ends_when_whole_seconds_reach_the_interval() {
        let validity =
            Validity { max_inactive_interval: 10, last_accessed_time: 0, this_accessed_time: 1_000 };
        assert!(validity.is_valid_at(1_000));
        assert!(validity.is_valid_at(10_999));
        assert!(!validity.is_valid_at(11_000));
    }

    proptest! {
        #[test]
        fn a_session_without_an_interval_never_ends(
            interval in i32::MIN..=0, last in any::<i64>(), this in any::<i64>(), now in any::<i64>()
        ) {
            let validity = Validity {
                max_inactive_interval: interval, last_accessed_time: last, this_accessed_time: this,
            };
            prop_assert!(validity.is_valid_at(now));
        }

        #[test]
        fn any_record_round_trips_and_any_clock_is_survived(
            bytes in any::<[u8; 20]>(), now in any::<i64>()
        ) {
            let validity = Validity::decode(&bytes).unwrap();
            prop_assert_eq!(validity.encode(), bytes);
            let _ = validity.is_valid_at(now);
        }
    }
}
