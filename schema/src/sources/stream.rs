//! Class descriptors of a Java stream: Java Object Serialization Specification, chapter 6.
//!
//! Everything else is skipped, by a list of what is still to come instead of by calls in each other: streams may be
//! nested as deep as they like.

use std::borrow::Cow;

use thiserror::Error;

use crate::class::{Class, Field, Kind, Origin};
use crate::text::types::is_descriptor;

/// The first bytes of every stream: magic and version.
pub(super) const MAGIC: [u8; 4] = [0xac, 0xed, 0x00, 0x05];

const FIRST_HANDLE: u32 = 0x007e_0000;

mod tc {
    pub(super) const NULL: u8 = 0x70;
    pub(super) const REFERENCE: u8 = 0x71;
    pub(super) const CLASSDESC: u8 = 0x72;
    pub(super) const OBJECT: u8 = 0x73;
    pub(super) const STRING: u8 = 0x74;
    pub(super) const ARRAY: u8 = 0x75;
    pub(super) const CLASS: u8 = 0x76;
    pub(super) const BLOCKDATA: u8 = 0x77;
    pub(super) const ENDBLOCKDATA: u8 = 0x78;
    pub(super) const RESET: u8 = 0x79;
    pub(super) const BLOCKDATALONG: u8 = 0x7a;
    pub(super) const EXCEPTION: u8 = 0x7b;
    pub(super) const LONGSTRING: u8 = 0x7c;
    pub(super) const PROXYCLASSDESC: u8 = 0x7d;
    pub(super) const ENUM: u8 = 0x7e;
}

mod sc {
    pub(super) const WRITE_METHOD: u8 = 1;
    pub(super) const SERIALIZABLE: u8 = 2;
    pub(super) const EXTERNALIZABLE: u8 = 4;
    pub(super) const BLOCK_DATA: u8 = 8;
    pub(super) const ENUM: u8 = 16;
}

/// Why a stream could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum StreamError {
    #[error("is damaged: it ends in the middle of a value")]
    Ends,
    #[error("is damaged: the byte {byte:#04x} at offset {at} begins nothing")]
    Tag { byte: u8, at: usize },
    #[error("is damaged: the reference at offset {at} leads to no {what}")]
    Reference { at: usize, what: &'static str },
    #[error("is damaged: the name or type at offset {at} is none")]
    Name { at: usize },
    #[error("holds {class} in protocol version 1, whose data only the class itself can read")]
    Protocol { class: String },
}

/// Reads the classes that a stream describes, in their order, the JDK's and arrays included.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Class>, StreamError> {
    let mut reader = Reader { bytes, at: MAGIC.len(), ..Reader::default() };
    // A stream has any number of values.
    while reader.at < bytes.len() {
        reader.todo.push(Step::Content);
        while let Some(step) = reader.todo.pop() {
            reader.step(step)?;
        }
    }
    Ok(reader.classes())
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// A value, or a block of data.
    Content,
    /// Contents up to the mark behind them.
    Annotation,
    /// A class descriptor; the next step finds it as the last one.
    Desc,
    /// Behind the descriptor of the superclass of this one.
    Super(usize),
    /// Behind the class of an object, array, class literal or constant.
    Object,
    Array,
    Literal,
    Constant,
    /// The data of an object of this class, from the field of this number on.
    Data(usize, usize),
    /// So many elements of an array, each a value.
    Elements(u32),
    /// A new start for handles.
    Forget,
}

#[derive(Debug, Default)]
struct Desc {
    name: String,
    suid: i64,
    flags: u8,
    fields: Vec<Field>,
    superclass: Option<usize>,
    /// What it extends, where that has no descriptor.
    proxy: bool,
}

#[derive(Debug, Clone, Copy)]
enum Handle {
    Desc(usize),
    /// Where the text stands, of a string.
    Text(usize, usize),
    Other,
}

#[derive(Debug, Default)]
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    todo: Vec<Step>,
    descs: Vec<Desc>,
    handles: Vec<Handle>,
    last: Option<usize>,
}

type Outcome<T> = Result<T, StreamError>;

impl<'a> Reader<'a> {
    fn step(&mut self, step: Step) -> Outcome<()> {
        match step {
            Step::Content => self.content(),
            Step::Annotation => {
                if self.peek()? == tc::ENDBLOCKDATA {
                    self.at += 1;
                } else {
                    self.todo.extend([Step::Annotation, Step::Content]);
                }
                Ok(())
            }
            Step::Desc => self.desc(),
            Step::Super(desc) => {
                let superclass = self.last;
                if let Some(desc) = self.descs.get_mut(desc) {
                    desc.superclass = superclass;
                }
                self.last = Some(desc);
                Ok(())
            }
            Step::Object => {
                self.handles.push(Handle::Other);
                self.object()
            }
            Step::Literal => {
                self.handles.push(Handle::Other);
                Ok(())
            }
            Step::Constant => {
                self.handles.push(Handle::Other);
                self.todo.push(Step::Content);
                Ok(())
            }
            Step::Array => self.array(),
            Step::Data(desc, from) => self.data(desc, from),
            Step::Elements(left) => {
                if let Some(left) = left.checked_sub(1) {
                    self.todo.extend([Step::Elements(left), Step::Content]);
                }
                Ok(())
            }
            Step::Forget => {
                self.handles.clear();
                Ok(())
            }
        }
    }

    fn content(&mut self) -> Outcome<()> {
        let at = self.at;
        match self.byte()? {
            tc::NULL => {}
            tc::REFERENCE => {
                self.handle()?;
            }
            tc::OBJECT => self.todo.extend([Step::Object, Step::Desc]),
            tc::ARRAY => self.todo.extend([Step::Array, Step::Desc]),
            tc::CLASS => self.todo.extend([Step::Literal, Step::Desc]),
            tc::ENUM => self.todo.extend([Step::Constant, Step::Desc]),
            tc::CLASSDESC | tc::PROXYCLASSDESC => {
                self.at = at;
                self.todo.push(Step::Desc);
            }
            tag @ (tc::STRING | tc::LONGSTRING) => {
                self.string(tag)?;
            }
            tc::BLOCKDATA => {
                let length = self.byte()?;
                self.skip(usize::from(length))?;
            }
            tc::BLOCKDATALONG => {
                let length = self.number()?;
                self.skip(length as usize)?;
            }
            tc::RESET => self.handles.clear(),
            tc::EXCEPTION => {
                self.handles.clear();
                self.todo.extend([Step::Forget, Step::Content]);
            }
            byte => return Err(StreamError::Tag { byte, at }),
        }
        Ok(())
    }

    fn desc(&mut self) -> Outcome<()> {
        let at = self.at;
        match self.byte()? {
            tc::NULL => self.last = None,
            tc::REFERENCE => match self.handle()? {
                Handle::Desc(desc) => self.last = Some(desc),
                Handle::Text(..) | Handle::Other => {
                    return Err(StreamError::Reference { at, what: "class descriptor" });
                }
            },
            tc::CLASSDESC => {
                let name = self.name()?;
                let suid = i64::from_be_bytes(self.array_of()?);
                // The handle comes before those of the texts in it.
                let desc = self.new_desc(Desc { name, suid, ..Desc::default() });
                let flags = self.byte()?;
                let count = u16::from_be_bytes(self.array_of()?);
                let mut fields = Vec::new();
                for _ in 0..count {
                    fields.push(self.field()?);
                }
                if let Some(desc) = self.descs.get_mut(desc) {
                    (desc.flags, desc.fields) = (flags, fields);
                }
                self.todo.extend([Step::Super(desc), Step::Desc, Step::Annotation]);
            }
            tc::PROXYCLASSDESC => {
                let desc = self.new_desc(Desc { proxy: true, flags: sc::SERIALIZABLE, ..Desc::default() });
                for _ in 0..self.number()? {
                    self.name()?;
                }
                self.todo.extend([Step::Super(desc), Step::Desc, Step::Annotation]);
            }
            byte => return Err(StreamError::Tag { byte, at }),
        }
        Ok(())
    }

    fn new_desc(&mut self, desc: Desc) -> usize {
        self.descs.push(desc);
        let number = self.descs.len() - 1;
        self.handles.push(Handle::Desc(number));
        number
    }

    fn field(&mut self) -> Outcome<Field> {
        let at = self.at;
        let code = self.byte()?;
        let name = self.name()?;
        let descriptor = match code {
            b'L' | b'[' => self.type_string()?,
            code => char::from(code).to_string(),
        };
        if is_descriptor(&descriptor) {
            Ok(Field { descriptor, name })
        } else {
            Err(StreamError::Name { at })
        }
    }

    fn type_string(&mut self) -> Outcome<String> {
        let at = self.at;
        let (from, to) = match self.byte()? {
            tag @ (tc::STRING | tc::LONGSTRING) => self.string(tag)?,
            tc::REFERENCE => match self.handle()? {
                Handle::Text(from, to) => (from, to),
                Handle::Desc(_) | Handle::Other => {
                    return Err(StreamError::Reference { at, what: "type" });
                }
            },
            byte => return Err(StreamError::Tag { byte, at }),
        };
        let bytes = self.bytes.get(from..to).ok_or(StreamError::Ends)?;
        text(bytes).ok_or(StreamError::Name { at })
    }

    fn object(&mut self) -> Outcome<()> {
        let mut next = self.last;
        // The data of superclasses comes first, so it is pushed last.
        while let Some(number) = next {
            self.todo.push(Step::Data(number, 0));
            next = self.descs.get(number).and_then(|desc| desc.superclass).filter(|above| *above != number);
            if self.todo.len() > self.bytes.len() + 16 {
                return Err(StreamError::Reference { at: self.at, what: "superclass but itself" });
            }
        }
        Ok(())
    }

    fn array(&mut self) -> Outcome<()> {
        self.handles.push(Handle::Other);
        let count = self.number()?;
        let name = self.last.and_then(|desc| self.descs.get(desc)).map_or("", |desc| &desc.name);
        match name.as_bytes().get(1) {
            Some(b'L' | b'[') => self.todo.push(Step::Elements(count)),
            Some(code) => {
                let size = size_of(*code).ok_or(StreamError::Name { at: self.at })?;
                self.skip((count as usize).saturating_mul(size))?;
            }
            None => return Err(StreamError::Name { at: self.at }),
        }
        Ok(())
    }

    /// The fields of one class of an object, from the one of this number on, then what a method wrote.
    fn data(&mut self, number: usize, from: usize) -> Outcome<()> {
        let Some(desc) = self.descs.get(number) else { return Ok(()) };
        let flags = desc.flags;
        if flags & sc::EXTERNALIZABLE != 0 {
            if flags & sc::BLOCK_DATA == 0 {
                return Err(StreamError::Protocol { class: desc.name.clone() });
            }
            self.todo.push(Step::Annotation);
            return Ok(());
        }
        let mut skipped = 0;
        for (index, field) in desc.fields.iter().enumerate().skip(from) {
            match field.descriptor.bytes().next().and_then(size_of) {
                Some(size) => skipped += size,
                None => {
                    self.skip(skipped)?;
                    self.todo.extend([Step::Data(number, index + 1), Step::Content]);
                    return Ok(());
                }
            }
        }
        self.skip(skipped)?;
        if flags & sc::WRITE_METHOD != 0 {
            self.todo.push(Step::Annotation);
        }
        Ok(())
    }

    /// Where the bytes of a string stand; it has a handle then.
    fn string(&mut self, tag: u8) -> Outcome<(usize, usize)> {
        let length = if tag == tc::STRING {
            usize::from(u16::from_be_bytes(self.array_of()?))
        } else {
            usize::try_from(u64::from_be_bytes(self.array_of()?)).map_err(|_| StreamError::Ends)?
        };
        let from = self.at;
        self.skip(length)?;
        self.handles.push(Handle::Text(from, self.at));
        Ok((from, self.at))
    }

    fn name(&mut self) -> Outcome<String> {
        let at = self.at;
        let length = usize::from(u16::from_be_bytes(self.array_of()?));
        let from = self.at;
        self.skip(length)?;
        let bytes = self.bytes.get(from..self.at).ok_or(StreamError::Ends)?;
        text(bytes).filter(|text| !text.is_empty()).ok_or(StreamError::Name { at })
    }

    fn handle(&mut self) -> Outcome<Handle> {
        let at = self.at;
        let number = self.number()?;
        number
            .checked_sub(FIRST_HANDLE)
            .and_then(|index| self.handles.get(index as usize).copied())
            .ok_or(StreamError::Reference { at, what: "value before it" })
    }

    fn peek(&self) -> Outcome<u8> {
        self.bytes.get(self.at).copied().ok_or(StreamError::Ends)
    }

    fn byte(&mut self) -> Outcome<u8> {
        self.array_of().map(|[byte]| byte)
    }

    fn number(&mut self) -> Outcome<u32> {
        self.array_of().map(u32::from_be_bytes)
    }

    fn array_of<const N: usize>(&mut self) -> Outcome<[u8; N]> {
        let array = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk).ok_or(StreamError::Ends)?;
        self.at += N;
        Ok(*array)
    }

    fn skip(&mut self, length: usize) -> Outcome<()> {
        self.at =
            self.at.checked_add(length).filter(|at| *at <= self.bytes.len()).ok_or(StreamError::Ends)?;
        Ok(())
    }

    fn classes(&self) -> Vec<Class> {
        self.descs.iter().filter(|desc| !desc.proxy).map(|desc| self.class(desc)).collect()
    }

    fn class(&self, desc: &Desc) -> Class {
        let superclass =
            desc.superclass.and_then(|number| self.descs.get(number)).map(|desc| desc.name.clone());
        let kind = match superclass.as_deref() {
            _ if desc.flags & sc::ENUM != 0 => Kind::Enum,
            Some("java.lang.Record") => Kind::Record,
            _ => Kind::Class,
        };
        Class {
            name: desc.name.clone(),
            kind,
            origin: Origin::Stream,
            superclass,
            // Most are; and Java looks at it for nothing but a number that it does not compare.
            is_public: true,
            is_serializable: desc.flags & (sc::SERIALIZABLE | sc::EXTERNALIZABLE) != 0,
            is_externalizable: desc.flags & sc::EXTERNALIZABLE != 0,
            has_write_object: desc.flags & sc::WRITE_METHOD != 0,
            suid: Some(desc.suid),
            fields: desc.fields.clone(),
            ..Class::default()
        }
    }
}

fn size_of(code: u8) -> Option<usize> {
    Some(match code {
        b'Z' | b'B' => 1,
        b'C' | b'S' => 2,
        b'I' | b'F' => 4,
        b'J' | b'D' => 8,
        _ => return None,
    })
}

/// The text of modified UTF-8; `None` where it is none, or has surrogates that stand alone.
fn text(bytes: &[u8]) -> Option<String> {
    cesu8::from_java_cesu8(bytes).ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An object of a class with an int, a List of one and a writeObject method that wrote 2 bytes.
    fn stream() -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(b"\x73\x72\x00\x03a.B\0\0\0\0\0\0\0\x05\x03\x00\x02");
        bytes.extend_from_slice(b"I\x00\x01xL\x00\x04nextt\x00\x05La/B;\x78\x70");
        bytes.extend_from_slice(b"\0\0\0\x07\x70\x77\x02\x01\x02\x78");
        bytes
    }

    #[test]
    fn a_class_is_read_with_all_that_a_stream_says() {
        let expected = Class {
            name: "a.B".into(),
            origin: Origin::Stream,
            is_public: true,
            is_serializable: true,
            has_write_object: true,
            suid: Some(5),
            fields: vec![
                Field { descriptor: "I".into(), name: "x".into() },
                Field { descriptor: "La/B;".into(), name: "next".into() },
            ],
            ..Class::default()
        };
        assert_eq!(read(&stream()), Ok(vec![expected]));
    }

    #[test]
    fn a_stream_that_is_cut_or_changed_is_an_error_or_another_stream() {
        let whole = stream();
        for end in MAGIC.len() + 1..whole.len() {
            assert_eq!(read(whole.get(..end).unwrap()), Err(StreamError::Ends), "{end}");
        }
        for at in MAGIC.len()..whole.len() {
            for value in 0..=255 {
                let mut other = whole.clone();
                if let Some(byte) = other.get_mut(at) {
                    *byte = value;
                }
                let _ = read(&other);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_says_where_and_why() {
        let mut bytes = MAGIC.to_vec();
        bytes.push(0x20);
        assert_eq!(
            read(&bytes).unwrap_err().to_string(),
            "is damaged: the byte 0x20 at offset 4 begins nothing"
        );
        bytes.splice(4.., *b"\x71\x00\x7e\x00\x00");
        let said = read(&bytes).unwrap_err().to_string();
        assert_eq!(said, "is damaged: the reference at offset 5 leads to no value before it");
    }
}
