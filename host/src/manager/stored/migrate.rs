//! Every session written again with another serializer.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::{StoredSessions, codec, for_each};
use crate::manager::codec::envelope_of;
use crate::manager::serializer::Serializers;
use crate::manager::slot::header_is_valid_at;
use crate::session::{Expiry, Header, SessionId};
use crate::store::{CasOutcome, Member, StoreError};

/// Somebody may write a session again and again; then it is left to them.
const ATTEMPTS: usize = 5;

/// What became of the sessions; second copies count like sessions.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Migrated {
    /// Written with the new serializer; in a dry run: would be.
    pub migrated: usize,
    /// Were already, or are over or gone.
    pub unchanged: usize,
    /// Left as they are, and why.
    pub refused: Vec<Refused>,
    /// Nodes that could not be asked for what they have.
    pub failed: Vec<StoreError>,
}

/// A session that was left as it is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Refused {
    /// The key.
    pub key: String,
    /// The node.
    pub node: String,
    /// Why.
    pub reason: String,
}

enum Outcome {
    Migrated,
    Unchanged,
    Refused(String),
}

impl StoredSessions {
    /// Writes all sessions with the serializer that writes. What cannot be read or written is left as it is; so is what
    /// others write at the same time, until they are done. `found` is told how many there are at a node, `done` each
    /// that is done.
    pub async fn migrate(
        &self,
        serializers: &Serializers,
        dry_run: bool,
        found: impl Fn(usize) + Clone + Send + Sync + 'static,
        done: impl Fn() + Clone + Send + Sync + 'static,
    ) -> Migrated {
        let mut nodes = JoinSet::new();
        for member in self.members().iter().cloned() {
            let (stored, found, done) = (self.clone(), found.clone(), done.clone());
            let serializers = serializers.clone();
            nodes.spawn(async move {
                let keys = member.node.keys().await?;
                let keys: Vec<(String, SessionId)> = keys
                    .into_iter()
                    .filter_map(|key| {
                        let id = stored.inner.keys.session_of(&key).or_else(|| stored.copy_of(&key))?;
                        Some((key, id))
                    })
                    .collect();
                found(keys.len());
                let member = Arc::new(member);
                let outcomes = for_each(keys, |(key, id)| {
                    let (stored, member) = (stored.clone(), Arc::clone(&member));
                    let (serializers, done) = (serializers.clone(), done.clone());
                    async move {
                        let outcome = stored.migrate_one(&member, &key, &id, serializers, dry_run).await;
                        done();
                        (key, member.node.name().to_owned(), outcome)
                    }
                });
                Ok(outcomes.await)
            });
        }
        let mut all = Migrated::default();
        for of_node in nodes.join_all().await {
            match of_node {
                Err(error) => all.failed.push(error),
                Ok(outcomes) => {
                    for (key, node, outcome) in outcomes {
                        match outcome {
                            Outcome::Migrated => all.migrated += 1,
                            Outcome::Unchanged => all.unchanged += 1,
                            Outcome::Refused(reason) => all.refused.push(Refused { key, node, reason }),
                        }
                    }
                }
            }
        }
        all.refused.sort_by(|a, b| a.key.cmp(&b.key));
        all
    }

    async fn migrate_one(
        &self,
        member: &Member,
        key: &str,
        id: &SessionId,
        serializers: Serializers,
        dry_run: bool,
    ) -> Outcome {
        let codec = codec(serializers);
        let refused = |error: &dyn std::fmt::Display| Outcome::Refused(error.to_string());
        for _ in 0..ATTEMPTS {
            let item = match member.node.get(key).await {
                Ok(Some(item)) => item,
                Ok(None) => return Outcome::Unchanged,
                Err(error) => return refused(&error),
            };
            if item.flags == codec.flags() {
                return Outcome::Unchanged;
            }
            let header = match envelope_of(&item) {
                Ok(envelope) => envelope.header,
                Err(error) => return refused(&error),
            };
            if self.inner.sticky && !header_is_valid_at(&header, self.inner.clock.now_ms()) {
                return Outcome::Unchanged;
            }
            let (header, document) = match codec.decode(id, &item) {
                Ok(decoded) => decoded,
                Err(error) => return refused(&error),
            };
            let value = match codec.serialize(&document) {
                Ok(bytes) => header.encode(&bytes),
                Err(error) => return refused(&error),
            };
            let value = match value {
                Ok(value) => value,
                Err(error) => return refused(&error),
            };
            if dry_run {
                return Outcome::Migrated;
            }
            let expiry = self.expiry(&header);
            match member.node.compare_and_set(key, value.into(), codec.flags(), expiry, item.cas).await {
                Ok(CasOutcome::Stored) => return Outcome::Migrated,
                Ok(CasOutcome::Missing) => return Outcome::Unchanged,
                Ok(CasOutcome::Conflict) => {}
                Err(error) => return refused(&error),
            }
        }
        Outcome::Refused("it was changed by others again and again".to_owned())
    }

    /// What the session's remaining life says. Where validity records decide about that, the session itself is kept for
    /// twice its interval.
    fn expiry(&self, header: &Header) -> Expiry {
        if !self.inner.sticky {
            return Expiry::of_shared_session(header.max_inactive_interval);
        }
        let idle_ms = self.inner.clock.now_ms().saturating_sub(header.this_accessed_time);
        Expiry::of_sticky_session(header.max_inactive_interval, idle_ms, self.inner.slack_seconds)
    }
}
