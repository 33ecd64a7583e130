//! Changing what a manager was configured with, while it runs.

use super::Manager;
use crate::config::ManagerConfig;

/// Why a running manager does not take a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconfigureError {
    /// This version cannot.
    #[error("a running manager cannot be changed yet; restart the server with the new configuration")]
    NotSupported,
}

impl Manager {
    /// Goes on with another configuration. Of its attributes those count that
    /// [can change at run time](crate::config::CHANGEABLE); the others are as they were.
    ///
    /// # Errors
    /// The manager goes on as it was.
    pub fn reconfigure(&self, config: &ManagerConfig) -> Result<(), ReconfigureError> {
        let _ = config;
        Err(ReconfigureError::NotSupported)
    }
}
