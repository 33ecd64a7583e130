//! All sessions that lie on the nodes.

use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinSet;

use super::{StoredSessions, for_each};
use crate::manager::codec::envelope_of;
use crate::manager::serializer::format_of;
use crate::session::{ItemFlags, SessionId, Validity};
use crate::store::{Member, StoreError};

/// What the nodes have.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct SessionList {
    /// The sessions, those used last first.
    pub sessions: Vec<SessionRow>,
    /// The nodes, in the order of the configuration.
    pub nodes: Vec<NodeList>,
}

/// A node.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct NodeList {
    /// Its id and address.
    pub node: String,
    /// How many sessions it has.
    pub sessions: usize,
    /// How many second copies of sessions on other nodes.
    pub copies: usize,
    /// Why it could not be asked.
    pub error: Option<String>,
}

/// A session.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// The id of the node that has it; without one, its address.
    pub node: String,
    /// How many bytes are stored.
    pub size: usize,
    /// What wrote it, by its item flags: the id of a format, or which MSM.
    pub serializer: String,
    /// When its last request began, in ms since the epoch.
    pub last_accessed_time: Option<i64>,
    /// In how many ms it is over; negative: it is; none: never, or nobody knows.
    pub expires_in: Option<i64>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// What a node has.
type OfNode = (Vec<SessionRow>, usize, Option<StoreError>);

impl StoredSessions {
    /// Asks all nodes for the sessions that they have. A node that fails is said, and disturbs no other.
    pub async fn list(&self) -> SessionList {
        let mut looks = JoinSet::new();
        for (position, member) in self.members().iter().cloned().enumerate() {
            let stored = self.clone();
            looks.spawn(async move { (position, stored.list_node(member).await) });
        }
        let mut of_nodes: Vec<(usize, OfNode)> = looks.join_all().await;
        of_nodes.sort_by_key(|(position, _)| *position);
        let mut list = SessionList { sessions: Vec::new(), nodes: Vec::new() };
        for ((_, (rows, copies, error)), member) in of_nodes.into_iter().zip(self.members()) {
            list.nodes.push(NodeList {
                node: member.node.name().to_owned(),
                sessions: rows.len(),
                copies,
                error: error.map(|error| error.to_string()),
            });
            list.sessions.extend(rows);
        }
        list.sessions
            .sort_by(|a, b| b.last_accessed_time.cmp(&a.last_accessed_time).then_with(|| a.id.cmp(&b.id)));
        list
    }

    async fn list_node(&self, member: Member) -> OfNode {
        let keys = match member.node.keys().await {
            Ok(keys) => keys,
            Err(error) => return (Vec::new(), 0, Some(error)),
        };
        let ids: Vec<SessionId> = keys.iter().filter_map(|key| self.inner.keys.session_of(key)).collect();
        let copies = keys.iter().filter(|key| self.copy_of(key).is_some()).count();
        let member = Arc::new(member);
        let rows = for_each(ids, |id| {
            let (stored, member) = (self.clone(), Arc::clone(&member));
            async move { stored.row(&member, id).await }
        })
        .await;
        let (mut sessions, mut failed) = (Vec::new(), None);
        for row in rows {
            match row {
                Ok(row) => sessions.extend(row),
                Err(error) => failed = Some(error),
            }
        }
        (sessions, copies, failed)
    }

    /// None: it is gone meanwhile.
    async fn row(&self, member: &Member, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
        let Some(item) = member.node.get(&self.inner.keys.session(&id)).await? else { return Ok(None) };
        let mut row = SessionRow {
            id: id.to_string(),
            node: member.id.clone().unwrap_or_else(|| member.node.name().to_owned()),
            size: item.value.len(),
            serializer: written_by(item.flags),
            last_accessed_time: None,
            expires_in: None,
            problem: None,
        };
        match envelope_of(&item) {
            Ok(envelope) => {
                let validity = self.validity(member, &id).await?;
                let header = envelope.header;
                let used = validity.map_or(header.this_accessed_time, |validity| {
                    validity.this_accessed_time.max(header.this_accessed_time)
                });
                row.last_accessed_time = Some(used);
                row.expires_in = Self::ends(&header, validity.as_ref())
                    .map(|ends| ends.saturating_sub(self.inner.clock.now_ms()));
            }
            Err(error) => row.problem = Some(error),
        }
        Ok(Some(row))
    }

    /// The newest times of a session where requests that change nothing do not write it.
    pub(super) async fn validity(
        &self,
        member: &Member,
        id: &SessionId,
    ) -> Result<Option<Validity>, StoreError> {
        if self.inner.sticky {
            return Ok(None);
        }
        let item = member.node.get(&self.inner.keys.validity(id)).await?;
        Ok(item.and_then(|item| Validity::decode(&item.value).ok()))
    }

    /// The session of which a key has the second copy.
    pub(super) fn copy_of(&self, key: &str) -> Option<SessionId> {
        self.inner.keys.session_of(key.strip_prefix("bak:")?)
    }
}

/// What wrote a value, for people.
pub(super) fn written_by(flags: u32) -> String {
    match ItemFlags::parse(flags) {
        ItemFlags::Tagged { tag, .. } => format_of(tag),
        ItemFlags::Msm2 => "MSM 2".to_owned(),
        ItemFlags::Msm1 => "MSM 1".to_owned(),
        ItemFlags::Msm1Gzip => "MSM 1, gzip".to_owned(),
        ItemFlags::Unknown(flags) => format!("unknown, flags {flags:#010x}"),
    }
}
