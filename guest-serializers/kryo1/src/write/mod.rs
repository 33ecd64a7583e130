//! A document in, Kryo's bytes out: one pass, on a stack of its own.

mod array;
mod bean;
mod builtin;
mod declared;
mod enums;
mod permuted;
mod put;
mod quick;
mod refs;
mod run;
mod scalar;
mod time;
mod value;
mod whole;

use holdfast_document::{Definition, Event, Extras, Note, Notes};
use holdfast_kryo_common::beans::{Beans, MOST_SCALARS};
use holdfast_kryo_common::fault::{Outcome, no_document, unrepresentable};
use holdfast_kryo_common::numbering::Numbering;
use holdfast_kryo_common::output::varint;
use holdfast_kryo_common::places::{Back, Moved, Parts, Way};
use holdfast_kryo_common::table::IdMap;
use holdfast_sdk::Failure;

use crate::classes::{ClassId, Classes};
use crate::losses::{Loss, Losses};
use refs::Object;

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    frames: Vec<Frame>,
    /// The classes that stand in the bytes by name.
    names: Numbering<ClassId>,
    objects: Vec<Object>,
    /// Where the objects of each attribute begin.
    first_objects: Vec<u32>,
    moved: Moved<Object>,
    ordinals: Vec<u32>,
    /// The numbers of `java.time` values of which the JVM has one object each.
    singles: IdMap,
    beans: Beans<ClassId>,
    /// Where the parts of an object stand, while they are brought into Kryo's order.
    begins: [u32; MOST_SCALARS],
    /// The values of the slots of one number of a declared class, so far.
    digits: Vec<i64>,
    parts: Parts,
}

/// What is still to be written of a container.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// How many parts.
    left: u32,
    class: ClassId,
    /// Which container it is.
    home: Home,
    kind: FrameKind,
}

/// A place in a document: attribute and place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Home {
    attribute: u32,
    place: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FrameKind {
    /// Values with their classes.
    Values,
    /// Values without their class, which is the frame's, or null.
    Known,
    /// Arrays of the frame's class, without class and null.
    Arrays,
    /// Constants of the frame's class, each with a value.
    EnumEntries,
    /// The fields of an object, in the order in which they are stored; how they are stored stands before this place
    /// among all modes.
    Fields(u32),
    /// The fields of an object that stand in another order: how they are stored stands before `end` among all modes. `from` is
    /// where, among the places of the fields of all such objects, that of its end stands, before those of its fields from
    /// the last to the first.
    FieldsAt { end: u32, from: u32 },
    /// What an object is stored as, before the fields of its own, so many, which are not.
    Whole(u32),
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
    /// It is this one, and not written; a mark says whether it is null.
    Known(ClassId),
    /// It is this array, an array in an array: neither class nor mark stand there.
    Inner(ClassId),
}

/// How far a session may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) bytes: usize,
    /// The option that says how many bytes.
    pub(crate) option: &'static str,
}

/// The number of the first object of a session.
const FIRST: u32 = 2;

struct Writing<'d, 'o, 's> {
    way: Way<'d>,
    out: &'o mut Vec<u8>,
    classes: &'s mut Classes,
    shelf: &'s mut Shelf,
    losses: &'s mut Losses,
    limits: Limits,
    /// The number of the next object.
    next: u32,
    /// The value that is being written.
    home: Home,
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
        next: FIRST,
        home: Home { attribute: 0, place: 0 },
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
        self.singles.clear();
        self.parts.clear();
        self.beans.begin_call(classes.generation());
    }
}

impl<'d> Writing<'d, '_, '_> {
    fn attributes(&mut self, count: u32) -> Outcome<()> {
        self.out.push(1);
        varint(self.out, count);
        for index in 0..count {
            let name = self.way.begin_attribute(index)?;
            self.begin_attribute(name);
            let at = self.way.at();
            if self.way.reader.is_nil() {
                return Err(self.unrepresentable(at, "null, and the library's map of attributes holds none"));
            }
            self.value(Slot::Any)?;
            self.run()?;
            self.way.end_attribute();
            self.losses.end_attribute(name);
            self.check_size()?;
        }
        if self.extras.is_empty() {
            self.way.reader.extras().map_err(no_document)?;
        }
        Ok(())
    }

    /// Writes the name of an attribute and opens its notes.
    fn begin_attribute(&mut self, name: &'d str) {
        self.losses.begin_attribute();
        self.shelf.beans.begin_attribute();
        self.shelf.first_objects.push(self.shelf.objects.len() as u32);
        let number = self.extras.notes.iter().find(|(number, _)| self.extras.name(*number) == Some(name));
        self.notes = number.map(|(_, bytes)| Notes::new(bytes));
        self.note = self.notes.as_mut().and_then(Notes::next);
        self.out.push(17);
        self.string(name.as_bytes());
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
        let document = self.way.document();
        if self.losses.accept(loss, || holdfast_document::path(document, at)) {
            return Ok(());
        }
        Err(self.unrepresentable(at, format!("{} (losses = refuse)", loss.text())))
    }
}
