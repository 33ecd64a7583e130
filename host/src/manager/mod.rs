//! The engine: sessions in memory, and on the nodes what brings them back.
//!
//! A [`Manager`] is what a server talks to. A request [begins](Manager::begin) with the id that the client sent, works
//! on its session, and is [finished](Request::finish), which stores the session if it has to be:
//!
//! ```text
//! begin -> find: memory, or the node of the id -> look, change -> finish: commit -> back up -> node
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | `request`, `work`, `view` | a request, and what it does to its session |
//! | `load` | finding a session, taking it over from another server |
//! | `relocate` | a session leaves a node that is not available |
//! | `commit`, `finish` | a request's changes become the session |
//! | `backup`, `queue`, `completing` | a session goes to its node |
//! | `locks` | one request at a time has a session |
//! | `reconfigure` | another configuration, while requests are served |
//! | `upkeep`, `graves`, `returning` | what is done between requests |
//! | `shared/`, `locks/` | non-sticky mode |
//! | `slot`, `sessions`, `missing` | sessions in memory |
//! | `serializer`, `codec`, `heavy` | between documents and stored values |

mod backup;
mod codec;
mod commit;
mod completing;
mod engine;
mod error;
mod finish;
mod graves;
mod heavy;
mod load;
mod locks;
mod missing;
mod node_states;
mod queue;
mod reconfigure;
mod relocate;
mod request;
mod returning;
mod serializer;
mod sessions;
mod shared;
mod slot;
mod statistics;
pub mod stored;
#[cfg(test)]
mod tests;
mod upkeep;
mod view;
mod work;

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use holdfast_document::Writer;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::timeout;

use self::codec::Codec;
use self::engine::{Engine, Settings};
use self::graves::What;
use self::locks::{Locks, ReadOnlyRequests};
use self::missing::Missing;
use self::queue::Queues;
use self::sessions::Sessions;
use self::statistics::Statistics;
use crate::clock::Clock;
use crate::config::ManagerConfig;
use crate::plugin::Plugins;
use crate::session::{Keys, SessionId};
use crate::store::Nodes;

pub use error::{ManagerError, StartError};
pub use finish::{Backup, Finished};
pub use node_states::NodeState;
pub use reconfigure::ReconfigureError;
pub use request::{Request, RequestInfo};
pub use serializer::{Serializer, SerializerError, Serializers};
pub use statistics::{Counter, Counts, Probed, SerializerFailures, StatisticsReport, Unit};
pub use view::Session;

/// Keeps the sessions of one application. A handle: clones are the same manager. Several managers may live in one
/// process, and know nothing of each other.
///
/// Dropping the last handle without [`Manager::stop`] is like a crash: what was queued and not stored is lost.
#[derive(Clone)]
pub struct Manager {
    /// The one that new requests get; another one after the configuration has been changed.
    engine: Arc<ArcSwap<Engine>>,
    changing: Arc<tokio::sync::Mutex<()>>,
    unfinished: Arc<tokio::sync::Mutex<mpsc::Receiver<std::convert::Infallible>>>,
}

impl Manager {
    /// Starts a manager with serializers that are plugins. `jvm_route` is this server's name in session ids.
    ///
    /// # Errors
    /// A serializer that the configuration names is not loaded, or there is no tokio runtime.
    pub fn start(
        config: &ManagerConfig,
        jvm_route: Option<&str>,
        nodes: Nodes,
        plugins: &Plugins,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        Self::start_with(config, jvm_route, nodes, Serializers::choose(config, plugins)?, clock)
    }

    /// Starts a manager with the given serializers, whatever they are.
    ///
    /// # Errors
    /// There is no tokio runtime.
    pub fn start_with(
        config: &ManagerConfig,
        jvm_route: Option<&str>,
        nodes: Nodes,
        serializers: Serializers,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StartError> {
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let statistics = Arc::new(Statistics::new(config.enable_statistics));
        let (queues, ends) = Queues::new(&nodes);
        let (token, unfinished) = mpsc::channel(1);
        let mut empty = Vec::new();
        Writer::document(&mut empty, 0).end();
        let engine = Arc::new(Engine {
            settings: Settings::of(config, jvm_route),
            nodes: Arc::new(nodes),
            keys: Keys::new(config.storage_key_prefix.as_str()),
            codec: Codec {
                serializers,
                filter: config.session_attribute_filter.clone(),
                on_unserializable: config.on_unserializable,
                statistics: Arc::clone(&statistics),
                heavy: Arc::default(),
            },
            locks: Locks::new(),
            learned: Arc::new(ReadOnlyRequests::new(Arc::clone(&clock))),
            missing: Arc::new(Missing::new(Arc::clone(&clock))),
            clock,
            statistics,
            sessions: Arc::new(Sessions::new(config.max_active_sessions)),
            relocated: Arc::default(),
            graves: Arc::default(),
            loads: Arc::default(),
            queues,
            empty: empty.into(),
            stopped: Arc::default(),
            unfinished: Arc::new(Mutex::new(Some(token))),
        });
        ends.work(engine.settings.backup_threads);
        if engine.settings.enabled {
            engine.nodes.watch();
        }
        let nodes = Arc::clone(&engine.nodes);
        let engine = Arc::new(ArcSwap::new(engine));
        runtime.spawn(upkeep::keep_up(Arc::downgrade(&engine)));
        returning::watch(&engine, &nodes, None);
        Ok(Self {
            engine,
            changing: Arc::default(),
            unfinished: Arc::new(tokio::sync::Mutex::new(unfinished)),
        })
    }

    /// Begins a request that came with this session id, if any. An id that is malformed or unknown is like none.
    ///
    /// # Errors
    /// The node of the session fails, what it has cannot be read, or the manager has been stopped.
    pub async fn begin(&self, request: RequestInfo, session: Option<&str>) -> Result<Request, ManagerError> {
        let engine = &self.engine();
        if engine.is_stopped() {
            return Err(ManagerError::Stopped);
        }
        engine.nodes.known().await;
        let ignored = engine.ignores(&request.id);
        let asked = session.and_then(|id| SessionId::parse(id).ok());
        if !engine.settings.sticky && !ignored {
            return self.begin_shared(engine, request, asked, session.is_some()).await;
        }
        let found = match &asked {
            None => None,
            Some(asked) if ignored => engine.local_of(asked),
            Some(asked) => match engine.find(asked).await? {
                Some(slot) => Some(engine.settled(slot).await),
                None => None,
            },
        };
        // Its client has to hear of the new id, whether the request looks at the session or not.
        let has_new_id = found.as_ref().is_some_and(|slot| asked.as_ref() != Some(&slot.id));
        let mut request = Request::new(Arc::clone(engine), request, session.is_some(), ignored, found);
        if has_new_id {
            request.look();
        }
        Ok(request)
    }

    async fn begin_shared(
        &self,
        engine: &Arc<Engine>,
        request: RequestInfo,
        asked: Option<SessionId>,
        id_sent: bool,
    ) -> Result<Request, ManagerError> {
        let holding = match &asked {
            Some(asked) => engine.find_shared(asked, &request.id).await?,
            None => None,
        };
        let found = holding.as_ref().map(|holding| Arc::clone(holding.slot()));
        let has_new_id = found.as_ref().is_some_and(|slot| asked.as_ref() != Some(&slot.id));
        let mut request = Request::new(Arc::clone(engine), request, id_sent, false, found);
        request.holding = holding;
        if has_new_id {
            request.look();
        }
        Ok(request)
    }

    /// Ends a session whether it can be read or not.
    ///
    /// # Errors
    /// Its node did not delete it. It is dead all the same, and the deletion is tried again.
    pub async fn delete(&self, id: &SessionId) -> Result<(), ManagerError> {
        let engine = &self.engine();
        let own = engine.own_id(id);
        if let Some(slot) = engine.sessions.get(&own).or_else(|| engine.relocated.get(&own)) {
            match engine.invalidate(&slot, None).await {
                Ok(finished) if slot.id == *id => return finished.failure.map_or(Ok(()), Err),
                _ => {}
            }
        }
        engine.missing.insert(id.clone());
        if !engine.settings.sticky {
            return engine.delete_shared(id, None).await;
        }
        engine.graves.insert(id.clone(), What::Whatever);
        let limit = engine.settings.operation_timeout;
        let (burying, id) = (Arc::clone(engine), id.clone());
        let deleted = engine.in_time(limit, async move { burying.bury(&id, What::Whatever).await }).await;
        deleted.unwrap_or(Err(ManagerError::BackupTimeout { after: limit }))
    }

    /// Ends the sessions whose time is over. Done in the background every `processExpiresFrequency` times
    /// `backgroundProcessorDelay`.
    pub async fn sweep(&self) {
        self.engine().sweep().await;
    }

    /// Stores again what is used but never changed, and what could not be stored before. Done in the background every
    /// `backgroundProcessorDelay`.
    pub async fn refresh(&self) {
        self.engine().refresh().await;
    }

    /// Stores what is not stored yet, and begins no request any more. Requests that are under way should be finished
    /// before.
    pub async fn stop(&self) {
        let engine = self.engine();
        engine.stopped.store(true, Ordering::SeqCst);
        engine.flush().await;
        drop(engine.unfinished.lock().unwrap_or_else(PoisonError::into_inner).take());
        while self.unfinished.lock().await.recv().await.is_some() {}
        // A node that does not answer drops a lock by itself.
        let _ = timeout(engine.settings.operation_timeout, engine.locks.idle()).await;
    }

    /// What was counted since the start; zeros without `enableStatistics`.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.engine().statistics.counts()
    }

    /// All that was counted and measured since the start.
    #[must_use]
    pub fn statistics(&self) -> StatisticsReport {
        let nodes = self.node_states();
        let available: Option<Vec<bool>> = nodes.iter().map(|node| node.available).collect();
        StatisticsReport {
            nodes: nodes.len(),
            nodes_available: available.map(|all| all.into_iter().filter(|available| *available).count()),
            ..self.engine().statistics.report()
        }
    }

    /// How many sessions are in memory.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.engine().sessions.len()
    }

    /// The nodes.
    #[must_use]
    pub fn nodes(&self) -> Arc<Nodes> {
        Arc::clone(&self.engine().nodes)
    }

    /// The serializers.
    #[must_use]
    pub fn serializers(&self) -> Serializers {
        self.engine().codec.serializers.clone()
    }

    fn engine(&self) -> Arc<Engine> {
        self.engine.load_full()
    }
}
