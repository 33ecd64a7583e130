//! What stands under a lock's key while it is ours, and what becomes of it when that is not known.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::remote::Remote;
use crate::session::{ItemFlags, LOCK_VALUE};
use crate::store::{CasOutcome, Expiry, Item, Node, Operation, Store, StoreError};

/// A lock that lasts one second may be gone at once: memcached counts in whole seconds of its own.
const LEAST_SECONDS: u32 = 2;

/// Between two looks for a lock that may have been left on a node, while the node does not answer.
const SWEEP_PAUSE: Duration = Duration::from_millis(500);

/// How long a write may come late that was sent on another connection before the look.
const STRAGGLERS: Duration = Duration::from_millis(100);

/// After that the lock is left to its expiration.
const SWEEP_PATIENCE: Duration = Duration::from_secs(30);

/// A lock's key with a value that no other lock has.
pub(super) struct Claim {
    node: Arc<dyn Node>,
    key: Box<str>,
    value: Bytes,
    seconds: u32,
}

/// A lock that was had, and what was read with it: nothing, or an answer for each key.
pub(super) struct Staked {
    pub(super) remote: Remote,
    pub(super) items: Vec<Option<Item>>,
}

impl Claim {
    /// `owner` is unique.
    pub(super) fn new(node: Arc<dyn Node>, key: &str, owner: &str, expiration: Duration) -> Self {
        let value = [LOCK_VALUE, b" ", owner.as_bytes()].concat().into();
        let seconds = u32::try_from(expiration.as_secs()).unwrap_or(u32::MAX).max(LEAST_SECONDS);
        Self { node, key: key.into(), value, seconds }
    }

    pub(super) fn is_at(&self, node: &Arc<dyn Node>, key: &str) -> bool {
        self.is_on(node) && *self.key == *key
    }

    pub(super) fn is_on(&self, node: &Arc<dyn Node>) -> bool {
        Arc::ptr_eq(&self.node, node)
    }

    /// For how long what is written now stands at the least.
    pub(super) fn certain(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds) - 1)
    }

    /// Tries once to get the lock, and reads what lies under these keys as soon as it has it. None: somebody else has it.
    /// `sent`: when that is, or earlier.
    pub(super) async fn stake(
        self: Arc<Self>,
        sent: Instant,
        keys: Vec<String>,
    ) -> Result<Option<Staked>, StoreError> {
        match self.add_and_read(&keys).await {
            Ok((Some(cas), items)) => Ok(Some(Staked { remote: Remote::new(self, cas, sent), items })),
            Ok((None, _)) => Ok(None),
            Err(error) if error.node_is_down() => {
                // A node that was restarted shows that only when its old connections are used.
                if matches!(error, StoreError::Unavailable { .. })
                    && let Ok(outcome) = Arc::clone(&self).stake_again(sent).await
                {
                    return Ok(outcome.map(|remote| Staked { remote, items: Vec::new() }));
                }
                // It may have been stored, and may be yet.
                self.sweep_in_background();
                Err(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn add_and_read(&self, keys: &[String]) -> Result<(Option<u64>, Vec<Option<Item>>), StoreError> {
        let add = Store {
            key: &self.key,
            value: self.value.clone(),
            flags: ItemFlags::LOCK.pack(),
            expiry: self.expiry(),
        };
        let gets = keys.iter().map(|key| Operation::Get { key });
        let mut answers = self.node.exchange(iter::once(Operation::Add(add)).chain(gets).collect()).await?;
        let cas = answers.added()?;
        let items = keys.iter().map(|_| answers.item()).collect::<Result<_, _>>()?;
        Ok((cas, items))
    }

    async fn stake_again(self: Arc<Self>, first_sent: Instant) -> Result<Option<Remote>, StoreError> {
        let mut sent = first_sent;
        loop {
            match self.node.get(&self.key).await? {
                Some(item) if item.value == self.value => {
                    return Ok(Some(Remote::new(self, item.cas, sent)));
                }
                Some(_) => return Ok(None),
                // As the lock of another may have been there and gone since: the second time that is the answer.
                None if sent != first_sent => return Ok(None),
                None => {}
            }
            sent = Instant::now();
            if let (Some(cas), _) = self.add_and_read(&[]).await? {
                return Ok(Some(Remote::new(self, cas, sent)));
            }
        }
    }

    /// Has it live from now, if it is what was written with this `cas`.
    pub(super) async fn extend(&self, cas: u64) -> Result<CasOutcome, StoreError> {
        let (value, flags) = (self.value.clone(), ItemFlags::LOCK.pack());
        self.node.compare_and_set(&self.key, value, flags, self.expiry(), cas).await
    }

    /// The `cas` under which it stands; none: it is gone, or another's.
    pub(super) async fn look(&self) -> Result<Option<u64>, StoreError> {
        let item = self.node.get(&self.key).await?;
        Ok(item.filter(|item| item.value == self.value).map(|item| item.cas))
    }

    /// Deletes it, and says whether it was there.
    pub(super) async fn give_back(&self, mut cas: Option<u64>) -> Result<bool, StoreError> {
        loop {
            let known = match cas {
                Some(known) => known,
                None => match self.look().await? {
                    Some(known) => known,
                    None => return Ok(false),
                },
            };
            match self.node.delete_if_unchanged(&self.key, known).await? {
                CasOutcome::Stored => return Ok(true),
                CasOutcome::Missing => return Ok(false),
                // Another's by now, or ours with a renewal that came in between.
                CasOutcome::Conflict => cas = None,
            }
        }
    }

    /// The operation that deletes it, if it is still what was written with this `cas`.
    pub(super) fn deletion(&self, cas: u64) -> Operation<'_> {
        Operation::DeleteIfUnchanged { key: &self.key, cas }
    }

    /// Deletes it as soon as the node answers, if it turns out to be there.
    pub(super) fn sweep_in_background(self: Arc<Self>) {
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let end = Instant::now() + SWEEP_PATIENCE;
            while Instant::now() < end {
                match self.give_back(None).await {
                    Ok(true) => return,
                    Ok(false) => {
                        sleep(STRAGGLERS).await;
                        if self.give_back(None).await.is_ok() {
                            return;
                        }
                    }
                    Err(_) => sleep(SWEEP_PAUSE).await,
                }
            }
        });
    }

    fn expiry(&self) -> Expiry {
        Expiry::seconds(self.seconds)
    }
}
