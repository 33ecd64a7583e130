//! Values: what their elements are called, and how they begin.

use holdfast_document::{Event, Head, builtin};

use super::frame::{Frame, Kind};
use super::levels::At;
use super::plan::{Plan, Shape};
use super::refusal::Refusal;
use super::{Field, Writer};
use crate::classes::{ClassId, Type};
use crate::form::Form;
use crate::losses::Loss;
use crate::nodes::NO_NODE;

impl<'d> Writer<'d, '_> {
    /// Writes a value, or begins one.
    #[inline]
    pub(super) fn value(
        &mut self,
        event: Event<'d>,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        match event {
            Event::Array(count) => {
                self.container(1, place, field)?;
                self.push(at, Frame::new(Kind::Elements, count, place))
            }
            Event::Map(count) => {
                self.container(40, place, field)?;
                self.push(at, Frame::entries(count.saturating_mul(2), place))
            }
            Event::Typed(Head::Builtin(number), parts) => self.builtin(number, parts, at, place, field),
            Event::Typed(Head::Known(number), parts) => match self.plans.get(number) {
                Some(plan) => self.object((number, &plan), parts, at, place, field),
                None => {
                    let Some(definition) = self.doc.definition(number).copied() else {
                        return self.misfit(at, "its class is not defined");
                    };
                    let plan = self.plans.make(&self.doc, &definition, self.classes)?;
                    self.object((number, &plan), parts, at, place, field)
                }
            },
            Event::Typed(Head::Defined(definition), parts) => {
                let plan = self.plans.make(&self.doc, &definition, self.classes)?;
                self.object((definition.number, &plan), parts, at, place, field)
            }
            Event::Ref(target) => self.reference(self.attribute, target, at, field),
            Event::Xref(name, target) => match self.attribute_of(name) {
                Some(attribute) => self.reference(attribute, target, at, field),
                None => self.misfit(
                    at,
                    "it is an object of an attribute that comes later; XStream refers back alone",
                ),
            },
            Event::Opaque(format, bytes) => self.opaque(format, bytes, at, place, field),
            Event::Class(head) => self.literal(&head, at, field),
            event => self.scalar(event, at, place, field),
        }
    }

    /// Begins the element of a value.
    #[inline]
    pub(super) fn begin(&mut self, class: ClassId, field: Option<Field<'_>>) {
        let Some(field) = field else {
            let class = self.classes.get(class);
            let name = class.element();
            let at = match class.tags() {
                Some(tags) => self.xml.open_tags(tags, name),
                None => self.xml.open(name),
            };
            if self.tracking {
                let parent = self.elements.last().copied().unwrap_or(NO_NODE);
                let node = self.nodes.push(parent, at as usize, name.len());
                self.elements.push(node);
            }
            return;
        };
        self.open(field.element);
        if field.kind != Type::Class(class) && !matches!(field.kind, Type::Primitive(_)) {
            let alias = self.classes.get(class).alias();
            let told = match field.kind {
                Type::Class(expected) => self.classes.get(expected).alias() == alias,
                _ => false,
            };
            if !told {
                self.xml.attribute("class", alias);
            }
        }
        if let Some(class) = field.defined_in {
            self.xml.attribute("defined-in", class);
        }
    }

    fn container(&mut self, number: u16, place: u32, field: Option<Field<'_>>) -> Result<(), Refusal> {
        let class = self.classes.by_builtin(number).unwrap_or_default();
        self.begin(class, field);
        self.remember(place, class);
        Ok(())
    }

    /// The same object as one before.
    fn reference(
        &mut self,
        attribute: u32,
        target: u32,
        at: usize,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let found = self.element_of(attribute, target);
        let Some((node, (_, _, class))) = found.and_then(|node| Some((node, self.nodes.place(node)?))) else {
            return self.misfit(
                at,
                "it is the same object as one that comes later, or as one in which XStream has no element of its own",
            );
        };
        if &*self.classes.get(class).name == "?"
            && !field.is_some_and(|field| field.kind == Type::Primitive(b'L'))
        {
            return self.misfit(at, "nobody told the class of the object that it is the same as");
        }
        if self.classes.get(class).form == Form::Array && self.elements.contains(&node) {
            return self.misfit(at, "an array that holds itself: XStream writes it and cannot read it");
        }
        self.begin(class, field);
        let from = self.elements.last().copied().unwrap_or(NO_NODE);
        self.nodes.path(from, node, self.xml.out, self.path);
        self.xml.attribute("reference", self.path);
        self.close();
        self.begun = (class, node);
        Ok(())
    }

    /// The attribute that the extras call by this number, if it was written.
    fn attribute_of(&mut self, number: u32) -> Option<u32> {
        if let Some(Some(known)) = self.attribute_of.get(number as usize) {
            return Some(*known);
        }
        let name = self.extras.name(number)?;
        let found = self.names.iter().position(|known| *known == name)? as u32;
        if self.attribute_of.len() <= number as usize {
            self.attribute_of.resize(number as usize + 1, None);
        }
        if let Some(slot) = self.attribute_of.get_mut(number as usize) {
            *slot = Some(found);
        }
        Some(found)
    }

    fn builtin(
        &mut self,
        number: u16,
        parts: u32,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let Some(class) = self.classes.by_builtin(number) else {
            return self.misfit(at, format!("class {number} of the document's table is not known here"));
        };
        if number == builtin::LINKED_HASH_MAP_ACCESS_ORDER {
            self.lose(at, Loss::AccessOrder, number)?;
        }
        let form = self.classes.get(class).form;
        if let Form::Jdk(_) = form {
            return self.begin_jdk(number, parts, at, place, field);
        }
        let frame = match form {
            Form::Elements(_) | Form::Single(_) | Form::Array => Frame::new(Kind::Elements, parts, place),
            Form::Entries(_) | Form::SingletonMap => Frame::entries(parts, place),
            Form::Sorted(_) => Frame::new(Kind::Sorted(false), parts, place),
            Form::SortedEntries(_) => Frame::new(Kind::SortedEntries(false), parts, place),
            Form::Empty(_) => {
                self.begin(class, field);
                // XStream writes it anew each time, and reads a reference to it all the same.
                self.remember(place, class);
                self.close();
                return Ok(());
            }
            Form::EnumMap | Form::EnumSet => {
                self.begin(class, field);
                self.remember(place, class);
                let alias = self.enum_type(at)?;
                self.xml.attribute("enum-type", &alias);
                if form == Form::EnumSet {
                    return self.enum_set(parts);
                }
                return self.push(at, Frame::entries(parts.saturating_sub(1), place));
            }
            Form::Properties => return self.properties(parts, class, at, place, field),
            Form::Null
            | Form::Unknown
            | Form::Custom
            | Form::Levels(_)
            | Form::Abstract
            | Form::Bean(_)
            | Form::Enum
            | Form::External => {
                let name = builtin::by_number(number).map_or("?", |row| row.class);
                return self
                    .misfit(at, format!("{name} of another format cannot be written in XStream's form"));
            }
            _ => return self.builtin_scalar(number, form, class, at, place, field),
        };
        self.begin(class, field);
        self.remember(place, class);
        self.push(at, frame)
    }

    /// Begins an object of a definition.
    #[inline]
    fn object(
        &mut self,
        (number, plan): (u32, &Plan),
        parts: u32,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let class = plan.class;
        match &plan.shape {
            Shape::Bean(_, order) => {
                self.begin(class, field);
                self.remember(place, class);
                let kind = match order.is_empty() {
                    true => None,
                    false => self.permuted(parts)?.map(|base| Kind::Permuted(number, base)),
                };
                let kind = kind.unwrap_or(Kind::Bean(number));
                self.push(at, Frame::new(kind, parts, place))
            }
            Shape::Enum(names) => {
                let text = match self.doc.next()? {
                    Event::Str(text) => text_of(text, at)?,
                    Event::Int(number) => {
                        let name = usize::try_from(number.value).ok().and_then(|ordinal| names.get(ordinal));
                        let Some(name) = name else { return self.nameless(class, number.value, at) };
                        name
                    }
                    _ => return self.misfit(at, "a constant of an enum is a name or a number"),
                };
                self.begin(class, field);
                self.xml.text(text);
                self.close();
                Ok(())
            }
            Shape::Array => {
                self.begin(class, field);
                self.remember(place, class);
                self.push(at, Frame::new(Kind::Elements, parts, place))
            }
            Shape::Named(_) if parts == 0 && crate::beans::class(&self.classes.get(class).name).is_some() => {
                let name = &self.classes.get(class).name;
                self.misfit(at, format!("nothing of a {name} is kept in the format that it came from"))
            }
            Shape::Named(nobody) => {
                let field = match field {
                    // Its class is that of the field, whatever that is.
                    Some(field) if *nobody => Some(Field { kind: Type::Class(class), ..field }),
                    None if *nobody => {
                        return self
                            .misfit(at, "nobody knows its class, and its element is named after that");
                    }
                    field => field,
                };
                self.begin(class, field);
                if *nobody {
                    self.remember_unknown(place);
                } else {
                    self.remember(place, class);
                }
                self.push(at, Frame::new(Kind::Named(0, false), parts, place))
            }
            Shape::Proxy(interfaces) => {
                let class = self.classes.by_name("java.lang.reflect.Proxy");
                self.begin(class, field);
                self.remember(place, class);
                for interface in interfaces {
                    self.open("interface");
                    self.xml.text(interface);
                    self.close();
                }
                self.push(at, Frame::new(Kind::Proxy, 1, place))
            }
            Shape::External(part) => {
                self.begin(class, field);
                self.remember(place, class);
                self.push(at, Frame::new(Kind::Elements, 0, place))?;
                self.data(part, plan)
            }
            Shape::Levels(_) => {
                self.begin(class, field);
                self.remember(place, class);
                self.xml.attribute("serialization", "custom");
                self.push(at, Frame::new(Kind::Levels(number, At::START), parts, place))
            }
            Shape::Trace(slots) => self.trace(slots, parts, class, at, place, field),
            Shape::File(path) => self.file(*path, parts, class, at, place, field),
            Shape::Refused(text) => self.misfit(at, text.clone()),
        }
    }

    #[cold]
    fn nameless(&self, class: ClassId, ordinal: i64, at: usize) -> Result<(), Refusal> {
        let name = &self.classes.get(class).name;
        let cure = "XStream writes names, which a schema of class files tells by number: holdfast schema CLASSES.jar";
        self.misfit(at, format!("constant {ordinal} of {name}, whose name nobody told; {cure}"))
    }

    /// A value that this format kept as it stood.
    fn opaque(
        &mut self,
        format: &[u8],
        bytes: &[u8],
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        if !crate::read::is_own(format) {
            let format = String::from_utf8_lossy(format);
            return self.misfit(at, format!("only the format {format} understands it"));
        }
        let Some(field) = field else {
            return self
                .misfit(at, "it is the text of a field, and no class of its own tells its element's name");
        };
        let text = std::str::from_utf8(bytes).unwrap_or("<");
        self.open(field.element);
        if let Some(class) = field.defined_in {
            self.xml.attribute("defined-in", class);
        }
        self.remember_unknown(place);
        if let Some(alias) = text.strip_prefix('@') {
            self.xml.attribute("enum-type", alias);
            self.close();
            return Ok(());
        }
        match text.strip_prefix('>') {
            Some(text)
                if !text.contains('<') && crate::xml::parse::check_text(text, 0, text.len()).is_ok() =>
            {
                self.xml.raw(text.as_bytes());
            }
            None if text == "/" => {}
            _ => return self.misfit(at, "it is said to be XStream's own, and is not"),
        }
        self.close();
        Ok(())
    }

    fn literal(&mut self, head: &Head<'d>, at: usize, field: Option<Field<'_>>) -> Result<(), Refusal> {
        let name = self.class_of(head, at)?;
        let class = self.classes.by_builtin(181).unwrap_or_default();
        self.begin(class, field);
        self.xml.text(name);
        self.close();
        Ok(())
    }

    /// The name of the class that a HEAD means.
    fn class_of(&mut self, head: &Head<'d>, at: usize) -> Result<&'d str, Refusal> {
        match head {
            Head::Builtin(number) => match builtin::by_number(*number) {
                Some(row) => Ok(row.class),
                None => self.misfit(at, format!("class {number} of the document's table is not known here")),
            },
            Head::Known(number) => match self.doc.definition(*number) {
                Some(definition) => Ok(definition.name),
                None => self.misfit(at, "its class is not defined"),
            },
            Head::Defined(definition) => Ok(definition.name),
        }
    }

    /// The enum of an EnumMap or EnumSet.
    fn enum_type(&mut self, at: usize) -> Result<String, Refusal> {
        match self.doc.next()? {
            Event::Class(head) => {
                let name = self.class_of(&head, at)?;
                Ok(crate::classes::alias_of_class(name))
            }
            _ => self.misfit(at, "nobody told of which enum its elements are, and XStream writes that"),
        }
    }

    fn enum_set(&mut self, parts: u32) -> Result<(), Refusal> {
        self.xml.begin_text();
        for index in 1..parts {
            let at = self.doc.at();
            if index > 1 {
                self.xml.raw(b",");
            }
            let is_constant = matches!(self.doc.next()?, Event::Typed(Head::Known(_) | Head::Defined(_), 1));
            match self.doc.next() {
                Ok(Event::Str(name)) if is_constant => self.xml.text(text_of(name, at)?),
                _ => {
                    return self.misfit(at, "an element of an EnumSet is a constant of an enum, by its name");
                }
            }
        }
        self.close();
        Ok(())
    }

    /// Writes `Properties`: entries first, then the defaults, which come first in a document.
    fn properties(
        &mut self,
        parts: u32,
        class: ClassId,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        self.begin(class, field);
        self.remember(place, class);
        // The number of entries of each level, and where they begin.
        let mut levels = vec![(parts.saturating_sub(1) / 2, 0)];
        loop {
            if levels.len() > self.limits.depth {
                return Err(Refusal::Limit(format!(
                    "nested deeper than maxDepth, {} levels",
                    self.limits.depth
                )));
            }
            match self.doc.next()? {
                Event::Nil => break,
                Event::Typed(Head::Builtin(45), parts) => levels.push((parts.saturating_sub(1) / 2, 0)),
                _ => return self.misfit(at, "the defaults of Properties are Properties"),
            }
        }
        for (entries, from) in levels.iter_mut().rev() {
            *from = self.doc.place();
            for _ in 0..u64::from(*entries) * 2 {
                self.doc.skip()?;
            }
        }
        let end = self.doc.place();
        for (index, (entries, from)) in levels.iter().enumerate() {
            if index > 0 {
                self.open("defaults");
            }
            self.doc.seek(*from);
            for _ in 0..*entries {
                let at = self.doc.at();
                let (Event::Str(name), Event::Str(value)) = (self.doc.next()?, self.doc.next()?) else {
                    return self.misfit(at, "XStream writes properties that are strings alone");
                };
                self.open("property");
                self.xml.attribute("name", text_of(name, at)?);
                self.xml.attribute("value", text_of(value, at)?);
                self.close();
            }
        }
        self.doc.seek(end);
        for _ in &levels {
            self.close();
        }
        Ok(())
    }
}

/// The text of a string of the document.
#[inline]
pub(super) fn text_of(bytes: &[u8], at: usize) -> Result<&str, Refusal> {
    let text = if bytes.len() < 32 {
        std::str::from_utf8(bytes).ok()
    } else {
        simdutf8::basic::from_utf8(bytes).ok()
    };
    text.ok_or_else(|| Refusal::Misfit(at, "a string that is not UTF-8".to_owned()))
}
