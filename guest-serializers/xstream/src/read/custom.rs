//! Objects of the JDK that XStream takes apart, and objects of which nothing is known.

use holdfast_document::{Number, Width};

use super::Reader;
use super::frame::{Expects, Frame, Guess, Kind};
use super::value::FORMAT;
use crate::classes::Type;
use crate::fault::Fault;
use crate::jdk::{self, Field, Items, Level, Rule, Tail, What};
use crate::nodes::NodeId;
use crate::xml::names;
use crate::xml::parse::{Next, Tag, attribute};

static NO_RULE: Rule =
    Rule { class: "", number: 0, resolves: None, custom: false, unserializable: false, levels: &[] };
static NO_LEVEL: Level = Level { element: "", fields: &[], tail: Tail::None };

/// The element of the fields of a level. No class is called so.
const DEFAULT: &str = "default";

fn rule(number: u8) -> &'static Rule {
    jdk::RULES.get(usize::from(number)).unwrap_or(&NO_RULE)
}

fn level(number: u8, level: u8) -> &'static Level {
    rule(number).levels.get(usize::from(level)).unwrap_or(&NO_LEVEL)
}

#[cold]
fn unexpected(tag: &Tag<'_>) -> Fault {
    Fault::mismatch(tag.at, format!("<{}> is not what was expected of its class here", tag.name))
}

impl<'a> Reader<'a, '_> {
    /// Begins an object of a rule.
    pub(super) fn jdk(&mut self, tag: &Tag<'a>, node: NodeId, number: u8, guess: Guess) -> Result<(), Fault> {
        let found = rule(number);
        self.shareable(node);
        let patch = self.out.array_of_unknown_count();
        self.out.head_builtin(found.number);
        let kind = if found.custom { Kind::Jdk(number, 0) } else { Kind::JdkFields(number, 0) };
        let mut frame = Frame::new(kind, tag, node);
        frame.patch = Some(patch);
        frame.heads = 1;
        self.guess(&mut frame, guess);
        frame.own = !matches!(found.number, 6 | 33 | 47);
        self.open(tag, frame)
    }

    /// Fills up the parts that were null, and those that stand in front of elements that are none.
    pub(super) fn finish_jdk(&mut self, frame: &mut Frame) -> Result<(), Fault> {
        let (Kind::Jdk(number, step) | Kind::JdkFields(number, step)) = frame.kind else { return Ok(()) };
        if matches!(frame.kind, Kind::Jdk(..)) && usize::from(step) < rule(number).levels.len() {
            return Err(Fault::mismatch(
                self.xml.at(),
                "an object of the JDK ends before all of its classes came",
            ));
        }
        if frame.patch.is_none() {
            // It belongs to the object around it.
            return Ok(());
        }
        if !frame.own {
            self.out.nil();
            frame.count += 1;
        }
        if let Some(row) = holdfast_document::builtin::by_number(rule(number).number) {
            if let holdfast_document::builtin::Shape::Parts(names) = row.shape {
                for _ in frame.count..names.len() as u32 {
                    self.out.nil();
                    frame.count += 1;
                }
            }
            if !row.shape.fits(frame.count) {
                return Err(Fault::mismatch(
                    self.xml.at(),
                    "an object of the JDK ends with other parts than it has",
                ));
            }
        }
        Ok(())
    }

    pub(super) fn jdk_child(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        let Some(frame) = self.scratch.frames.get_mut(top) else { return Ok(()) };
        let owner = frame.owner as usize;
        match frame.kind {
            Kind::Jdk(number, step) => {
                let found = rule(number);
                if step == 0 && found.unserializable && tag.name == "unserializable-parents" {
                    return self.skip(tag);
                }
                match found.levels.get(usize::from(step)) {
                    Some(level) if level.element == tag.name => {
                        frame.kind = Kind::Jdk(number, step + 1);
                        self.push_inside(tag, Kind::JdkLevel(number, step, 0))
                    }
                    _ => Err(unexpected(tag)),
                }
            }
            Kind::JdkLevel(number, step, came) => {
                if came == 0 && tag.name == DEFAULT {
                    return self.push_inside(tag, Kind::JdkFields(number, step));
                }
                if tag.name == DEFAULT {
                    return Err(unexpected(tag));
                }
                frame.kind = Kind::JdkLevel(number, step, came + 1);
                self.item(tag, owner, level(number, step).tail, came)
            }
            Kind::JdkFields(number, step) => {
                let Some(field) = level(number, step).fields.iter().find(|field| field.name == tag.name)
                else {
                    return Err(unexpected(tag));
                };
                self.jdk_field(tag, owner, field)
            }
            Kind::Padded => {
                let (count, limit) =
                    self.scratch.frames.get(owner).map_or((0, 0), |owner| (owner.count, owner.limit));
                if count < limit {
                    self.count(top);
                    return self.value(tag, Expects::Item);
                }
                if tag.name == "null" { self.skip(tag) } else { Err(unexpected(tag)) }
            }
            _ => Ok(()),
        }
    }

    /// An item behind the fields of a level.
    fn item(&mut self, tag: &Tag<'a>, owner: usize, tail: Tail, came: u32) -> Result<(), Fault> {
        let items = match tail {
            Tail::None => return Err(unexpected(tag)),
            Tail::Counted(_) | Tail::Capacity if came == 0 => {
                if tag.name != "int" {
                    return Err(unexpected(tag));
                }
                self.enter(tag);
                self.read_count(tag)?;
                return Ok(());
            }
            Tail::Counted(items) | Tail::Ended(items) => items,
            Tail::Capacity => Items::Elements,
        };
        if matches!(tail, Tail::Ended(_)) {
            // Null ends the items, and a second one those of 1.4.2.
            let ended = self.scratch.frames.get(owner).is_some_and(|owner| owner.limit == 1);
            if tag.name == "null" && (items != Items::Entries || came.is_multiple_of(2) || ended) {
                if let Some(owner) = self.scratch.frames.get_mut(owner) {
                    owner.limit = 1;
                }
                return self.skip(tag);
            }
            if ended {
                return Err(unexpected(tag));
            }
        }
        if items == Items::Keys && !came.is_multiple_of(2) {
            return if tag.name == "boolean" { self.skip(tag) } else { Err(unexpected(tag)) };
        }
        self.own_part(owner);
        if let Some(owner) = self.scratch.frames.get_mut(owner) {
            owner.count += 1;
        }
        self.value(tag, Expects::Item)
    }

    /// Elements come: a comparator will not.
    fn own_part(&mut self, owner: usize) {
        if let Some(owner) = self.scratch.frames.get_mut(owner)
            && !owner.own
        {
            owner.own = true;
            owner.count += 1;
            self.out.nil();
        }
    }

    fn jdk_field(&mut self, tag: &Tag<'a>, owner: usize, field: &'static Field) -> Result<(), Fault> {
        match field.what {
            What::Part(class) => {
                // The parts of a list of copies are two, and this is the second.
                let expects = self.classes.expects(class);
                let Some(frame) = self.scratch.frames.get_mut(owner) else { return Ok(()) };
                frame.count += 1;
                self.value(tag, Expects::Field(expects))?;
                let begun = self.begun;
                if let Some(frame) = self.scratch.frames.get_mut(owner) {
                    frame.first = begun;
                }
                Ok(())
            }
            What::Int => {
                if let Some(owner) = self.scratch.frames.get_mut(owner) {
                    owner.count += 1;
                }
                self.enter(tag);
                self.primitive(tag, b'I')
            }
            What::Count => {
                self.enter(tag);
                let count = self.read_count(tag)?;
                if let Some(owner) = self.scratch.frames.get_mut(owner) {
                    owner.limit = count;
                }
                Ok(())
            }
            What::Fixed(expected) => {
                self.enter(tag);
                if self.read_text(tag)? == expected { Ok(()) } else { Err(unexpected(tag)) }
            }
            What::Comparator => {
                if let Some(owner) = self.scratch.frames.get_mut(owner) {
                    if owner.own {
                        return Err(unexpected(tag));
                    }
                    owner.own = true;
                    owner.count += 1;
                }
                self.value(tag, Expects::Field(Type::Any))
            }
            What::Itself => {
                let target = self.target(tag)?;
                let own = self.scratch.frames.get(owner).map(|frame| frame.node);
                if Some(target) == own { self.leave(tag) } else { Err(unexpected(tag)) }
            }
            What::First(_) => {
                let target = self.target(tag)?;
                let place = self.scratch.nodes.place(target).map(|(attribute, place, _)| (attribute, place));
                let first = self.scratch.frames.get(owner).map(|frame| frame.first);
                if place.is_some() && place == first { self.leave(tag) } else { Err(unexpected(tag)) }
            }
            What::Padded => {
                if attribute(tag, "reference").is_some() {
                    return Err(unexpected(tag));
                }
                self.push_inside(tag, Kind::Padded)
            }
            What::Hidden(hidden, _) => {
                if attribute(tag, "serialization") != Some("custom") {
                    return Err(unexpected(tag));
                }
                if let Some(alias) = attribute(tag, "class") {
                    let class = self.class_of_attribute(tag, alias)?;
                    // Its own class is the last of its levels.
                    let own = rule(hidden).levels.last().map(|level| level.element);
                    if own != Some(&*self.classes.get(class).name) {
                        return Err(unexpected(tag));
                    }
                }
                self.push_inside(tag, Kind::Jdk(hidden, 0))
            }
            What::Lock(_) => self.skip(tag),
        }
    }

    /// The element that a field refers to.
    fn target(&mut self, tag: &Tag<'a>) -> Result<NodeId, Fault> {
        let node = self.enter(tag);
        let path = attribute(tag, "reference").ok_or_else(|| unexpected(tag))?;
        self.scratch.nodes.follow(node, path, self.bytes).ok_or_else(|| unexpected(tag))
    }

    /// Reads a child of an object of which nothing is known: pairs of a name and a value, in the order of the elements.
    /// `Level#` begins a level, and says whether it has a `<default>`; `Level#field` is a field there, `Level#+` the
    /// items behind it, all in one list; a `#` alone stands for the superclasses that are not serializable.
    pub(super) fn custom_child(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        let Some(kind) = self.scratch.frames.get(top).map(|frame| frame.kind) else { return Ok(()) };
        match kind {
            Kind::Custom => {
                self.count_pair(top);
                if tag.name == "unserializable-parents" {
                    self.out.str("#");
                    self.out.nil();
                    let nothing = self.classes.by_name("");
                    return self.push_inside(tag, Kind::CustomFields(nothing));
                }
                let class = self.classes.by_element(tag.name).ok_or_else(|| unexpected(tag))?;
                if self.classes.get(class).name.is_empty() {
                    // <null> is of no class, and would stand for the superclasses.
                    return Err(unexpected(tag));
                }
                let mut ahead = self.xml;
                let default =
                    !tag.empty && matches!(ahead.next(), Ok(Next::Open(child)) if child.name == DEFAULT);
                self.pair_name(class, "");
                self.out.bool(default);
                self.push_inside(tag, Kind::CustomLevel(class, default))
            }
            Kind::CustomLevel(class, default) => {
                if default {
                    if let Some(frame) = self.scratch.frames.get_mut(top) {
                        frame.kind = Kind::CustomLevel(class, false);
                    }
                    return self.push_inside(tag, Kind::CustomFields(class));
                }
                if self.scratch.frames.get(top).is_some_and(|frame| frame.patch.is_none()) {
                    self.count_pair(top);
                    self.pair_name(class, "+");
                    let patch = self.out.array_of_unknown_count();
                    if let Some(frame) = self.scratch.frames.get_mut(top) {
                        frame.patch = Some(patch);
                    }
                }
                if let Some(frame) = self.scratch.frames.get_mut(top) {
                    frame.count += 1;
                }
                if tag.name == DEFAULT {
                    return self.late_fields(tag);
                }
                self.value(tag, Expects::Item)
            }
            Kind::CustomFields(class) => {
                let mut name = String::with_capacity(tag.name.len());
                if !names::field_of(&mut name, tag.name) {
                    return Err(Fault::at(tag.at, format!("<{}> is the name of no field", tag.name)));
                }
                let kind = self.type_of_custom(class, &name);
                if kind == Type::Any {
                    self.mark_bare(tag, top);
                }
                self.count_pair(top);
                self.pair_name(class, &name);
                self.value(tag, Expects::Field(kind))
            }
            _ => self.named_field(tag, top),
        }
    }

    /// The fields that a method of the class wrote behind other data. They are kept like an object, and are none: no
    /// reference leads there, or it would be written as fields once more.
    fn late_fields(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        if attribute(tag, "reference").is_some() {
            return Err(unexpected(tag));
        }
        let node = self.scratch.nodes.len() as NodeId;
        self.value(tag, Expects::Item)?;
        self.scratch.nodes.take_place(node);
        Ok(())
    }

    fn count_pair(&mut self, top: usize) {
        let owner = self.scratch.frames.get(top).map_or(0, |frame| frame.owner as usize);
        if let Some(owner) = self.scratch.frames.get_mut(owner) {
            owner.count += 2;
        }
    }

    /// A reference without a class: the type of the field says that, and nobody else knows it.
    fn mark_bare(&mut self, tag: &Tag<'a>, top: usize) {
        if attribute(tag, "reference").is_some() && attribute(tag, "class").is_none() {
            self.count_pair(top);
            self.out.str(super::value::UNKNOWN);
            super::value::opaque(&mut self.out, "");
            if let Some(Frame { kind: Kind::Named(_, kept), .. }) = self.scratch.frames.get_mut(top) {
                *kept = true;
            }
        }
    }

    /// What a field expects at a level of an object that writes itself, where that extends a collection or the like.
    fn type_of_custom(&mut self, class: u32, field: &str) -> Type {
        let name = self.classes.get(class).name.clone();
        match self.classes.type_of_level(&name, field) {
            // In pairs of a name and a value nothing else says the type of a number.
            Type::Primitive(element) => Type::Class(self.classes.by_name(boxed(element))),
            kind => kind,
        }
    }

    fn pair_name(&mut self, class: u32, field: &str) {
        let class = &self.classes.get(class).name;
        let mut name = String::with_capacity(class.len() + field.len() + 1);
        name.push_str(class);
        name.push('#');
        name.push_str(field);
        self.out.str(&name);
    }

    /// A field of an object of which nothing is known.
    fn named_field(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        let kind = self.type_of_field(tag, top);
        if kind == Type::Any {
            self.mark_bare(tag, top);
        }
        self.count_pair(top);
        if tag.name.contains('_') || tag.name == "outer-class" || !tag.attributes.is_empty() {
            let mut name = String::with_capacity(tag.name.len());
            if let Some(class) = attribute(tag, "defined-in") {
                let class = self.class_of_attribute(tag, class)?;
                name.push_str(&self.classes.get(class).name);
                name.push('#');
            }
            if !names::field_of(&mut name, tag.name) {
                return Err(Fault::at(tag.at, format!("<{}> is the name of no field", tag.name)));
            }
            self.out.str(&name);
        } else {
            self.out.str(tag.name);
        }
        self.value(tag, Expects::Field(kind))
    }

    /// What a field expects, in an object that only has its fields in another order than its class.
    fn type_of_field(&mut self, tag: &Tag<'a>, top: usize) -> Type {
        let Some(frame) = self.scratch.frames.get_mut(top) else { return Type::Any };
        let Some(plan) = frame.plan.and_then(|plan| self.classes.plan(plan)) else { return Type::Any };
        let declared = attribute(tag, "defined-in");
        let slot = plan
            .slots
            .iter()
            .position(|slot| slot.element == tag.name && slot.defined_in.as_deref() == declared);
        let Some(slot) = slot else { return Type::Any };
        frame.came |= 1u64.checked_shl(slot as u32).unwrap_or(0);
        let kind = plan.slots.get(slot).map_or(Type::Any, |slot| slot.kind);
        match kind {
            // In pairs of a name and a value nothing else says the type of a number.
            Type::Primitive(element) => Type::Class(self.classes.by_name(boxed(element))),
            kind => kind,
        }
    }

    /// The fields of such an object that did not come.
    pub(super) fn finish_named(&mut self, frame: &mut Frame) {
        let Some(plan) = frame.plan else { return };
        let slots = self.classes.plan(plan).map_or(0, |plan| plan.slots.len() as u32);
        for index in (0..slots.min(64)).filter(|index| frame.came >> index & 1 == 0) {
            let slot = self.classes.plan(plan).and_then(|plan| plan.slots.get(index as usize));
            let Some(slot) = slot else { continue };
            match &slot.defined_in {
                Some(class) => self.out.str(&format!("{class}#{}", slot.name)),
                None => self.out.str(&slot.name),
            }
            match slot.kind {
                Type::Primitive(element) => self.zero(element),
                _ => self.out.nil(),
            }
            frame.count += 2;
        }
    }

    fn zero(&mut self, element: u8) {
        let width = match element {
            b'B' => Width::Byte,
            b'S' => Width::Short,
            b'I' => Width::Int,
            b'J' => Width::Long,
            _ => return self.absent(Type::Primitive(element)),
        };
        self.out.number(Number { value: 0, width });
    }
}

pub(crate) const fn boxed(element: u8) -> &'static str {
    match element {
        b'Z' => "java.lang.Boolean",
        b'B' => "java.lang.Byte",
        b'C' => "java.lang.Character",
        b'S' => "java.lang.Short",
        b'I' => "java.lang.Integer",
        b'J' => "java.lang.Long",
        b'F' => "java.lang.Float",
        _ => "java.lang.Double",
    }
}

/// Whether bytes that only one format understands are of this one.
pub(crate) fn is_own(format: &[u8]) -> bool {
    format == FORMAT.as_bytes()
}
