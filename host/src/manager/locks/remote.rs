//! A lock that stands on a node, and is this process's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::claim::Claim;
use crate::store::{CasOutcome, Node, Operation};

/// Part of the time for which the lock certainly stands, after which it is renewed.
const RENEWED_AFTER: u32 = 3;

/// Until a renewal is tried again that the node did not answer.
const RETRY: Duration = Duration::from_millis(100);

/// A lock on a node. Dropped, it is deleted in the background.
pub(super) struct Remote {
    claim: Arc<Claim>,
    state: Mutex<State>,
}

struct State {
    /// None: what was written last may have been stored or not.
    cas: Option<u64>,
    /// Until then it cannot have ended. Counted from before the node was asked.
    certain_until: Instant,
    renew_at: Instant,
    renewing: bool,
    /// It may have been somebody else's in the meantime. That never ends.
    lost: bool,
    /// Nothing of it is left on the node that would have to be deleted, or somebody sees to that.
    settled: bool,
}

impl Remote {
    /// `sent`: when the node was asked.
    pub(super) fn new(claim: Arc<Claim>, cas: u64, sent: Instant) -> Self {
        let certain = claim.certain();
        let state = State {
            cas: Some(cas),
            certain_until: sent + certain,
            renew_at: sent + certain / RENEWED_AFTER,
            renewing: false,
            lost: false,
            settled: false,
        };
        Self { claim, state: Mutex::new(state) }
    }

    pub(super) fn is_at(&self, node: &Arc<dyn Node>, key: &str) -> bool {
        self.claim.is_at(node, key)
    }

    pub(super) fn is_on(&self, node: &Arc<dyn Node>) -> bool {
        self.claim.is_on(node)
    }

    /// Whether it is certainly ours now.
    pub(super) fn is_held(&self) -> bool {
        let mut state = self.state();
        state.lost = state.lost || Instant::now() >= state.certain_until;
        !state.lost
    }

    /// Whether another request can be given it as it is.
    pub(super) fn has_time_left(&self) -> bool {
        self.is_held() && self.state().certain_until >= Instant::now() + self.claim.certain() / 2
    }

    /// Whether it is to be renewed now, by the caller.
    pub(super) fn take_renewal(&self, now: Instant) -> bool {
        let mut state = self.state();
        let due = !state.renewing && !state.lost && !state.settled && now >= state.renew_at;
        state.renewing = state.renewing || due;
        due
    }

    pub(super) async fn renew(&self) {
        self.try_renewal().await;
        self.state().renewing = false;
    }

    async fn try_renewal(&self) {
        let known = self.state().cas;
        let cas = match known {
            Some(cas) => cas,
            None => match self.claim.look().await {
                Ok(Some(cas)) => cas,
                Ok(None) => return self.gone(),
                Err(_) => return self.try_again_at(Instant::now() + RETRY),
            },
        };
        let sent = Instant::now();
        match self.claim.extend(cas).await {
            Ok(CasOutcome::Stored) => self.extended(sent),
            // Perhaps an earlier renewal that was not answered: the next look tells.
            Ok(CasOutcome::Conflict) => return self.try_again_at(sent),
            Ok(CasOutcome::Missing) => return self.gone(),
            Err(_) => return self.try_again_at(Instant::now() + RETRY),
        }
        match self.claim.look().await {
            Ok(Some(cas)) => self.state().cas = Some(cas),
            Ok(None) => self.gone(),
            // The next renewal, or the release, looks again.
            Err(_) => {}
        }
    }

    fn extended(&self, sent: Instant) {
        // A gap counts, even if nobody was seen in it.
        self.is_held();
        let certain = self.claim.certain();
        let mut state = self.state();
        state.cas = None;
        state.certain_until = sent + certain;
        state.renew_at = sent + certain / RENEWED_AFTER;
    }

    fn try_again_at(&self, when: Instant) {
        let mut state = self.state();
        state.cas = None;
        state.renew_at = when;
    }

    /// It stands there no longer.
    fn gone(&self) {
        let mut state = self.state();
        state.lost = true;
        state.settled = true;
    }

    /// Deletes it if it is still there, and says whether it was ours to the end.
    pub(super) async fn release(&self) -> bool {
        let held = self.is_held();
        let Some(cas) = self.settle() else { return false };
        self.give_back(cas).await.unwrap_or(held && self.is_held())
    }

    /// The `cas` with which it can be deleted, unless it is being renewed. It is settled then: whoever asked has to see
    /// to it that it is deleted.
    pub(super) fn settle_as_it_is(&self) -> Option<u64> {
        let mut state = self.state();
        let cas = state.cas.filter(|_| !state.renewing && !state.settled)?;
        state.settled = true;
        Some(cas)
    }

    pub(super) fn deletion(&self, cas: u64) -> Operation<'_> {
        self.claim.deletion(cas)
    }

    /// Deletes it, and says whether it was there. If the node does not say, it is looked after in the background.
    pub(super) async fn give_back(&self, cas: Option<u64>) -> Option<bool> {
        match self.claim.give_back(cas).await {
            Ok(ours) => Some(ours),
            Err(_) => {
                Arc::clone(&self.claim).sweep_in_background();
                None
            }
        }
    }

    /// None: it is settled already. Else the caller has to delete what was written with this `cas`.
    fn settle(&self) -> Option<Option<u64>> {
        let mut state = self.state();
        let cas = (!state.settled).then_some(state.cas);
        state.settled = true;
        cas
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is done under the lock are assignments: a panic cannot leave them half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if let (Some(cas), Ok(runtime)) = (self.settle(), Handle::try_current()) {
            let claim = Arc::clone(&self.claim);
            runtime.spawn(async move {
                if claim.give_back(cas).await.is_err() {
                    claim.sweep_in_background();
                }
            });
        }
    }
}
