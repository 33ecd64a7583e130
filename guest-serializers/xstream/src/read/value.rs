//! Values: which class they have, and how they begin.

use holdfast_document::Writer;

use super::Reader;
use super::define::Sort;
use super::frame::{Expects, Frame, Guess, Kind};
use crate::classes::{ClassId, Type};
use crate::fault::Fault;
use crate::form::Form;
use crate::jdk;
use crate::nodes::{NO_NODE, NodeId};
use crate::xml::parse::{Tag, attribute, unescape};

/// The id under which the document keeps what only this format understands.
pub(crate) const FORMAT: &str = "xstream/1.4";
/// The name of a pair that says that nothing is known of its object's class.
pub(crate) const UNKNOWN: &str = "?";

impl<'a> Reader<'a, '_> {
    /// Reads a value, or begins one.
    #[inline]
    pub(super) fn value(&mut self, tag: &Tag<'a>, expects: Expects) -> Result<(), Fault> {
        if tag.attributes.is_empty() {
            let class = match expects {
                Expects::Item => self.item_class(tag)?,
                Expects::Field(Type::Class(class)) => class,
                Expects::Field(Type::Primitive(element)) => {
                    self.enter(tag);
                    return self.primitive(tag, element);
                }
                Expects::Field(Type::Any) => {
                    let node = self.enter(tag);
                    return self.unknown(tag, node);
                }
            };
            return self.begin(tag, class, expects);
        }
        self.value_with_attributes(tag, expects)
    }

    pub(super) fn item_class(&mut self, tag: &Tag<'a>) -> Result<ClassId, Fault> {
        self.classes
            .by_element(tag.name)
            .ok_or_else(|| Fault::at(tag.at, format!("<{}> is the name of no class", tag.name)))
    }

    fn value_with_attributes(&mut self, tag: &Tag<'a>, expects: Expects) -> Result<(), Fault> {
        if let Some(path) = attribute(tag, "reference") {
            let node = self.enter(tag);
            let class = match (attribute(tag, "class"), expects) {
                (Some(alias), _) => Some(self.class_of_attribute(tag, alias)?),
                (None, Expects::Item) => Some(self.item_class(tag)?),
                (None, Expects::Field(_)) => None,
            };
            let mut decoded = std::mem::take(&mut self.scratch.text);
            unescape(path, &mut decoded, tag.at)?;
            let outcome = self.refer(tag, node, &decoded, class);
            self.scratch.text = decoded;
            return outcome;
        }
        // An attribute tells the class of an item as well, though XStream writes none there.
        let class = match (attribute(tag, "class"), expects) {
            (Some(alias), _) => self.class_of_attribute(tag, alias)?,
            (None, Expects::Item) => self.item_class(tag)?,
            (None, Expects::Field(Type::Class(class))) => class,
            (None, Expects::Field(Type::Primitive(element))) => {
                self.enter(tag);
                return self.primitive(tag, element);
            }
            (None, Expects::Field(Type::Any)) => {
                let node = self.enter(tag);
                return self.unknown(tag, node);
            }
        };
        self.begin(tag, class, expects)
    }

    pub(super) fn class_of_attribute(&mut self, tag: &Tag<'a>, alias: &str) -> Result<ClassId, Fault> {
        if !alias.contains('&') {
            return Ok(self.classes.by_alias(alias));
        }
        unescape(alias, &mut self.scratch.text, tag.at)?;
        Ok(self.classes.by_alias(&self.scratch.text))
    }

    /// Begins a value of a class. Where its content is guessed, the way back is kept.
    pub(super) fn begin(&mut self, tag: &Tag<'a>, class: ClassId, expects: Expects) -> Result<(), Fault> {
        let nodes = self.scratch.nodes.len() as u32;
        let node = self.enter(tag);
        let form = self.classes.get(class).form;
        if let Form::Leaf(leaf) = form {
            return self.leaf(tag, node, leaf);
        }
        let guess = Guess {
            frame: self.scratch.frames.len() as u32,
            class,
            expects,
            at: tag.at as u32,
            place: self.out.place(),
            definitions: self.out.definitions(),
            nodes,
            depth: self.depth as u32,
        };
        let custom = !tag.attributes.is_empty() && attribute(tag, "serialization") == Some("custom");
        if !self.scratch.loose.is_empty() && self.scratch.loose.contains(&class) {
            return self.loose(tag, node, class, custom);
        }
        match form {
            Form::Null => {
                self.out.nil();
                self.leave(tag)
            }
            Form::Entries(46) if custom => {
                let rule = jdk::RULES.len() as u8 - 1;
                self.jdk(tag, node, rule, guess)
            }
            Form::Jdk(rule)
                if jdk::RULES.get(usize::from(rule)).is_some_and(|rule| rule.custom == custom) =>
            {
                self.jdk(tag, node, rule, guess)
            }
            Form::Bean(plan) if !custom => self.planned(tag, node, class, (plan, Kind::Bean(plan, 0)), guess),
            Form::External if !custom => {
                self.shareable(node);
                self.out.defined(1);
                self.head(class, Sort::External);
                let patch = self.out.array_of_unknown_count();
                let mut frame = Frame::new(Kind::External, tag, node);
                frame.patch = Some(patch);
                self.guess(&mut frame, guess);
                self.open(tag, frame)
            }
            Form::Levels(plan) if custom => {
                self.planned(tag, node, class, (plan, Kind::Levels(plan, 0)), guess)
            }
            Form::Unknown if !tag.attributes.is_empty() => self.replaced(tag, node, class, guess),
            Form::Unknown
            | Form::Custom
            | Form::Levels(_)
            | Form::Abstract
            | Form::Jdk(_)
            | Form::Bean(_)
            | Form::External => self.loose(tag, node, class, custom),
            _ if custom => self.loose(tag, node, class, custom),
            _ => self.structure(tag, node, class, form),
        }
    }

    /// Begins an object of a class with a plan, whose slots are read as the kind of frame says.
    fn planned(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        class: ClassId,
        (plan, kind): (u32, Kind),
        guess: Guess,
    ) -> Result<(), Fault> {
        self.shareable(node);
        let slots = self.classes.plan(plan).map_or(0, |plan| plan.slots.len() as u32);
        self.out.defined(slots);
        self.head(class, Sort::Bean);
        let mut frame = Frame::new(kind, tag, node);
        self.guess(&mut frame, guess);
        self.open(tag, frame)
    }

    /// Begins an object of an unknown class that another one stands for (`writeReplace`), where that one is known.
    fn replaced(&mut self, tag: &Tag<'a>, node: NodeId, class: ClassId, guess: Guess) -> Result<(), Fault> {
        let custom = attribute(tag, "serialization") == Some("custom");
        if let Some(alias) = attribute(tag, "resolves-to") {
            let other = self.class_of_attribute(tag, alias)?;
            let guess = Guess { class: other, ..guess };
            match self.classes.get(other).form {
                _ if self.scratch.loose.contains(&other) => {}
                Form::Bean(plan) if !custom => {
                    return self.planned(tag, node, other, (plan, Kind::Bean(plan, 0)), guess);
                }
                Form::Levels(plan) if custom => {
                    return self.planned(tag, node, other, (plan, Kind::Levels(plan, 0)), guess);
                }
                _ => {}
            }
        }
        self.loose(tag, node, class, custom)
    }

    /// Keeps the way back for a frame that is about to be pushed.
    pub(super) fn guess(&mut self, frame: &mut Frame, guess: Guess) {
        frame.guessed = true;
        self.scratch.guesses.push(guess);
    }

    /// Begins a value of which nothing is known but what stands there.
    fn loose(&mut self, tag: &Tag<'a>, node: NodeId, class: ClassId, custom: bool) -> Result<(), Fault> {
        let resolves = attribute(tag, "resolves-to");
        if !custom && !tag.empty && resolves.is_none() {
            let before = self.xml.at();
            if let Some(text) = self.xml.raw_leaf(tag)? {
                // Without a converter of its own, only an enum is text.
                if !text.trim().is_empty() {
                    unescape(text, &mut self.scratch.text, before)?;
                    let text = std::mem::take(&mut self.scratch.text);
                    self.constant(class, &text);
                    self.scratch.text = text;
                    return Ok(());
                }
                self.xml.seek(before);
            }
        }
        self.shareable(node);
        let patch = self.out.array_of_unknown_count();
        self.head(class, Sort::Named);
        let mut frame = Frame::new(if custom { Kind::Custom } else { Kind::Named(false, false) }, tag, node);
        frame.patch = Some(patch);
        frame.heads = 1;
        if let Form::Bean(plan) = self.classes.get(class).form {
            frame.plan = Some(plan);
        }
        if let Some(resolves) = resolves {
            unescape(resolves, &mut self.scratch.text, tag.at)?;
            self.out.str("#resolves-to");
            self.out.str(&self.scratch.text);
            frame.count = 2;
        }
        self.open(tag, frame)
    }

    /// A field of which neither the class nor the type is known.
    fn unknown(&mut self, tag: &Tag<'a>, node: NodeId) -> Result<(), Fault> {
        self.object(node, super::NOBODY);
        if !tag.attributes.is_empty()
            && (attribute(tag, "serialization").is_some() || attribute(tag, "resolves-to").is_some())
        {
            // The type of the field is known to nobody, and is the class.
            let custom = attribute(tag, "serialization") == Some("custom");
            let nothing = self.classes.by_name(UNKNOWN);
            return self.loose(tag, node, nothing, custom);
        }
        if let Some(alias) = attribute(tag, "enum-type") {
            return self.unknown_of_enum(tag, node, alias);
        }
        if tag.empty {
            opaque(&mut self.out, "/");
            return self.kept();
        }
        if let Some(text) = self.xml.raw_leaf(tag)? {
            let from = self.xml.at() - text.len() - tag.name.len() - 3;
            let text = self.xml.slice(from, from + text.len());
            let mut kept = std::mem::take(&mut self.scratch.text);
            kept.clear();
            kept.push('>');
            kept.push_str(text);
            opaque(&mut self.out, &kept);
            self.scratch.text = kept;
            return self.kept();
        }
        let patch = self.out.array_of_unknown_count();
        let nothing = self.classes.by_name(UNKNOWN);
        self.head(nothing, Sort::Named);
        let mut frame = Frame::new(Kind::Named(true, false), tag, node);
        frame.patch = Some(patch);
        frame.heads = 1;
        self.open(tag, frame)
    }

    /// A field of unknown type that holds an EnumSet, whose constants are text, or an EnumMap. Of an empty one nobody
    /// knows which it is.
    #[cold]
    fn unknown_of_enum(&mut self, tag: &Tag<'a>, node: NodeId, alias: &str) -> Result<(), Fault> {
        let before = self.xml.at();
        let class = match if tag.empty { Some("") } else { self.xml.raw_leaf(tag)? } {
            Some(text) if text.trim().is_empty() => {
                let mut kept = String::new();
                unescape(alias, &mut kept, tag.at)?;
                kept.insert(0, '@');
                opaque(&mut self.out, &kept);
                return self.kept();
            }
            Some(_) => "java.util.EnumSet",
            None => "java.util.EnumMap",
        };
        self.xml.seek(before);
        let class = self.classes.by_name(class);
        let form = self.classes.get(class).form;
        self.structure(tag, node, class, form)
    }

    /// Something was kept as it stands: no other format can write the object around it.
    fn kept(&mut self) -> Result<(), Fault> {
        if let Some(Frame { kind: Kind::Named(_, kept), .. }) = self.scratch.frames.last_mut() {
            *kept = true;
        }
        Ok(())
    }

    /// Opens a container of the document; one without children is closed at once.
    pub(super) fn open(&mut self, tag: &Tag<'a>, mut frame: Frame) -> Result<(), Fault> {
        if self.depth >= self.max_depth {
            return Err(self.too_deep());
        }
        self.depth += 1;
        frame.deep = true;
        frame.owner = self.scratch.frames.len() as u32;
        self.push(tag, frame)
    }

    /// Opens an element that is no container of its own.
    pub(super) fn push(&mut self, tag: &Tag<'a>, frame: Frame) -> Result<(), Fault> {
        self.scratch.frames.push(frame);
        if tag.empty { self.finish() } else { Ok(()) }
    }

    /// Opens an element that belongs to the container of the frame below.
    pub(super) fn push_inside(&mut self, tag: &Tag<'a>, kind: Kind) -> Result<(), Fault> {
        let node = if self.tracking { self.enter(tag) } else { NO_NODE };
        let mut frame = Frame::new(kind, tag, node);
        frame.owner = self.scratch.frames.last().map_or(0, |frame| frame.owner);
        self.push(tag, frame)
    }
}

/// Writes what only this format understands.
pub(super) fn opaque(out: &mut Writer<'_>, text: &str) {
    out.opaque(FORMAT, text.as_bytes());
}
