//! Whether a node answers: known from what was asked of it, and asked for where nothing was.
//!
//! A node that does not answer costs whoever asks it an `operationTimeout`. So one that failed is not asked again by
//! requests: they get its failure at once, while one task, every now and then, looks whether it is back. It looks at the others
//! too: a new session is not to be given to one that has died unnoticed, and one that was started again has lost what it
//! had.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{OnceCell, watch};
use tokio::time::{Instant, sleep};

use super::{Answers, Node, NodeFuture, Operation, StoreError};

/// How a node is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailabilityOptions {
    /// For how long an answer is believed (`nodeAvailabilityCacheTTL`), and the first pause before a node that failed
    /// is asked again. Zero: nothing is believed, and every operation asks the node itself.
    pub ttl: Duration,
    /// The longest pause before a node that failed is asked again (`maxReconnectDelay`).
    pub longest_pause: Duration,
}

impl Default for AvailabilityOptions {
    fn default() -> Self {
        Self { ttl: Duration::from_secs(1), longest_pause: Duration::from_secs(30) }
    }
}

/// What is known of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// It answered when it was asked last, or was never asked.
    pub available: bool,
    /// Since when.
    pub since: Instant,
    /// Grows each time the node may have lost what it had: when it comes back, and when its connections broke.
    pub incarnation: u64,
}

/// A node whose answers are watched.
pub(super) struct Monitored {
    inner: Arc<dyn Node>,
    options: AvailabilityOptions,
    verdict: watch::Sender<Verdict>,
    /// As the verdict says; without its lock, for every operation looks here.
    available: AtomicBool,
    /// The broken connections that the verdict knows of.
    breaks: AtomicU64,
    /// Why it is not available.
    failure: Mutex<String>,
    keeper: AtomicBool,
    first: OnceCell<()>,
}

impl Monitored {
    pub(super) fn new(inner: Arc<dyn Node>, options: AvailabilityOptions) -> Arc<Self> {
        let verdict = Verdict { available: true, since: Instant::now(), incarnation: 0 };
        Arc::new(Self {
            inner,
            options,
            verdict: watch::Sender::new(verdict),
            available: AtomicBool::new(true),
            breaks: AtomicU64::new(0),
            failure: Mutex::default(),
            keeper: AtomicBool::new(false),
            first: OnceCell::new(),
        })
    }

    /// Asks the node every now and then, until it is dropped. Needs a tokio runtime.
    pub(super) fn keep(self: &Arc<Self>) {
        if !self.options.ttl.is_zero() && !self.keeper.swap(true, Ordering::Relaxed) {
            let node = Arc::clone(self);
            tokio::spawn(async move { node.known().await });
            tokio::spawn(keep(Arc::downgrade(self), self.options));
        }
    }

    /// Waits until the node was asked for the first time. All who wait share one question.
    pub(super) async fn known(&self) {
        if self.keeper.load(Ordering::Relaxed) && !self.first.initialized() {
            let ask = async {
                // What it says is remembered by the node itself.
                let _ = self.ping().await;
            };
            self.first.get_or_init(|| ask).await;
        }
    }

    async fn asked<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if !self.options.ttl.is_zero() && !self.is_available() {
            return Err(self.last_failure());
        }
        let result = operation.await;
        self.saw(result.as_ref().err());
        result
    }

    fn saw(&self, error: Option<&StoreError>) {
        let down = error.filter(|error| error.node_is_down());
        let available = down.is_none();
        let breaks = self.inner.breaks();
        let broke = self.breaks.load(Ordering::Relaxed) != breaks;
        if available && !broke && self.available.load(Ordering::Relaxed) {
            return;
        }
        if let Some(error) = down {
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = error.to_string();
        }
        self.verdict.send_if_modified(|verdict| {
            self.breaks.store(breaks, Ordering::Relaxed);
            self.available.store(available, Ordering::Relaxed);
            let changed = verdict.available != available;
            if changed {
                (verdict.available, verdict.since) = (available, Instant::now());
                if available {
                    tracing::info!(node = self.inner.name(), "a node is available again");
                } else {
                    let error = error.map(tracing::field::display);
                    tracing::warn!(error, "a node is not available; its sessions go elsewhere");
                }
            }
            let new = available && (changed || broke);
            verdict.incarnation += u64::from(new);
            changed || new
        });
    }

    fn last_failure(&self) -> StoreError {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone();
        StoreError::Unavailable { node: self.inner.name().to_owned(), source: io::Error::other(failure) }
    }

    /// How long a node that failed is left alone: longer the longer it has been gone.
    fn pause(&self) -> Duration {
        let verdict = *self.verdict.borrow();
        if verdict.available {
            return self.options.ttl;
        }
        let longest = self.options.longest_pause.max(self.options.ttl);
        (verdict.since.elapsed() / 4).clamp(self.options.ttl, longest)
    }
}

async fn keep(node: Weak<Monitored>, options: AvailabilityOptions) {
    let mut pause = options.ttl;
    loop {
        sleep(pause).await;
        let Some(node) = node.upgrade() else { return };
        // Whether it fails is seen by whoever uses it as well; that it was away in between may be seen by nobody else.
        let result = node.inner.ping().await;
        node.saw(result.as_ref().err());
        pause = node.pause();
    }
}

impl Node for Monitored {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn exchange<'a>(&'a self, operations: Vec<Operation<'a>>) -> NodeFuture<'a, Answers> {
        Box::pin(self.asked(self.inner.exchange(operations)))
    }

    fn keys(&self) -> NodeFuture<'_, Vec<String>> {
        self.inner.keys()
    }

    /// Asks the node in any case, and so does everybody who wants to know and not to wait for the next look.
    fn ping(&self) -> NodeFuture<'_, ()> {
        Box::pin(async {
            let result = self.inner.ping().await;
            self.saw(result.as_ref().err());
            result
        })
    }

    fn breaks(&self) -> u64 {
        self.inner.breaks()
    }

    fn is_available(&self) -> bool {
        self.available.load(Ordering::Relaxed)
    }

    fn failure(&self) -> Option<StoreError> {
        (!self.is_available()).then(|| self.last_failure())
    }

    fn verdict(&self) -> Option<watch::Receiver<Verdict>> {
        Some(self.verdict.subscribe())
    }

    fn close(&self) {
        self.inner.close();
    }
}
