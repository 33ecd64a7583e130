//! Notes in typed JSON. People change JSON, and bytes move: so the place of a note is said as the number of the value
//! in its attribute, counted from 0 in the order of the document.

use std::collections::HashMap;

use crate::error::Error;
use crate::json::text::{Text, parse_base64};
use crate::json::{JsonError, Node};
use crate::notes::{Fact, NAME_PART, Note, NoteWriter, Notes};
use crate::reader::Reader;

/// Where the values of attributes stand, by the attribute's number and the value's.
pub(super) struct Places<'v> {
    values: Vec<Option<&'v [u8]>>,
    known: HashMap<u32, Vec<u32>>,
}

impl<'v> Places<'v> {
    /// The values stand by the attributes' numbers in the extras.
    pub(super) fn new(values: Vec<Option<&'v [u8]>>) -> Self {
        Self { values, known: HashMap::new() }
    }

    fn of(&mut self, attribute: u32) -> Result<&[u32], Error> {
        if !self.known.contains_key(&attribute) {
            let value = self.values.get(attribute as usize).copied().flatten().unwrap_or_default();
            let mut reader = Reader::value(value);
            let mut places = Vec::new();
            while reader.at() < value.len() {
                places.push(reader.place());
                reader.next()?;
            }
            self.known.insert(attribute, places);
        }
        Ok(self.known.get(&attribute).map(Vec::as_slice).unwrap_or_default())
    }

    /// The number of the value at a place.
    fn number(&mut self, attribute: u32, place: u32) -> Result<Option<u32>, Error> {
        let number = self.of(attribute)?.binary_search(&place).ok();
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    }

    fn place(&mut self, attribute: u32, number: u32) -> Result<Option<u32>, Error> {
        Ok(self.of(attribute)?.get(number as usize).copied())
    }
}

pub(super) fn write(notes: &[(u32, &[u8])], places: &mut Places<'_>, out: &mut Text) -> Result<(), Error> {
    out.begin('[');
    for (attribute, note) in notes {
        out.begin('{');
        out.key("attribute");
        out.unsigned(u64::from(*attribute));
        match numbered(*attribute, note, places)? {
            Some(entries) => {
                out.key("values");
                out.unsigned(places.of(*attribute)?.len() as u64);
                out.key("entries");
                out.begin('[');
                for entry in &entries {
                    write_entry(out, entry);
                }
                out.end(']');
            }
            // What is not understood stays as it is.
            None => {
                out.key("bytes");
                out.base64(note);
            }
        }
        out.end('}');
    }
    out.end(']');
    Ok(())
}

/// The entries of a note with numbers of values in the place of places; `None` if they cannot be had.
fn numbered<'n>(
    attribute: u32,
    note: &'n [u8],
    places: &mut Places<'_>,
) -> Result<Option<Vec<Note<'n>>>, Error> {
    let mut again = NoteWriter::default();
    let mut entries = Vec::new();
    for entry in Notes::new(note) {
        again.push(&entry);
        let Some(place) = places.number(attribute, entry.place)? else { return Ok(None) };
        let fact = match entry.fact {
            Fact::SameAs { attribute, place, part } => match places.number(attribute, place)? {
                Some(place) => Fact::SameAs { attribute, place, part },
                None => return Ok(None),
            },
            fact => fact,
        };
        entries.push(Note { place, fact, ..entry });
    }
    Ok((again.bytes() == note).then_some(entries))
}

/// As an array: the number of the value, the hidden part, what is said.
fn write_entry(out: &mut Text, entry: &Note<'_>) {
    out.begin('[');
    out.unsigned(u64::from(entry.place));
    if entry.part == NAME_PART {
        out.str("name");
    } else {
        out.unsigned(u64::from(entry.part));
    }
    let mut say = |what: &str, numbers: &[i64]| {
        out.str(what);
        numbers.iter().for_each(|number| out.int(*number));
    };
    match entry.fact {
        Fact::Distinct => say("distinct", &[]),
        Fact::SameAs { attribute, place, part } => {
            say("same as", &[attribute.into(), place.into(), part.into()]);
        }
        Fact::Group(group) => say("group", &[group.into()]),
        Fact::Interned => say("interned", &[]),
        Fact::HashTable { capacity, load_factor } => {
            say("hash table", &[capacity.into(), load_factor.into()]);
        }
        Fact::Capacity(capacity) => say("capacity", &[capacity.into()]),
        Fact::Threshold(threshold) => say("threshold", &[threshold.into()]),
        Fact::Hidden(number) => say("hidden", &[number.into()]),
        Fact::ClassName(name) => {
            out.str("class name");
            out.str(name);
        }
    }
    out.end(']');
}

/// Reads the notes of a document. Where values were added to an attribute or taken away, its notes speak of others
/// than they mean, and are left out.
pub(super) fn read(json: Node<'_>, places: &mut Places<'_>) -> Result<Vec<(u32, Vec<u8>)>, JsonError> {
    let bad = |index: usize, what: &str| JsonError::value(&format!("/notes/{index}"), what);
    let mut notes = Vec::new();
    for (index, note) in json.elements().enumerate() {
        let attribute = note.get("attribute").and_then(number);
        let attribute = attribute.ok_or_else(|| bad(index, "a note has the number of an \"attribute\""))?;
        if let Some(bytes) = note.get("bytes") {
            let bytes = bytes.as_str().and_then(|text| parse_base64(&text));
            notes.push((attribute, bytes.ok_or_else(|| bad(index, "expected bytes in base64"))?));
            continue;
        }
        let Some(entries) = note.get("entries") else {
            return Err(bad(index, "a note has \"entries\", or \"bytes\" in base64"));
        };
        let values = note.get("values").and_then(number).map(|values| values as usize);
        if values != Some(places.of(attribute)?.len()) {
            continue;
        }
        let mut writer = NoteWriter::default();
        let mut last = 0;
        for entry in entries.elements() {
            let text: Vec<_> = entry.elements().map(Node::as_str).collect();
            let text = |at: usize| text.get(at).and_then(Option::as_deref);
            let read = read_entry(entry, text).ok_or_else(|| bad(index, "an entry is not of the form"))?;
            let Some(place) = places.place(attribute, read.place)? else { continue };
            let fact = match read.fact {
                Fact::SameAs { attribute, place, part } => match places.place(attribute, place)? {
                    Some(place) => Fact::SameAs { attribute, place, part },
                    None => continue,
                },
                fact => fact,
            };
            if place < last {
                return Err(bad(index, "entries rise by the number of the value"));
            }
            last = place;
            writer.push(&Note { place, part: read.part, fact });
        }
        notes.push((attribute, writer.bytes().to_vec()));
    }
    Ok(notes)
}

fn read_entry<'t>(entry: Node<'_>, text: impl Fn(usize) -> Option<&'t str>) -> Option<Note<'t>> {
    let elements: Vec<Node<'_>> = entry.elements().collect();
    let number = |at: usize| elements.get(at).copied().and_then(number);
    let fact = match (text(2)?, elements.len()) {
        ("distinct", 3) => Fact::Distinct,
        ("same as", 6) => Fact::SameAs { attribute: number(3)?, place: number(4)?, part: number(5)? },
        ("group", 4) => Fact::Group(number(3)?),
        ("interned", 3) => Fact::Interned,
        ("hash table", 5) => Fact::HashTable { capacity: number(3)?, load_factor: number(4)? },
        ("capacity", 4) => Fact::Capacity(number(3)?),
        ("threshold", 4) => Fact::Threshold(number(3)?),
        ("hidden", 4) => Fact::Hidden(elements.get(3)?.as_i64().and_then(|value| i32::try_from(value).ok())?),
        ("class name", 4) => Fact::ClassName(text(3)?),
        _ => return None,
    };
    let part = if text(1) == Some("name") { NAME_PART } else { number(1)? };
    Some(Note { place: number(0)?, part, fact })
}

fn number(json: Node<'_>) -> Option<u32> {
    json.number()?.parse().ok()
}
