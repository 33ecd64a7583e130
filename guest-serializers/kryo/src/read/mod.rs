//! Kryo's bytes in, a document out: one pass, on a stack of its own.

mod compatible;
mod declared;
pub(crate) mod define;
mod earlier;
mod object;
mod proxy;
mod quick;
mod refs;
mod run;
mod scalar;
mod time;

use holdfast_document::{Count, Writer};
use holdfast_sdk::Failure;

use crate::arena::Arena;
use crate::classes::{ClassId, Classes};
use crate::fault::{Outcome, damaged};
use crate::input::Input;
pub(crate) use compatible::two_of_one_name;
use refs::{Attribute, Seen};

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    frames: Vec<Frame>,
    /// The values of the slots of one number of a declared class.
    digits: Vec<i64>,
    /// Counts of the maps and sets whose comparator is being read.
    counts: Vec<Count>,
    /// Kryo's objects by number.
    seen: Vec<Seen>,
    /// The classes that stand in the bytes by name, by their number there.
    names: Vec<(ClassId, quick::Quick)>,
    earlier: earlier::Earlier,
    /// The name that is being read.
    name: String,
    attributes: Vec<Attribute>,
    /// The names of all attributes, one after the other.
    text: String,
    attribute_by_name: crate::table::IdMap,
    /// So many attributes are in there.
    entered: u32,
    links: refs::Links,
    definitions: define::Definitions,
    proxies: proxy::Proxies,
    compatible: compatible::Compatible,
}

/// What is still to be read of a container.
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
    /// Values without their class, which is the frame's, or null.
    Known,
    /// Ordinals of the frame's class, each with a value.
    EnumEntries,
    /// A comparator, before a count and so many elements or entries.
    Comparator,
    /// The fields of an object; how they are stored stands before this place among all modes.
    Fields(u32),
    /// A list, before the indexes of a part of it.
    SubList,
    /// The fields of an object with names, each in chunks of its own.
    Compatible,
    /// The end of the chunks of the only field of an object.
    ChunksEnd,
    /// The end of what an object is stored as.
    Whole,
    /// The handler of a proxy, before its interfaces. The first time it is read to find them.
    Handler { again: bool },
}

/// How far a session may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    /// How large the document may be.
    pub(crate) bytes: usize,
}

pub(crate) struct Reading<'i, 'o, 's> {
    input: Input<'i>,
    doc: Writer<'o>,
    classes: &'s mut Classes,
    shelf: &'s mut Shelf,
    limits: Limits,
    chunks: compatible::Chunks<'i>,
}

/// Reads a session.
pub(crate) fn read<'i>(
    bytes: &'i [u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    shelf: &mut Shelf,
    limits: Limits,
    arena: &'i Arena,
) -> Result<(), Failure> {
    let count = match head(bytes) {
        Ok(count) => count,
        Err(failure) => return Err(*failure),
    };
    classes.begin_call();
    shelf.begin_call();
    if shelf.earlier.begin_call(classes) {
        shelf.definitions.forget();
    }
    let mut input = Input::new(bytes);
    input.seek(count.1);
    let doc = Writer::document(out, count.0);
    let chunks = compatible::Chunks::new(bytes, arena);
    let mut reading = Reading { input, doc, classes, shelf, limits, chunks };
    match reading.attributes(count.0) {
        Ok(()) => {
            let Reading { doc, shelf, classes, .. } = reading;
            refs::end(doc, shelf, classes);
            Ok(())
        }
        Err(failure) => {
            // Where a count is still missing, the path to the failure would end.
            for count in reading.shelf.counts.drain(..) {
                reading.doc.patch(count, u32::MAX);
            }
            let chunks = reading.chunks;
            Err(match *failure {
                Failure::Damaged { offset, text } => Failure::Damaged { offset: chunks.origin(offset), text },
                Failure::Unrepresentable { text, .. } => {
                    Failure::Unrepresentable { path: holdfast_document::path(out, out.len()), text }
                }
                other => other,
            })
        }
    }
}

/// The map of attributes: it is the first object of all. Kryo has no magic number, so that this and the class of the
/// first name must do.
fn head(bytes: &[u8]) -> Outcome<(u32, usize)> {
    let foreign = |text: &str| Err(Box::new(Failure::NotThisFormat(text.into())));
    let mut input = Input::new(bytes);
    if input.peek() != Some(1) {
        return foreign("Kryo's bytes begin with 01, the first object");
    }
    input.u8()?;
    let start = input.at();
    let count = input.varint()?;
    let at = input.at();
    match *input.rest() {
        [3, 1, ..] | [3] | [] => {}
        _ if count == 0 => {}
        _ => return foreign("where Kryo has the first attribute's name, no string stands"),
    }
    // Name and value take two bytes each at least.
    if count as usize > input.rest().len() / 4 {
        return Err(damaged(start, format!("{count} attributes, and {} bytes are left", input.rest().len())));
    }
    Ok((count, at))
}

impl Shelf {
    fn begin_call(&mut self) {
        self.frames.clear();
        self.counts.clear();
        self.seen.clear();
        self.names.clear();
        self.attributes.clear();
        self.text.clear();
        self.attribute_by_name.clear();
        self.entered = 0;
        self.links.clear();
        self.definitions.clear();
        self.proxies.clear();
        self.compatible.clear();
        self.seen.push(Seen::ATTRIBUTES);
    }
}

impl Reading<'_, '_, '_> {
    fn attributes(&mut self, count: u32) -> Outcome<()> {
        for _ in 0..count {
            if !self.attribute_again() {
                self.attribute_name()?;
            }
            let at = self.input.at();
            if self.input.peek() == Some(0) {
                return Err(damaged(
                    at,
                    "an attribute is null, and the library's map of attributes holds none",
                ));
            }
            self.value()?;
            self.run()?;
            self.check_size()?;
        }
        let left = self.input.rest().len();
        if left > 0 {
            return Err(damaged(self.input.at(), format!("{left} bytes follow the last attribute")));
        }
        Ok(())
    }

    #[cold]
    fn unrepresentable(text: impl Into<String>) -> Box<Failure> {
        // The path is found where the reading ends: the document's last byte is the place.
        Box::new(Failure::Unrepresentable { path: String::new(), text: text.into() })
    }
}
