//! A request, from its begin to its finish.

use std::borrow::Cow;
use std::sync::Arc;

use holdfast_document::AttributeMap;

use super::codec::thaw;
use super::engine::Engine;
use super::error::ManagerError;
use super::shared::Holding;
use super::slot::{Live, Slot};
use super::view::Session;
use super::work::{Content, Work};

/// What a manager has to know of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestInfo {
    /// `METHOD URI[?query]`, which patterns are matched against.
    pub id: String,
}

impl RequestInfo {
    /// A request as MSM names it: the query counts, but not of a POST.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let target = match target.split_once('?') {
            Some((path, _)) if method.eq_ignore_ascii_case("POST") => path,
            _ => target,
        };
        Self { id: [method, " ", target].concat() }
    }
}

/// A request under way.
///
/// It sees its session as it was at the first look, with its own changes. They are made when it is finished; a request
/// that is dropped has changed nothing.
pub struct Request {
    pub(super) engine: Arc<Engine>,
    pub(super) request: RequestInfo,
    began_ms: i64,
    /// The client has sent an id, of whatever kind.
    pub(super) id_sent: bool,
    /// `requestUriIgnorePattern` matches.
    pub(super) ignored: bool,
    pub(super) held: Held,
    /// What it has of its session in non-sticky mode.
    pub(super) holding: Option<Holding>,
    /// The session that is to end, and its version at the first look.
    pub(super) ending: Option<(Arc<Slot>, u64)>,
    pub(super) stored_part_touched: bool,
    pub(super) if_unchanged: bool,
    pub(super) renew: bool,
}

/// The request's session.
pub(super) enum Held {
    None,
    /// Found, and not looked at yet.
    Found(Arc<Slot>),
    /// In use.
    Known {
        slot: Arc<Slot>,
        session: Session,
        work: Work,
    },
    /// To be made.
    New {
        session: Session,
        work: Work,
    },
}

impl Request {
    pub(super) fn new(
        engine: Arc<Engine>,
        request: RequestInfo,
        id_sent: bool,
        ignored: bool,
        found: Option<Arc<Slot>>,
    ) -> Self {
        let began_ms = engine.clock.now_ms();
        Self {
            engine,
            request,
            began_ms,
            id_sent,
            ignored,
            held: found.map_or(Held::None, Held::Found),
            holding: None,
            ending: None,
            stored_part_touched: false,
            if_unchanged: false,
            renew: false,
        }
    }

    /// Whether `requestUriIgnorePattern` ignores this request. Then it sees its session only if that is in memory,
    /// cannot change it, and does not keep it alive.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        self.ignored
    }

    /// The session as it was at the first look, if there is one. That look is what keeps it alive.
    pub fn session(&mut self) -> Option<&Session> {
        self.look();
        match &self.held {
            Held::Known { session, .. } | Held::New { session, .. } => Some(session),
            Held::None | Held::Found(_) => None,
        }
    }

    /// The session, made if there is none.
    ///
    /// # Errors
    /// There are as many as there may be, or the request is ignored.
    pub fn create(&mut self) -> Result<&Session, ManagerError> {
        self.look();
        if matches!(self.held, Held::None) {
            self.may_change()?;
            if self.engine.sessions.is_full() {
                return Err(self.engine.too_many());
            }
            let interval = self.engine.settings.max_inactive_interval;
            let live = Live::new(Arc::clone(&self.engine.empty), interval, self.began_ms);
            let session = Session::of(&self.engine.new_id(), &live);
            self.held = Held::New { session, work: Work::on(Content::of(&live)) };
        }
        self.session().ok_or(ManagerError::NoSession)
    }

    /// All attributes, with what this request has changed.
    ///
    /// # Errors
    /// There is no session.
    pub fn attributes(&mut self) -> Result<&AttributeMap, ManagerError> {
        self.stored_part_touched = true;
        self.work()?.attributes().map(|attributes| &*attributes)
    }

    /// Counts as a look at all attributes, for whoever reads them from [`Session::document`].
    pub fn touch_attributes(&mut self) {
        self.stored_part_touched = true;
    }

    /// The value of an attribute, if there is one.
    ///
    /// # Errors
    /// There is no session.
    pub fn attribute(&mut self, name: &str) -> Result<Option<Cow<'_, [u8]>>, ManagerError> {
        self.touch(name);
        self.work()?.attributes()?.get(name).map_err(|reason| ManagerError::BadDocument { reason })
    }

    /// Sets an attribute to a value of a session document. False: it has that value already.
    ///
    /// # Errors
    /// There is no session, it may not be changed, or the value is none.
    pub fn set_attribute(&mut self, name: &str, value: &[u8]) -> Result<bool, ManagerError> {
        self.may_change()?;
        self.touch(name);
        self.work()?.set(name, value)
    }

    /// As [`Request::set_attribute`] with the value that it has: nothing changes, and the attribute counts as touched.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn confirm_attribute(&mut self, name: &str) -> Result<(), ManagerError> {
        self.may_change()?;
        self.touch(name);
        Ok(())
    }

    /// Removes an attribute. False: there is none.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn remove_attribute(&mut self, name: &str) -> Result<bool, ManagerError> {
        self.may_change()?;
        self.touch(name);
        self.work()?.remove(name)
    }

    /// Puts these attributes in the place of all.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn replace_attributes(&mut self, attributes: AttributeMap) -> Result<(), ManagerError> {
        self.may_change()?;
        self.stored_part_touched = true;
        self.work()?.replace(attributes);
        Ok(())
    }

    /// As [`Request::replace_attributes`], with the attributes of a document.
    ///
    /// # Errors
    /// As there, or the bytes are no document.
    pub fn replace_document(&mut self, document: &[u8]) -> Result<(), ManagerError> {
        self.replace_attributes(thaw(document)?)
    }

    /// Sets after how many seconds without a request the session is over; zero or less: never. It is stored even if
    /// nothing else was changed, because whoever is told that it counts may rely on it after a crash.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn set_max_inactive_interval(&mut self, seconds: i32) -> Result<(), ManagerError> {
        self.may_change()?;
        self.work()?.set_max_inactive_interval(seconds);
        Ok(())
    }

    /// Gives the session a new id, and keeps its content: the old id, which somebody may have planted before the login,
    /// is worth nothing any more.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn renew(&mut self) -> Result<(), ManagerError> {
        self.may_change()?;
        self.work()?;
        // One that is being made has a new id anyway.
        self.renew = matches!(self.held, Held::Known { .. });
        Ok(())
    }

    /// Ends the session. Another one may be made in the same request.
    ///
    /// # Errors
    /// There is no session, or it may not be changed.
    pub fn invalidate(&mut self) -> Result<(), ManagerError> {
        self.may_change()?;
        self.work()?;
        if let Held::Known { slot, work, .. } = std::mem::replace(&mut self.held, Held::None) {
            self.ending = Some((slot, work.version()));
        }
        self.renew = false;
        Ok(())
    }

    /// Lets [`Request::finish`] refuse the changes if another request has changed the session since the first look at
    /// it.
    pub fn only_if_unchanged(&mut self) {
        self.look();
        self.if_unchanged = true;
    }

    /// Ends the request because nothing was heard of its client for too long. It has changed nothing.
    pub fn expire(self) {
        self.engine.statistics.count(|numbers| &numbers.leases_expired);
    }

    /// The first look at the session.
    pub(super) fn look(&mut self) {
        let Held::Found(slot) = &self.held else { return };
        let look = |live: &mut Live| {
            if !self.ignored {
                live.access(self.began_ms);
            }
            (Session::of(&slot.id, live), Work::on(Content::of(live)))
        };
        self.held = match slot.with(look) {
            Some((session, work)) => Held::Known { slot: Arc::clone(slot), session, work },
            None => Held::None,
        };
    }

    fn work(&mut self) -> Result<&mut Work, ManagerError> {
        self.look();
        match &mut self.held {
            Held::Known { work, .. } | Held::New { work, .. } => Ok(work),
            Held::None | Held::Found(_) => Err(ManagerError::NoSession),
        }
    }

    fn touch(&mut self, name: &str) {
        self.stored_part_touched = self.stored_part_touched || self.engine.codec.stores(name);
    }

    fn may_change(&self) -> Result<(), ManagerError> {
        match &self.engine.settings.ignore {
            Some(pattern) if self.ignored => Err(ManagerError::IgnoredRequest {
                request: self.request.id.clone(),
                pattern: pattern.as_str().to_owned(),
            }),
            _ => Ok(()),
        }
    }
}
