//! What the manager's errors are to a client.

use super::problem::{Kind, Problem};
use crate::manager::ManagerError;
use crate::session::{BadId, SessionId};
use crate::store::StoreError;

impl From<ManagerError> for Problem {
    fn from(error: ManagerError) -> Self {
        let problem = Self::new(kind(&error), &error);
        match error {
            ManagerError::IgnoredRequest { request, pattern } => {
                problem.with("request", request).with("pattern", pattern)
            }
            ManagerError::BadValue { name, .. } => problem.with("attribute", name),
            ManagerError::PluginMissing { format, .. } => problem.with("format", format),
            ManagerError::Unserializable { serializer, path, .. } => {
                problem.with("serializer", serializer).with("path", path)
            }
            ManagerError::Serializer { serializer, .. } => problem.with("serializer", serializer),
            ManagerError::TooManySessions { limit } => problem.with("limit", limit),
            // A node that is gone is asked again a second later, and another server may be up by then.
            ManagerError::Store(_) | ManagerError::Stopped | ManagerError::Locked { .. } => {
                problem.retry_after(1)
            }
            _ => problem,
        }
    }
}

fn kind(error: &ManagerError) -> Kind {
    match error {
        ManagerError::NoSession => Kind::UnknownSession,
        ManagerError::Ended { .. } | ManagerError::Conflict { .. } => Kind::LostRace,
        ManagerError::Locked { .. } => Kind::Locked,
        ManagerError::IgnoredRequest { .. } => Kind::IgnoredRequest,
        ManagerError::TooManySessions { .. } => Kind::TooManySessions,
        ManagerError::BadValue { .. } | ManagerError::BadDocument { .. } => Kind::UnreadableBody,
        ManagerError::PluginMissing { .. } => Kind::PluginMissing,
        ManagerError::Unreadable { .. } => Kind::UnreadableSession,
        ManagerError::Unserializable { .. } => Kind::Unserializable,
        ManagerError::Serializer { .. } | ManagerError::Envelope(_) => Kind::Internal,
        ManagerError::Store(error) if matches!(**error, StoreError::TooLarge { .. }) => Kind::TooLarge,
        ManagerError::Store(_) | ManagerError::NoNode { .. } | ManagerError::BackupTimeout { .. } => {
            Kind::NodeUnavailable
        }
        ManagerError::Stopped => Kind::Stopping,
    }
}

/// # Errors
/// 400 when no session could have this id.
pub(super) fn session_id(text: &str) -> Result<SessionId, Problem> {
    SessionId::parse(text).map_err(|error: BadId| Problem::new(Kind::BadSessionId, error))
}

/// There is no session of this id, or none any more.
pub(super) fn unknown_session(id: &SessionId) -> Problem {
    Problem::new(
        Kind::UnknownSession,
        format_args!("no session has the id `{id}`; it never existed, has expired, or was ended or renewed"),
    )
}
