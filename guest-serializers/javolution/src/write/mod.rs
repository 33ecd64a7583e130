//! A document in, the library's XML out: one pass, on a stack of its own.

mod bean;
mod bean_run;
mod builtin;
mod numbered;
mod object;
mod permuted;
mod quick;
mod refs;
mod run;
mod scalar;
mod script;
mod skip;
mod tag;
mod time;
mod travel;
mod whole;

use std::collections::HashMap;

use holdfast_document::{Event, Extras, Reader};
use holdfast_sdk::{Common, Failure};

use crate::fault::{Outcome, limit, no_document, unrepresentable};
use crate::losses::{Loss, Losses};
use crate::number::unsigned;
use crate::plan::Plans;
use crate::text::escape;
use refs::Object;
use tag::{Slot, Span};

/// What is kept between calls so that it need not be allocated again.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    frames: Vec<Frame>,
    objects: Vec<Object>,
    /// Where the objects of each attribute begin.
    first_objects: Vec<u32>,
    moved: travel::Moved,
    /// The attributes whose objects are not in the order of their places, and where these are.
    permuted: refs::Permuted,
    scripts: script::Scripts,
    /// Where the parts begin of the objects that are open and have their fields in another order.
    parts: Vec<u32>,
    /// The fields in elements of an object whose fields have names: which one of the class's, and where it stands.
    elements: Vec<(Option<usize>, u32)>,
    /// True values of fields.
    truths: Vec<u8>,
}

/// An element that is open.
#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Where its name stands in the XML.
    name: Span,
    /// Where what is in it begins.
    body: u32,
    /// How many parts are still to be written.
    left: u32,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Elements,
    /// Keys and values. Whether a value comes next, and whether the last one was null.
    Entries {
        is_value: bool,
        was_null: bool,
    },
    /// Parts in elements of these names.
    Parts(&'static [&'static str]),
    /// What is in a wrapper, whose tag begins here; the wrapper's own number, the names of its fields, and its class.
    Wrapper {
        inner: u32,
        own: u32,
        names: &'static [&'static str],
        class: &'static str,
    },
    /// Names and values of an object's fields. Where these are, and which one is next, if not in the order of the document.
    Named(Option<(bean::Parts, u32)>),
    /// An object's fields in elements: its script, the next step, and where its parts are, if not in the steps' order.
    Bean {
        script: u32,
        step: u32,
        parts: Option<bean::Parts>,
    },
    /// So many fields of an object that are not written.
    Own(u32),
    /// A value that stands elsewhere; afterwards the document is read on from here.
    Visit {
        back: u32,
        parked: bool,
    },
}

pub(crate) struct Writing<'d, 'o, 's> {
    document: &'d [u8],
    reader: Reader<'d>,
    /// Where the reader's first byte stands in the document.
    origin: usize,
    /// The attribute that is being read.
    attribute: u32,
    out: &'o mut Vec<u8>,
    shelf: &'s mut Shelf,
    losses: &'s mut Losses,
    plans: &'s mut Plans,
    limits: Common,
    /// The number of the next object.
    next: u32,
    extras: Extras<'d>,
    /// Names of the attributes so far.
    names: Vec<&'d str>,
    /// The numbers of enum constants, which are one object each.
    constants: HashMap<(&'d str, &'d [u8]), (u32, Span)>,
    travels: travel::Travels<'d>,
    skips: skip::Skips,
}

/// Writes a session.
pub(crate) fn write(
    document: &[u8],
    out: &mut Vec<u8>,
    plans: &mut Plans,
    shelf: &mut Shelf,
    losses: &mut Losses,
    limits: Common,
) -> Result<(), Failure> {
    shelf.frames.clear();
    shelf.objects.clear();
    shelf.first_objects.clear();
    shelf.moved.clear();
    shelf.permuted.clear();
    shelf.scripts.begin_call();
    shelf.parts.clear();
    let opened = Extras::of(document).and_then(|extras| Ok((extras, Reader::document(document)?)));
    let (extras, (reader, count)) = opened.map_err(|error| *no_document(error))?;
    let mut writing = Writing {
        document,
        reader,
        origin: 0,
        attribute: 0,
        out,
        shelf,
        losses,
        plans,
        limits,
        next: 1,
        extras,
        names: Vec::new(),
        constants: HashMap::new(),
        travels: travel::Travels::default(),
        skips: skip::Skips::default(),
    };
    let result = writing.session(count).map_err(|failure| *failure);
    writing.losses.tell(&writing.names);
    result
}

impl<'d> Writing<'d, '_, '_> {
    fn session(&mut self, count: u32) -> Outcome<()> {
        self.out.extend_from_slice(
            b"<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\
              <attributes class=\"java.util.concurrent.ConcurrentHashMap\" __id=\"0\" size=\"",
        );
        unsigned(self.out, u64::from(count));
        if count == 0 {
            self.out.extend_from_slice(b"\"/>");
        } else {
            self.out.extend_from_slice(b"\">");
        }
        for index in 0..count {
            let name = self.reader.attribute().map_err(no_document)?;
            self.attribute = index;
            self.names.push(name);
            self.shelf.scripts.begin_attribute();
            self.skips.begin_attribute();
            self.shelf.first_objects.push(self.shelf.objects.len() as u32);
            self.out.extend_from_slice(b"<k class=\"java.lang.String\" value=\"");
            escape(self.out, name.as_bytes());
            self.out.extend_from_slice(b"\"/>");
            let at = self.reader.at();
            if self.is_nil() {
                return Err(self.unrepresentable(at, "null, and the library's map of attributes holds none"));
            }
            self.value(Slot::Value)?;
            self.run()?;
            self.end_attribute();
        }
        if count > 0 {
            self.out.extend_from_slice(b"</attributes>");
        }
        if self.extras.is_empty() {
            self.reader.extras().map_err(no_document)?;
        }
        self.check_size()
    }

    /// Writes until every element that was opened is closed.
    fn run(&mut self) -> Outcome<()> {
        loop {
            self.run_quickly();
            self.run_permuted();
            self.check_size()?;
            let Some(frame) = self.shelf.frames.last_mut() else { break };
            if frame.left == 0 {
                self.end()?;
                continue;
            }
            frame.left -= 1;
            let left = frame.left;
            match &mut frame.kind {
                Kind::Elements => self.value(Slot::Element)?,
                Kind::Entries { is_value, was_null } => {
                    let (is_value, was_null) = (std::mem::replace(is_value, !*is_value), *was_null);
                    self.entry(is_value, was_null)?;
                }
                Kind::Parts(names) => {
                    let name = names.iter().rev().nth(left as usize).copied().unwrap_or_default();
                    self.value(Slot::Field(name.as_bytes()))?;
                }
                Kind::Wrapper { names, .. } => {
                    let name = names.first().copied().unwrap_or_default();
                    if self.is_nil() {
                        return Err(self.bad_form(self.at()));
                    }
                    self.value(Slot::Field(name.as_bytes()))?;
                }
                Kind::Named(parts) => {
                    let here = *parts;
                    if let Some((_, next)) = parts {
                        *next += 1;
                    }
                    self.named_field(here)?;
                }
                Kind::Bean { script, step, parts } => {
                    let (script, at, parts) = (*script, *step, *parts);
                    *step += 1;
                    self.bean_element(script, at, parts)?;
                }
                Kind::Visit { .. } | Kind::Own(_) => self.value(Slot::Value)?,
            }
            self.check_size()?;
        }
        Ok(())
    }

    /// A key or a value of a map. Of a null the library writes nothing.
    #[inline]
    fn entry(&mut self, is_value: bool, was_null: bool) -> Outcome<()> {
        let is_null = self.is_nil();
        // A null key says so behind, where the value of the entry before may be.
        if is_null && was_null {
            let text = "a null key without a value, or behind a null value: the library leaves both away and reads \
                        another map";
            return Err(self.unrepresentable(self.at(), text));
        }
        if let Some(Frame { kind: Kind::Entries { was_null, .. }, .. }) = self.shelf.frames.last_mut() {
            *was_null = is_null;
        }
        self.value(if is_value { Slot::Value } else { Slot::Key })
    }

    /// Closes the innermost element.
    fn end(&mut self) -> Outcome<()> {
        let Some(frame) = self.shelf.frames.pop() else { return Ok(()) };
        match frame.kind {
            Kind::Visit { back, parked } => {
                self.return_from_visit(back, parked);
                return Ok(());
            }
            Kind::Own(count) => return self.reader.skip_values(count).map_err(no_document),
            Kind::Wrapper { inner, own, names, class } => self.other_fields(inner, own, names, class)?,
            Kind::Bean { parts: Some(parts), .. } | Kind::Named(Some((parts, _))) => self.leave(parts),
            Kind::Elements
            | Kind::Entries { .. }
            | Kind::Parts(_)
            | Kind::Named(None)
            | Kind::Bean { .. } => {}
        }
        if self.out.len() == frame.body as usize {
            // All of its fields are null: the library writes it as an empty element.
            self.out.pop();
            self.empty();
        } else {
            self.close(frame.name);
        }
        Ok(())
    }

    /// Opens an element: its tag is written up to `>`.
    #[inline]
    fn push(&mut self, name: Span, left: u32, kind: Kind) -> Outcome<()> {
        if self.shelf.frames.len() >= self.limits.max_depth {
            return Err(limit(format!("nested deeper than {} levels (maxDepth)", self.limits.max_depth)));
        }
        self.shelf.frames.push(Frame { name, body: self.out.len() as u32, left, kind });
        Ok(())
    }

    #[inline]
    fn event(&mut self) -> Outcome<Event<'d>> {
        self.reader.next().map_err(no_document)
    }

    /// Whether null comes next.
    #[inline]
    fn is_nil(&self) -> bool {
        let at = self.reader.at();
        self.reader.slice(at, at + 1) == [0xc0]
    }

    /// Where the reader stands in the document.
    #[inline]
    const fn at(&self) -> usize {
        self.origin + self.reader.at()
    }

    #[inline]
    fn check_size(&self) -> Outcome<()> {
        if self.out.len() > self.limits.max_bytes {
            return Err(limit(format!(
                "the session takes more than {} bytes (maxBytes)",
                self.limits.max_bytes
            )));
        }
        Ok(())
    }

    #[cold]
    fn unrepresentable(&self, at: usize, text: impl Into<String>) -> Box<Failure> {
        unrepresentable(self.document, at, text)
    }

    /// The value at an offset does not look as the table of built-in classes has it.
    #[cold]
    fn bad_form(&self, at: usize) -> Box<Failure> {
        self.unrepresentable(at, "not of the form that documents have for a value of this class")
    }

    /// Loses something of the value at an offset, as the library does, unless that is refused.
    fn lose(&mut self, loss: Loss, at: usize) -> Outcome<()> {
        let document = self.document;
        if self.losses.accept(loss, self.attribute, || holdfast_document::path(document, at)) {
            return Ok(());
        }
        Err(self.unrepresentable(at, format!("{} (losses = refuse)", loss.text())))
    }
}
