//! What a manager shows of a session.

use std::sync::Arc;

use super::slot::{Fingerprint, Live};
use crate::session::SessionId;

/// A session as a request sees it.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// When it was made, in ms since the epoch.
    pub creation_time: i64,
    /// When the request before this one began, in ms since the epoch.
    pub last_accessed_time: i64,
    /// Seconds without a request after which it is over; zero or less: never.
    pub max_inactive_interval: i32,
    /// Whether no client has sent its id yet.
    pub is_new: bool,
    /// Its attributes.
    pub document: Arc<[u8]>,
}

impl Session {
    /// Stands for what a client sees of the content: it changes whenever that does, and is the same at every server.
    #[must_use]
    pub fn etag(&self) -> String {
        Fingerprint::of_session(&self.document, self.max_inactive_interval).to_hex()
    }
}

impl Session {
    /// The same under another id.
    pub(super) fn under(self, id: &SessionId) -> Self {
        if self.id == *id { self } else { Self { id: id.clone(), ..self } }
    }

    pub(super) fn of(id: &SessionId, live: &Live) -> Self {
        Self {
            id: id.clone(),
            creation_time: live.creation_time,
            last_accessed_time: live.last_accessed_time,
            max_inactive_interval: live.max_inactive_interval,
            is_new: live.is_new,
            document: Arc::clone(&live.document),
        }
    }
}
