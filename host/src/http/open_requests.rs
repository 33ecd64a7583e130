//! Requests that were begun by one call and are to be finished by another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use moka::sync::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::AbortHandle;

use super::problem::{Kind, Problem};
use crate::manager::Request;

/// How many may be open at a time: whoever begins requests and forgets them must not fill the memory within a lease.
const MOST: usize = 10_000;

/// How many of those that are over are remembered, to say what became of them, and for how long.
const REMEMBERED: u64 = 10_000;
const REMEMBERED_FOR: Duration = Duration::from_secs(600);

/// The requests that are open. Dropped, none of them has changed anything.
pub(super) struct OpenRequests {
    lease: Duration,
    free: Arc<Semaphore>,
    open: Mutex<HashMap<Token, Open>>,
    over: Cache<Token, Over>,
}

/// What nobody can guess, and what alone says who may finish a request.
type Token = u128;

/// A request between its two calls.
pub(super) struct Open {
    pub(super) request: Request,
    /// The client has said which state of the session it knows.
    pub(super) guarded: bool,
    /// Ends it when its lease is over.
    timer: AbortHandle,
    _place: OwnedSemaphorePermit,
}

/// A place for one more.
pub(super) struct Place(OwnedSemaphorePermit);

#[derive(Debug, Clone, Copy)]
enum Over {
    Finished,
    Expired,
}

impl OpenRequests {
    /// None stays open for longer than `lease`.
    pub(super) fn new(lease: Duration) -> Arc<Self> {
        Self::with_room_for(MOST, lease)
    }

    fn with_room_for(most: usize, lease: Duration) -> Arc<Self> {
        Arc::new(Self {
            lease,
            free: Arc::new(Semaphore::new(most)),
            open: Mutex::default(),
            over: Cache::builder().max_capacity(REMEMBERED).time_to_live(REMEMBERED_FOR).build(),
        })
    }

    /// # Errors
    /// 503 when there is none.
    pub(super) fn place(&self) -> Result<Place, Problem> {
        Arc::clone(&self.free).try_acquire_owned().map(Place).map_err(|_| {
            Problem::new(
                Kind::TooManyRequests,
                "as many requests are open as may be; finish each, or wait until their lease is over",
            )
            .retry_after(1)
        })
    }

    /// Keeps a request until it is taken or its lease is over, and says under which token.
    pub(super) fn keep(self: &Arc<Self>, place: Place, request: Request, guarded: bool) -> String {
        let token: Token = rand::random();
        let mut open = self.lock();
        // Weak: whoever stops does not wait for leases.
        let (this, lease) = (Arc::downgrade(self), self.lease);
        let timer = tokio::spawn(async move {
            tokio::time::sleep(lease).await;
            if let Some(this) = this.upgrade() {
                this.expire(token);
            }
        });
        open.insert(token, Open { request, guarded, timer: timer.abort_handle(), _place: place.0 });
        format!("{token:032x}")
    }

    /// Takes a request out. From then on its lease does not matter.
    ///
    /// # Errors
    /// 410 when it is over, 404 when there was none.
    pub(super) fn take(&self, token: &str) -> Result<Open, Problem> {
        let parsed = parse(token).ok_or_else(|| unknown(token))?;
        let mut open = self.lock();
        if let Some(taken) = open.remove(&parsed) {
            // Under the lock: whoever comes next finds it in one of both.
            self.over.insert(parsed, Over::Finished);
            taken.timer.abort();
            return Ok(taken);
        }
        drop(open);
        Err(match self.over.get(&parsed) {
            None => unknown(token),
            Some(Over::Finished) => Problem::new(
                Kind::RequestOver,
                "the request has been finished already, by another call; this one changed nothing",
            ),
            Some(Over::Expired) => Problem::new(
                Kind::RequestOver,
                format_args!(
                    "the request was not finished within {} s and has changed nothing; begin another one; \
                     manager.requestLease sets how long requests are kept",
                    self.lease.as_secs()
                ),
            )
            .with("setting", "manager.requestLease"),
        })
    }

    fn expire(&self, token: Token) {
        let expired = {
            let mut open = self.lock();
            let expired = open.remove(&token);
            if expired.is_some() {
                self.over.insert(token, Over::Expired);
            }
            expired
        };
        // After the map's own lock was given back: the request may have one, too.
        if let Some(expired) = expired {
            tracing::debug!("a request was begun and not finished within its lease");
            expired.request.expire();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Token, Open>> {
        // What is done under the lock cannot leave the map half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In just the form in which it was given.
fn parse(token: &str) -> Option<Token> {
    let written_so = token.len() == 32 && token.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    written_so.then(|| Token::from_str_radix(token, 16).ok()).flatten()
}

fn unknown(token: &str) -> Problem {
    Problem::new(
        Kind::UnknownRequest,
        format_args!(
            "no request was begun here under the token `{token}`; a request is finished at the server where it was \
             begun, and not after that server was restarted; nothing was changed"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::config::ManagerConfig;
    use crate::manager::{Manager, RequestInfo, Serializer, SerializerError, Serializers};
    use crate::store::{NodeOptions, Nodes};

    struct Plain;

    impl Serializer for Plain {
        fn name(&self) -> &str {
            "plain"
        }

        fn format(&self) -> &str {
            "msgpack/1"
        }

        fn serialize(&self, document: &[u8]) -> Result<Vec<u8>, SerializerError> {
            Ok(document.to_vec())
        }

        fn deserialize(&self, bytes: &[u8]) -> Result<Vec<u8>, SerializerError> {
            Ok(bytes.to_vec())
        }
    }

    fn manager() -> Manager {
        let (config, clock) = (ManagerConfig::default(), Arc::new(SystemClock));
        let options = NodeOptions::of(&config, Arc::clone(&clock) as Arc<dyn Clock>);
        let nodes = Nodes::connect(&config.memcached_nodes, &options);
        Manager::start_with(&config, None, nodes, Serializers::one(Arc::new(Plain)), clock).unwrap()
    }

    async fn request(manager: &Manager) -> Request {
        manager.begin(RequestInfo::new("GET", "/"), None).await.unwrap()
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_again_when_one_is_over() {
        let manager = manager();
        let requests = OpenRequests::with_room_for(2, Duration::from_millis(200));
        let kept = requests.keep(requests.place().unwrap(), request(&manager).await, false);
        let _forgotten = requests.keep(requests.place().unwrap(), request(&manager).await, false);
        assert_eq!(requests.place().err().unwrap().kind(), Kind::TooManyRequests);
        drop(requests.take(&kept).unwrap());
        let unused = requests.place().unwrap();
        assert!(requests.place().is_err());
        drop(unused);
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(requests.free.available_permits(), 2);
    }

    /// Either the finish has the request, or the lease has ended it, and both know.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_finish_at_the_end_of_the_lease_gets_the_request_or_hears_that_it_is_over() {
        let manager = manager();
        let requests = OpenRequests::new(Duration::from_millis(50));
        let mut taken = 0;
        for i in 0..40 {
            let token = requests.keep(requests.place().unwrap(), request(&manager).await, false);
            // The timers of tokio are exact to the millisecond.
            tokio::time::sleep(Duration::from_micros(49_000 + 60 * i)).await;
            match requests.take(&token) {
                Ok(_) => taken += 1,
                Err(problem) => assert_eq!(problem.kind(), Kind::RequestOver),
            }
            let again = requests.take(&token).err().unwrap();
            assert_eq!(again.kind(), Kind::RequestOver);
        }
        eprintln!("{taken} of 40 were in time");
        assert_eq!(requests.free.available_permits(), MOST);
    }

    #[tokio::test]
    async fn only_the_token_that_was_given_opens_a_request() {
        let manager = manager();
        let requests = OpenRequests::new(Duration::from_secs(30));
        let token = requests.keep(requests.place().unwrap(), request(&manager).await, false);
        for wrong in
            ["", "0", &token[1..], &token.to_uppercase(), &format!("+{}", &token[1..]), &"0".repeat(32)]
        {
            // A token of digits alone is the same in capitals.
            if *wrong != token {
                assert_eq!(requests.take(wrong).err().unwrap().kind(), Kind::UnknownRequest, "{wrong}");
            }
        }
        assert!(requests.take(&token).is_ok());
    }
}
