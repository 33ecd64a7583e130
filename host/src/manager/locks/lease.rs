//! A lock in the hand of a request.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use super::places::Place;
use super::remote::Remote;
use crate::manager::completing::Completing;

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
