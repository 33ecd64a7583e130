//! Reads typed JSON.

mod document;
mod leaf;
mod spec;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::classes::builtin_by_label;
use super::own_part;
use crate::builtin::{Builtin, Shape};
use crate::definition::Kind as ClassKind;
use crate::json::{JsonError, Kind, Node, push_segment};
use crate::writer::Writer;
pub use document::{from_typed, from_typed_among, value_from_typed};
use spec::{Classes, read_classes};

/// The writing of a document from typed JSON.
struct Fill<'v, 't> {
    writer: Writer<'v>,
    path: String,
    /// What references lead to, by id: the attribute that it stands in, and the place when it is written.
    ids: HashMap<u64, (usize, Option<u32>)>,
    /// References: where in the document the place is to stand, and the id.
    open: Vec<(usize, u64)>,
    /// The attribute that each number in the extras means, and the other way round.
    names: Vec<Option<usize>>,
    numbers: HashMap<usize, u32>,
    /// Which attribute leads into which, by number.
    edges: BTreeSet<(u32, u32)>,
    /// The attribute that is being written, and its classes.
    attribute: usize,
    classes: Classes<'t>,
}

/// The keys of an object that are still to be read.
type Rest<'t> = HashMap<Cow<'t, str>, Node<'t>>;

impl<'v, 't> Fill<'v, 't> {
    fn new(writer: Writer<'v>) -> Self {
        Self {
            writer,
            path: String::new(),
            ids: HashMap::new(),
            open: Vec::new(),
            names: Vec::new(),
            numbers: HashMap::new(),
            edges: BTreeSet::new(),
            attribute: 0,
            classes: Classes::default(),
        }
    }

    /// Writes the value of an attribute.
    fn attribute(&mut self, attribute: usize, json: Node<'t>) -> Result<(), JsonError> {
        self.attribute = attribute;
        self.classes = Classes::default();
        let Some(classes) = json.get("$classes") else { return self.value(json, 0) };
        self.at("$classes", |fill| {
            fill.classes = read_classes(classes, &fill.path)?;
            Ok(())
        })?;
        let mut rest: Rest<'t> = json.entries().collect();
        rest.remove("$classes");
        let value = self.take(&mut rest, "$value")?;
        self.nothing_left(&rest)?;
        self.at("$value", |fill| fill.value(value, 0))
    }

    fn value(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        if depth > crate::MAX_DEPTH {
            return Err(self.bad(format!("nested deeper than {} levels", crate::MAX_DEPTH)));
        }
        match json.kind() {
            Kind::Array => self.elements(json, depth),
            Kind::Object => self.object(json, depth),
            _ => self.plain_leaf(json),
        }
    }

    fn elements(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        self.writer.array(count(json.len()));
        self.all(json, depth)
    }

    /// The elements of an array, without a header.
    fn all(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        for (index, element) in json.elements().enumerate() {
            self.at(&index.to_string(), |fill| fill.value(element, depth + 1))?;
        }
        Ok(())
    }

    fn object(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        let mut special = json.entries().map(|(key, _)| key).filter(|key| is_special(key));
        let form = special.find(|key| key != "$id");
        if let Some(id) = json.get("$id") {
            let id = self.id(id)?;
            let place = self.writer.place();
            if let Some((_, known)) = self.ids.get_mut(&id) {
                *known = Some(place);
            }
        }
        let Some(form) = form else { return self.map(json, depth) };
        let mut rest: Rest<'t> = json.entries().collect();
        rest.remove("$id");
        match form.as_ref() {
            "$value" => {
                let value = self.take(&mut rest, "$value")?;
                self.nothing_left(&rest)?;
                self.at("$value", |fill| fill.value(value, depth))
            }
            "$map" => {
                let pairs = self.take(&mut rest, "$map")?;
                self.nothing_left(&rest)?;
                self.writer.map(count(pairs.len()));
                self.at("$map", |fill| fill.entries(pairs, depth))
            }
            "$ref" => {
                let id = self.take(&mut rest, "$ref")?;
                self.nothing_left(&rest)?;
                self.reference(id)
            }
            _ if rest.contains_key("$type") => {
                let label = self.take(&mut rest, "$type")?.as_str().unwrap_or_default();
                self.typed(&label, &mut rest, depth)?;
                self.nothing_left(&rest)
            }
            _ => {
                self.tagged(&form, &mut rest)?;
                self.nothing_left(&rest)
            }
        }
    }

    /// A plain map whose keys are strings.
    fn map(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        let has_id = json.get("$id").is_some();
        self.writer.map(count(json.len() - usize::from(has_id)));
        for (key, value) in json.entries().filter(|(key, _)| key != "$id") {
            self.writer.str(unescaped(&key));
            self.at(&key, |fill| fill.value(value, depth + 1))?;
        }
        Ok(())
    }

    /// Keys and values: an object, or an array of pairs.
    fn entries(&mut self, json: Node<'t>, depth: usize) -> Result<(), JsonError> {
        if json.kind() == Kind::Object {
            for (key, value) in json.entries() {
                self.writer.str(unescaped(&key));
                self.at(&key, |fill| fill.value(value, depth + 1))?;
            }
            return Ok(());
        }
        for (index, pair) in json.elements().enumerate() {
            self.at(&index.to_string(), |fill| match pair.len() {
                2 => fill.all(pair, depth),
                _ => Err(fill.bad("expected a key and a value, an array of 2")),
            })?;
        }
        Ok(())
    }

    fn reference(&mut self, id: Node<'t>) -> Result<(), JsonError> {
        let id = self.id(id)?;
        let Some(&(attribute, _)) = self.ids.get(&id) else {
            return Err(self.bad(format!("no value has the \"$id\" {id}")));
        };
        if attribute == self.attribute {
            self.writer.reference(0);
        } else {
            let (from, to) = (self.number(self.attribute), self.number(attribute));
            self.edges.insert((from, to));
            self.writer.xref(to, 0);
        }
        self.open.push((self.writer.len() - 4, id));
        Ok(())
    }

    fn number(&mut self, attribute: usize) -> u32 {
        let Self { names, numbers, .. } = self;
        *numbers.entry(attribute).or_insert_with(|| {
            names.push(Some(attribute));
            count(names.len() - 1)
        })
    }

    fn typed(&mut self, label: &str, rest: &mut Rest<'t>, depth: usize) -> Result<(), JsonError> {
        if let Some(class) = self.classes.position(label) {
            return self.object_of(class, rest, depth);
        }
        match builtin_by_label(label) {
            Some(row) => self.builtin(row, rest, depth),
            None => Err(self.bad(format!("the class {label} is neither built in nor one of \"$classes\""))),
        }
    }

    fn object_of(&mut self, class: usize, rest: &mut Rest<'t>, depth: usize) -> Result<(), JsonError> {
        let Some((kind, named)) = self.classes.kind(class) else { return Ok(()) };
        match kind {
            _ if named => {
                let entries = self.take(rest, "$entries")?;
                self.writer.defined(count(entries.len()).saturating_mul(2));
                self.classes.head(class, &mut self.writer);
                self.at("$entries", |fill| fill.entries(entries, depth))
            }
            ClassKind::Bean => {
                let slots = self.classes.slots(class);
                self.writer.defined(count(slots.len()));
                self.classes.head(class, &mut self.writer);
                for slot in slots.iter() {
                    let key = if slot.starts_with('$') { format!("${slot}") } else { slot.clone() };
                    let value = self.take(rest, &key)?;
                    self.at(&key, |fill| fill.value(value, depth + 1))?;
                }
                Ok(())
            }
            ClassKind::Enum | ClassKind::Proxy => {
                let key = if kind == ClassKind::Enum { "$constant" } else { "$handler" };
                let value = self.take(rest, key)?;
                self.writer.defined(1);
                self.classes.head(class, &mut self.writer);
                self.at(key, |fill| fill.value(value, depth + 1))
            }
            ClassKind::Array => {
                let elements = self.take(rest, "$elements")?;
                self.writer.defined(count(elements.len()));
                self.classes.head(class, &mut self.writer);
                self.at("$elements", |fill| fill.all(elements, depth))
            }
        }
    }

    fn builtin(&mut self, row: &Builtin, rest: &mut Rest<'t>, depth: usize) -> Result<(), JsonError> {
        if let Shape::Parts(names) = row.shape {
            self.writer.builtin(row.number, count(names.len()));
            for name in names {
                let value = self.take(rest, name)?;
                self.at(name, |fill| fill.value(value, depth + 1))?;
            }
            return Ok(());
        }
        let own = row.shape.own_parts();
        let (key, each) = if row.shape.is_map() { ("$entries", 2) } else { ("$elements", 1) };
        let content = self.take(rest, key)?;
        self.writer.builtin(row.number, count(content.len()).saturating_mul(each).saturating_add(own));
        if own > 0 {
            let key = own_part(row.shape);
            let value = self.take(rest, key)?;
            self.at(key, |fill| fill.value(value, depth + 1))?;
        }
        self.at(key, |fill| if each == 2 { fill.entries(content, depth) } else { fill.all(content, depth) })
    }

    fn id(&self, json: Node<'_>) -> Result<u64, JsonError> {
        let id = json.number().and_then(|id| id.parse().ok());
        id.ok_or_else(|| self.bad("an id is a whole number, 0 or more"))
    }

    fn take(&self, rest: &mut Rest<'t>, key: &str) -> Result<Node<'t>, JsonError> {
        rest.remove(key).ok_or_else(|| self.bad(format!("\"{key}\" is missing here")))
    }

    fn nothing_left(&self, rest: &Rest<'_>) -> Result<(), JsonError> {
        match rest.keys().min() {
            None => Ok(()),
            Some(key) => Err(self.bad(format!("\"{key}\" is not expected here"))),
        }
    }

    /// Does something one level further in.
    fn at<T>(
        &mut self,
        segment: &str,
        inside: impl FnOnce(&mut Self) -> Result<T, JsonError>,
    ) -> Result<T, JsonError> {
        let len = self.path.len();
        push_segment(&mut self.path, segment);
        let result = inside(self)?;
        self.path.truncate(len);
        Ok(result)
    }

    fn bad(&self, what: impl Into<String>) -> JsonError {
        JsonError::value(&self.path, what)
    }
}

/// A key with one `$` in front says what its object is; two stand for one in a key of the data.
fn is_special(key: &str) -> bool {
    key.starts_with('$') && !key.starts_with("$$")
}

fn unescaped(key: &str) -> &str {
    if key.starts_with("$$") { key.get(1..).unwrap_or_default() } else { key }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
