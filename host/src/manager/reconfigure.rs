//! The configuration changes while requests are served.
//!
//! A changed manager has another engine; sessions, locks and statistics are the same. Requests that are under way end
//! with the engine that they began with, and so do backups that wait in its queues.

use std::sync::Arc;

use super::codec::Codec;
use super::engine::{Engine, Settings};
use super::queue::Queues;
use super::{Manager, returning};
use crate::config::ManagerConfig;
use crate::store::{NodeOptions, Nodes};

/// Why a running manager does not take a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconfigureError {
    /// In non-sticky mode memory has no sessions.
    #[error(
        "{count} sessions are not stored on their nodes, and would be lost in non-sticky mode; wait until their nodes \
         are back"
    )]
    Unstored {
        /// How many.
        count: usize,
    },
}

impl Manager {
    /// Goes on with another configuration. Of its attributes those count that
    /// [can change at run time](crate::config::CHANGEABLE); the others are as they were.
    ///
    /// # Errors
    /// Sessions would be lost. The manager goes on as it was.
    pub async fn reconfigure(&self, config: &ManagerConfig) -> Result<(), ReconfigureError> {
        let _one_at_a_time = self.changing.lock().await;
        let before = self.engine();
        let leaves_memory = before.settings.sticky && !config.sticky;
        if leaves_memory {
            before.flush().await;
            let unstored = before.collect(|slot| slot.with(|live| live.dirty) == Some(true)).await;
            if !unstored.is_empty() {
                return Err(ReconfigureError::Unstored { count: unstored.len() });
            }
        }
        let options = NodeOptions::of(config, Arc::clone(&before.clock));
        let nodes = Arc::new(Nodes::reconnect(&config.memcached_nodes, &options, Some(&before.nodes)));
        let (queues, ends) = Queues::new(&nodes);
        let engine = Arc::new(Engine {
            settings: Settings::of(config, before.settings.jvm_route.as_deref()),
            nodes: Arc::clone(&nodes),
            codec: Codec {
                serializers: before.codec.serializers.clone(),
                filter: config.session_attribute_filter.clone(),
                on_unserializable: config.on_unserializable,
                statistics: Arc::clone(&before.statistics),
                heavy: Arc::clone(&before.codec.heavy),
            },
            queues,
            keys: before.keys.clone(),
            clock: Arc::clone(&before.clock),
            statistics: Arc::clone(&before.statistics),
            sessions: Arc::clone(&before.sessions),
            relocated: Arc::clone(&before.relocated),
            missing: Arc::clone(&before.missing),
            graves: Arc::clone(&before.graves),
            loads: Arc::clone(&before.loads),
            locks: Arc::clone(&before.locks),
            learned: Arc::clone(&before.learned),
            empty: Arc::clone(&before.empty),
            stopped: Arc::clone(&before.stopped),
            unfinished: Arc::clone(&before.unfinished),
        });
        engine.sessions.set_limit(config.max_active_sessions);
        ends.work(engine.settings.backup_threads);
        if engine.settings.enabled {
            nodes.watch();
            nodes.known().await;
        }
        self.engine.store(Arc::clone(&engine));
        returning::watch(&self.engine, &nodes, Some(&before.nodes));
        if leaves_memory {
            before.flush().await;
            for slot in before.collect(|slot| slot.with(|live| !live.dirty) == Some(true)).await {
                before.forget(&slot);
            }
        }
        // What could not be stored before may have a node now.
        engine.flush().await;
        Ok(())
    }
}
