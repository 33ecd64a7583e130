//! A session ends everywhere.

use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::finish::{Backup, Finished};
use super::super::graves::What;
use super::super::slot::{Live, Slot};
use crate::session::{AuthType, Expiry, Header, SessionId};
use crate::store::{CasOutcome, Member, Node};

impl Engine {
    /// Ends a session for good; if it is to be one version of it, only that.
    pub(super) async fn end_shared(
        self: &Arc<Self>,
        slot: &Arc<Slot>,
        only: Option<u64>,
    ) -> Result<Finished, ManagerError> {
        let cas = |live: &Live| live.origin().and_then(|origin| origin.cas);
        let live = slot.end_if(|live| only.is_none_or(|version| live.version == version));
        let Some(live) = live else {
            return if only.is_some() {
                Err(self.conflict(slot))
            } else {
                Ok(Finished::new(None, Backup::Skipped))
            };
        };
        let bound_to = cas(&live).filter(|_| only.is_some());
        self.missing.insert(slot.id.clone());
        let deleted = self.delete_shared(&slot.id, bound_to).await;
        if matches!(deleted, Err(ManagerError::Conflict { .. })) {
            return Err(self.conflict(slot));
        }
        Ok(Finished::after(None, deleted.map(|()| Backup::Stored)))
    }

    /// Deletes a session, its copies and their validity records. With a cas, only if it still is what was read.
    pub(in crate::manager) async fn delete_shared(
        self: &Arc<Self>,
        id: &SessionId,
        cas: Option<u64>,
    ) -> Result<(), ManagerError> {
        let Some(member) = self.member_of(id) else { return Ok(()) };
        let started = self.statistics.start();
        let out_of_reach = self.nodes.primaries().any(|other| !other.is_available() && other.id != member.id);
        if let Some(cas) = cas
            && member.node.delete_if_unchanged(&self.keys.session(id), cas).await? == CasOutcome::Conflict
        {
            return Err(ManagerError::Conflict { id: id.clone() });
        }
        let own = async {
            if out_of_reach {
                // A copy stays behind. Until it ends, too, the session's key says that there is none.
                self.put_tombstone(member, id).await?;
                member.node.delete(&self.keys.validity(id)).await?;
                return Ok(());
            }
            let keys = [self.keys.session(id), self.keys.validity(id)];
            delete_both(Arc::clone(&member.node), keys).await
        };
        let (own, copies) = tokio::join!(own, self.delete_copies(id));
        self.statistics.record(started, |numbers| &numbers.delete);
        self.statistics.record(started, |numbers| &numbers.after_delete);
        if own.is_err() {
            self.graves.insert_unanswered(id.clone(), What::Whatever);
        }
        own.and(copies)
    }

    /// Deletes the copies of a session and their validity records, wherever they can be reached.
    async fn delete_copies(&self, id: &SessionId) -> Result<(), ManagerError> {
        let mut deletions = JoinSet::new();
        let own = self.member_of(id).and_then(|member| member.id.as_deref());
        let others = self.nodes.primaries().filter(|other| other.id.as_deref() != own);
        for other in others.filter(|other| other.is_available()) {
            let keys = [self.keys.backup(id), self.keys.backup_validity(id)];
            deletions.spawn(delete_both(Arc::clone(&other.node), keys));
        }
        deletions.join_all().await.into_iter().collect()
    }

    /// A session that is not valid: MSM, too, takes it for none.
    async fn put_tombstone(&self, member: &Member, id: &SessionId) -> Result<(), ManagerError> {
        let now_ms = self.clock.now_ms();
        let interval = self.settings.max_inactive_interval;
        let header = Header {
            creation_time: now_ms,
            last_accessed_time: now_ms,
            max_inactive_interval: interval,
            is_new: false,
            is_valid: false,
            this_accessed_time: now_ms,
            last_backup_time: now_ms,
            id: id.as_str().to_owned(),
            auth_type: AuthType::None,
            principal: Bytes::new(),
            saved_request: Bytes::new(),
            saved_principal: Bytes::new(),
        };
        let attributes = self.codec.serialize(&self.empty)?;
        let value = header.encode(&attributes)?.into();
        let expiry = Expiry::of_shared_session(interval);
        Ok(member.node.set(&self.keys.session(id), value, self.codec.flags(), expiry).await?)
    }

    /// Deletes what a session has left behind on a node that it left: now, or when the node is back.
    pub(super) fn forget_left(self: &Arc<Self>, id: SessionId, at_ms: i64) {
        let what = What::Before(at_ms);
        self.graves.insert_unanswered(id.clone(), what);
        let engine = Arc::clone(self);
        self.go_on(async move {
            let _ = engine.delete_copies(&id).await;
            let _ = engine.bury(&id, what).await;
        });
    }
}

async fn delete_both(node: Arc<dyn Node>, [first, second]: [String; 2]) -> Result<(), ManagerError> {
    let (first, second) = tokio::join!(node.delete(&first), node.delete(&second));
    first?;
    second?;
    Ok(())
}
