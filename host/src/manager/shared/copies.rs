//! What the nodes have of a session: itself, and its copies.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::graves::What;
use super::super::slot::{header_is_valid_at, log_name};
use crate::session::{Header, SessionId, Validity};
use crate::store::{Item, Member, Node, Operation, StoreError};

/// After a node has come back, what it has may be older than what others have: for as long as servers may differ in
/// whether it is there, and clients in what id their session has.
const DOUBTFUL: Duration = Duration::from_secs(5);

/// MSM keeps sessions alive by adding a byte under their key, which nearly always fails. Where it does not, the byte
/// stands there for some seconds, and is no session.
const PLACEHOLDER_LEN: usize = 1;

/// A session as it lies somewhere.
pub(super) struct Found {
    /// The id under which it lies.
    pub(super) id: SessionId,
    /// Of the item under the session's own key; none for a copy.
    pub(super) cas: Option<u64>,
    /// With the times of the validity record, if there is one.
    pub(super) header: Header,
    pub(super) document: Arc<[u8]>,
}

impl Found {
    /// Of two copies the one with the greater number is newer. MSM leaves the time of the backup before in what it
    /// writes, but has seen a later request.
    pub(super) fn version(&self) -> (i64, i64) {
        let header = &self.header;
        (header.last_backup_time.max(header.this_accessed_time), header.last_backup_time)
    }
}

/// What lies under a session's own key.
pub(super) enum Primary {
    /// No session, or one that has left this node.
    Nothing,
    /// A session that was ended while a copy could not be deleted.
    Ended,
    Session(Box<Found>),
}

/// Whether an item is none of a session's, but a byte of MSM.
pub(super) fn is_placeholder(item: &Item) -> bool {
    item.value.len() <= PLACEHOLDER_LEN
}

impl Engine {
    /// What lies on the node of a session. `items`: the session and its validity record, if they were read already.
    pub(super) async fn read_primary(
        &self,
        member: &Member,
        id: &SessionId,
        items: Vec<Option<Item>>,
    ) -> Result<Primary, ManagerError> {
        let started = self.statistics.start();
        let [item, validity] = match <[_; 2]>::try_from(items) {
            Ok(items) => items,
            Err(_) => {
                let keys = [self.keys.session(id), self.keys.validity(id)];
                get_both(member.node.as_ref(), &keys).await?
            }
        };
        let Some(item) = item.filter(|item| !is_placeholder(item)) else { return Ok(Primary::Nothing) };
        match self.graves.death(id, &item) {
            None => {}
            Some(What::Before(_)) => return Ok(Primary::Nothing),
            Some(What::Whatever | What::This(_)) => return Ok(Primary::Ended),
        }
        // Without it the times in the session count.
        let found = self.found(id, Some(item.cas), &item, validity).inspect_err(|error| {
            self.statistics.count(|numbers| &numbers.load_failures);
            tracing::warn!(session = log_name(id), %error, "a stored session was not read; it is kept");
        })?;
        self.statistics.count(|numbers| &numbers.sessions_loaded);
        self.statistics.record(started, |numbers| &numbers.load);
        Ok(if found.header.is_valid { Primary::Session(Box::new(found)) } else { Primary::Ended })
    }

    fn found(
        &self,
        id: &SessionId,
        cas: Option<u64>,
        item: &Item,
        validity: Option<Item>,
    ) -> Result<Found, ManagerError> {
        let (mut header, document) = self.codec.decode(id, item)?;
        if let Some(times) = validity.and_then(|item| Validity::decode(&item.value).ok())
            && times.this_accessed_time >= header.this_accessed_time
        {
            header.this_accessed_time = times.this_accessed_time;
            header.last_accessed_time = times.last_accessed_time;
        }
        Ok(Found { id: id.clone(), cas, header, document })
    }

    /// Whether what a node has may be older than what others have.
    pub(super) fn is_doubtful(member: &Member) -> bool {
        let Some(verdict) = member.node.verdict() else { return false };
        let verdict = *verdict.borrow();
        verdict.incarnation > 0 && verdict.since.elapsed() < DOUBTFUL
    }

    /// Everything that available nodes have of a session, under whatever id, the newest first. What cannot be read is
    /// left out.
    pub(super) async fn survey(self: &Arc<Self>, id: &SessionId) -> Vec<Found> {
        self.survey_since_end(id).await.0
    }

    /// The same, and the version of what says that the session was ended, if anything does. What is older than that is
    /// left out.
    pub(super) async fn survey_since_end(
        self: &Arc<Self>,
        id: &SessionId,
    ) -> (Vec<Found>, Option<(i64, i64)>) {
        let mut looks = JoinSet::new();
        let members = self.nodes.all().iter().filter(|member| member.is_available());
        for member in members {
            let Some(node_id) = member.id.as_deref() else { continue };
            looks.spawn(Arc::clone(self).look(Arc::clone(&member.node), id.with_node(node_id), false));
            if member.failover {
                continue;
            }
            for other in self.nodes.all().iter().filter_map(|other| other.id.as_deref()) {
                if other != node_id {
                    looks.spawn(Arc::clone(self).look(Arc::clone(&member.node), id.with_node(other), true));
                }
            }
        }
        let mut found: Vec<_> = looks.join_all().await.into_iter().flatten().collect();
        let now_ms = self.clock.now_ms();
        let ended = found.iter().filter(|found| !found.header.is_valid).map(Found::version).max();
        found.retain(|found| {
            header_is_valid_at(&found.header, now_ms) && ended.is_none_or(|ended| ended < found.version())
        });
        // At the same version the session itself is better than a copy of it.
        found.sort_by_key(|found| std::cmp::Reverse((found.version(), found.cas.is_some())));
        (found, ended)
    }

    async fn look(self: Arc<Self>, node: Arc<dyn Node>, id: SessionId, is_copy: bool) -> Option<Found> {
        let keys = &self.keys;
        let keys = match is_copy {
            false => [keys.session(&id), keys.validity(&id)],
            true => [keys.backup(&id), keys.backup_validity(&id)],
        };
        let [item, validity] = get_both(node.as_ref(), &keys).await.ok()?;
        let item = item.filter(|item| !is_placeholder(item))?;
        if !is_copy && self.graves.holds(&id, &item) {
            return None;
        }
        let cas = (!is_copy).then_some(item.cas);
        self.found(&id, cas, &item, validity).ok()
    }
}

async fn get_both(node: &dyn Node, [first, second]: &[String; 2]) -> Result<[Option<Item>; 2], StoreError> {
    let operations = vec![Operation::Get { key: first }, Operation::Get { key: second }];
    let mut answers = node.exchange(operations).await?;
    Ok([answers.item()?, answers.item()?])
}
