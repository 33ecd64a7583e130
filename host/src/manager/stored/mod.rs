//! Sessions as they lie on the nodes, looked at from outside: what an operator does when no server can be asked.

mod list;
mod migrate;
mod show;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::codec::Codec;
use super::serializer::Serializers;
use super::statistics::Statistics;
use crate::clock::Clock;
use crate::config::{ManagerConfig, OnUnserializable};
use crate::session::{Header, Keys, SessionId, Validity};
use crate::store::{Member, Nodes, StoreError};

pub use list::{NodeList, SessionList, SessionRow};
pub use migrate::{Migrated, Refused};
pub use show::{AttributeRow, ShownSession};

/// Questions that are under way at one node at a time.
const AT_A_TIME: usize = 32;

/// The sessions on some nodes. A handle: clones look at the same.
#[derive(Clone)]
pub struct StoredSessions {
    inner: Arc<Inner>,
}

struct Inner {
    nodes: Nodes,
    keys: Keys,
    sticky: bool,
    slack_seconds: u32,
    clock: Arc<dyn Clock>,
}

/// One key of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The session itself.
    Session,
    /// Its validity record.
    Validity,
    /// Its second copy.
    Backup,
    /// The validity record of that.
    BackupValidity,
}

impl Part {
    const ALL: [Self; 4] = [Self::Session, Self::Validity, Self::Backup, Self::BackupValidity];

    fn key(self, keys: &Keys, id: &SessionId) -> String {
        match self {
            Self::Session => keys.session(id),
            Self::Validity => keys.validity(id),
            Self::Backup => keys.backup(id),
            Self::BackupValidity => keys.backup_validity(id),
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Session => "session",
            Self::Validity => "validity record",
            Self::Backup => "second copy",
            Self::BackupValidity => "validity record of the second copy",
        })
    }
}

/// What was deleted, and where nothing could be.
#[derive(Debug, Default)]
pub struct Deleted {
    /// The node and what lay there.
    pub deleted: Vec<(String, Part)>,
    /// The nodes that failed.
    pub failed: Vec<StoreError>,
}

impl StoredSessions {
    /// The sessions of an application on its nodes.
    #[must_use]
    pub fn new(config: &ManagerConfig, nodes: Nodes, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            nodes,
            keys: Keys::new(config.storage_key_prefix.as_str()),
            sticky: config.sticky,
            slack_seconds: config.expiry_slack_seconds(),
            clock,
        };
        Self { inner: Arc::new(inner) }
    }

    fn members(&self) -> &[Member] {
        self.inner.nodes.all()
    }

    /// Deletes all that is stored of a session, on all nodes.
    pub async fn delete(&self, id: &SessionId) -> Deleted {
        let mut deletions = JoinSet::new();
        for member in self.members().iter().cloned() {
            let keys = Part::ALL.map(|part| (part, part.key(&self.inner.keys, id)));
            deletions.spawn(async move {
                let mut deleted = Vec::new();
                for (part, key) in keys {
                    match member.node.delete(&key).await {
                        Ok(true) => deleted.push((member.node.name().to_owned(), part)),
                        Ok(false) => {}
                        Err(error) => return (deleted, Some(error)),
                    }
                }
                (deleted, None)
            });
        }
        let mut all = Deleted::default();
        for (deleted, failed) in deletions.join_all().await {
            all.deleted.extend(deleted);
            all.failed.extend(failed);
        }
        all.deleted.sort();
        all
    }

    /// How long a session lives on, in ms since the epoch; none: for ever.
    fn ends(header: &Header, validity: Option<&Validity>) -> Option<i64> {
        let newer = validity.filter(|validity| validity.this_accessed_time > header.this_accessed_time);
        let (interval, used) = newer
            .map_or((header.max_inactive_interval, header.this_accessed_time), |validity| {
                (validity.max_inactive_interval, validity.this_accessed_time)
            });
        (interval > 0).then(|| used.saturating_add(i64::from(interval) * 1000))
    }
}

/// Does something for each, some at a time.
async fn for_each<T, R, F>(items: Vec<T>, action: impl Fn(T) -> F) -> Vec<R>
where
    R: Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let permits = Arc::new(Semaphore::new(AT_A_TIME));
    let mut tasks = JoinSet::new();
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        // Never closed; without a permit it is only faster.
        let permit = Arc::clone(&permits).acquire_owned().await.ok();
        let work = action(item);
        tasks.spawn(async move {
            let result = work.await;
            drop(permit);
            result
        });
        while let Some(Ok(result)) = tasks.try_join_next() {
            results.push(result);
        }
    }
    results.extend(tasks.join_all().await);
    results
}

fn codec(serializers: Serializers) -> Codec {
    Codec {
        serializers,
        filter: None,
        on_unserializable: OnUnserializable::Fail,
        statistics: Arc::new(Statistics::new(false)),
        heavy: Arc::default(),
    }
}
