//! Objects of the application's classes, and what these declare of their fields.

use std::collections::{HashMap, HashSet};

use super::containers::element_descriptor;
use super::leaf::{json_double, json_float, parse_uuid};
use super::old::Seen;
use super::{Fill, Fit, count};
use crate::big;
use crate::builtin::{self, Shape};
use crate::definition::{Definition, Head, Kind as ClassKind};
use crate::event::{Event, Width};
use crate::json::plain::java_time;
use crate::json::text::parse_base64;
use crate::json::time::{parse, parse_millis};
use crate::json::{JsonError, Kind, Node};

impl<'o, 't> Fill<'o, '_, 't> {
    /// Writes an object, if all keys are fields of its class. A field that is not there is null, or zero.
    pub(super) fn bean(
        &mut self,
        json: Node<'t>,
        class: &Definition<'o>,
        seen: Option<&Seen<'o>>,
        depth: usize,
    ) -> Fit {
        if json.kind() != Kind::Object {
            return Ok(false);
        }
        let Some(old) = &mut self.old else { return Ok(false) };
        let slots = old.slots(class);
        let places = match seen {
            Some(seen) => old.children(seen)?,
            None => Vec::new(),
        };
        let mut given: HashMap<_, _> = json.entries().collect();
        let names: HashSet<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        if given.keys().any(|key| !names.contains(key.as_ref())) {
            return Ok(false);
        }
        self.head(class, class.len())?;
        for (number, slot) in slots.iter().enumerate() {
            let like = places.get(number).copied();
            let value = given.remove(slot.name.as_str());
            self.at(&slot.name, |fill| match (value, slot.descriptor, like) {
                (Some(value), Some(descriptor), _) => fill.value(value, like, Some(descriptor), depth + 1),
                (Some(value), None, Some(like)) => fill.custom(value, like, depth),
                (None, Some(descriptor), _) => {
                    fill.zero(descriptor);
                    Ok(())
                }
                (None, None, Some(like)) => fill.copy_old(like),
                (_, None, None) => Err(fill.bad("only Java knows what the class writes of its own accord")),
            })?;
        }
        Ok(true)
    }

    /// What `writeObject` wrote: blocks stay blocks, values may change.
    fn custom(&mut self, json: Node<'t>, like: u32, depth: usize) -> Result<(), JsonError> {
        let Some(old) = &mut self.old else { return Ok(()) };
        let seen = old.index.at(like)?;
        let places = old.children(&seen)?;
        if json.kind() != Kind::Array || json.len() != places.len() {
            let count = places.len();
            return Err(self.bad(format!("what the class writes of its own accord is an array of {count}")));
        }
        self.writer.array(count(json));
        for (index, (part, place)) in json.elements().zip(places).enumerate() {
            self.at(&index.to_string(), |fill| {
                let is_block = match &mut fill.old {
                    Some(old) => matches!(old.index.at(place)?.event, Event::Bin(_)),
                    None => false,
                };
                if !is_block {
                    return fill.value(part, Some(place), None, depth + 2);
                }
                let block = part.as_str().as_deref().and_then(parse_base64);
                let block = block.ok_or_else(|| fill.bad("expected bytes in base64"))?;
                fill.writer.bin(&block);
                Ok(())
            })?;
        }
        Ok(())
    }

    fn zero(&mut self, descriptor: &str) {
        match descriptor {
            "Z" => self.writer.bool(false),
            "B" | "S" | "I" | "J" => self.writer.int(0),
            "C" => self.writer.char(0),
            "F" => self.writer.f32(0.0),
            "D" => self.writer.f64(0.0),
            _ => self.writer.nil(),
        }
    }

    /// Writes the constant of an enum: its name, or its ordinal where only that was known.
    pub(super) fn constant(
        &mut self,
        json: Node<'t>,
        class: &Definition<'o>,
        seen: Option<&Seen<'o>>,
    ) -> Fit {
        if let Some(name) = json.as_str() {
            self.head(class, 1)?;
            self.writer.str(&name);
            return Ok(true);
        }
        let old = match (seen, &mut self.old) {
            (Some(seen), Some(old)) => old.at(seen.inside)?.event,
            _ => Event::Nil,
        };
        match (old, json.number()) {
            (Event::Int(_), Some(digits)) => {
                self.head(class, 1)?;
                Ok(self.integer(digits, Width::Untyped))
            }
            _ => Ok(false),
        }
    }

    /// Writes the constant of this name of the enum that a HEAD means.
    pub(super) fn constant_like(&mut self, head: &Head<'_>, name: &str) -> Fit {
        let number = match head {
            Head::Known(number) => *number,
            Head::Defined(definition) => definition.number,
            Head::Builtin(_) => return Ok(false),
        };
        match self.old.as_ref().and_then(|old| old.definition(number)) {
            Some(class) if class.kind == ClassKind::Enum => {
                self.head(&class, 1)?;
                self.writer.str(name);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub(super) fn proxy(
        &mut self,
        json: Node<'t>,
        class: &Definition<'o>,
        seen: &Seen<'o>,
        depth: usize,
    ) -> Fit {
        let Some(handler) = json.get("handler").filter(|_| json.len() == 1) else { return Ok(false) };
        self.head(class, 1)?;
        self.at("handler", |fill| fill.value(handler, Some(seen.inside), None, depth + 1))?;
        Ok(true)
    }

    pub(super) fn object_array(
        &mut self,
        json: Node<'t>,
        class: &Definition<'o>,
        seen: Option<&Seen<'o>>,
        depth: usize,
    ) -> Fit {
        if json.kind() != Kind::Array {
            return Ok(false);
        }
        let places = match (seen, &mut self.old) {
            (Some(seen), Some(old)) => old.children(seen)?,
            _ => Vec::new(),
        };
        self.head(class, count(json))?;
        let element = element_descriptor(class.name);
        self.elements(json, &places, element.as_deref(), depth)?;
        Ok(true)
    }

    pub(super) fn named(
        &mut self,
        json: Node<'t>,
        class: &Definition<'o>,
        seen: &Seen<'o>,
        depth: usize,
    ) -> Fit {
        if json.kind() != Kind::Object {
            return Ok(false);
        }
        let places = match &mut self.old {
            Some(old) => old.children(seen)?,
            None => Vec::new(),
        };
        self.head(class, count(json).saturating_mul(2))?;
        self.entries(json.entries().collect(), &places, depth)?;
        Ok(true)
    }

    /// A field of a primitive type.
    pub(super) fn primitive(&mut self, json: Node<'t>, descriptor: &str) -> Result<(), JsonError> {
        let number = json.number();
        let text = json.as_str();
        let range = |bits: u32| {
            let value = number?.parse::<i64>().ok()?;
            (value >> (bits - 1) == 0 || value >> (bits - 1) == -1).then_some(value)
        };
        let (fits, what) = match descriptor {
            "Z" => (json.as_bool().map(|value| self.writer.bool(value)), "true or false"),
            "B" => (range(8).map(|value| self.writer.int(value)), "a whole number of 8 bits"),
            "S" => (range(16).map(|value| self.writer.int(value)), "a whole number of 16 bits"),
            "I" => (range(32).map(|value| self.writer.int(value)), "a whole number of 32 bits"),
            "J" => (range(64).map(|value| self.writer.int(value)), "a whole number of 64 bits"),
            "F" => {
                let value = json_float(number, text.as_deref());
                (value.map(|value| self.writer.f32(value)), "a number")
            }
            "D" => {
                let value = json_double(number, text.as_deref());
                (value.map(|value| self.writer.f64(value)), "a number")
            }
            _ => {
                let fits = text.is_some_and(|text| self.char(&text));
                (fits.then_some(()), "a string of one character")
            }
        };
        fits.ok_or_else(|| self.bad(format!("expected {what}")))
    }

    /// A field whose class is declared, where no old value tells more.
    pub(super) fn declared(
        &mut self,
        json: Node<'t>,
        descriptor: &str,
        depth: usize,
    ) -> Result<(), JsonError> {
        let class = descriptor.strip_prefix('L').and_then(|class| class.strip_suffix(';'));
        let class = class.unwrap_or(descriptor).replace('/', ".");
        let fits = match class.as_str() {
            "?" | "java.lang.Object" | "java.io.Serializable" | "java.lang.Comparable" => {
                self.plain(json, depth)?;
                true
            }
            "java.lang.Number" => {
                self.plain_leaf(json)?;
                json.kind() == Kind::Number
            }
            _ => self.scalar_of(json, &class)? || self.container_of(json, &class, depth)?,
        };
        if fits {
            return Ok(());
        }
        Err(self.bad(format!("the class declares a {class} here, and nothing tells how this would be one")))
    }

    fn scalar_of(&mut self, json: Node<'t>, class: &str) -> Fit {
        let number = json.number();
        let text = json.as_str();
        let text = text.as_deref();
        let written = match class {
            "java.lang.Boolean" => json.as_bool().map(|value| self.writer.bool(value)),
            "java.lang.Byte" => number.filter(|digits| self.integer(digits, Width::Byte)).map(|_| ()),
            "java.lang.Short" => number.filter(|digits| self.integer(digits, Width::Short)).map(|_| ()),
            "java.lang.Integer" => number.filter(|digits| self.integer(digits, Width::Int)).map(|_| ()),
            "java.lang.Long" => number.filter(|digits| self.integer(digits, Width::Long)).map(|_| ()),
            "java.lang.Float" => json_float(number, text).map(|value| self.writer.f32(value)),
            "java.lang.Double" => json_double(number, text).map(|value| self.writer.f64(value)),
            "java.lang.Character" => text.filter(|text| self.char(text)).map(|_| ()),
            "java.lang.String" | "java.lang.CharSequence" if json.kind() == Kind::String => {
                self.string(&json);
                Some(())
            }
            "java.math.BigInteger" => {
                let bytes = number.and_then(big::integer_from_text);
                bytes.map(|bytes| self.writer.big_integer(&bytes))
            }
            "java.math.BigDecimal" => {
                let decimal = number.and_then(big::decimal_from_text);
                decimal.map(|(scale, bytes)| self.writer.big_decimal(scale, &bytes))
            }
            "java.util.Date" => text.and_then(parse_millis).map(|millis| self.writer.date(millis)),
            "java.time.Instant" => {
                text.and_then(parse).map(|(seconds, nanos)| self.writer.instant(seconds, nanos))
            }
            "java.util.UUID" => text.and_then(parse_uuid).map(|bytes| self.writer.uuid(&bytes)),
            "[B" => text.and_then(parse_base64).map(|bytes| self.writer.bin(&bytes)),
            "[Z" | "[C" | "[S" | "[I" | "[J" | "[F" | "[D" => {
                let element = class.as_bytes().get(1).copied().unwrap_or_default();
                self.primitives(json, element).then_some(())
            }
            _ => match builtin::by_class(class) {
                Some(row) if java_time::is_text(row.number) => {
                    text.filter(|text| java_time::write(row.number, text, &mut self.writer)).map(|_| ())
                }
                _ => None,
            },
        };
        Ok(written.is_some())
    }

    /// A collection, or an object of a class that the old value has elsewhere.
    fn container_of(&mut self, json: Node<'t>, class: &str, depth: usize) -> Fit {
        let class = match class {
            "java.util.List" | "java.util.Collection" | "java.lang.Iterable" | "java.util.AbstractList" => {
                "java.util.ArrayList"
            }
            "java.util.Map" | "java.util.AbstractMap" => "java.util.HashMap",
            "java.util.Set" | "java.util.AbstractSet" => "java.util.HashSet",
            "java.util.SortedMap" | "java.util.NavigableMap" => "java.util.TreeMap",
            "java.util.SortedSet" | "java.util.NavigableSet" => "java.util.TreeSet",
            "java.util.Queue" | "java.util.Deque" => "java.util.ArrayDeque",
            "java.util.concurrent.ConcurrentMap" => "java.util.concurrent.ConcurrentHashMap",
            other => other,
        };
        match (class, json.kind()) {
            ("java.util.ArrayList", Kind::Array) | ("java.util.HashMap", Kind::Object) => {
                self.plain(json, depth)?;
                return Ok(true);
            }
            _ => {}
        }
        if let Some(row) = builtin::by_class(class) {
            return self.new_builtin(json, row, depth);
        }
        let find = |kind| self.old.as_ref().and_then(|old| old.class(class, kind));
        if let Some(found) = find(ClassKind::Bean) {
            return self.bean(json, &found, None, depth);
        }
        if let Some(found) = find(ClassKind::Enum) {
            return self.constant(json, &found, None);
        }
        if let Some(found) = find(ClassKind::Array) {
            return self.object_array(json, &found, None, depth);
        }
        Ok(false)
    }

    fn new_builtin(&mut self, json: Node<'t>, row: &builtin::Builtin, depth: usize) -> Fit {
        let own = row.shape.own_parts();
        let (kind, parts) = match row.shape {
            Shape::Elements | Shape::SortedElements => (Kind::Array, count(json)),
            Shape::Entries | Shape::SortedEntries | Shape::DefaultedEntries => {
                (Kind::Object, count(json).saturating_mul(2))
            }
            _ => return Ok(false),
        };
        if json.kind() != kind {
            return Ok(false);
        }
        self.writer.builtin(row.number, parts.saturating_add(own));
        (0..own).for_each(|_| self.writer.nil());
        match row.shape {
            Shape::SortedElements => self.sorted_elements(json, &[], true, depth)?,
            Shape::SortedEntries => {
                let entries = self.sort(json.entries().collect(), &[], true)?;
                self.entries(entries, &[], depth)?;
            }
            Shape::Elements => {
                let element = element_descriptor(row.class);
                self.elements(json, &[], element.as_deref(), depth)?;
            }
            _ => self.entries(json.entries().collect(), &[], depth)?,
        }
        Ok(true)
    }
}
