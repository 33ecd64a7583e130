//! What the notes of a document say while it is written.

use holdfast_document::{Extras, Fact, Note, Notes};

/// The notes of one attribute, at the next place that has some.
#[derive(Debug, Clone, Default)]
pub(super) struct Cursor<'a> {
    next: Option<Note<'a>>,
    /// Those behind `next`.
    rest: Option<Notes<'a>>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: Option<&'a [u8]>) -> Self {
        let Some(bytes) = bytes else { return Self::default() };
        let mut rest = Notes::new(bytes);
        Self { next: rest.next(), rest: Some(rest) }
    }

    /// Whether a place has notes. Places are asked for in rising order.
    #[inline]
    pub(super) fn reaches(&mut self, place: u32) -> bool {
        match &self.next {
            None => false,
            Some(note) if note.place > place => false,
            Some(_) => self.advance(place),
        }
    }

    fn advance(&mut self, place: u32) -> bool {
        while let Some(note) = &self.next {
            if note.place >= place {
                return note.place == place;
            }
            self.next = self.rest.as_mut().and_then(Iterator::next);
        }
        false
    }

    /// The next place that has notes.
    pub(super) fn next_place(&self) -> Option<u32> {
        self.next.as_ref().map(|note| note.place)
    }

    /// What the notes say of a part of the value at the place that was reached.
    pub(super) fn facts(&self, place: u32, part: u32) -> impl Iterator<Item = Fact<'a>> + use<'a> {
        let rest = self.rest.clone();
        self.next
            .into_iter()
            .chain(rest.into_iter().flatten())
            .take_while(move |note| note.place == place)
            .filter(move |note| note.part == part)
            .map(|note| note.fact)
    }
}

/// What kind of value a member of a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    BigInteger,
    /// Any other value without an identity, in its bytes in the document.
    Other,
}

/// The first member of a group: its handle, and what the others must be equal to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) handle: u32,
    pub(super) sort: Sort,
    pub(super) content: &'a [u8],
}

/// Who a value without an identity is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Identity {
    pub(super) distinct: bool,
    pub(super) group: Option<u32>,
    pub(super) interned: bool,
}

impl Identity {
    pub(super) fn of<'a>(facts: impl Iterator<Item = Fact<'a>>) -> Self {
        let mut identity = Self::default();
        for fact in facts {
            match fact {
                Fact::Distinct => identity.distinct = true,
                Fact::Group(group) => identity.group = Some(group),
                Fact::Interned => identity.interned = true,
                _ => {}
            }
        }
        identity
    }
}

/// The extras, and where the attributes that they name stand.
#[derive(Debug, Default)]
pub(super) struct Told<'a> {
    extras: Extras<'a>,
    /// Name and number, sorted.
    names: Vec<(&'a str, u32)>,
    /// By number: where the value begins in the document.
    bases: Vec<Option<u32>>,
    /// Number and place among the notes, sorted.
    notes: Vec<(u32, usize)>,
}

impl<'a> Told<'a> {
    pub(super) fn new(extras: Extras<'a>) -> Self {
        let mut names: Vec<_> =
            (0u32..).zip(&extras.names).filter_map(|(number, name)| Some(((*name)?, number))).collect();
        names.sort_unstable();
        let mut notes: Vec<_> =
            extras.notes.iter().enumerate().map(|(at, (number, _))| (*number, at)).collect();
        notes.sort_unstable();
        Self { bases: vec![None; extras.names.len()], extras, names, notes }
    }

    /// Takes in where an attribute stands, and gives its number if it has one.
    pub(super) fn begin(&mut self, name: &str, base: u32) -> Option<u32> {
        let at = self.names.binary_search_by(|(other, _)| (*other).cmp(name)).ok()?;
        let number = self.names.get(at)?.1;
        *self.bases.get_mut(number as usize)? = Some(base);
        Some(number)
    }

    /// Where the attribute with a number begins, if it was met.
    pub(super) fn base(&self, number: u32) -> Option<u32> {
        self.bases.get(number as usize).copied().flatten()
    }

    pub(super) fn notes(&self, number: Option<u32>) -> Option<&'a [u8]> {
        let number = number?;
        let at = self.notes.partition_point(|(other, _)| *other < number);
        let (found, at) = self.notes.get(at)?;
        self.extras.notes.get(*at).filter(|_| *found == number).map(|(_, notes)| *notes)
    }
}
