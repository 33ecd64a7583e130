//! A session that was used and not changed is kept alive: its times are written, and its items live longer.

use std::sync::Arc;

use bytes::Bytes;

use super::super::engine::Engine;
use super::super::error::ManagerError;
use super::super::slot::Slot;
use super::write::validity_record;
use crate::session::Expiry;
use crate::store::{Member, Operation};

impl Engine {
    /// Keeps a session and its copy alive. False: one of them is missing, and the session is to be stored.
    pub(super) async fn keep_alive(&self, slot: &Arc<Slot>) -> Result<bool, ManagerError> {
        let Some(member) = self.member_of(&slot.id) else { return Ok(true) };
        let Some((interval, validity)) = slot.with(|live| {
            live.accessed = false;
            (live.max_inactive_interval, Bytes::copy_from_slice(&live.validity().encode()))
        }) else {
            return Ok(true);
        };
        let keys = &self.keys;
        let primary =
            self.refresh_at(member, [keys.session(&slot.id), keys.validity(&slot.id)], interval, &validity);
        let secondary = member.id.as_deref().and_then(|node| self.nodes.next_available(node));
        let Some(secondary) = secondary else { return primary.await };
        let copy = self.refresh_at(
            secondary,
            [keys.backup(&slot.id), keys.backup_validity(&slot.id)],
            interval,
            &validity,
        );
        let (primary, copy) = tokio::join!(primary, copy);
        // A secondary that has just gone away is no reason to fail: what was there before still is.
        let copy = match copy {
            Err(error) if error.node_is_down() => true,
            copy => copy?,
        };
        Ok(primary? && copy)
    }

    async fn refresh_at(
        &self,
        member: &Member,
        [session, validity_key]: [String; 2],
        interval: i32,
        validity: &Bytes,
    ) -> Result<bool, ManagerError> {
        let expiry = Expiry::of_shared_session(interval);
        let operations = vec![
            Operation::Touch { key: &session, expiry },
            Operation::Set(validity_record(&validity_key, validity, interval)),
        ];
        let mut answers = member.node.exchange(operations).await?;
        let touched = answers.found()?;
        answers.set()?;
        if !touched {
            self.statistics.count(|numbers| &numbers.ping_failed);
        }
        Ok(touched)
    }
}
