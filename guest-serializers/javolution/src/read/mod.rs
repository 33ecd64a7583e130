//! The library's XML in, a document out: one pass, on a stack of its own.

mod bean;
mod container;
mod piece;
mod plain;
mod quick;
mod refs;
mod run;
mod scalar;
mod time;
mod wrapper;

use holdfast_document::{Count, Writer};
use holdfast_sdk::Failure;

use crate::classes::{ClassId, Classes};
use crate::fault::{Outcome, damaged, limit};
use crate::number::parse_integer;
use crate::text::unescape;
use crate::xml::{Attribute, Open, Tag, Xml};
use refs::{Links, Target};

pub(crate) use scalar::GREGORIAN_CHANGE;
pub(crate) use time::offset_id;

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    /// The objects that have a number, by it.
    targets: Vec<Target>,
    links: Links,
    /// Texts that are no slices of the XML; bytes of arrays.
    scratch: Vec<u8>,
    /// A character of an array, whose bytes are in the scratch.
    unit: Vec<u8>,
}

/// Why a session is read again.
#[derive(Debug, Clone, Copy)]
enum Again {
    /// A count was wrong: none is believed.
    Wary,
    /// The objects of a class are not as the schema says: they are read by the names of their fields.
    Irregular(ClassId),
    /// A class turned out to be an enum.
    Learned,
}

/// So many classes may turn out to be other than expected before none is expected to be anything.
const MOST_AGAIN: u32 = 16;

/// How far a session may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) bytes: usize,
}

/// An element whose end is to come.
#[derive(Debug)]
struct Frame<'x> {
    name: &'x [u8],
    at: usize,
    kind: Kind,
    /// How many elements, entries or pairs of a name and a value there were.
    seen: u32,
    total: Total,
}

/// How many elements, entries or fields a container has.
#[derive(Debug)]
enum Total {
    /// So many, as was told and written.
    Told(u32),
    /// What is written at the end: so many parts of its own, and for each one that came so many.
    Patched { at: Count, own: u32, each: u32 },
    /// The class says it.
    Fixed,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The attributes; whether a name came last.
    Attributes {
        named: bool,
    },
    Elements,
    /// A map; whether a key came last.
    Entries {
        keyed: bool,
    },
    /// Elements that must be as many as the array is long.
    Array,
    /// Parts in elements of these names, from this one on.
    Parts(&'static [&'static str], u32),
    /// A wrapper: names, which one is next, the number of the wrapper and that of what is inside.
    Wrapper {
        names: &'static [&'static str],
        next: u32,
        own: u32,
        inner: u32,
    },
    /// The fields of an object.
    Fields {
        has_size: bool,
    },
    /// The fields of an object of a class of the schema, from this one on.
    Bean {
        class: ClassId,
        next: u32,
    },
}

pub(crate) struct Reading<'x, 'o, 's> {
    xml: Xml<'x>,
    doc: Writer<'o>,
    classes: &'s mut Classes,
    shelf: &'s mut Shelf,
    limits: Limits,
    /// Of the tag that was read last.
    attributes: Vec<Attribute<'x>>,
    frames: Vec<Frame<'x>>,
    /// An element that was read before is read again: its objects have their numbers.
    is_again: bool,
    /// Counts are not believed.
    is_wary: bool,
    /// Why all must be read again.
    again: Option<Again>,
}

/// Reads a session.
pub(crate) fn read(
    bytes: &[u8],
    out: &mut Vec<u8>,
    classes: &mut Classes,
    shelf: &mut Shelf,
    limits: Limits,
) -> Result<(), Failure> {
    let xml = Xml::open(bytes, "attributes").map_err(|failure| *failure)?;
    classes.begin_call();
    let (mut is_wary, mut left) = (false, MOST_AGAIN);
    loop {
        shelf.targets.clear();
        shelf.links.clear();
        out.clear();
        let mut xml = xml.clone();
        let mut attributes = Vec::with_capacity(16);
        let root = root(&mut xml, &mut attributes).map_err(|failure| *failure)?;
        let (doc, total) = match root.size.filter(|_| !is_wary) {
            Some(size) => (Writer::document(out, size), Total::Told(size)),
            None => {
                let (doc, at) = Writer::document_of_unknown_count(out);
                (doc, Total::Patched { at, own: 0, each: 1 })
            }
        };
        let frames = Vec::with_capacity(16);
        let mut reading = Reading {
            xml,
            doc,
            classes,
            shelf,
            limits,
            attributes,
            frames,
            is_again: false,
            is_wary,
            again: None,
        };
        let result = reading.session(root.open, root.is_numbered, total);
        let again = reading.again;
        match (result, again) {
            (Ok(()), _) => {
                let Reading { doc, shelf, .. } = reading;
                refs::end(doc, &mut shelf.links);
                return Ok(());
            }
            // The attributes of a server's session change while it is stored: their count may be one of a moment ago.
            (Err(_), Some(Again::Wary)) if !is_wary => is_wary = true,
            (Err(_), Some(Again::Irregular(class))) if left > 0 => {
                left -= 1;
                classes.mark_irregular(class);
            }
            (Err(_), Some(Again::Irregular(_))) => classes.mark_all(),
            (Err(_), Some(Again::Learned)) => classes.forget(),
            (Err(failure), _) => return Err(*failure),
        }
    }
}

/// The root element.
struct Root<'x> {
    open: Open<'x>,
    /// How many attributes it says that there are, if that can be.
    size: Option<u32>,
    is_numbered: bool,
}

fn root<'x>(xml: &mut Xml<'x>, attributes: &mut Vec<Attribute<'x>>) -> Outcome<Root<'x>> {
    let at = xml.at();
    let Tag::Open(open) = xml.tag(attributes)? else {
        return Err(damaged(at, "the root element was expected"));
    };
    let find = |name: &[u8]| attributes.iter().find(|attribute| attribute.name == name);
    match find(b"class") {
        Some(class) if class.raw == b"java.util.concurrent.ConcurrentHashMap" => {}
        Some(class) => {
            return Err(damaged(class.at, "the attributes are no java.util.concurrent.ConcurrentHashMap"));
        }
        None => return Err(damaged(open.at, "the root element has no attribute class")),
    }
    let size = find(b"size").and_then(|size| u32::try_from(parse_integer(size.raw)?).ok());
    let size = size.filter(|size| *size as usize <= xml.rest().len());
    let is_numbered = match find(b"__id") {
        Some(id) if id.raw != b"0" => {
            return Err(damaged(id.at, "the root element has another number than 0"));
        }
        id => id.is_some(),
    };
    Ok(Root { open, size, is_numbered })
}

/// What `MSM` never stores: its map of attributes holds no null.
#[cold]
fn null_attribute(at: usize) -> Box<Failure> {
    damaged(at, "a session attribute without a value, which the library's map does not take")
}

impl<'x> Reading<'x, '_, '_> {
    fn session(&mut self, root: Open<'x>, is_numbered: bool, total: Total) -> Outcome<()> {
        if is_numbered {
            self.shelf.targets.push(Target::HIDDEN);
        }
        self.push(root, Kind::Attributes { named: false }, total)?;
        loop {
            self.run_plain();
            self.run_quickly();
            if self.doc.len() <= self.limits.bytes && self.step()? {
                continue;
            }
            let Some(frame) = self.frames.last() else { break };
            let (name, begun) = (frame.name, frame.at);
            match self.xml.tag(&mut self.attributes)? {
                Tag::Open(open) => self.child(open)?,
                Tag::Close(close, at) if close == name => self.end(at)?,
                Tag::Close(_, at) => {
                    let name = String::from_utf8_lossy(name).into_owned();
                    return Err(damaged(
                        at,
                        format!("</{name}> was expected, for the element at byte {begun}"),
                    ));
                }
            }
            if self.doc.len() > self.limits.bytes {
                return Err(limit(format!(
                    "the document takes more than {} bytes (maxBytes)",
                    self.limits.bytes
                )));
            }
        }
        self.xml.end()?;
        self.refuse_repeated_names()
    }

    /// An element inside of the innermost open one.
    #[inline]
    fn child(&mut self, open: Open<'x>) -> Outcome<()> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        match &mut frame.kind {
            Kind::Elements | Kind::Array => {
                frame.seen += 1;
                self.element(open)
            }
            Kind::Entries { keyed } => {
                let is_key = match open.name {
                    b"k" => true,
                    b"v" => false,
                    _ => return Err(damaged(open.at, "an element k or v was expected")),
                };
                let was_keyed = std::mem::replace(keyed, is_key);
                if is_key || !was_keyed {
                    frame.seen += 1;
                }
                // Of a null the library writes nothing.
                if is_key == was_keyed {
                    self.doc.nil();
                }
                self.value(open)
            }
            Kind::Attributes { .. } => self.attribute(open),
            Kind::Parts(..) | Kind::Wrapper { .. } => self.part(open),
            Kind::Fields { .. } => self.field(open),
            Kind::Bean { class, next } => {
                let (class, next) = (*class, *next);
                self.planned_field(open, class, next)
            }
        }
    }

    /// The innermost open element ends.
    fn end(&mut self, at: usize) -> Outcome<()> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        match frame.kind {
            Kind::Elements
            | Kind::Array
            | Kind::Fields { .. }
            | Kind::Entries { keyed: false }
            | Kind::Attributes { named: false } => {}
            Kind::Entries { keyed: true } => self.doc.nil(),
            Kind::Attributes { named: true } => return Err(null_attribute(at)),
            Kind::Bean { class, next } => {
                let fields = self.classes.plan(class).map_or(0, |plan| plan.fields.len());
                for _ in next as usize..fields {
                    self.doc.nil();
                }
            }
            Kind::Parts(names, next) => {
                for _ in names.iter().skip(next as usize) {
                    self.doc.nil();
                }
            }
            Kind::Wrapper { names, next, .. } if next as usize == names.len() => {}
            Kind::Wrapper { .. } => return Err(damaged(at, "a wrapper ends before all of its fields came")),
        }
        let seen = frame.seen;
        match frame.total {
            Total::Patched { at, own, each } => {
                self.doc.patch(at, own.saturating_add(each.saturating_mul(seen)));
            }
            Total::Told(told) if told != seen => {
                if !matches!(frame.kind, Kind::Array) {
                    self.again = Some(Again::Wary);
                }
                return Err(damaged(
                    at,
                    format!("{seen} elements or entries end one that said it has {told}"),
                ));
            }
            Total::Told(_) | Total::Fixed => {}
        }
        Ok(())
    }

    /// Opens an element: what follows is inside of it until it ends.
    fn push(&mut self, open: Open<'x>, kind: Kind, total: Total) -> Outcome<()> {
        if self.frames.len() > self.limits.depth {
            return Err(limit(format!("nested deeper than {} levels (maxDepth)", self.limits.depth)));
        }
        self.frames.push(Frame { name: open.name, at: open.at, kind, seen: 0, total });
        if open.is_empty { self.end(open.at) } else { Ok(()) }
    }

    /// Sees that an element that was opened holds nothing.
    #[inline]
    fn close(&mut self, open: Open<'x>) -> Outcome<()> {
        if open.is_empty {
            return Ok(());
        }
        match self.inner(open)? {
            None => Ok(()),
            Some(inner) => Err(damaged(inner.at, "an element where there must be none")),
        }
    }

    /// The next element inside of an open one, until that ends.
    #[inline]
    fn inner(&mut self, open: Open<'x>) -> Outcome<Option<Open<'x>>> {
        if open.is_empty {
            return Ok(None);
        }
        match self.xml.tag(&mut self.attributes)? {
            Tag::Open(inner) => Ok(Some(inner)),
            Tag::Close(name, _) if name == open.name => Ok(None),
            Tag::Close(_, at) => Err(damaged(at, "the end of another element than the open one")),
        }
    }

    #[inline]
    fn find(&self, name: &str) -> Option<Attribute<'x>> {
        self.attributes.iter().find(|attribute| attribute.name == name.as_bytes()).copied()
    }

    fn require(&self, open: Open<'x>, name: &str) -> Outcome<Attribute<'x>> {
        self.find(name).ok_or_else(|| {
            let element = String::from_utf8_lossy(open.name);
            damaged(open.at, format!("the element {element} has no attribute {name}"))
        })
    }

    /// The number in an attribute; the library takes a missing one as 0.
    fn integer(&mut self, name: &str) -> Outcome<i64> {
        match self.find(name) {
            Some(attribute) => self.integer_of(attribute),
            None => Ok(0),
        }
    }

    fn integer_of(&mut self, attribute: Attribute<'x>) -> Outcome<i64> {
        parse_integer(attribute.raw)
            .ok_or_else(|| damaged(attribute.at, "a whole number of 64 bits was expected"))
    }

    fn narrow<T: TryFrom<i64>>(&mut self, attribute: Attribute<'x>) -> Outcome<T> {
        let value = self.integer_of(attribute)?;
        T::try_from(value).map_err(|_| damaged(attribute.at, format!("{value} does not fit here")))
    }

    /// A count that elements must follow for: each takes some bytes.
    fn count(&mut self, attribute: Attribute<'x>) -> Outcome<u32> {
        let count = self.narrow::<u32>(attribute)?;
        if count as usize > self.xml.rest().len() {
            self.again = Some(Again::Wary);
            return Err(damaged(
                attribute.at,
                format!("{count} elements do not fit in the bytes that follow"),
            ));
        }
        Ok(count)
    }

    /// Writes the text of an attribute as a string.
    #[inline]
    fn text(&mut self, attribute: Attribute<'x>) -> Outcome<()> {
        if attribute.is_plain {
            self.doc.str_bytes(attribute.raw);
            return Ok(());
        }
        self.shelf.scratch.clear();
        if unescape(&mut self.shelf.scratch, attribute.raw, attribute.at)? {
            self.doc.wstr(&self.shelf.scratch);
        } else {
            self.doc.str_bytes(&self.shelf.scratch);
        }
        Ok(())
    }

    /// A value that a document cannot hold, or whose class the library cannot write: it has the path of what was
    /// written last.
    #[cold]
    fn unrepresentable(&self, text: impl Into<String>) -> Box<Failure> {
        let written = self.doc.written();
        Box::new(Failure::Unrepresentable {
            path: holdfast_document::path(written, written.len()),
            text: text.into(),
        })
    }
}
