//! What sessions are full of, in the form in which the library writes it to the byte: read without attributes being
//! gathered first. Whatever looks otherwise is left to the rest of the reader, which says what is wrong with it, if
//! anything is.

use holdfast_document::{Kind as ClassKind, Writer};

use super::piece::{boolean, closed, date, decimal, eight, fitting, id, opened, signed, unsigned};
use super::{Frame, Kind, Reading, Total};
use crate::big;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::decimal::parse_double;
use crate::fault::Outcome;
use crate::plan::{Place, Plan, Simple};
use crate::stamp::Stamp;
use crate::text::{name_len, plain_value};
use crate::xml::{Attribute, Open};

/// The class of an element that is called as its class, and what follows.
#[inline]
fn class_name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    bytes.split_at_checked(name_len(bytes)?)
}

static STRING_KEY: Stamp = Stamp::of(&["<k class=\"java.lang.String\" value=\""]);
static STRING_VALUE: Stamp = Stamp::of(&["<v class=\"java.lang.String\" value=\""]);
static STRING: Stamp = Stamp::of(&["<java.lang.String value=\""]);

impl<'x> Reading<'x, '_, '_> {
    /// Reads the next tag, if that is one of the common ones. If not, nothing happens.
    #[inline(never)]
    pub(super) fn step(&mut self) -> Outcome<bool> {
        let (at, rest) = (self.xml.at(), self.xml.rest());
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let [b'<', tag @ ..] = rest else { return Ok(false) };
        if let [b'/', close @ ..] = tag {
            let name = frame.name;
            if close.get(name.len()) != Some(&b'>')
                || !close.get(..name.len()).is_some_and(|c| holdfast_document::is_equal(c, name))
            {
                return Ok(false);
            }
            self.xml.seek(at + name.len() + 3);
            self.end(at)?;
            return Ok(true);
        }
        match &mut frame.kind {
            Kind::Elements | Kind::Array => {
                if let Some(value) = STRING.strip(rest)
                    && let Some(after) = string(&mut self.doc, value)
                {
                    frame.seen += 1;
                    self.go_to(after);
                    return Ok(true);
                }
                let Some((name, behind)) = class_name(tag) else { return Ok(false) };
                if let (b"Null", [b'/', b'>', after @ ..]) = (name, behind) {
                    frame.seen += 1;
                    self.doc.nil();
                    self.go_to(after);
                    return Ok(true);
                }
                frame.seen += 1;
                let done = self.quick_value(at, name, name, behind)?;
                if !done && let Some(frame) = self.frames.last_mut() {
                    frame.seen -= 1;
                }
                Ok(done)
            }
            Kind::Entries { keyed } => {
                let stamp = if *keyed { &STRING_VALUE } else { &STRING_KEY };
                if let Some(value) = stamp.strip(rest)
                    && let Some(after) = string(&mut self.doc, value)
                {
                    frame.seen += u32::from(!*keyed);
                    *keyed = !*keyed;
                    self.go_to(after);
                    return Ok(true);
                }
                let (is_key, class) = match *tag {
                    [b'k', ..] => (true, tag.get(1..).and_then(|rest| eight(rest, b" class=\""))),
                    [b'v', ..] => (false, tag.get(1..).and_then(|rest| eight(rest, b" class=\""))),
                    _ => return Ok(false),
                };
                let Some(class) = class.filter(|_| is_key != *keyed) else { return Ok(false) };
                *keyed = is_key;
                frame.seen += u32::from(is_key);
                let done = self.slotted(at, tag.get(..1).unwrap_or_default(), class)?;
                if !done && let Some(frame) = self.frames.last_mut() {
                    frame.kind = Kind::Entries { keyed: !is_key };
                    frame.seen -= u32::from(is_key);
                }
                Ok(done)
            }
            Kind::Attributes { named: named @ true } => {
                let [b'v', behind @ ..] = tag else { return Ok(false) };
                let Some(class) = eight(behind, b" class=\"") else { return Ok(false) };
                *named = false;
                let done = self.slotted(at, tag.get(..1).unwrap_or_default(), class)?;
                if !done && let Some(frame) = self.frames.last_mut() {
                    frame.kind = Kind::Attributes { named: true };
                }
                Ok(done)
            }
            Kind::Bean { class, next } => {
                let (class, next) = (*class, *next);
                self.quick_field(at, rest, class, next)
            }
            _ => Ok(false),
        }
    }

    #[inline]
    fn go_to(&mut self, rest: &[u8]) {
        self.xml.go_to(rest.len());
    }

    /// A field of an object of a plan.
    #[inline]
    fn quick_field(&mut self, at: usize, rest: &'x [u8], class: ClassId, next: u32) -> Outcome<bool> {
        let Some(plan) = self.classes.plan(class) else { return Ok(false) };
        let fields = plan.fields.iter().skip(next as usize).enumerate();
        let Some((skipped, lead, behind)) = fields
            .filter_map(|(skipped, field)| Some((skipped as u32, field.lead.len(), field.lead.strip(rest)?)))
            .next()
        else {
            return Ok(false);
        };
        // `<name class="`
        let name = rest.get(1..lead - b" class=\"".len()).unwrap_or_default();
        let (place, definitions) = (self.doc.place(), self.doc.definitions());
        for _ in 0..skipped {
            self.doc.nil();
        }
        self.set_next(next + skipped + 1);
        if self.slotted(at, name, behind)? {
            return Ok(true);
        }
        self.doc.truncate(place, definitions);
        self.set_next(next);
        Ok(false)
    }

    #[inline]
    fn set_next(&mut self, to: u32) {
        if let Some(Frame { kind: Kind::Bean { next, .. }, .. }) = self.frames.last_mut() {
            *next = to;
        }
    }

    /// A value whose class stands in an attribute that begins here.
    #[inline]
    fn slotted(&mut self, at: usize, name: &'x [u8], class: &'x [u8]) -> Outcome<bool> {
        let Some(len) = plain_value(class) else { return Ok(false) };
        let Some((class, behind)) = class.split_at_checked(len) else { return Ok(false) };
        self.quick_value(at, name, class, behind.get(1..).unwrap_or_default())
    }

    /// A value of a class whose name was read, and behind whose name there is this.
    fn quick_value(&mut self, at: usize, name: &'x [u8], class: &'x [u8], behind: &'x [u8]) -> Outcome<bool> {
        let (id, codec) = self.classes.find(class);
        let done = match codec {
            Codec::Str | Codec::Number(_) | Codec::Bool | Codec::F64 => self.quick_scalar(codec, behind),
            Codec::Date | Codec::BigDecimal => self.quick_numbered(at, codec, behind),
            Codec::List | Codec::Map | Codec::Elements(_) | Codec::Entries(_) => {
                return self.quick_container(at, name, codec, behind);
            }
            Codec::Unknown => return self.quick_bean(at, name, id, behind),
            _ => None,
        };
        Ok(done.is_some())
    }

    #[inline]
    fn quick_scalar(&mut self, codec: Codec, behind: &'x [u8]) -> Option<()> {
        let value = eight(behind, b" value=\"")?;
        let rest = match codec {
            Codec::Str => {
                let (text, rest) = value.split_at_checked(plain_value(value)?)?;
                let rest = closed(rest)?;
                self.doc.str_bytes(text);
                rest
            }
            Codec::Number(width) => {
                let (value, rest) = signed(value)?;
                let rest = closed(rest)?;
                self.doc.number(fitting(value, width)?);
                rest
            }
            Codec::Bool => {
                let (value, rest) = boolean(value)?;
                let rest = closed(rest)?;
                self.doc.bool(value);
                rest
            }
            _ => {
                let (text, rest) = value.split_at_checked(plain_value(value)?)?;
                let rest = closed(rest)?;
                self.doc.f64(parse_double(text)?);
                rest
            }
        };
        self.go_to(rest);
        Some(())
    }

    /// The number of an object, which must be the next one, and what follows it.
    #[inline]
    fn next_id(&self, behind: &'x [u8]) -> Option<&'x [u8]> {
        let (number, rest) = unsigned(id(behind)?)?;
        (number == self.shelf.targets.len() as u64 && !self.is_again).then_some(rest)
    }

    #[inline]
    fn quick_numbered(&mut self, at: usize, codec: Codec, behind: &'x [u8]) -> Option<()> {
        let rest = self.next_id(behind)?;
        let rest = if codec == Codec::Date {
            let (millis, rest) = date(rest)?;
            self.take_number(at, false);
            self.doc.date(millis);
            rest
        } else {
            let (unscaled, scale, rest) = decimal(rest)?;
            self.take_number(at, true);
            let bytes = unscaled.to_be_bytes();
            self.doc.big_decimal(scale, bytes.get(big::spare(unscaled)..)?);
            rest
        };
        self.go_to(rest);
        Some(())
    }

    #[inline]
    fn take_number(&mut self, at: usize, is_value: bool) {
        let place = self.doc.place();
        self.shelf.take(at, place, is_value);
    }

    fn quick_container(
        &mut self,
        at: usize,
        name: &'x [u8],
        codec: Codec,
        behind: &'x [u8],
    ) -> Outcome<bool> {
        let size = || {
            let rest = self.next_id(behind)?;
            let (size, rest) = unsigned(eight(rest, b"\" size=\"")?)?;
            let [b'"', rest @ ..] = rest else { return None };
            let (rest, is_empty) = opened(rest)?;
            let size = u32::try_from(size).ok().filter(|size| *size as usize <= rest.len())?;
            Some((size, rest, is_empty))
        };
        let Some((size, rest, is_empty)) = size().filter(|_| !self.is_wary) else { return Ok(false) };
        self.take_number(at, false);
        let kind = match codec {
            Codec::List => {
                self.doc.array(size);
                Kind::Elements
            }
            Codec::Map => {
                self.doc.map(size);
                Kind::Entries { keyed: false }
            }
            Codec::Elements(number) => {
                self.doc.builtin(number, size);
                Kind::Elements
            }
            Codec::Entries(number) => {
                self.doc.builtin(number, 2 * size);
                Kind::Entries { keyed: false }
            }
            _ => return Ok(false),
        };
        self.go_to(rest);
        self.push(Open { name, at, is_empty }, kind, Total::Told(size))?;
        Ok(true)
    }

    fn quick_bean(&mut self, at: usize, name: &'x [u8], class: ClassId, behind: &'x [u8]) -> Outcome<bool> {
        let Some(known) = self.classes.definition(class, ClassKind::Bean, false) else { return Ok(false) };
        let Some(plan) = self.classes.plan(class).cloned() else { return Ok(false) };
        let Some([b'"', rest @ ..]) = self.next_id(behind) else { return Ok(false) };
        let (place, definitions) = (self.doc.place(), self.doc.definitions());
        self.doc.known(known, plan.fields.len() as u32);
        let open = Open { name, at, is_empty: false };
        let Some((rest, is_empty)) = self.quick_attributes(open, &plan, rest)?.and_then(opened) else {
            // Only what an enum's first constant defined may not be taken back so.
            if self.doc.definitions() == definitions {
                self.doc.truncate(place, definitions);
                return Ok(false);
            }
            return Err(self.irregular(class));
        };
        self.shelf.take(at, place, false);
        self.go_to(rest);
        let open = Open { is_empty, ..open };
        self.push(open, Kind::Bean { class, next: plan.attributes as u32 }, Total::Fixed)?;
        Ok(true)
    }

    /// The fields that stand in attributes; what follows them.
    #[inline]
    fn quick_attributes(
        &mut self,
        open: Open<'x>,
        plan: &Plan,
        mut rest: &'x [u8],
    ) -> Outcome<Option<&'x [u8]>> {
        for field in plan.fields.iter().take(plan.attributes) {
            let Place::Attribute(simple) = field.place else { continue };
            let Some(value) = field.lead.strip(rest) else {
                self.absent(simple);
                continue;
            };
            let behind = match simple {
                Simple::Bool => boolean(value).map(|(value, behind)| {
                    self.doc.bool(value);
                    behind
                }),
                Simple::Whole(width) | Simple::BoxedWhole(width) => {
                    signed(value).and_then(|(value, behind)| {
                        let number = fitting(value, width)?;
                        match simple {
                            Simple::Whole(_) => self.doc.int(value),
                            _ => self.doc.number(number),
                        }
                        Some(behind)
                    })
                }
                _ => {
                    let Some((text, behind)) = plain_value(value).and_then(|len| value.split_at_checked(len))
                    else {
                        return Ok(None);
                    };
                    if simple == Simple::Text {
                        self.doc.str_bytes(text);
                    } else {
                        let at = self.xml.offset(value);
                        let value = Attribute { name: &[], raw: text, at, is_plain: true };
                        self.simple(open, field, simple, value, None)?;
                    }
                    Some(behind)
                }
            };
            let Some([b'"', behind @ ..]) = behind else { return Ok(None) };
            rest = behind;
        }
        Ok(Some(rest))
    }
}

/// Writes the string that begins here and ends its tag; what follows that.
#[inline]
fn string<'x>(doc: &mut Writer<'_>, value: &'x [u8]) -> Option<&'x [u8]> {
    let (text, rest) = value.split_at_checked(plain_value(value)?)?;
    let after = closed(rest)?;
    doc.str_bytes(text);
    Some(after)
}
