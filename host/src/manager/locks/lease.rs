//! A lock in the hand of a request.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::places::Place;
use super::remote::Remote;
use crate::manager::completing::Completing;
use crate::session::SessionId;
use crate::store::{CasOutcome, Node, Operation};

/// A session's lock. It is renewed as long as this lives, and given up when this is dropped: then in the background.
pub(in crate::manager) struct Lease {
    remote: Arc<Remote>,
    /// None: it was given up.
    place: Option<Place>,
    waited: Option<Duration>,
}

impl Lease {
    pub(super) fn new(place: Place, remote: Arc<Remote>, waited: Option<Duration>) -> Self {
        Self { remote, place: Some(place), waited }
    }

    /// False once the lock may have passed to somebody else, for whatever reason: then nothing may be written any more.
    /// It never becomes true again.
    pub(in crate::manager) fn is_held(&self) -> bool {
        self.remote.is_held()
    }

    /// Whether it is the lock of this session on this node.
    pub(in crate::manager) fn is_of(&self, id: &SessionId, node: &Arc<dyn Node>) -> bool {
        self.place.as_ref().is_some_and(|place| place.is_of(id)) && self.remote.is_on(node)
    }

    /// How long it had to be waited for; none: it was free.
    pub(in crate::manager) fn waited(&self) -> Option<Duration> {
        self.waited
    }

    /// Gives the lock up: to the next request of this process, or on the node, where only the same lock is deleted that
    /// was had. Says whether it was ours to the end; where the node does not say, as far as is known. If this is
    /// dropped before it is ready, it goes on in the background.
    pub(in crate::manager) async fn release(mut self) -> bool {
        let Some(place) = self.place.take() else { return false };
        if place.hand_on() {
            return self.remote.is_held();
        }
        Completing::new(give_up(place, Arc::clone(&self.remote)), None).await
    }

    /// Gives the lock up as a part of an exchange that somebody has with its node. The lease, where it has to be released
    /// by itself: the next request of this process is to have it, or it is being renewed.
    pub(in crate::manager) fn release_with_exchange(mut self) -> Result<Release, Self> {
        let Some(place) = self.place.take() else { return Err(self) };
        match place.take_for_deletion() {
            Some((remote, cas)) => Ok(Release { remote, cas, place: Some(place) }),
            None => {
                self.place = Some(place);
                Err(self)
            }
        }
    }
}

/// A lock that is being released by an exchange. If this is dropped before the answer is known, it is released in the
/// background.
pub(in crate::manager) struct Release {
    remote: Arc<Remote>,
    cas: u64,
    /// None: the answer is known.
    place: Option<Place>,
}

impl Release {
    /// What the exchange has to do at its end.
    pub(in crate::manager) fn operation(&self) -> Operation<'_> {
        self.remote.deletion(self.cas)
    }

    /// With what came of it. Says whether the lock was ours to the end.
    pub(in crate::manager) async fn done(mut self, outcome: CasOutcome) -> bool {
        let Some(place) = self.place.take() else { return false };
        let ours = match outcome {
            CasOutcome::Stored => true,
            CasOutcome::Missing => false,
            // Another's by now, or ours with a renewal of which the answer was lost.
            CasOutcome::Conflict => {
                let remote = Arc::clone(&self.remote);
                let again = async move { remote.give_back(None).await };
                Completing::new(again, None).await.unwrap_or_default()
            }
        };
        place.released();
        ours
    }
}

impl Drop for Release {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else { return };
        // Without a runtime the process is ending; the lock ends by its expiration.
        if let Ok(runtime) = Handle::try_current() {
            let remote = Arc::clone(&self.remote);
            runtime.spawn(async move {
                let _ = remote.give_back(None).await;
                place.released();
            });
        }
    }
}

/// The place is left when that is done: the next request would only be refused by the lock that is being deleted.
async fn give_up(place: Place, remote: Arc<Remote>) -> bool {
    place.withdraw();
    let ours = remote.release().await;
    place.released();
    ours
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(place) = self.place.take() else { return };
        if place.hand_on() {
            return;
        }
        // Without a runtime the process is ending; the lock ends by its expiration.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(give_up(place, Arc::clone(&self.remote)));
        }
    }
}
