//! Document in, stream out: one pass in the order of the document, without recursion.
//!
//! Values that lie in each other stand on a stack of [`Frame`]s, each running the steps of its class
//! ([`crate::layout`]). Places of the document lead to handles, so that a reference of the document becomes one of
//! the stream.

mod built_in;
mod class;
mod compile;
mod notes;
mod places;
mod quick;
mod run;
mod scalar;
mod suid;
mod value;
mod whole;

use holdfast_document::{Error, Extras, Reader, path};
use holdfast_sdk::Failure;

use crate::Limits;
use crate::boxes::{Boxed, Boxes};
use crate::classes::id;
use crate::layout::Code;
use crate::stream::{HEADER, tc, wire_handle};
use crate::table::Table;
use notes::Cursor;

type Step<T> = Result<T, Box<Failure>>;

/// What a value that is not complete has to remember. The two that change with each part stand behind those that are copied
/// together: what was written just now is waited for where it is read as a part of more.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    /// Elements or entries.
    count: u32,
    /// What a step leaves for a later one.
    kept: u32,
    /// Where the value stands in the document.
    at: u32,
    handle: u32,
    /// The next step.
    pc: u32,
    /// Values to come.
    left: u32,
    /// The number of the built-in class, or zero.
    number: u8,
    /// Whether a key waits for its value.
    half: bool,
    /// Whether the walk goes on elsewhere behind it.
    back: bool,
}

/// Memory that is kept from one call to the next.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    code: Code,
    classes: class::Classes,
    /// The next handle.
    handles: u32,
    frames: Vec<Frame>,
    /// The innermost value, as long as it goes quickly.
    frame: Frame,
    places: places::Places,
    /// Strings of class descriptions; constants of enums: their handles.
    interned: Table,
    /// Whether there may be strings among them that are no types of fields.
    texts: bool,
    boxes: Boxes,
    bytes: Vec<u8>,
    /// The class of each definition of the attribute.
    definitions: Vec<u32>,
}

impl Kept {
    fn clear(&mut self) {
        self.handles = 0;
        self.classes.forget_handles();
        self.frames.clear();
        self.places.clear();
        self.interned.clear();
        self.texts = false;
        self.boxes.clear();
        self.definitions.clear();
    }
}

/// Where the walk is.
#[derive(Debug)]
struct Context<'a> {
    reader: Reader<'a>,
    /// Where the reader's first byte stands in the document.
    origin: u32,
    /// Where the attribute's value begins in the document.
    base: u32,
    notes: Cursor<'a>,
    /// Up to here in the document values are what they seem: no note speaks of them, and no reference led to them.
    plain: u32,
    /// The class of each definition of the attribute; [`class::UNKNOWN`] where it was not used yet.
    definitions: Vec<u32>,
}

/// One pass over a document.
struct Writing<'a> {
    document: &'a [u8],
    out: &'a mut Vec<u8>,
    kept: &'a mut Kept,
    context: Context<'a>,
    /// Where the walk goes on when it comes back from elsewhere.
    contexts: Vec<Context<'a>>,
    extras: notes::Told<'a>,
    groups: Vec<Option<notes::Member<'a>>>,
    depth: usize,
    room: usize,
    /// The handle of the last object that was written or met again, or `u32::MAX`.
    last: u32,
    /// How many bytes were passed over to find places that come later.
    walked: usize,
}

/// The stream of a document.
pub(crate) fn write(
    document: &[u8],
    kept: &mut Kept,
    limits: Limits,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    if document.len() > i32::MAX as usize {
        return Err(Failure::Limit("a document over 2 GiB".into()));
    }
    kept.classes.limit(&mut kept.code);
    let mut absent = 0;
    loop {
        kept.clear();
        out.clear();
        let mut writing = Writing::begin(document, kept, limits, out)?;
        let found = writing.attributes(absent);
        let Writing { context, .. } = writing;
        let definitions = context.definitions;
        kept.definitions = definitions;
        match found {
            Ok(found) if found == absent => return Ok(()),
            // Null values are not stored, and the number at the head is without them: now it is known.
            Ok(found) => absent = found,
            Err(failure) => return Err(*failure),
        }
    }
}

impl<'a> Writing<'a> {
    fn begin(
        document: &'a [u8],
        kept: &'a mut Kept,
        limits: Limits,
        out: &'a mut Vec<u8>,
    ) -> Result<Self, Failure> {
        let extras = Extras::of(document).map_err(|error| broken(0, error))?;
        let definitions = std::mem::take(&mut kept.definitions);
        let context = Context {
            reader: Reader::value(document),
            origin: 0,
            base: 0,
            notes: Cursor::default(),
            plain: 0,
            definitions,
        };
        Ok(Self {
            document,
            out,
            kept,
            context,
            contexts: Vec::new(),
            extras: notes::Told::new(extras),
            groups: Vec::new(),
            depth: limits.depth,
            room: limits.bytes,
            last: u32::MAX,
            walked: 0,
        })
    }

    /// Writes all attributes, and says how many were null.
    fn attributes(&mut self, absent: u32) -> Step<u32> {
        let (reader, count) = Reader::document(self.document).map_err(|error| self.broken(error))?;
        self.context.reader = reader;
        self.out.extend_from_slice(&HEADER);
        self.head(count.saturating_sub(absent));
        let mut found = 0;
        for _ in 0..count {
            let name = self.context.reader.attribute().map_err(|error| self.broken(error))?;
            self.begin_attribute(name);
            if self.is_nil() {
                self.context.reader.skip().map_err(|error| self.broken(error))?;
                found += 1;
                continue;
            }
            self.name(name)?;
            if let Some(frame) = self.value(crate::layout::Hint::None)? {
                self.run(frame)?;
            }
        }
        if self.out.len() > self.room {
            return Err(self.too_large());
        }
        Ok(found)
    }

    /// The number of attributes, an Integer.
    fn head(&mut self, count: u32) {
        let class = u32::from(const { id("java.lang.Integer") });
        let handle = self.begin_object(class);
        self.out.extend_from_slice(&count.to_be_bytes());
        self.kept.boxes.bind(Boxed::Integer(count as i32), handle);
    }

    fn begin_attribute(&mut self, name: &'a str) {
        self.context.base = self.context.reader.at() as u32;
        self.context.definitions.clear();
        let number = self.extras.begin(name, self.context.base);
        self.context.notes = Cursor::new(self.extras.notes(number));
        self.context.plain = 0;
    }

    fn is_nil(&self) -> bool {
        self.document.get(self.at() as usize) == Some(&0xc0)
    }

    /// Where the walk is in the document.
    #[inline]
    fn at(&self) -> u32 {
        self.context.origin + self.context.reader.at() as u32
    }

    /// Begins an object, and gives its handle.
    #[inline]
    fn begin_object(&mut self, class: u32) -> u32 {
        self.out.push(tc::OBJECT);
        self.class_desc(class);
        self.next_handle()
    }

    #[inline]
    const fn next_handle(&mut self) -> u32 {
        let handle = self.kept.handles;
        self.kept.handles += 1;
        handle
    }

    /// Writes that the object of a handle comes again.
    #[inline]
    fn reference(&mut self, handle: u32) {
        self.again(wire_handle(handle));
    }

    /// As [`Writing::reference`], of a handle as a stream has it.
    #[inline]
    fn again(&mut self, [a, b, c, d]: [u8; 4]) {
        self.out.extend_from_slice(&[tc::REFERENCE, a, b, c, d]);
    }

    /// What a stream cannot hold at a place of the document.
    #[cold]
    fn misfit(&self, at: u32, text: impl Into<String>) -> Box<Failure> {
        Box::new(Failure::Unrepresentable { path: path(self.document, at as usize), text: text.into() })
    }

    #[cold]
    fn broken(&self, error: Error) -> Box<Failure> {
        Box::new(broken(self.context.origin, error))
    }
}

/// The bytes are no document. The host looks at documents before, so this is nobody's daily bread.
fn broken(origin: u32, error: Error) -> Failure {
    Error { at: origin as usize + error.at, ..error }.into()
}
