//! Objects of the JDK that XStream takes apart.

use super::frame::{Frame, Jdk, Kind, Phase};
use super::refusal::Refusal;
use super::{Field, Writer};
use crate::classes::{ClassId, Type};
use crate::jdk::{self, Items, RULES, Rule, Tail, What};
use crate::nodes::{NO_NODE, NodeId};
use crate::text::push_int;

const CONDITION: &str = "java.util.concurrent.locks.AbstractQueuedSynchronizer$ConditionObject";
const SYNC: &str = "java.util.concurrent.locks.ReentrantLock$NonfairSync";

impl Writer<'_, '_> {
    /// Begins an object of a rule.
    pub(super) fn begin_jdk(
        &mut self,
        number: u16,
        parts: u32,
        at: usize,
        place: u32,
        field: Option<Field<'_>>,
    ) -> Result<(), Refusal> {
        let Some((index, rule)) =
            jdk::by_number(number, parts).and_then(|index| Some((index, RULES.get(index)?)))
        else {
            return self.misfit(at, format!("class {number} of the document's table cannot be written"));
        };
        let class = self.classes.by_name(rule.class);
        self.begin(class, field);
        self.remember(place, class);
        if let Some(resolves) = rule.resolves {
            self.xml.attribute("resolves-to", resolves);
        }
        self.begin_custom(rule);
        let state =
            Jdk { rule: index as u8, level: 0, field: 0, phase: Phase::Begin, outer: None, first: None };
        self.push(at, Frame::new(Kind::Jdk(state), parts, place))
    }

    fn begin_custom(&mut self, rule: &Rule) {
        if rule.custom {
            self.xml.attribute("serialization", "custom");
            if rule.unserializable {
                self.nothing("unserializable-parents");
            }
        }
    }

    /// Writes what is next in an object of a rule.
    pub(super) fn jdk_step(&mut self) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Jdk(state), parts, begun, .. }) = self.frames.last_mut() else {
            return Ok(());
        };
        let (parts, begun) = (*parts, *begun);
        let Some(rule) = RULES.get(usize::from(state.rule)) else { return self.end() };
        let Some(level) = rule.levels.get(usize::from(state.level)) else {
            // The object in which this one is hidden has nothing behind it.
            if state.outer.take().is_some() {
                self.close();
            }
            return self.end();
        };
        match state.phase {
            Phase::Begin => {
                state.phase = Phase::Fields;
                state.field = 0;
                if rule.custom {
                    self.open(level.element);
                    self.open("default");
                }
                Ok(())
            }
            Phase::Fields => match level.fields.get(usize::from(state.field)) {
                Some(field) => {
                    state.field += 1;
                    self.jdk_field(field.name, field.what, parts, begun)
                }
                None => {
                    state.phase = Phase::Tail;
                    if rule.custom {
                        self.close();
                    }
                    Ok(())
                }
            },
            Phase::Tail => {
                let left = parts - begun;
                let count = match level.tail {
                    Tail::None => {
                        state.phase = Phase::Begin;
                        state.level += 1;
                        if rule.custom {
                            self.close();
                        }
                        return Ok(());
                    }
                    Tail::Counted(Items::Entries) => Some(left / 2),
                    Tail::Counted(_) => Some(left),
                    Tail::Capacity => Some(left.saturating_add(1).max(2)),
                    Tail::Ended(_) => None,
                };
                state.phase = Phase::Items;
                if let Some(count) = count {
                    self.plain("int", count.to_string().as_bytes());
                }
                Ok(())
            }
            Phase::Items => {
                let keys = level.tail == Tail::Ended(Items::Keys);
                let first = u32::from(matches!(rule.number, 6 | 33 | 47));
                if keys && begun > first {
                    self.plain("boolean", b"true");
                }
                let Some(Frame { kind: Kind::Jdk(state), begun, .. }) = self.frames.last_mut() else {
                    return Ok(());
                };
                if *begun < parts {
                    *begun += 1;
                    return self.item();
                }
                state.phase = Phase::Begin;
                state.level += 1;
                if matches!(level.tail, Tail::Ended(_)) {
                    self.nothing("null");
                }
                self.close();
                Ok(())
            }
        }
    }

    fn took_part(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.begun += 1;
        }
    }

    fn jdk_field(&mut self, name: &'static str, what: What, parts: u32, begun: u32) -> Result<(), Refusal> {
        match what {
            What::Part(class) => {
                self.took_part();
                let kind = self.classes.expects(class);
                let field = Field { element: name, kind, defined_in: None };
                let depth = self.frames.len();
                self.begun = (ClassId::MAX, NO_NODE);
                self.field(field)?;
                let first = (self.begun.0 != ClassId::MAX).then_some(self.begun);
                if let Some(Frame { kind: Kind::Jdk(state), .. }) = self.frames.get_mut(depth - 1)
                    && state.first.is_none()
                {
                    state.first = first;
                }
                Ok(())
            }
            What::Int => {
                self.took_part();
                let field = Field { element: name, kind: Type::Primitive(b'I'), defined_in: None };
                self.field(field)
            }
            What::Count => {
                let identity = self.is_rule(49);
                let comparator = u32::from(self.is_rule(6));
                let count = if identity { parts / 2 } else { parts - comparator.min(parts) };
                self.plain(name, count.to_string().as_bytes());
                Ok(())
            }
            What::Fixed(text) => {
                self.plain(name, text.as_bytes());
                Ok(())
            }
            What::Comparator => {
                self.took_part();
                let _ = begun;
                self.field(Field { element: name, kind: Type::Any, defined_in: None })
            }
            What::Itself => {
                let class = self.rule().map_or("", |rule| rule.resolves.unwrap_or(rule.class));
                self.open(name);
                self.xml.attribute("class", class);
                self.xml.attribute("reference", "../../..");
                self.close();
                Ok(())
            }
            What::First(class) => self.first_again(name, class),
            What::Padded => {
                // A Stack grows from 10 by doubling.
                let mut room = 10u32;
                while room < parts {
                    room = room.saturating_mul(2);
                }
                self.open(name);
                self.pad(room - parts)
            }
            What::Hidden(hidden, with_class) => {
                self.open(name);
                if with_class {
                    self.xml.attribute("class", "java.util.concurrent.ConcurrentSkipListMap");
                }
                if let Some(rule) = RULES.get(usize::from(hidden)) {
                    self.begin_custom(rule);
                }
                if let Some(Frame { kind: Kind::Jdk(state), .. }) = self.frames.last_mut() {
                    state.outer = Some(state.rule);
                    state.rule = hidden;
                    state.level = 0;
                    state.phase = Phase::Begin;
                }
                Ok(())
            }
            What::Lock(spec) => {
                self.lock(name, spec, parts);
                Ok(())
            }
        }
    }

    fn rule(&self) -> Option<&'static Rule> {
        match self.frames.last() {
            Some(Frame { kind: Kind::Jdk(state), .. }) => RULES.get(usize::from(state.rule)),
            _ => None,
        }
    }

    fn is_rule(&self, number: u16) -> bool {
        self.rule().is_some_and(|rule| rule.number == number)
    }

    /// A second field with the object of the first.
    fn first_again(&mut self, name: &'static str, expected: &str) -> Result<(), Refusal> {
        let Some(Frame { kind: Kind::Jdk(state), .. }) = self.frames.last() else { return Ok(()) };
        let (Some((class, node)), Some(rule)) = (state.first, RULES.get(usize::from(state.rule))) else {
            return Ok(());
        };
        let deeper = state.level > 0;
        let kind = self.classes.expects(expected);
        self.begin(class, Some(Field { element: name, kind, defined_in: None }));
        let path = self.path_to_first(rule, deeper, node);
        self.xml.attribute("reference", &path);
        self.close();
        Ok(())
    }

    fn path_to_first(&mut self, rule: &Rule, deeper: bool, node: NodeId) -> String {
        if node != NO_NODE {
            let from = self.elements.last().copied().unwrap_or(NO_NODE);
            self.nodes.path(from, node, self.xml.out, self.path);
            return self.path.clone();
        }
        let first = rule.levels.first();
        let field = first.and_then(|level| level.fields.first()).map_or("", |field| field.name);
        match first {
            Some(level) if deeper => format!("../../../{}/default/{field}", level.element),
            _ => format!("../{field}"),
        }
    }

    /// The elements of a Stack, and the room behind them.
    fn pad(&mut self, room: u32) -> Result<(), Refusal> {
        let Some(frame) = self.frames.last_mut() else { return Ok(()) };
        let place = frame.place;
        let parts = frame.parts;
        frame.begun = parts;
        let at = self.doc.at();
        self.push(at, Frame::new(Kind::Padded(room), parts, place))
    }

    /// A lock or condition, as `writeObject` of a queue holds them.
    fn lock(&mut self, name: &'static str, spec: &str, parts: u32) {
        self.open(name);
        match spec {
            "" => {
                self.open("value");
                self.xml.begin_text();
                push_int(self.xml.out, i64::from(parts));
                self.close();
            }
            "condition" => {
                self.xml.attribute("class", CONDITION);
                self.sync("outer-class", None);
            }
            "lock" => self.sync("sync", None),
            path if name.starts_with("not") => {
                self.xml.attribute("class", CONDITION);
                self.sync("outer-class", Some(path));
            }
            path => self.sync("sync", Some(path)),
        }
        self.close();
    }

    fn sync(&mut self, name: &str, path: Option<&str>) {
        self.open(name);
        self.xml.attribute("class", SYNC);
        match path {
            Some(path) => self.xml.attribute("reference", &format!("../../{path}")),
            None => {
                self.xml.attribute("serialization", "custom");
                self.open("java.util.concurrent.locks.AbstractQueuedSynchronizer");
                self.open("default");
                self.plain("state", b"1");
                self.close();
                self.close();
                self.open("java.util.concurrent.locks.ReentrantLock_-Sync");
                self.nothing("default");
                self.close();
            }
        }
        self.close();
    }
}
