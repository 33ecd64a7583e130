//! Values that are text, or text in a few elements.

use holdfast_document::{Number, Width, Writer};

use super::Reader;
use super::define::Sort;
use crate::classes::Type;
use crate::fault::Fault;
use crate::form::{FILE, Leaf, TRACE};
use crate::nodes::NodeId;
use crate::text::{base64, big, date, decode_int, float, iso, locale, parse_int, ser, trace, url};
use crate::xml::parse::{Tag, attribute, unescape};

const fn typed(value: i64, width: Width) -> Number {
    Number { value, width }
}

fn number(text: &str, bits: u32) -> Option<i64> {
    match parse_int(text) {
        Some(value) if bits == 64 || (-(1i64 << (bits - 1))..1i64 << (bits - 1)).contains(&value) => {
            // Octal, to XStream.
            if text.len() > 1 && text.trim_start_matches('-').starts_with('0') && text != "0" {
                decode_int(text, bits)
            } else {
                Some(value)
            }
        }
        _ => decode_int(text, bits),
    }
}

impl<'a> Reader<'a, '_> {
    /// Reads a value that is text.
    #[inline]
    pub(super) fn leaf(&mut self, tag: &Tag<'a>, node: NodeId, leaf: Leaf) -> Result<(), Fault> {
        let mut scratch = std::mem::take(&mut self.scratch.text);
        let outcome = match self.xml.text(tag, &mut scratch) {
            Ok(text) => self.write_leaf(tag, node, leaf, text),
            Err(fault) => Err(fault),
        };
        self.scratch.text = scratch;
        outcome
    }

    #[inline]
    fn write_leaf(&mut self, tag: &Tag<'a>, node: NodeId, leaf: Leaf, text: &str) -> Result<(), Fault> {
        let written = match leaf {
            Leaf::Str => {
                self.out.str(text);
                Some(())
            }
            Leaf::Int => number(text, 32).map(|value| self.out.number(typed(value, Width::Int))),
            Leaf::Long => number(text, 64).map(|value| self.out.number(typed(value, Width::Long))),
            Leaf::Short => number(text, 16).map(|value| self.out.number(typed(value, Width::Short))),
            Leaf::Byte => number(text, 8).map(|value| self.out.number(typed(value, Width::Byte))),
            Leaf::Bool => {
                self.out.bool(is_true(text));
                Some(())
            }
            Leaf::Double => float::parse_double(text).map(|value| self.out.f64(value)),
            Leaf::Float => float::parse_float(text).map(|value| self.out.f32(value)),
            Leaf::Char => char_of(tag, text).map(|unit| self.out.char(unit)),
            Leaf::Date => date::parse_after(text, &mut self.scratch.last_day).map(|millis| {
                self.shareable(node);
                self.out.date(millis);
            }),
            Leaf::BigInteger | Leaf::BigDecimal if text.len() > big::MAX_DIGITS => {
                return Err(Fault::Limit(format!("a number of more than {} digits", big::MAX_DIGITS)));
            }
            Leaf::BigDecimal => {
                self.scratch.bytes.clear();
                big::parse_decimal(text, &mut self.scratch.bytes)
                    .map(|scale| self.out.big_decimal(scale, &self.scratch.bytes))
            }
            Leaf::BigInteger => {
                self.scratch.bytes.clear();
                big::parse_integer(text, &mut self.scratch.bytes)
                    .map(|()| self.out.big_integer(&self.scratch.bytes))
            }
            _ => return self.seldom_leaf(tag, node, leaf, text),
        };
        written.ok_or_else(|| nonsense(tag, text))
    }

    fn seldom_leaf(&mut self, tag: &Tag<'a>, node: NodeId, leaf: Leaf, text: &str) -> Result<(), Fault> {
        self.shareable(node);
        let written = match leaf {
            Leaf::Builder(number) => {
                self.out.builtin(number, 1);
                self.out.str(text);
                Some(())
            }
            Leaf::Uri | Leaf::Currency => {
                self.out.builtin(if leaf == Leaf::Uri { 89 } else { 87 }, 1);
                self.out.str(text);
                Some(())
            }
            Leaf::Class => {
                if text.is_empty() {
                    None
                } else {
                    let class = self.classes.by_name(text);
                    self.out.class();
                    self.literal(class);
                    Some(())
                }
            }
            Leaf::Uuid => uuid(text).map(|bytes| self.out.uuid(&bytes)),
            Leaf::Bytes => {
                self.scratch.bytes.clear();
                base64::decode(&mut self.scratch.bytes, text).then(|| self.out.bin(&self.scratch.bytes))
            }
            Leaf::Chars => {
                self.scratch.bytes.clear();
                self.scratch.bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
                self.out.primitives(b'C', &self.scratch.bytes);
                Some(())
            }
            Leaf::SqlDate => date::parse_sql_date(text).map(|millis| self.millis(90, millis)),
            Leaf::SqlTime => date::parse_sql_time(text).map(|millis| self.millis(91, millis)),
            Leaf::SqlTimestamp => date::parse_sql_timestamp(text).map(|(millis, nanos)| {
                self.out.builtin(92, 2);
                self.out.int(millis + i64::from(nanos / 1_000_000));
                self.out.int(i64::from(nanos));
            }),
            Leaf::Locale => {
                let locale = locale::parse(text);
                self.out.builtin(86, 5);
                let locale::Locale { language, country, variant, script, extensions } = locale;
                for part in [language, country, variant, script, extensions] {
                    self.out.str(part);
                }
                Some(())
            }
            Leaf::Url => url::parse(text).map(|url| {
                self.out.builtin(88, 6);
                self.out.str(url.protocol);
                match url.authority {
                    Some(authority) => self.out.str(authority),
                    None => self.out.nil(),
                }
                self.out.str(url.host);
                self.out.int(i64::from(url.port));
                self.out.str(url.file);
                match url.reference {
                    Some(reference) => self.out.str(reference),
                    None => self.out.nil(),
                }
            }),
            Leaf::BitSet => self.bits(text),
            Leaf::Trace => self.trace(text),
            Leaf::File => {
                let id = self.classes.by_name("java.io.File");
                self.out.defined(FILE.len() as u32);
                self.head(id, Sort::Bean);
                self.out.str(text);
                Some(())
            }
            Leaf::ZoneId => {
                match iso::parse_offset(text) {
                    Some(offset) => {
                        self.out.builtin(111, 1);
                        self.out.int(offset);
                    }
                    None => {
                        self.out.builtin(112, 1);
                        self.out.str(text);
                    }
                }
                Some(())
            }
            _ => None,
        };
        written.ok_or_else(|| nonsense(tag, text))
    }

    fn millis(&mut self, number: u16, millis: i64) {
        self.out.builtin(number, 1);
        self.out.int(millis);
    }

    /// `0,3,64`.
    fn bits(&mut self, text: &str) -> Option<()> {
        let bytes = &mut self.scratch.bytes;
        bytes.clear();
        for bit in text.split(',').filter(|bit| !bit.is_empty()) {
            let bit = usize::try_from(parse_int(bit)?).ok()?;
            // One bit far away asks for many bytes.
            if bit / 8 > self.max_bytes.saturating_sub(self.out.len()) {
                return None;
            }
            if bytes.len() <= bit / 8 {
                bytes.resize(bit / 8 + 1, 0);
            }
            *bytes.get_mut(bit / 8)? |= 1 << (bit % 8);
        }
        self.out.builtin(95, 1);
        self.out.bin(bytes);
        Some(())
    }

    fn trace(&mut self, text: &str) -> Option<()> {
        let (class, method, file, line) = trace::parse(text)?;
        let id = self.classes.by_name("java.lang.StackTraceElement");
        self.out.defined(TRACE.len() as u32);
        self.head(id, Sort::Bean);
        for _ in 0..3 {
            self.out.nil();
        }
        for value in [class, method, file] {
            self.out.str(value);
        }
        self.out.int(line);
        self.out.int(0);
        Some(())
    }

    /// Reads the value of a primitive field.
    pub(super) fn primitive(&mut self, tag: &Tag<'a>, element: u8) -> Result<(), Fault> {
        let mut scratch = std::mem::take(&mut self.scratch.text);
        let outcome = match self.xml.text(tag, &mut scratch) {
            Ok(text) => {
                let written = match element {
                    b'I' => number(text, 32).map(|value| self.out.int(value)),
                    b'J' => number(text, 64).map(|value| self.out.int(value)),
                    b'S' => number(text, 16).map(|value| self.out.int(value)),
                    b'B' => number(text, 8).map(|value| self.out.int(value)),
                    b'Z' => {
                        self.out.bool(is_true(text));
                        Some(())
                    }
                    b'D' => float::parse_double(text).map(|value| self.out.f64(value)),
                    b'F' => float::parse_float(text).map(|value| self.out.f32(value)),
                    _ => char_of(tag, text).map(|unit| self.out.char(unit)),
                };
                written.ok_or_else(|| nonsense(tag, text))
            }
            Err(fault) => Err(fault),
        };
        self.scratch.text = scratch;
        outcome
    }

    /// Reads an array of numbers or booleans.
    pub(super) fn primitives(&mut self, tag: &Tag<'a>, _node: NodeId, element: u8) -> Result<(), Fault> {
        let mut bytes = std::mem::take(&mut self.scratch.bytes);
        bytes.clear();
        let mut scratch = std::mem::take(&mut self.scratch.text);
        if !tag.empty {
            while let Some(child) = self.inner(tag)? {
                let text = self.xml.text(&child, &mut scratch)?;
                let pushed = match element {
                    b'Z' => {
                        bytes.push(u8::from(is_true(text)));
                        Some(())
                    }
                    b'S' => number(text, 16).map(|value| bytes.extend((value as i16).to_be_bytes())),
                    b'I' => number(text, 32).map(|value| bytes.extend((value as i32).to_be_bytes())),
                    b'J' => number(text, 64).map(|value| bytes.extend(value.to_be_bytes())),
                    b'F' => float::parse_float(text).map(|value| bytes.extend(value.to_be_bytes())),
                    _ => float::parse_double(text).map(|value| bytes.extend(value.to_be_bytes())),
                };
                pushed.ok_or_else(|| nonsense(&child, text))?;
            }
        }
        self.out.primitives(element, &bytes);
        self.scratch.bytes = bytes;
        self.scratch.text = scratch;
        Ok(())
    }

    /// Reads `Properties`, whose defaults stand behind the entries and come first in a document.
    pub(super) fn properties(&mut self, tag: &Tag<'a>) -> Result<(), Fault> {
        // Where the entries of each level begin, and its tag.
        let mut levels = vec![(*tag, self.xml.at())];
        let mut counts = vec![self.out.array_of_unknown_count()];
        self.out.head_builtin(45);
        'levels: while let Some((level, _)) = levels.last().copied() {
            if level.empty {
                break;
            }
            while let Some(child) = self.inner(&level)? {
                if child.name == "defaults" {
                    if self.depth + levels.len() >= self.max_depth {
                        return Err(self.too_deep());
                    }
                    levels.push((child, self.xml.at()));
                    counts.push(self.out.array_of_unknown_count());
                    self.out.head_builtin(45);
                    continue 'levels;
                }
                self.leave(&child)?;
            }
            break;
        }
        self.out.nil();
        let mut scratch = std::mem::take(&mut self.scratch.text);
        while let (Some((level, at)), Some(count)) = (levels.pop(), counts.pop()) {
            let end = self.xml.at();
            self.xml.seek(at);
            let mut parts = 2;
            let mut inherits = false;
            if !level.empty {
                while let Some(child) = self.inner(&level)? {
                    if child.name == "defaults" {
                        if std::mem::replace(&mut inherits, true) {
                            return Err(Fault::at(child.at, "properties have one <defaults> at most"));
                        }
                        // It was read; its level ends where that ended.
                        self.xml.seek(end);
                        continue;
                    }
                    for name in ["name", "value"] {
                        let value = attribute(&child, name)
                            .ok_or_else(|| Fault::at(child.at, format!("a property has a {name}")))?;
                        unescape(value, &mut scratch, child.at)?;
                        self.out.str(&scratch);
                    }
                    parts += 2;
                    self.leave(&child)?;
                }
            }
            self.out.patch(count, parts);
        }
        self.scratch.text = scratch;
        Ok(())
    }

    /// Reads a calendar: its time and zone are all that XStream writes.
    pub(super) fn calendar(&mut self, tag: &Tag<'a>, _node: NodeId) -> Result<(), Fault> {
        let (mut millis, mut zone) = (None, None);
        let mut scratch = std::mem::take(&mut self.scratch.text);
        if !tag.empty {
            while let Some(child) = self.inner(tag)? {
                let text = self.xml.text(&child, &mut scratch)?;
                match child.name {
                    "time" => millis = Some(parse_int(text).ok_or_else(|| nonsense(&child, text))?),
                    "timezone" => zone = Some(text.to_owned()),
                    _ => {
                        return Err(Fault::at(
                            child.at,
                            format!("<{}> has no place in a calendar", child.name),
                        ));
                    }
                }
            }
        }
        self.scratch.text = scratch;
        let Some(millis) = millis else { return Err(Fault::at(tag.at, "a calendar has a <time>")) };
        self.out.builtin(93, 6);
        self.out.int(millis);
        self.out.str(zone.as_deref().unwrap_or("UTC"));
        self.out.bool(true);
        self.out.int(1);
        self.out.int(1);
        self.out.int(-12_219_292_800_000);
        Ok(())
    }

    /// Reads an atomic number, as a field of 1.4.7 or the text of 1.4.20.
    pub(super) fn atomic(&mut self, tag: &Tag<'a>, _node: NodeId, builtin: u16) -> Result<(), Fault> {
        let text = if tag.empty {
            "0"
        } else if let Some(text) = self.xml.raw_leaf(tag)? {
            text.trim()
        } else {
            let Some(child) = self.inner(tag)? else { return Err(nonsense(tag, "")) };
            if child.name != "value" {
                return Err(Fault::at(
                    child.at,
                    format!("<{}> stands where <value> was expected", child.name),
                ));
            }
            let Some(text) = self.xml.raw_leaf(&child)? else { return Err(nonsense(&child, "")) };
            self.leave(tag)?;
            text
        };
        self.out.builtin(builtin, 1);
        let written = match (builtin, text) {
            (84, "0" | "1" | "false" | "true") => {
                self.out.bool(matches!(text, "1" | "true"));
                Some(())
            }
            (82, _) => number(text, 32).map(|value| self.out.int(value)),
            (83, _) => number(text, 64).map(|value| self.out.int(value)),
            _ => None,
        };
        written.ok_or_else(|| nonsense(tag, text))
    }

    /// Reads a class of `java.time`: the items of `java.time.Ser`, or the text of 1.4.20.
    pub(super) fn time(&mut self, tag: &Tag<'a>, _node: NodeId, expected: Option<u16>) -> Result<(), Fault> {
        let text = if tag.empty { Some("") } else { self.xml.raw_leaf(tag)? };
        if let Some(text) = text {
            let parts = expected.and_then(|number| Some((number, iso::parse(number, text)?)));
            let Some((number, parts)) = parts else { return Err(nonsense(tag, text)) };
            let zone = parts.zone.unwrap_or_default().to_owned();
            return self.time_parts(tag, number, &parts.numbers, &zone);
        }
        let mut items = Vec::with_capacity(12);
        let mut zone = String::new();
        while let Some(child) = self.inner(tag)? {
            let text = self.xml.text(&child, &mut self.scratch.text)?;
            if child.name == "string" {
                text.clone_into(&mut zone);
                continue;
            }
            items.push(parse_int(text).ok_or_else(|| nonsense(&child, text))?);
            if items.len() > 12 {
                return Err(Fault::at(child.at, "no value of java.time has so many parts"));
            }
        }
        let Some((number, parts, region)) = ser::decode(&items) else {
            return Err(Fault::at(tag.at, "these items are no value of java.time"));
        };
        if region && zone.is_empty() || expected.is_some_and(|expected| expected != number) {
            return Err(Fault::at(tag.at, format!("<{}> holds a value of another class", tag.name)));
        }
        self.time_parts(tag, number, &parts, &zone)
    }

    fn time_parts(&mut self, tag: &Tag<'a>, number: u16, parts: &[i64], zone: &str) -> Result<(), Fault> {
        if number == 187 {
            let [seconds, nanos] = *parts else { return Err(nonsense(tag, "")) };
            let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
            let Some(nanos) = nanos else {
                return Err(Fault::at(tag.at, "more nanoseconds than a second has"));
            };
            self.out.instant(seconds, nanos);
            return Ok(());
        }
        let with_zone = matches!(number, 104 | 112);
        self.out.builtin(number, parts.len() as u32 + u32::from(with_zone));
        for part in parts {
            self.out.int(*part);
        }
        if with_zone {
            if zone.is_empty() {
                let offset = parts.last().copied().unwrap_or_default();
                self.out.str(&offset_id(offset));
            } else {
                self.out.str(zone);
            }
        }
        Ok(())
    }

    /// Reads text that says how many there are.
    pub(super) fn read_count(&mut self, tag: &Tag<'a>) -> Result<u32, Fault> {
        let text = self.read_text(tag)?;
        match parse_int(text).and_then(|count| u32::try_from(count).ok()) {
            Some(count) => Ok(count),
            None => Err(Fault::mismatch(tag.at, format!("<{}> is no count", tag.name))),
        }
    }

    pub(super) fn absent(&mut self, kind: Type) {
        absent(&mut self.out, kind);
    }
}

/// What stands for a field that XStream left out: null, or the zero of its type.
#[inline]
pub(super) fn absent(out: &mut Writer<'_>, kind: Type) {
    match kind {
        Type::Primitive(b'Z') => out.bool(false),
        Type::Primitive(b'C') => out.char(0),
        Type::Primitive(b'F') => out.f32(0.0),
        Type::Primitive(b'D') => out.f64(0.0),
        Type::Primitive(_) => out.int(0),
        _ => out.nil(),
    }
}

/// `ZoneOffset.getId`.
pub(crate) fn offset_id(offset: i64) -> String {
    if offset == 0 {
        return "Z".to_owned();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let rest = offset.unsigned_abs();
    let mut id = format!("{sign}{:02}:{:02}", rest / 3_600, rest / 60 % 60);
    if !rest.is_multiple_of(60) {
        id.push_str(&format!(":{:02}", rest % 60));
    }
    id
}

#[cold]
fn nonsense(tag: &Tag<'_>, text: &str) -> Fault {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push_str("...");
    }
    Fault::mismatch(tag.at, format!("<{}> holds '{shown}', which makes no sense there", tag.name))
}

/// XStream's BooleanConverter takes all but its word for true for false.
fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

fn char_of(tag: &Tag<'_>, text: &str) -> Option<u16> {
    if attribute(tag, "null") == Some("true") {
        return Some(0);
    }
    // Java takes the first of what stands there; a character over 0xffff has two, and no char is one.
    let mut units = text.encode_utf16();
    let unit = units.next().unwrap_or(0);
    units.next().is_none().then_some(unit)
}

fn uuid(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut digits = text.bytes().filter(|byte| *byte != b'-');
    for byte in &mut bytes {
        let high = (digits.next()? as char).to_digit(16)?;
        let low = (digits.next()? as char).to_digit(16)?;
        *byte = (high << 4 | low) as u8;
    }
    let dashes = text.match_indices('-').map(|(at, _)| at);
    (digits.next().is_none() && dashes.eq([8, 13, 18, 23])).then_some(bytes)
}
