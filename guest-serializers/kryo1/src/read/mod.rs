//! Kryo's bytes in, a document out: one pass, on a stack of its own.

mod array;
mod declared;
mod define;
mod proxy;
mod quick;
mod refs;
mod run;
mod scalar;
mod time;
mod value;

pub(crate) use time::id_of_offset;

use holdfast_document::Writer;
use holdfast_kryo_common::fault::{Outcome, damaged};
use holdfast_kryo_common::input::Input;
use holdfast_kryo_common::numbering::Numbering;
use holdfast_kryo_common::table::IdMap;
use holdfast_sdk::Failure;

use crate::classes::{ClassId, Classes};
use refs::{Attribute, Seen};

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    frames: Vec<Frame>,
    /// The values of the slots of one number of a declared class.
    digits: Vec<i64>,
    /// Kryo's objects by number.
    seen: Vec<Seen>,
    /// The classes that stand in the bytes by name, in the order of their numbers there, which begin with 1.
    names: Vec<ClassId>,
    attributes: Vec<Attribute>,
    /// The names of all attributes, one after the other.
    text: String,
    attribute_by_name: IdMap,
    links: refs::Links,
    /// The definitions of the current attribute.
    definitions: Numbering<ClassId>,
    proxies: proxy::Proxies,
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
    /// Arrays of the frame's class, without class and null.
    Arrays,
    /// Ordinals of the frame's class, each with a value.
    EnumEntries,
    /// The fields of an object; how they are stored stands before this place among all modes.
    Fields(u32),
    /// The end of what an object is stored as.
    Whole,
    /// The handler of a proxy, before its interfaces. The first time it is read to find them.
    Handler { again: bool },
}

/// Checksum, offset of daylight saving and `offsets` of a time zone without a history.
const HIDDEN_ZONE: [u8; 3] = [0, 0, 0];

/// When the Gregorian calendar begins if nobody says otherwise, ms since the epoch.
pub(crate) const REFORM: i64 = -12_219_292_800_000;

/// How far a session may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    /// How large the document may be.
    pub(crate) bytes: usize,
}

struct Reading<'i, 'o, 's> {
    input: Input<'i>,
    doc: Writer<'o>,
    classes: &'s mut Classes,
    shelf: &'s mut Shelf,
    limits: Limits,
    /// Whether objects are read again, so that they get no numbers.
    again: bool,
}

/// Reads a session.
pub(crate) fn read(
    bytes: &[u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    shelf: &mut Shelf,
    limits: Limits,
) -> Result<(), Failure> {
    let (count, at) = head(bytes).map_err(|failure| *failure)?;
    classes.begin_call();
    shelf.begin_call();
    let mut input = Input::new(bytes);
    input.seek(at);
    let doc = Writer::document(out, count);
    let mut reading = Reading { input, doc, classes, shelf, limits, again: false };
    match reading.attributes(count) {
        Ok(()) => {
            let Reading { doc, shelf, classes, .. } = reading;
            refs::end(doc, shelf, classes);
            Ok(())
        }
        Err(failure) => Err(match *failure {
            Failure::Unrepresentable { text, .. } => {
                Failure::Unrepresentable { path: holdfast_document::path(out, out.len()), text }
            }
            other => other,
        }),
    }
}

/// The map of attributes. Kryo has no magic number, so that its mark and the class of the first name must do.
fn head(bytes: &[u8]) -> Outcome<(u32, usize)> {
    let foreign = |text: &str| Err(Box::new(Failure::NotThisFormat(text.into())));
    let mut input = Input::new(bytes);
    if input.peek() != Some(1) {
        return foreign("Kryo's bytes begin with 01, a map that is not null");
    }
    input.u8()?;
    let start = input.at();
    let count = input.varint()?;
    let at = input.at();
    match *input.rest() {
        [17, ..] | [] => {}
        _ if count == 0 => {}
        _ => return foreign("where Kryo has the first attribute's name, no string stands"),
    }
    // Class and length of the name, and the class of the value, take a byte each at least.
    if count as usize > input.rest().len() / 3 {
        return Err(damaged(start, format!("{count} attributes, and {} bytes are left", input.rest().len())));
    }
    Ok((count, at))
}

impl Shelf {
    fn begin_call(&mut self) {
        self.frames.clear();
        self.seen.clear();
        self.names.clear();
        self.attributes.clear();
        self.text.clear();
        self.attribute_by_name.clear();
        self.links.clear();
        self.definitions.clear();
        self.proxies.clear();
    }
}

impl Reading<'_, '_, '_> {
    fn attributes(&mut self, count: u32) -> Outcome<()> {
        for _ in 0..count {
            self.attribute_name()?;
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
