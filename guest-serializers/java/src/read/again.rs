//! What one pass over a stream tells the next.

use holdfast_sdk::Failure;

use super::{Reading, Stop};
use crate::classes::ClassId;
use crate::stream::sc;

/// What earlier passes over the same stream found out.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// Offsets of objects that are not as the JDK writes them.
    raw: Vec<u32>,
    /// The classes of those.
    odd: Vec<ClassId>,
    /// No object is taken for what the JDK writes.
    all: bool,
    /// Offsets of the descriptors of classes whose `writeObject` writes none of their fields.
    fieldless: Vec<u32>,
    suspects: Vec<u32>,
    /// The failure of the pass that came furthest, and how far.
    failure: Option<(u64, Failure)>,
}

/// After so many passes for single objects none is taken for a built-in one any more.
const MAX_ODD: usize = 24;
/// After so many odd objects of one class all of them are read with their fields.
const MAX_ODD_OF_A_CLASS: usize = 2;
/// So many classes may be suspected of leaving out their fields.
const MAX_SUSPECTS: usize = 4;

impl Again {
    /// Whether every object of a class of the JDK is taken for what the JDK writes.
    pub(super) fn is_first(&self) -> bool {
        self.odd.is_empty()
    }

    /// Whether this is the first pass.
    pub(super) fn is_new(&self) -> bool {
        self.odd.is_empty() && self.failure.is_none()
    }

    /// Whether the object at an offset is to be read with its fields.
    #[inline]
    pub(super) fn is_raw(&self, at: u32, class: ClassId) -> bool {
        !self.odd.is_empty()
            && (self.all
                || self.raw.contains(&at)
                || self.odd.iter().filter(|odd| **odd == class).count() > MAX_ODD_OF_A_CLASS)
    }

    /// Whether the class whose descriptor stands at an offset leaves out its fields.
    pub(super) fn is_fieldless(&self, at: u32) -> bool {
        self.fieldless.contains(&at)
    }

    /// Takes in why a pass stopped. The error is final.
    pub(super) fn learn(&mut self, stop: Stop, suspect: Option<u32>) -> Result<(), Failure> {
        match stop {
            Stop::Raw { at, .. } if self.all => Err(Failure::Damaged {
                offset: u64::from(at),
                text: "other objects refer to what is hidden in this one".into(),
            }),
            Stop::Raw { at, class } => {
                self.raw.push(at);
                self.odd.push(class);
                self.all = self.odd.len() >= MAX_ODD;
                Ok(())
            }
            Stop::Failed(failure) => {
                let Failure::Damaged { offset, .. } = failure else { return Err(failure) };
                match &self.failure {
                    // The last suspect is innocent: without its fields the stream is understood no further.
                    Some((reached, _)) if offset <= *reached => {
                        self.fieldless.pop();
                    }
                    _ => self.failure = Some((offset, failure.clone())),
                }
                match (suspect, &self.failure) {
                    (Some(class), _)
                        if self.suspects.len() < MAX_SUSPECTS && !self.suspects.contains(&class) =>
                    {
                        self.suspects.push(class);
                        self.fieldless.push(class);
                        Ok(())
                    }
                    (_, Some((_, failure))) => Err(failure.clone()),
                    (_, None) => Err(failure),
                }
            }
        }
    }
}

impl Reading<'_> {
    /// The class that may be why the stream makes no sense from here on: its `writeObject` need not have written the
    /// fields that its descriptor lists, and the stream does not tell.
    pub(super) fn suspected(&self) -> Option<u32> {
        let open = self.kept.frames.iter().rev().filter(|frame| frame.number == 0);
        open.map(|frame| frame.kept)
            .chain(self.suspect)
            .flat_map(|class| self.lineage(class))
            .filter_map(|class| self.kept.classes.get(class as usize))
            .find(|class| self.may_be_fieldless(class))
            .map(|class| class.at)
    }

    fn may_be_fieldless(&self, class: &super::Described) -> bool {
        class.flags & sc::WRITE_METHOD != 0 && class.fields > 0 && !self.again.is_fieldless(class.at)
    }

    /// A class and its superclasses.
    fn lineage(&self, class: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(class), |class| {
            self.kept.classes.get(*class as usize).and_then(|class| class.superclass)
        })
        .take(crate::stream::MAX_SUPERCLASSES)
    }
}
