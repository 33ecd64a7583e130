//! What a request does to its session, kept apart until the request is finished.
//!
//! Requests of one session run side by side. Each works on what it saw when it first looked; at its end its changes
//! are made to what the session is by then, one attribute at a time. So two requests that change two attributes both
//! count, of two that change one the later does, and a request that is given up has changed nothing.

use std::sync::Arc;

use holdfast_document::AttributeMap;

use super::codec::thaw;
use super::error::ManagerError;
use super::slot::Live;

/// What a request sees of its session's content.
#[derive(Clone)]
pub(super) struct Content {
    pub(super) document: Arc<[u8]>,
    pub(super) max_inactive_interval: i32,
    pub(super) version: u64,
}

impl Content {
    pub(super) fn of(live: &Live) -> Self {
        Self {
            document: Arc::clone(&live.document),
            max_inactive_interval: live.max_inactive_interval,
            version: live.version,
        }
    }
}

/// One change.
#[derive(Debug)]
enum Change {
    Set { name: Box<str>, value: Box<[u8]> },
    Remove { name: Box<str> },
    Replace(AttributeMap),
    Interval(i32),
}

/// The changes of a request, and the session as it sees it with them.
pub(super) struct Work {
    seen: Content,
    /// The attributes with the changes; taken apart by the first request for one.
    attributes: Option<AttributeMap>,
    changes: Vec<Change>,
}

impl Work {
    pub(super) fn on(seen: Content) -> Self {
        Self { seen, attributes: None, changes: Vec::new() }
    }

    /// The version of the session that the request has seen.
    pub(super) fn version(&self) -> u64 {
        self.seen.version
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn max_inactive_interval(&self) -> i32 {
        self.seen.max_inactive_interval
    }

    /// The attributes, with what this request has changed.
    pub(super) fn attributes(&mut self) -> Result<&mut AttributeMap, ManagerError> {
        match &mut self.attributes {
            Some(attributes) => Ok(attributes),
            none => Ok(none.insert(thaw(&self.seen.document)?)),
        }
    }

    /// The attributes as a document.
    pub(super) fn document(&self) -> Result<Arc<[u8]>, ManagerError> {
        match &self.attributes {
            Some(attributes) if !self.changes.is_empty() => frozen(attributes),
            _ => Ok(Arc::clone(&self.seen.document)),
        }
    }

    /// False: the attribute has this value already.
    pub(super) fn set(&mut self, name: &str, value: &[u8]) -> Result<bool, ManagerError> {
        let changed = self
            .attributes()?
            .set(name, value)
            .map_err(|reason| ManagerError::BadValue { name: name.to_owned(), reason })?;
        if changed {
            self.changes.push(Change::Set { name: name.into(), value: value.into() });
        }
        Ok(changed)
    }

    /// False: there is no such attribute.
    pub(super) fn remove(&mut self, name: &str) -> Result<bool, ManagerError> {
        let removed =
            self.attributes()?.remove(name).map_err(|reason| ManagerError::BadDocument { reason })?;
        if removed {
            self.changes.push(Change::Remove { name: name.into() });
        }
        Ok(removed)
    }

    /// All other attributes go.
    pub(super) fn replace(&mut self, attributes: AttributeMap) {
        // What came before has no effect any more, but for the interval.
        self.changes.retain(|change| matches!(change, Change::Interval(_)));
        self.changes.push(Change::Replace(attributes.clone()));
        self.attributes = Some(attributes);
    }

    pub(super) fn set_max_inactive_interval(&mut self, seconds: i32) {
        if seconds != self.seen.max_inactive_interval {
            self.changes.push(Change::Interval(seconds));
            self.seen.max_inactive_interval = seconds;
        }
    }

    /// What the session is with these changes, if it is `now` before them.
    pub(super) fn applied_to(&self, now: &Content) -> Result<Content, ManagerError> {
        if now.version == self.seen.version {
            return Ok(Content {
                document: self.document()?,
                max_inactive_interval: self.seen.max_inactive_interval,
                version: now.version,
            });
        }
        let mut content = now.clone();
        let mut attributes: Option<AttributeMap> = None;
        for change in &self.changes {
            if let Change::Interval(seconds) = change {
                content.max_inactive_interval = *seconds;
                continue;
            }
            let map = match &mut attributes {
                Some(map) => map,
                none => none.insert(thaw(&now.document)?),
            };
            match change {
                Change::Set { name, value } => {
                    map.set(name, value)
                        .map_err(|reason| ManagerError::BadValue { name: name.to_string(), reason })?;
                }
                Change::Remove { name } => {
                    map.remove(name).map_err(|reason| ManagerError::BadDocument { reason })?;
                }
                Change::Replace(all) => *map = all.clone(),
                Change::Interval(_) => {}
            }
        }
        if let Some(attributes) = attributes {
            content.document = frozen(&attributes)?;
        }
        Ok(content)
    }
}

fn frozen(attributes: &AttributeMap) -> Result<Arc<[u8]>, ManagerError> {
    let mut document = Vec::with_capacity(attributes.size() + 64);
    attributes.to_document(None, &mut document).map_err(|reason| ManagerError::BadDocument { reason })?;
    Ok(document.into())
}
