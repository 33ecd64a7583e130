//! Proxies, whose interfaces stand behind the handler in Kryo's bytes and before it in a document.

use holdfast_document::Kind;
use holdfast_kryo_common::fault::{Outcome, damaged};
use holdfast_kryo_common::table::IdMap;

use super::{FrameKind, Reading};
use crate::classes::ClassId;

/// The proxies whose interfaces are known.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    /// By the position of the handler, a number in `ranges`.
    by_handler: IdMap,
    ranges: Vec<(usize, usize)>,
    interfaces: Vec<ClassId>,
    /// Handlers that are being read to find what stands behind them.
    trials: Vec<Trial>,
}

/// Where everything stood before a handler was read.
#[derive(Debug, Clone, Copy)]
struct Trial {
    handler: usize,
    seen: usize,
    names: usize,
    place: u32,
    definitions: u32,
    links: (usize, usize),
}

impl Proxies {
    pub(super) fn clear(&mut self) {
        self.by_handler.clear();
        self.ranges.clear();
        self.interfaces.clear();
        self.trials.clear();
    }
}

/// A definition that no class has for its own.
const NO_CLASS: ClassId = ClassId(u32::MAX);

impl Reading<'_, '_, '_> {
    /// Reads the handler, once to find the interfaces and once more behind their names. A proxy inside is read
    /// a third time only if nobody around it has read it, so that nested ones do not double at each level.
    pub(super) fn proxy(&mut self) -> Outcome<()> {
        let handler = self.input.at();
        let Some(range) = self.shelf.proxies.by_handler.get(handler as u64) else {
            self.shelf.proxies.trials.push(Trial {
                handler,
                seen: self.shelf.seen.len(),
                names: self.shelf.names.len(),
                place: self.doc.place(),
                definitions: self.doc.definitions(),
                links: self.shelf.links.mark(),
            });
            return self.begin(FrameKind::Handler { again: false }, ClassId::PROXY, 1);
        };
        let (from, to) = self.shelf.proxies.ranges.get(range as usize).copied().unwrap_or_default();
        let interfaces = self.shelf.proxies.interfaces.get(from..to).unwrap_or_default();
        self.doc.defined(1);
        let count = interfaces.len() as u32;
        self.doc.begin_definition(Kind::Proxy, false, None, "java.lang.reflect.Proxy", count);
        self.doc.nil();
        for interface in interfaces {
            self.doc.item(0, "", &self.classes.get(*interface).name);
        }
        self.shelf.definitions.push(NO_CLASS, 0);
        self.begin(FrameKind::Handler { again: true }, ClassId::PROXY, 1)
    }

    pub(super) fn after_handler(&mut self, again: bool) -> Outcome<()> {
        let from = self.shelf.proxies.interfaces.len();
        self.interfaces()?;
        if again {
            self.shelf.proxies.interfaces.truncate(from);
            return Ok(());
        }
        let Some(trial) = self.shelf.proxies.trials.pop() else { return Ok(()) };
        let proxies = &mut self.shelf.proxies;
        proxies.by_handler.insert(trial.handler as u64, proxies.ranges.len() as u32);
        proxies.ranges.push((from, proxies.interfaces.len()));
        self.shelf.seen.truncate(trial.seen);
        self.shelf.names.truncate(trial.names);
        self.shelf.links.truncate(trial.links);
        self.shelf.definitions.truncate(trial.definitions as usize);
        self.doc.truncate(trial.place, trial.definitions);
        self.input.seek(trial.handler);
        self.proxy()
    }

    /// An array of class objects.
    fn interfaces(&mut self) -> Outcome<()> {
        let at = self.input.at();
        if self.input.u8()? != 1 {
            return Err(damaged(at, "the interfaces of a proxy are an array of one dimension"));
        }
        for _ in 0..self.input.count(2)? {
            if !self.mark()? {
                return Err(damaged(self.input.at() - 1, "a null among the interfaces of a proxy"));
            }
            let class = self.class()?;
            self.shelf.proxies.interfaces.push(class);
        }
        Ok(())
    }
}
