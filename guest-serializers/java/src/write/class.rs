//! Class descriptors: each is written in full the first time, and by its handle from then on.

use holdfast_document::append;

use super::scalar::STRINGS;
use super::{Kept, Writing};
use crate::classes::{self, COUNT, ClassId};
use crate::layout::Code;
use crate::outline::{Outline, Types};
use crate::stream::{sc, tc, wire_handle};
use crate::table::Table;

/// A definition whose class was not looked up yet.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// So many classes of documents are kept from one call to the next.
const MAX_KEPT: usize = 4_096;
/// So many steps for them.
const MAX_STEPS: usize = 1 << 18;

/// What kind of class it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Bean,
    Enum,
    Proxy,
    Array,
}

/// A class that a document defines, made ready for streams. Texts are modified UTF-8.
#[derive(Debug)]
pub(super) struct Defined {
    pub(super) sort: Sort,
    pub(super) name: Vec<u8>,
    pub(super) suid: i64,
    pub(super) flags: u8,
    /// Type and name of each field of its own; for a proxy, the interfaces.
    pub(super) fields: Vec<(Vec<u8>, Vec<u8>)>,
    pub(super) superclass: Option<u32>,
    /// All slots of its values: level, a byte for the length of the type, then type and name; see
    /// [`super::compile`].
    pub(super) slots: Vec<u8>,
    /// Where the steps for its values begin.
    pub(super) code: u32,
    pub(super) parts: u32,
    /// The class whose descriptor this is: itself, an equal one, or one of the JDK.
    pub(super) descriptor: u32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Handles {
    /// The handle of the descriptor as a stream has it, or [`NEVER`]: it is written far more often than found out.
    descriptor: [u8; 4],
    /// The handle of the class as a value, plus one.
    literal: u32,
}

/// Of a descriptor that was not written so far.
const NEVER: [u8; 4] = [0; 4];

/// All classes: first those of the JDK, then those that documents defined.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    pub(super) defined: Vec<Defined>,
    handles: Vec<Handles>,
    /// Those that have a handle.
    used: Vec<u32>,
    /// Classes by the bytes of their definitions and the superclass plus one.
    pub(super) by_definition: Table,
    /// Descriptors by their content and the superclass plus one.
    pub(super) by_content: Table,
    /// The descriptor of each class that was written once.
    outlines: Vec<Outline>,
    types: Types,
}

impl Classes {
    pub(super) fn forget_handles(&mut self) {
        for class in self.used.drain(..) {
            if let Some(handles) = self.handles.get_mut(class as usize) {
                *handles = Handles::default();
            }
        }
        self.handles.resize(COUNT + self.defined.len(), Handles::default());
        self.types.release(0);
    }

    /// Forgets classes of earlier documents before they become too many.
    pub(super) fn limit(&mut self, code: &mut Code) {
        if self.defined.len() > MAX_KEPT || code.defined() > MAX_STEPS {
            *self = Self::default();
            code.forget();
        }
    }

    /// Adds a class, and gives its number.
    pub(super) fn add(&mut self, class: Defined) -> u32 {
        let number = self.next();
        self.defined.push(class);
        self.handles.push(Handles::default());
        number
    }

    /// The number of the next class.
    pub(super) const fn next(&self) -> u32 {
        (COUNT + self.defined.len()) as u32
    }

    /// A class that a document defined.
    #[inline]
    pub(super) fn get(&self, class: u32) -> Option<&Defined> {
        self.defined.get((class as usize).checked_sub(COUNT)?)
    }

    /// The class whose descriptor stands for this one.
    #[inline]
    pub(super) fn descriptor(&self, class: u32) -> u32 {
        self.get(class).map_or(class, |defined| defined.descriptor)
    }

    /// The handle of the descriptor of a class that was written, as a stream has it.
    #[inline]
    pub(super) fn met(&self, class: u32) -> Option<[u8; 4]> {
        self.handles.get(class as usize).map(|handles| handles.descriptor).filter(|&handle| handle != NEVER)
    }

    /// The superclass of one.
    fn superclass(&self, class: u32) -> Option<u32> {
        match (self.get(class), ClassId::try_from(class)) {
            (Some(defined), _) => defined.superclass,
            (None, Ok(class)) => classes::superclass(class).map(u32::from),
            (None, Err(_)) => None,
        }
    }

    /// Makes the descriptor of a class ready, if it is not.
    fn outline(&mut self, class: u32) {
        let place = class as usize;
        if self.outlines.get(place).is_some_and(|outline| !outline.bytes.is_empty()) {
            return;
        }
        let mut made = Outline::default();
        if let Some(defined) = self.defined.get(place.wrapping_sub(COUNT)) {
            if defined.sort == Sort::Proxy {
                made.proxy(defined);
            } else {
                made.head(&defined.name, defined.suid, defined.flags, defined.fields.len());
                for (descriptor, name) in &defined.fields {
                    made.field(&mut self.types, descriptor, name);
                }
            }
        } else if let Some(row) = ClassId::try_from(class).ok().and_then(classes::class) {
            made.head(row.name.as_bytes(), row.suid, row.flags, row.field_count());
            for (descriptor, name) in row.typed_fields() {
                made.field(&mut self.types, descriptor.as_bytes(), name.as_bytes());
            }
        }
        made.bytes.push(tc::ENDBLOCKDATA);
        if self.outlines.len() <= place {
            self.outlines.resize_with(place + 1, Outline::default);
        }
        if let Some(free) = self.outlines.get_mut(place) {
            *free = made;
        }
    }

    fn use_it(&mut self, class: u32, set: impl FnOnce(&mut Handles)) {
        if let Some(handles) = self.handles.get_mut(class as usize) {
            if handles.descriptor == NEVER && handles.literal == 0 {
                self.used.push(class);
            }
            set(handles);
        }
    }

    /// Gives a class the handle of the descriptor that stands for it.
    fn same_descriptor(&mut self, class: u32) {
        let descriptor = self.descriptor(class);
        if descriptor != class
            && let Some(handle) = self.met(descriptor)
        {
            self.use_it(class, |handles| handles.descriptor = handle);
        }
    }

    /// The handle of a class as a value.
    pub(super) fn literal(&self, class: u32) -> Option<u32> {
        self.handles.get(self.descriptor(class) as usize)?.literal.checked_sub(1)
    }

    pub(super) fn set_literal(&mut self, class: u32, handle: u32) {
        let class = self.descriptor(class);
        self.use_it(class, |handles| handles.literal = handle + 1);
    }
}

impl Outline {
    fn proxy(&mut self, class: &Defined) {
        self.bytes.push(tc::PROXYCLASSDESC);
        self.bytes.extend_from_slice(&(class.fields.len() as u32).to_be_bytes());
        for (_, name) in &class.fields {
            self.text(name);
        }
    }

    fn head(&mut self, name: &[u8], suid: i64, flags: u8, fields: usize) {
        self.bytes.push(tc::CLASSDESC);
        self.text(name);
        self.bytes.extend_from_slice(&suid.to_be_bytes());
        self.bytes.push(flags & !sc::FIELDLESS);
        self.bytes.extend_from_slice(&(fields as u16).to_be_bytes());
    }

    fn field(&mut self, types: &mut Types, descriptor: &[u8], name: &[u8]) {
        let code = descriptor.first().copied().unwrap_or(b'L');
        self.bytes.push(code);
        self.text(name);
        if matches!(code, b'L' | b'[') {
            self.types.push((self.bytes.len() as u32, types.number(descriptor)));
        }
    }

    /// A text of at most 65535 bytes behind its length.
    fn text(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(&(text.len() as u16).to_be_bytes());
        self.bytes.extend_from_slice(text);
    }
}

impl Writing<'_> {
    /// Writes the descriptor of a class.
    #[inline]
    pub(super) fn class_desc(&mut self, class: u32) {
        match self.kept.classes.met(class) {
            Some(handle) => self.again(handle),
            None => {
                self.new_class_desc(class);
                self.kept.classes.same_descriptor(class);
            }
        }
    }

    /// The descriptor of the superclass stands at the end of that of the class: a loop does what looks like a
    /// recursion.
    fn new_class_desc(&mut self, class: u32) {
        let mut next = Some(class);
        while let Some(class) = next {
            let class = self.kept.classes.descriptor(class);
            if let Some(handle) = self.kept.classes.met(class) {
                self.again(handle);
                return;
            }
            let handle = self.next_handle();
            self.kept.classes.use_it(class, |handles| handles.descriptor = wire_handle(handle));
            self.kept.classes.outline(class);
            self.outlined(class);
            next = self.kept.classes.superclass(class);
        }
        self.out.push(tc::NULL);
    }

    /// Writes a descriptor up to its superclass.
    fn outlined(&mut self, class: u32) {
        let Kept { classes, interned, texts, handles, .. } = &mut *self.kept;
        let Classes { outlines, types, .. } = classes;
        let Some(outline) = outlines.get(class as usize) else { return };
        let mut from = 0;
        for &(to, number) in &outline.types {
            append(self.out, outline.bytes.get(from..to as usize).unwrap_or_default());
            from = to as usize;
            let Some(found) = types.get(number) else { continue };
            let met = match found.handle {
                0 if *texts => interned.get(STRINGS, &found.text),
                handle => handle.checked_sub(1),
            };
            if let Some(handle) = met {
                let [a, b, c, d] = wire_handle(handle);
                self.out.extend_from_slice(&[tc::REFERENCE, a, b, c, d]);
            } else {
                let [high, low] = (found.text.len() as u16).to_be_bytes();
                self.out.extend_from_slice(&[tc::STRING, high, low]);
                append(self.out, &found.text);
                types.bind(number, *handles);
                *handles += 1;
            }
        }
        append(self.out, outline.bytes.get(from..).unwrap_or_default());
    }

    /// A text of at most 65535 bytes behind its length.
    pub(super) fn short_text(&mut self, text: &[u8]) {
        self.out.extend_from_slice(&(text.len() as u16).to_be_bytes());
        append(self.out, text);
    }

    /// A string of a class description, the name of a constant, a part of a Locale: one object for one text.
    pub(super) fn interned(&mut self, text: &[u8]) {
        match self.kept.text(text) {
            Some(handle) => self.reference(handle),
            None => {
                let handle = self.next_handle();
                self.kept.interned.insert(STRINGS, text, handle);
                self.out.push(tc::STRING);
                self.short_text(text);
            }
        }
    }
}

impl Kept {
    /// The handle of an interned string.
    pub(super) fn text(&mut self, text: &[u8]) -> Option<u32> {
        self.classes.types.tell(&mut self.interned, STRINGS);
        self.texts = true;
        self.interned.get(STRINGS, text)
    }

    /// The class with a number of the built-in table, as a class of its own.
    pub(super) fn built_in(number: u16) -> Option<u32> {
        classes::by_number(number).map(u32::from)
    }
}
