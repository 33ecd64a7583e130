//! A session in memory.
//!
//! What a session costs beside its bytes is what limits how many a server holds. So its attributes rest as one
//! document, what was stored is remembered by 16 bytes, and what few sessions have stands in a box of its own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::session::{AuthType, Envelope, Expiry, Header, SessionId, Validity};

/// A session under its id. The id never changes: a session that gets another one moves to another slot.
pub(super) struct Slot {
    pub(super) id: SessionId,
    state: Mutex<State>,
    /// Held by whoever writes the session's keys, so that no backup overtakes another. The state is never locked for
    /// longer than it takes to look at it; this is held while a node is waited for.
    pub(super) turn: tokio::sync::Mutex<()>,
}

pub(super) enum State {
    Live(Live),
    /// It lives on under another id.
    Moved(Arc<Slot>, Why),
    /// It was invalidated, or has expired.
    Ended,
}

/// Why a session got another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It was asked for, and the old id is worth nothing any more.
    Renewed,
    /// Its node was not available. Requests that were sent before the client heard of it still mean this session.
    Relocated,
}

/// A session that is alive.
pub(super) struct Live {
    pub(super) document: Arc<[u8]>,
    pub(super) creation_time: i64,
    pub(super) last_accessed_time: i64,
    pub(super) this_accessed_time: i64,
    pub(super) last_backup_time: i64,
    pub(super) max_inactive_interval: i32,
    /// For how long the node was told to keep what it has; 0: for ever.
    pub(super) stored_seconds: u32,
    pub(super) is_new: bool,
    /// Since the last backup began. A flag and not a comparison of times, because much happens in a millisecond.
    pub(super) accessed: bool,
    /// It waits for a worker.
    pub(super) queued: bool,
    /// Something is to be stored.
    pub(super) dirty: bool,
    /// Counts the changes. Whoever wants to change says which version it saw.
    pub(super) version: u64,
    /// The last version that was to be stored.
    pub(super) wanted: u64,
    /// Of what was stored; none while that is not known.
    pub(super) stored_print: Option<Fingerprint>,
    /// What is to be stored, if it is serialized already.
    pub(super) pending: Option<Box<Pending>>,
    pub(super) rare: Option<Box<Rare>>,
}

/// The serializer's bytes of the version that is wanted.
pub(super) struct Pending {
    pub(super) bytes: Box<[u8]>,
    /// Of the part of the document that they were made of.
    pub(super) print: Fingerprint,
}

/// What few sessions have.
#[derive(Default)]
pub(super) struct Rare {
    /// What it was when it was read, in non-sticky mode.
    origin: Option<Origin>,
    /// What a Tomcat knows of the user. It means nothing here and is stored as it came.
    pub(super) login: Option<Login>,
    /// Keys to delete as soon as the session is stored under its own.
    pub(super) replaces: Vec<Replaced>,
}

/// What a session was when it was read, in non-sticky mode: there it is in memory only while requests have it.
pub(super) struct Origin {
    /// The document as it was read.
    pub(super) base: Arc<[u8]>,
    /// Of what lies under its key; none if nothing does.
    pub(super) cas: Option<u64>,
    /// It is to be stored even if nothing is changed.
    pub(super) forced: bool,
    /// The requests of this process that have it.
    pub(super) users: u32,
    /// Of its node. If that changes, the node may have lost it.
    pub(super) incarnation: u64,
    /// What was written and may lie somewhere or not: when, and what.
    pub(super) attempts: Vec<(i64, Arc<[u8]>)>,
}

impl Origin {
    /// Whether a document that was found is one that this request has written, and heard nothing of since.
    pub(super) fn has_written(&self, stored_at_ms: i64, document: &Arc<[u8]>) -> bool {
        self.attempts.iter().any(|(at, written)| *at == stored_at_ms && written == document)
    }
}

#[derive(Clone)]
pub(super) struct Login {
    auth_type: AuthType,
    principal: Bytes,
    saved_request: Bytes,
    saved_principal: Bytes,
}

/// An id that a session had.
#[derive(Clone)]
pub(super) struct Replaced {
    pub(super) id: SessionId,
    pub(super) was: Was,
}

#[derive(Clone)]
pub(super) enum Was {
    /// Another server's, which may have it back meanwhile: deleted only if it is still what was read.
    Theirs { cas: u64 },
    /// Ours, in this slot: deleted when nobody writes there any more.
    Ours(Arc<Slot>),
    /// Ours, in this slot, on a node that was not available: deleted when it is, unless the session has come back to it
    /// by then.
    Left { slot: Arc<Slot>, at_ms: i64 },
}

/// 128 bits that stand for content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fingerprint([u8; 16]);

impl Fingerprint {
    pub(super) fn of(document: &[u8]) -> Self {
        Self(xxh3_128(document).to_be_bytes())
    }

    /// Of a session as a client sees it.
    pub(super) fn of_session(document: &[u8], max_inactive_interval: i32) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(document);
        hasher.update(&max_inactive_interval.to_be_bytes());
        Self(hasher.digest128().to_be_bytes())
    }

    pub(super) fn to_hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Slot {
    pub(super) fn new(id: SessionId, live: Live) -> Arc<Self> {
        Arc::new(Self { id, state: Mutex::new(State::Live(live)), turn: tokio::sync::Mutex::new(()) })
    }

    /// The state. Never held across an await, nor while a serializer or the map of sessions is used.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // What is done under the lock are assignments: a panic cannot leave them half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the session, if it is alive.
    pub(super) fn with<T>(&self, look: impl FnOnce(&mut Live) -> T) -> Option<T> {
        match &mut *self.lock() {
            State::Live(live) => Some(look(live)),
            State::Moved(..) | State::Ended => None,
        }
    }

    /// Gives the session the id of another node, in another slot. An error: it is in that one already, or nowhere.
    pub(super) fn relocate(self: &Arc<Self>, to: &str, now_ms: i64) -> Result<Arc<Self>, Option<Arc<Self>>> {
        let left = Was::Left { slot: Arc::clone(self), at_ms: now_ms };
        let mut state = self.lock();
        let live = match &mut *state {
            State::Live(live) => live.moved(self, left),
            State::Moved(there, Why::Relocated) => return Err(Some(Arc::clone(there))),
            State::Moved(_, Why::Renewed) | State::Ended => return Err(None),
        };
        let moved = Self::new(self.id.with_node(to), live);
        *state = State::Moved(Arc::clone(&moved), Why::Relocated);
        Ok(moved)
    }

    /// Where the session is by now, if it has left its node.
    pub(super) fn latest(self: &Arc<Self>) -> Arc<Self> {
        let mut slot = Arc::clone(self);
        loop {
            let next = match &*slot.lock() {
                State::Moved(there, Why::Relocated) => Arc::clone(there),
                State::Live(_) | State::Moved(_, Why::Renewed) | State::Ended => break,
            };
            slot = next;
        }
        slot
    }

    /// Ends the session if it is as `doomed` says, and hands out what it was.
    pub(super) fn end_if(&self, doomed: impl FnOnce(&Live) -> bool) -> Option<Live> {
        let mut state = self.lock();
        match &*state {
            State::Live(live) if doomed(live) => {}
            _ => return None,
        }
        match std::mem::replace(&mut *state, State::Ended) {
            State::Live(live) => Some(live),
            State::Moved(..) | State::Ended => None,
        }
    }

    /// Enough of the id to find the session in a log, and too little to take it over.
    pub(super) fn log_name(&self) -> &str {
        log_name(&self.id)
    }
}

/// Enough of an id to find it in a log, and too little to take the session over.
pub(super) fn log_name(id: &SessionId) -> &str {
    id.sid().get(..8).unwrap_or_default()
}

impl Live {
    /// A session that was just made.
    pub(super) fn new(document: Arc<[u8]>, max_inactive_interval: i32, now_ms: i64) -> Self {
        Self {
            document,
            creation_time: now_ms,
            last_accessed_time: now_ms,
            this_accessed_time: now_ms,
            last_backup_time: 0,
            max_inactive_interval,
            stored_seconds: 0,
            is_new: true,
            accessed: true,
            queued: false,
            dirty: true,
            version: 1,
            wanted: 1,
            stored_print: None,
            pending: None,
            rare: None,
        }
    }

    /// A session as it was stored; `print` is that of the part of the document that is stored, if it is to count as
    /// stored.
    pub(super) fn loaded(header: Header, document: Arc<[u8]>, print: Option<Fingerprint>) -> Self {
        let mut live = Self::new(document, header.max_inactive_interval, header.creation_time);
        live.last_accessed_time = header.last_accessed_time;
        live.this_accessed_time = header.this_accessed_time;
        live.last_backup_time = header.last_backup_time;
        live.stored_seconds = stored_seconds(&header);
        live.is_new = header.is_new;
        live.accessed = false;
        live.dirty = print.is_none();
        live.stored_print = print;
        live.set_login(Login::of(header));
        live
    }

    /// Another server has gone on with the session in the meantime.
    pub(super) fn become_loaded(&mut self, header: &Header, document: &Arc<[u8]>) {
        let queued = self.queued;
        let rare = self.rare.take();
        let version = self.version + 1;
        *self = Self::loaded(header.clone(), Arc::clone(document), None);
        (self.queued, self.version, self.wanted) = (queued, version, version);
        for replaced in rare.into_iter().flat_map(|rare| rare.replaces) {
            self.add_replaced(replaced);
        }
    }

    fn set_login(&mut self, login: Login) {
        if login.says_something() {
            self.rare.get_or_insert_default().login = Some(login);
        }
    }

    /// The same session, to live in another slot.
    pub(super) fn moved(&mut self, from: &Arc<Slot>, was: Was) -> Self {
        let mut rare = self.rare.take().unwrap_or_default();
        rare.replaces.push(Replaced { id: from.id.clone(), was });
        if let Some(origin) = &mut rare.origin {
            // Where it goes there is nothing of it.
            (origin.cas, origin.forced, origin.users) = (None, true, 0);
        }
        Self {
            document: Arc::clone(&self.document),
            pending: self.pending.take(),
            rare: Some(rare),
            queued: false,
            dirty: true,
            stored_print: None,
            stored_seconds: 0,
            ..*self
        }
    }

    /// A client has asked for it.
    pub(super) fn access(&mut self, now_ms: i64) {
        self.last_accessed_time = self.this_accessed_time;
        self.this_accessed_time = now_ms;
        self.is_new = false;
        self.accessed = true;
    }

    pub(super) fn is_valid_at(&self, now_ms: i64) -> bool {
        self.validity().is_valid_at(now_ms)
    }

    /// The times that decide whether it is alive.
    pub(super) fn validity(&self) -> Validity {
        Validity {
            max_inactive_interval: self.max_inactive_interval,
            last_accessed_time: self.last_accessed_time,
            this_accessed_time: self.this_accessed_time,
        }
    }

    pub(super) fn replaces(&self) -> &[Replaced] {
        self.rare.as_ref().map_or(&[], |rare| &rare.replaces)
    }

    pub(super) fn add_replaced(&mut self, replaced: Replaced) {
        self.rare.get_or_insert_default().replaces.push(replaced);
    }

    /// Forgets keys that have been dealt with.
    pub(super) fn drop_replaced(&mut self, done: &[Replaced]) {
        if let Some(rare) = &mut self.rare {
            rare.replaces.retain(|replaced| !done.iter().any(|done| done.id == replaced.id));
            if rare.login.is_none() && rare.replaces.is_empty() && rare.origin.is_none() {
                self.rare = None;
            }
        }
    }

    pub(super) fn origin(&self) -> Option<&Origin> {
        self.rare.as_ref()?.origin.as_ref()
    }

    pub(super) fn origin_mut(&mut self) -> Option<&mut Origin> {
        self.rare.as_mut()?.origin.as_mut()
    }

    pub(super) fn set_origin(&mut self, origin: Origin) {
        self.rare.get_or_insert_default().origin = Some(origin);
    }

    /// What stands in front of the serializer's bytes if the session is stored now.
    pub(super) fn header(&self, id: &SessionId, now_ms: i64) -> Header {
        let login = self.rare.as_ref().and_then(|rare| rare.login.clone()).unwrap_or_default();
        Header {
            creation_time: self.creation_time,
            last_accessed_time: self.last_accessed_time,
            max_inactive_interval: self.max_inactive_interval,
            is_new: self.is_new,
            is_valid: true,
            this_accessed_time: self.this_accessed_time,
            last_backup_time: now_ms,
            id: id.as_str().to_owned(),
            auth_type: login.auth_type,
            principal: login.principal,
            saved_request: login.saved_request,
            saved_principal: login.saved_principal,
        }
    }
}

impl Login {
    fn of(header: Header) -> Self {
        Self {
            auth_type: header.auth_type,
            principal: header.principal,
            saved_request: header.saved_request,
            saved_principal: header.saved_principal,
        }
    }

    fn says_something(&self) -> bool {
        self.auth_type != AuthType::None
            || [&self.principal, &self.saved_request, &self.saved_principal]
                .iter()
                .any(|part| !part.is_empty())
    }
}

impl Default for Login {
    fn default() -> Self {
        Self {
            auth_type: AuthType::None,
            principal: Bytes::new(),
            saved_request: Bytes::new(),
            saved_principal: Bytes::new(),
        }
    }
}

/// For how long a node keeps a session that was read from it. Whoever stored it may have added a minute, as MSM in a
/// Tomcat that says so; that it is kept longer than expected does no harm.
fn stored_seconds(header: &Header) -> u32 {
    let idle_ms = header.last_backup_time.saturating_sub(header.this_accessed_time);
    match Expiry::of_sticky_session(header.max_inactive_interval, idle_ms, 0) {
        Expiry::Never => 0,
        Expiry::Seconds(seconds) => seconds.get(),
    }
}

/// Whether a stored session is still alive.
pub(super) fn header_is_valid_at(header: &Header, now_ms: i64) -> bool {
    header.is_valid && header.validity().is_valid_at(now_ms)
}

/// Whether a stored value is a session that is still alive. What cannot be read counts as alive: it is not to be
/// deleted.
pub(super) fn stored_is_valid_at(value: &Bytes, now_ms: i64) -> bool {
    Envelope::decode(value).map_or(true, |envelope| header_is_valid_at(&envelope.header, now_ms))
}
