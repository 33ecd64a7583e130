//! A document in, Kryo's bytes out: one pass, on a stack of its own.

mod bean;
mod builtin;
mod compatible;
mod declared;
mod enums;
mod names;
mod object;
mod permuted;
mod put;
mod quick;
mod raw;
mod refs;
mod run;
mod scalar;
mod time;
mod whole;

use holdfast_document::{Definition, Event, Extras, Note, Notes};
use holdfast_kryo_common::beans::{Beans, MOST_SCALARS};
use holdfast_kryo_common::places::{Back, Moved, Parts, Way};
use holdfast_sdk::Failure;

use crate::classes::{ClassId, Classes};
use crate::fault::{Outcome, limit, no_document, unrepresentable};
use crate::losses::{Loss, Losses};
use crate::table::IdMap;
use refs::Object;

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    frames: Vec<Frame>,
    names: names::Names,
    objects: Vec<Object>,
    /// Where the objects of each attribute begin.
    first_objects: Vec<u32>,
    moved: Moved<Object>,
    parts: Parts,
    /// The constants and class objects that were written, each with its number and class.
    singles: Vec<(u32, ClassId)>,
    single_by_key: IdMap,
    groups: refs::Groups,
    /// The numbers of objects of which the library does not know yet.
    late: Vec<u32>,
    ordinals: Vec<u32>,
    beans: Beans<ClassId>,
    compatible: compatible::Compatible,
    /// The values of the slots of one number of a declared class, so far.
    digits: Vec<i64>,
    /// Where the parts of an object begin that is written at once.
    begins: [u32; MOST_SCALARS],
}

/// What is still to be written of a container.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// How many parts.
    left: u32,
    class: ClassId,
    kind: FrameKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// Values with their classes.
    Values,
    /// As `Values`, of a container of which the library learns when it has all its parts.
    LateValues,
    /// Values without their class, which is the frame's, or null.
    Known,
    /// Constants of the frame's class, each with a value.
    EnumEntries,
    /// A comparator, before so many elements or entries.
    Comparator(u32),
    /// The fields of an object, in the order in which they are stored; how they are stored stands before this place
    /// among all modes.
    Fields(u32),
    /// The fields of an object, whose places begin here among those of all such objects.
    FieldsAt(u32),
    /// The fields of an object with names, each in chunks of its own: the end of its modes, where the places of the
    /// fields begin if they do not come in this order, and whether a field is being written.
    Compatible { end: u32, first: Option<u32>, in_field: bool },
    /// The end of the chunks of the only field of an object.
    ChunksEnd,
    /// What an object is stored as, before the fields of its own, so many, which are not.
    Whole(u32),
    /// A list, before the indexes of a part of it.
    SubList,
    /// The handler of a proxy, before its interfaces.
    Handler,
    /// A value that stands elsewhere; afterwards the document is read on from here.
    Visit(Back),
}

/// What the place of a value says of its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// Nothing: it is written.
    Any,
    /// It is this one, and not written.
    Known(ClassId),
}

/// How far a session may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) bytes: usize,
    /// The option that says how many bytes.
    pub(crate) option: &'static str,
}

pub(crate) struct Writing<'d, 'o, 's> {
    way: Way<'d>,
    out: &'o mut Vec<u8>,
    classes: &'s mut Classes,
    shelf: &'s mut Shelf,
    losses: &'s mut Losses,
    limits: Limits,
    /// The number of the next object.
    next: u32,
    extras: Extras<'d>,
    /// The notes of the attribute that is being written, from the next one on.
    notes: Option<Notes<'d>>,
    note: Option<Note<'d>>,
    /// The definitions of proxies whose handlers are being written.
    proxies: Vec<Definition<'d>>,
}

/// Writes a session.
pub(crate) fn write(
    document: &[u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    shelf: &mut Shelf,
    losses: &mut Losses,
    limits: Limits,
) -> Result<(), Failure> {
    classes.begin_call();
    shelf.begin_call(classes);
    let opened = Extras::of(document).and_then(|extras| Ok((extras, Way::new(document)?)));
    let (extras, (way, count)) = opened.map_err(|error| *no_document(error))?;
    let mut writing = Writing {
        way,
        out,
        classes,
        shelf,
        losses,
        limits,
        next: 1,
        extras,
        notes: None,
        note: None,
        proxies: Vec::new(),
    };
    writing.attributes(count).map_err(|failure| *failure)
}

impl Shelf {
    fn begin_call(&mut self, classes: &Classes) {
        self.frames.clear();
        self.names.clear();
        self.objects.clear();
        self.first_objects.clear();
        self.moved.clear();
        self.parts.clear();
        self.singles.clear();
        self.single_by_key.clear();
        self.groups.clear();
        self.late.clear();
        self.ordinals.clear();
        self.compatible.clear();
        self.beans.begin_call(classes.generation());
    }
}

impl<'d> Writing<'d, '_, '_> {
    fn attributes(&mut self, count: u32) -> Outcome<()> {
        self.out.push(1);
        crate::output::varint(self.out, count);
        for index in 0..count {
            let at = self.way.at();
            let name = self.way.begin_attribute(index)?;
            self.begin_attribute(name, at);
            let at = self.way.at();
            if self.way.reader.is_nil() {
                return Err(self.unrepresentable(at, "null, and the library's map of attributes holds none"));
            }
            self.losses.begin_attribute();
            self.value(Slot::Any)?;
            self.run()?;
            self.losses.end_attribute(name);
            self.way.end_attribute();
            self.check_size()?;
        }
        if self.extras.is_empty() {
            self.way.reader.extras().map_err(no_document)?;
        }
        Ok(())
    }

    #[inline]
    fn check_size(&self) -> Outcome<()> {
        if self.out.len() > self.limits.bytes {
            let Limits { bytes, option, .. } = self.limits;
            return Err(limit(format!("the session takes more than {bytes} bytes ({option})")));
        }
        Ok(())
    }

    #[inline]
    fn event(&mut self) -> Outcome<Event<'d>> {
        self.way.reader.next().map_err(no_document)
    }

    #[cold]
    fn unrepresentable(&self, at: usize, text: impl Into<String>) -> Box<Failure> {
        unrepresentable(self.way.document(), at, text)
    }

    /// The value at an offset does not look as the table of built-in classes has it.
    #[cold]
    fn bad_form(&self, at: usize) -> Box<Failure> {
        self.unrepresentable(at, "not of the form that documents have for a value of this class")
    }

    /// Drops something of the value at an offset, as the library does, unless that is refused.
    #[cold]
    fn lose(&mut self, loss: Loss, at: usize) -> Outcome<()> {
        self.lose_of(loss, None, at)
    }

    /// As [`Self::lose`], of a class of the application.
    #[cold]
    fn lose_of(&mut self, loss: Loss, class: Option<ClassId>, at: usize) -> Outcome<()> {
        let document = self.way.document();
        let class = class.map(|class| self.classes.get(class).name.as_ref());
        if self.losses.accept(loss, class, || holdfast_document::path(document, at)) {
            return Ok(());
        }
        Err(self.unrepresentable(at, format!("{} (losses = refuse)", loss.text())))
    }
}
