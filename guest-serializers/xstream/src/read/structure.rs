//! Containers: how they begin and end, and what their children are.

use super::Reader;
use super::define::Sort;
use super::frame::{Expects, Frame, Kind};
use super::value::opaque;
use crate::classes::{ClassId, Type};
use crate::fault::Fault;
use crate::form::Form;
use crate::nodes::NodeId;
use crate::xml::parse::{Next, Tag, attribute};

impl<'a> Reader<'a, '_> {
    /// Begins a value of a class with a converter of its own.
    pub(super) fn structure(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        class: ClassId,
        form: Form,
    ) -> Result<(), Fault> {
        if let Form::Enum = form {
            let at = self.xml.at();
            let text = std::mem::take(&mut self.scratch.text);
            let mut scratch = text;
            let name = self.xml.text(tag, &mut scratch)?;
            if name.is_empty() {
                return Err(Fault::at(at, "a constant of an enum has a name"));
            }
            self.constant(class, name);
            self.scratch.text = scratch;
            return Ok(());
        }
        self.shareable(node);
        match form {
            Form::Elements(1) => {
                let patch = self.out.array_of_unknown_count();
                self.container(tag, node, Kind::Elements, Some(patch), 0, true)
            }
            Form::Entries(40) => {
                let patch = self.out.map_of_unknown_count();
                let mut frame = Frame::new(Kind::Entries, tag, node);
                frame.patch = Some(patch);
                frame.halved = true;
                self.open(tag, frame)
            }
            Form::Elements(number) => self.typed(tag, node, number, Kind::Elements, true),
            Form::Entries(number) => self.typed(tag, node, number, Kind::Entries, true),
            Form::Sorted(number) => self.typed(tag, node, number, Kind::Sorted, false),
            Form::SortedEntries(number) => self.typed(tag, node, number, Kind::SortedEntries, false),
            Form::Empty(number) => {
                self.out.builtin(number, 0);
                self.leave(tag)
            }
            Form::Single(number) => self.singleton(tag, node, number, Kind::Elements, 1),
            Form::SingletonMap => self.singleton(tag, node, 18, Kind::Entries, 2),
            Form::Array => {
                let number = self.classes.get(class).builtin;
                if number != 0 {
                    return self.typed(tag, node, number, Kind::Elements, true);
                }
                let patch = self.out.array_of_unknown_count();
                self.head(class, Sort::Array);
                self.container(tag, node, Kind::Elements, Some(patch), 1, true)
            }
            Form::EnumMap => {
                let patch = self.out.array_of_unknown_count();
                self.out.head_builtin(48);
                self.enum_type(tag)?;
                self.container(tag, node, Kind::Entries, Some(patch), 2, true)
            }
            Form::EnumSet => self.enum_set(tag),
            Form::Primitives(element) => self.primitives(tag, node, element),
            Form::Properties => self.properties(tag),
            Form::Calendar => self.calendar(tag, node),
            Form::Atomic(number) => self.atomic(tag, node, number),
            Form::Time(number) => self.time(tag, node, Some(number)),
            Form::Ser => self.time(tag, node, None),
            Form::Proxy => {
                self.scratch.interfaces.clear();
                self.container(tag, node, Kind::Proxy, None, 0, true)
            }
            _ => Err(Fault::at(tag.at, format!("<{}> cannot be read", tag.name))),
        }
    }

    pub(super) fn typed(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        number: u16,
        kind: Kind,
        own: bool,
    ) -> Result<(), Fault> {
        let patch = self.out.array_of_unknown_count();
        self.out.head_builtin(number);
        self.container(tag, node, kind, Some(patch), 1, own)
    }

    fn singleton(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        number: u16,
        kind: Kind,
        parts: u32,
    ) -> Result<(), Fault> {
        let mut frame = Frame::new(kind, tag, node);
        frame.patch = Some(self.out.array_of_unknown_count());
        self.out.head_builtin(number);
        frame.heads = 1;
        frame.limit = parts;
        self.open(tag, frame)
    }

    fn container(
        &mut self,
        tag: &Tag<'a>,
        node: NodeId,
        kind: Kind,
        patch: Option<holdfast_document::Count>,
        heads: u32,
        own: bool,
    ) -> Result<(), Fault> {
        let mut frame = Frame::new(kind, tag, node);
        frame.patch = patch;
        frame.heads = heads;
        frame.own = own;
        self.open(tag, frame)
    }

    /// Reads or begins a child of the element that was opened last.
    #[inline]
    pub(super) fn child(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        let top = self.top();
        let Some(frame) = self.scratch.frames.get_mut(top) else { return Ok(()) };
        match frame.kind {
            Kind::Elements | Kind::External => {
                frame.count += 1;
                self.value(tag, Expects::Item)
            }
            Kind::Bean(plan, next) => self.bean_field(tag, top, plan, next),
            Kind::Entries => {
                if tag.name != "entry" {
                    return Err(Fault::at(
                        tag.at,
                        format!("<{}> stands in a map, which holds <entry>", tag.name),
                    ));
                }
                self.push_inside(tag, Kind::Pair(0))
            }
            Kind::Pair(came) => {
                if came == 2 {
                    return Err(Fault::at(
                        tag.at,
                        "an <entry> of a map holds a key and a value, and no more",
                    ));
                }
                frame.kind = Kind::Pair(came + 1);
                self.count(top);
                self.value(tag, Expects::Item)
            }
            Kind::Sorted | Kind::SortedEntries => self.sorted_child(tag, top),
            Kind::Named(..) | Kind::Custom | Kind::CustomLevel(..) | Kind::CustomFields(_) => {
                self.custom_child(tag, top)
            }
            Kind::Levels(..) | Kind::Level(..) | Kind::LevelFields(..) => self.levels_child(tag, top),
            Kind::Jdk(..) | Kind::JdkLevel(..) | Kind::JdkFields(..) | Kind::Padded => {
                self.jdk_child(tag, top)
            }
            Kind::Root => {
                if tag.name != "entry" {
                    return Err(Fault::at(
                        tag.at,
                        format!("<{}> stands where an attribute, an <entry>, was expected", tag.name),
                    ));
                }
                self.push_inside(tag, Kind::RootEntry(0))
            }
            Kind::RootEntry(came) => {
                frame.kind = Kind::RootEntry(came + 1);
                match came {
                    0 => self.begin_attribute(tag),
                    1 => self.value(tag, Expects::Item),
                    _ => Err(Fault::at(tag.at, "an attribute has a name and a value, and no more")),
                }
            }
            Kind::OldRoot => match tag.name {
                "unserializable-parents" => self.skip(tag),
                "java.util.concurrent.ConcurrentHashMap" => self.push_inside(tag, Kind::OldEntries(0)),
                _ => Err(Fault::at(
                    tag.at,
                    format!("<{}> has no place in a session of XStream 1.4.2", tag.name),
                )),
            },
            Kind::OldEntries(came) => {
                if came.is_multiple_of(2) && matches!(tag.name, "default" | "null") {
                    return self.skip(tag);
                }
                frame.kind = Kind::OldEntries(came + 1);
                if came.is_multiple_of(2) {
                    self.begin_attribute(tag)
                } else {
                    self.value(tag, Expects::Item)
                }
            }
            Kind::Proxy => self.proxy_child(tag, top),
            Kind::Skipped => self.skip(tag),
        }
    }

    fn sorted_child(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        let Some(frame) = self.scratch.frames.get_mut(top) else { return Ok(()) };
        let entries = frame.kind == Kind::SortedEntries;
        if !frame.own {
            frame.own = true;
            frame.count += 1;
            match tag.name {
                "comparator" => return self.value(tag, Expects::Field(Type::Any)),
                // Of XStream before 1.4.
                "no-comparator" => {
                    self.out.nil();
                    return self.skip(tag);
                }
                _ => self.out.nil(),
            }
        }
        if entries {
            if tag.name != "entry" {
                return Err(Fault::at(
                    tag.at,
                    format!("<{}> stands in a map, which holds <entry>", tag.name),
                ));
            }
            return self.push_inside(tag, Kind::Pair(0));
        }
        self.count(top);
        self.value(tag, Expects::Item)
    }

    fn proxy_child(&mut self, tag: &Tag<'a>, top: usize) -> Result<(), Fault> {
        match tag.name {
            "interface" => {
                self.enter(tag);
                let text = self.xml.text(tag, &mut self.scratch.text)?;
                self.scratch.interfaces.push_str(text);
                self.scratch.interfaces.push('\n');
                Ok(())
            }
            "handler" => {
                if let Some(frame) = self.scratch.frames.get_mut(top) {
                    if frame.count > 0 {
                        return Err(Fault::at(tag.at, "a proxy has one handler"));
                    }
                    frame.count = 1;
                }
                let interfaces = std::mem::take(&mut self.scratch.interfaces);
                self.out.defined(1);
                let name = "java.lang.reflect.Proxy";
                self.out.begin_definition(
                    holdfast_document::Kind::Proxy,
                    false,
                    None,
                    name,
                    interfaces.lines().count() as u32,
                );
                self.out.nil();
                for interface in interfaces.lines() {
                    self.out.item(0, "", interface);
                }
                self.scratch.interfaces = interfaces;
                self.value(tag, Expects::Field(Type::Any))
            }
            _ => Err(Fault::at(tag.at, format!("<{}> has no place in a proxy", tag.name))),
        }
    }

    /// Ends the container that was opened last.
    #[inline]
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let Some(frame) = self.scratch.frames.last() else { return Ok(()) };
        match frame.kind {
            Kind::Bean(plan, next) => {
                let deep = frame.deep;
                self.finish_bean(plan, next);
                self.depth -= usize::from(deep);
                self.drop_frame();
                return Ok(());
            }
            Kind::Pair(2) | Kind::RootEntry(2) => {
                self.drop_frame();
                return Ok(());
            }
            _ => {}
        }
        let Some(mut frame) = self.scratch.frames.pop() else { return Ok(()) };
        if frame.deep {
            self.depth -= 1;
        }
        match frame.kind {
            Kind::Elements if frame.patch.is_some() => {}
            Kind::Pair(came) if came != 2 => {
                return Err(Fault::at(self.xml.at(), "an <entry> of a map holds a key and a value"));
            }
            Kind::RootEntry(came) if came != 2 => {
                return Err(Fault::at(self.xml.at(), "an attribute has a name and a value"));
            }
            Kind::OldEntries(came) if came % 2 != 0 => {
                return Err(Fault::at(self.xml.at(), "the last attribute has no value"));
            }
            Kind::Sorted | Kind::SortedEntries if !frame.own => {
                self.out.nil();
                frame.count += 1;
            }
            Kind::Named(true, false) => {
                // Nothing in it says that no other format can know its class.
                self.out.str(super::value::UNKNOWN);
                opaque(&mut self.out, "");
                frame.count += 2;
            }
            Kind::Named(..) => self.finish_named(&mut frame),
            Kind::Levels(..) | Kind::Level(..) | Kind::LevelFields(..) => self.finish_levels(frame.kind)?,
            Kind::Jdk(..) | Kind::JdkFields(..) => {
                if let Err(fault) = self.finish_jdk(&mut frame) {
                    self.depth += usize::from(frame.deep);
                    self.scratch.frames.push(frame);
                    return Err(fault);
                }
            }
            Kind::Proxy if frame.count == 0 => {
                return Err(Fault::at(self.xml.at(), "a proxy has a handler"));
            }
            _ => {}
        }
        if let Some(patch) = frame.patch.take() {
            if frame.limit > 0
                && matches!(frame.kind, Kind::Elements | Kind::Entries)
                && frame.count != frame.limit
            {
                return Err(Fault::at(self.xml.at(), "a singleton holds one element"));
            }
            let count = if frame.halved { frame.count / 2 } else { frame.count };
            self.out.patch(patch, count + frame.heads);
        }
        if frame.guessed {
            self.scratch.guesses.pop();
        }
        Ok(())
    }

    fn enum_type(&mut self, tag: &Tag<'a>) -> Result<ClassId, Fault> {
        let Some(alias) = attribute(tag, "enum-type") else {
            return Err(Fault::at(tag.at, "the enum is not told: enum-type=\"...\" was expected"));
        };
        let class = self.class_of_attribute(tag, alias)?;
        self.out.class();
        self.head(class, Sort::Enum);
        Ok(class)
    }

    fn enum_set(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        let patch = self.out.array_of_unknown_count();
        self.out.head_builtin(35);
        let class = self.enum_type(tag)?;
        let mut scratch = std::mem::take(&mut self.scratch.text);
        let text = self.xml.text(tag, &mut scratch)?;
        let mut count = 2;
        for name in text.split(',').filter(|name| !name.is_empty()) {
            self.constant(class, name);
            count += 1;
        }
        self.scratch.text = scratch;
        self.out.patch(patch, count);
        Ok(())
    }

    /// The next child of an element that is read without a frame; `None` at its end.
    pub(super) fn inner(&mut self, tag: &Tag<'a>) -> Result<Option<Tag<'a>>, Fault> {
        match self.xml.next()? {
            Next::Open(child) => Ok(Some(child)),
            Next::Close(name) if name == tag.name => Ok(None),
            Next::Close(name) => {
                Err(Fault::at(self.xml.at(), format!("</{name}> ends what <{}> began", tag.name)))
            }
            Next::End => Err(Fault::at(self.xml.at(), "the document ends inside an element")),
        }
    }
}
