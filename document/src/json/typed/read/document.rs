//! Whole documents, and attributes alone.

use std::borrow::Cow;

use super::{Fill, count};
use crate::check::{Limits, check, check_value};
use crate::extras::Extras;
use crate::json::typed::notes;
use crate::json::{JsonError, Kind, Node, deep, push_segment};
use crate::writer::Writer;

/// Makes a document of its typed JSON.
///
/// # Errors
/// When the JSON is not of the form: with the place, as a JSON pointer.
pub fn from_typed(json: Node<'_>) -> Result<Vec<u8>, JsonError> {
    from_typed_among(json, &[])
}

/// As [`from_typed`], of an object that may have members of these other names as well.
///
/// # Errors
/// As there.
pub fn from_typed_among(json: Node<'_>, others: &[&str]) -> Result<Vec<u8>, JsonError> {
    deep::run(json.depth_of_all(), || document(json, others))
}

/// Makes the value of an attribute of its typed JSON.
///
/// # Errors
/// When the JSON is not of the form: with the place, as a JSON pointer.
pub fn value_from_typed(json: Node<'_>) -> Result<Vec<u8>, JsonError> {
    deep::run(json.depth_of_all(), || value(json))
}

fn value(json: Node<'_>) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    let mut fill = Fill::new(Writer::value(&mut out));
    fill.find_ids(0, json)?;
    fill.attribute(0, json)?;
    let references = fill.references()?;
    fill_in(&mut out, &references);
    check_value(&out, Limits::default())?;
    Ok(out)
}

fn document(json: Node<'_>, others: &[&str]) -> Result<Vec<u8>, JsonError> {
    const KEYS: [&str; 4] = ["attributes", "names", "edges", "notes"];
    let is_known = |key: &str| KEYS.contains(&key) || others.contains(&key);
    if let Some((key, _)) = json.entries().find(|(key, _)| !is_known(key)) {
        let what = format!("a document has no \"{key}\", only attributes, names, edges and notes");
        return Err(JsonError::value("/", what));
    }
    let Some(attributes) = json.get("attributes").filter(|json| json.kind() == Kind::Object) else {
        return Err(JsonError::value(
            "/",
            "typed JSON of a session is an object with the object \"attributes\"",
        ));
    };
    let attributes: Vec<(Cow<'_, str>, Node<'_>)> = attributes.entries().collect();
    let mut out = Vec::new();
    let mut fill = Fill::new(Writer::document(&mut out, count(attributes.len())));
    fill.read_names(json.get("names"), &attributes)?;
    for (position, (_, value)) in attributes.iter().enumerate() {
        fill.find_ids(position, *value)?;
    }
    let mut spans = Vec::with_capacity(attributes.len());
    for (position, (name, value)) in attributes.iter().enumerate() {
        fill.writer.attribute(name);
        fill.path.push_str("/attributes");
        push_segment(&mut fill.path, name);
        let from = fill.writer.len();
        fill.attribute(position, *value)?;
        spans.push(from..fill.writer.len());
        fill.path.clear();
    }
    let references = fill.references()?;
    let edges = fill.read_edges(json.get("edges"))?;
    let Fill { writer, names, .. } = fill;
    let notes = match json.get("notes") {
        Some(notes) => {
            let span = |position: &Option<usize>| writer.written().get(spans.get((*position)?)?.clone());
            notes::read(notes, &mut notes::Places::new(names.iter().map(span).collect()))?
        }
        None => Vec::new(),
    };
    let name = |position: &Option<usize>| attributes.get((*position)?).map(|(name, _)| name.as_ref());
    writer.end_with(&Extras {
        names: names.iter().map(name).collect(),
        edges,
        notes: notes.iter().map(|(attribute, note)| (*attribute, note.as_slice())).collect(),
    });
    fill_in(&mut out, &references);
    check(&out, Limits::default())?;
    Ok(out)
}

/// Fills in the places of references: where each stands in the document, and where it leads.
fn fill_in(out: &mut [u8], references: &[(usize, u32)]) {
    for (at, place) in references {
        if let Some(field) = out.get_mut(*at..at + 4) {
            field.copy_from_slice(&place.to_be_bytes());
        }
    }
}

impl Fill<'_, '_> {
    /// Finds out which attribute each id stands in.
    fn find_ids(&mut self, attribute: usize, json: Node<'_>) -> Result<(), JsonError> {
        for node in json.all().filter(|node| node.kind() == Kind::Object) {
            let Some(id) = node.get("$id").filter(|id| id.kind() == Kind::Number) else { continue };
            let id = self.id(id)?;
            if self.ids.insert(id, (attribute, None)).is_some() {
                return Err(JsonError::value("/attributes", format!("two values have the \"$id\" {id}")));
            }
        }
        Ok(())
    }

    /// Where references stand in the document, and the places that they lead to.
    fn references(&self) -> Result<Vec<(usize, u32)>, JsonError> {
        let place = |id: &u64| {
            let found = self.ids.get(id).and_then(|(_, place)| *place);
            found.ok_or_else(|| JsonError::value("/attributes", format!("no value has the \"$id\" {id}")))
        };
        self.open.iter().map(|(at, id)| Ok((*at, place(id)?))).collect()
    }

    fn read_names(
        &mut self,
        json: Option<Node<'_>>,
        attributes: &[(Cow<'_, str>, Node<'_>)],
    ) -> Result<(), JsonError> {
        let positions: std::collections::HashMap<&str, usize> =
            attributes.iter().enumerate().map(|(position, (name, _))| (name.as_ref(), position)).collect();
        for (number, name) in json.iter().flat_map(|json| json.elements()).enumerate() {
            if name.is_null() {
                self.names.push(None);
                continue;
            }
            let position = name.as_str().and_then(|name| positions.get(name.as_ref()).copied());
            let position = position.filter(|position| !self.numbers.contains_key(position));
            let Some(position) = position else {
                let path = format!("/names/{number}");
                return Err(JsonError::value(&path, "expected null, or the name of an attribute, each once"));
            };
            self.names.push(Some(position));
            self.numbers.insert(position, count(number));
        }
        Ok(())
    }

    /// The edges that JSON tells, and those that it does not and that are there.
    fn read_edges(&self, json: Option<Node<'_>>) -> Result<Vec<(u32, u32)>, JsonError> {
        let mut edges = Vec::new();
        for (index, edge) in json.iter().flat_map(|json| json.elements()).enumerate() {
            let numbers: Vec<u32> =
                edge.elements().filter_map(|number| number.number()?.parse().ok()).collect();
            match *numbers.as_slice() {
                [from, to] if edge.len() == 2 => edges.push((from, to)),
                _ => {
                    let path = format!("/edges/{index}");
                    return Err(JsonError::value(&path, "an edge is an array of two numbers of attributes"));
                }
            }
        }
        let told: std::collections::HashSet<_> = edges.iter().copied().collect();
        edges.extend(self.edges.iter().filter(|edge| !told.contains(edge)));
        Ok(edges)
    }
}
