//! Reads what sessions are full of, in the form in which the library writes it to the byte, in a loop without calls
//! (`holdfast_document::put` says why).
//!
//! Nothing here is a rule of its own: at what is not exactly as expected, or where a buffer has to grow, nothing happens
//! and the loop ends. The rest of the reader takes any element.

use holdfast_document::{Kind as ClassKind, Width, Writer, has_room, put_item};

use super::piece::{
    boolean, closed, date, decimal, eight, ended, fitting, fraction, id, signed, unsigned, up_to_eight,
};
use super::{Frame, Kind, Reading, Total};
use crate::big;
use crate::classes::ClassId;
use crate::codec::Codec;
use crate::decimal::quick_double;
use crate::plan::{Place, Plan, Simple};
use crate::text::{name_len, plain_value};

/// Where a value stands.
struct Slot<'x> {
    /// The name of the element.
    name: &'x [u8],
    /// What follows where the name of its class begins.
    class: &'x [u8],
    /// Whether the class is in an attribute, and not the name of the element.
    is_quoted: bool,
}

/// A value that is a single attribute.
#[derive(Clone, Copy)]
enum Scalar {
    Text,
    Integer,
    Long,
    Double,
    Boolean,
}

impl<'x> Reading<'x, '_, '_> {
    /// Reads on as long as it is quick. Where it ends, no element is half read.
    #[inline(never)]
    pub(super) fn run_quickly(&mut self) {
        while self.doc.len() <= self.limits.bytes && self.element_quickly().is_some() {}
    }

    /// Reads the tag that comes next, and the value that it begins or ends.
    #[inline(always)]
    fn element_quickly(&mut self) -> Option<()> {
        let rest = self.xml.rest();
        if let [b'<', b'/', close @ ..] = rest {
            return self.end_quickly(close);
        }
        let parent = self.frames.len().checked_sub(1)?;
        let slot = self.slot(rest)?;
        let at = self.xml.at();
        let after = self.value_quickly(at, &slot)?;
        self.xml.go_to(after.len());
        let frame = self.frames.get_mut(parent)?;
        match &mut frame.kind {
            Kind::Entries { keyed } => {
                frame.seen += u32::from(!*keyed);
                *keyed = !*keyed;
            }
            Kind::Bean { next, .. } => *next += 1,
            Kind::Attributes { named } => *named = false,
            _ => frame.seen += 1,
        }
        Some(())
    }

    /// The element that begins here in the innermost open one.
    #[inline(always)]
    fn slot(&mut self, rest: &'x [u8]) -> Option<Slot<'x>> {
        let frame = self.frames.last_mut()?;
        match &mut frame.kind {
            Kind::Entries { keyed } => entry(rest, if *keyed { b"<v class" } else { b"<k class" }),
            Kind::Attributes { named: true } => entry(rest, b"<v class"),
            Kind::Elements | Kind::Array => {
                let [b'<', class @ ..] = rest else { return None };
                Some(Slot { name: class.get(..name_len(class)?)?, class, is_quoted: false })
            }
            Kind::Bean { class, next } => {
                let fields = self.classes.plan(*class)?.fields.get(*next as usize..)?;
                let found = fields
                    .iter()
                    .enumerate()
                    .find_map(|(skipped, field)| Some((skipped, field.lead.len(), field.lead.strip(rest)?)));
                let (skipped, lead, class) = found?;
                for _ in 0..skipped {
                    // The field is null.
                    self.doc.put_nil().then_some(())?;
                    *next += 1;
                }
                Some(Slot { name: rest.get(1..lead - b" class=\"".len())?, class, is_quoted: true })
            }
            _ => None,
        }
    }

    /// The innermost open element ends.
    #[inline(always)]
    fn end_quickly(&mut self, close: &'x [u8]) -> Option<()> {
        let frame = self.frames.last_mut()?;
        let after = ended(close, frame.name)?;
        match (&mut frame.kind, &frame.total) {
            (Kind::Elements | Kind::Entries { keyed: false }, Total::Told(told)) if *told == frame.seen => {}
            (Kind::Bean { class, next }, _) => {
                let fields = self.classes.plan(*class)?.fields.len();
                while (*next as usize) < fields {
                    self.doc.put_nil().then_some(())?;
                    *next += 1;
                }
            }
            _ => return None,
        }
        self.frames.pop();
        self.xml.go_to(after.len());
        Some(())
    }

    /// Reads the value that begins in a slot: what follows it, or its tag if it holds others.
    #[inline(always)]
    fn value_quickly(&mut self, at: usize, slot: &Slot<'x>) -> Option<&'x [u8]> {
        if let Some((scalar, behind)) = scalar(slot.class) {
            let value = eight(unquoted(slot, behind)?, b" value=\"")?;
            return put_scalar(&mut self.doc, scalar, value);
        }
        let class = if slot.is_quoted { slot.class.get(..plain_value(slot.class)?)? } else { slot.name };
        let behind = unquoted(slot, slot.class.get(class.len()..)?)?;
        let (class, codec) = self.classes.met(class)?;
        let (number, rest) = unsigned(id(behind)?)?;
        if number != self.shelf.targets.len() as u64 || self.is_again || !has_room(&self.shelf.targets, 1) {
            return None;
        }
        let place = self.doc.place();
        let (is_value, after) = match codec {
            Codec::Date => (false, put_date(&mut self.doc, rest)?),
            Codec::BigDecimal => (true, put_decimal(&mut self.doc, rest)?),
            Codec::List | Codec::Map => (false, self.container_quickly(at, slot, codec, rest)?),
            Codec::Unknown => (false, self.bean_quickly(at, slot, class, rest)?),
            _ => return None,
        };
        self.shelf.put(at, place, is_value);
        Some(after)
    }

    /// Begins a collection or map that is not empty.
    #[inline(always)]
    fn container_quickly(
        &mut self,
        at: usize,
        slot: &Slot<'x>,
        codec: Codec,
        rest: &'x [u8],
    ) -> Option<&'x [u8]> {
        let (size, rest) = unsigned(eight(rest, b"\" size=\"")?)?;
        let [b'"', b'>', after @ ..] = rest else { return None };
        if size > after.len() as u64 || self.is_wary || !self.may_open() {
            return None;
        }
        let size = size as u32;
        let (written, kind) = match codec {
            Codec::List => (self.doc.put_array(size), Kind::Elements),
            _ => (self.doc.put_map(size), Kind::Entries { keyed: false }),
        };
        written.then_some(())?;
        self.put_frame(at, slot, kind, Total::Told(size));
        Some(after)
    }

    /// Begins an object of a class of the schema's that was defined in this attribute.
    #[inline(always)]
    fn bean_quickly(
        &mut self,
        at: usize,
        slot: &Slot<'x>,
        class: ClassId,
        rest: &'x [u8],
    ) -> Option<&'x [u8]> {
        let [b'"', rest @ ..] = rest else { return None };
        let known = self.classes.definition(class, ClassKind::Bean, false)?;
        let plan = self.classes.plan(class)?;
        let (place, definitions) = (self.doc.place(), self.doc.definitions());
        if !self.may_open() || !self.doc.put_known(known, plan.fields.len() as u32) {
            return None;
        }
        let Some([b'>', after @ ..]) = put_attributes(&mut self.doc, plan, rest) else {
            self.doc.truncate(place, definitions);
            return None;
        };
        let kind = Kind::Bean { class, next: plan.attributes as u32 };
        self.put_frame(at, slot, kind, Total::Fixed);
        Some(after)
    }

    /// Whether an element may be opened.
    #[inline(always)]
    fn may_open(&self) -> bool {
        self.frames.len() <= self.limits.depth && has_room(&self.frames, 1)
    }

    /// Opens an element, for which there is room.
    #[inline(always)]
    fn put_frame(&mut self, at: usize, slot: &Slot<'x>, kind: Kind, total: Total) {
        put_item(&mut self.frames, Frame { name: slot.name, at, kind, seen: 0, total });
    }
}

/// The key or value of a map that begins with this and `="`.
#[inline(always)]
fn entry<'x>(rest: &'x [u8], begin: &[u8; 8]) -> Option<Slot<'x>> {
    let [b'=', b'"', class @ ..] = eight(rest, begin)? else { return None };
    Some(Slot { name: rest.get(1..2)?, class, is_quoted: true })
}

/// What follows the name of a class in a slot, and its quote.
#[inline(always)]
fn unquoted<'x>(slot: &Slot<'x>, behind: &'x [u8]) -> Option<&'x [u8]> {
    match behind {
        [b'"', behind @ ..] if slot.is_quoted => Some(behind),
        _ if slot.is_quoted => None,
        _ => Some(behind),
    }
}

/// The class of a value that is a single attribute, and what follows its name, which may go on.
#[inline(always)]
fn scalar(class: &[u8]) -> Option<(Scalar, &[u8])> {
    let [b'g', b'.', name @ ..] = eight(class, b"java.lan")? else { return None };
    if let Some(rest) = up_to_eight(name, b"String\0\0", 6) {
        Some((Scalar::Text, rest))
    } else if let Some(rest) = up_to_eight(name, b"Integer\0", 7) {
        Some((Scalar::Integer, rest))
    } else if let Some(rest) = up_to_eight(name, b"Long\0\0\0\0", 4) {
        Some((Scalar::Long, rest))
    } else if let Some(rest) = up_to_eight(name, b"Double\0\0", 6) {
        Some((Scalar::Double, rest))
    } else {
        Some((Scalar::Boolean, up_to_eight(name, b"Boolean\0", 7)?))
    }
}

/// Reads a value of this text, and the end of its tag.
#[inline(always)]
fn put_scalar<'x>(doc: &mut Writer<'_>, scalar: Scalar, value: &'x [u8]) -> Option<&'x [u8]> {
    let (written, after) = match scalar {
        Scalar::Text => {
            let len = plain_value(value)?;
            let after = closed(value.get(len..)?)?;
            (doc.put_str_first(value, len), after)
        }
        Scalar::Integer | Scalar::Long => {
            let (number, rest) = signed(value)?;
            let width = if matches!(scalar, Scalar::Integer) { Width::Int } else { Width::Long };
            let after = closed(rest)?;
            (doc.put_number(fitting(number, width)?), after)
        }
        Scalar::Double => {
            let (number, rest) = double(value)?;
            let after = closed(rest)?;
            (doc.put_f64(number), after)
        }
        Scalar::Boolean => {
            let (truth, rest) = boolean(value)?;
            let after = closed(rest)?;
            (doc.put_bool(truth), after)
        }
    };
    written.then_some(after)
}

/// A double, and what follows it.
#[inline(always)]
pub(super) fn double(value: &[u8]) -> Option<(f64, &[u8])> {
    let is_negative = value.first() == Some(&b'-');
    let (digits, places, rest) = fraction(value.get(usize::from(is_negative)..)?)?;
    let positive = quick_double(digits, places)?;
    // The library forgets the sign of zero.
    Some((if is_negative && digits != 0 { -positive } else { positive }, rest))
}

/// Reads a date behind its number.
#[inline(always)]
pub(super) fn put_date<'x>(doc: &mut Writer<'_>, rest: &'x [u8]) -> Option<&'x [u8]> {
    let (millis, after) = date(rest)?;
    doc.put_date(millis).then_some(after)
}

/// Reads a big decimal behind its number.
#[inline(always)]
pub(super) fn put_decimal<'x>(doc: &mut Writer<'_>, rest: &'x [u8]) -> Option<&'x [u8]> {
    let (unscaled, scale, after) = decimal(rest)?;
    let spare = big::spare(unscaled);
    let [a, b, c, d, e, f, g, h] = (unscaled << (8 * spare)).to_be_bytes();
    let bytes = [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0];
    doc.put_big_decimal_first(scale, &bytes, 8 - spare).then_some(after)
}

/// Reads the fields that stand in attributes: what follows them.
#[inline(always)]
fn put_attributes<'x>(doc: &mut Writer<'_>, plan: &Plan, mut rest: &'x [u8]) -> Option<&'x [u8]> {
    for field in plan.fields.get(..plan.attributes)? {
        let Place::Attribute(simple) = field.place else { return None };
        let Some(value) = field.lead.strip(rest) else {
            (!simple.is_primitive() && doc.put_nil()).then_some(())?;
            continue;
        };
        let (written, behind) = match simple {
            Simple::Text => {
                let len = plain_value(value)?;
                (doc.put_str_first(value, len), value.get(len..)?)
            }
            Simple::Whole(width) => {
                let (number, behind) = signed(value)?;
                (doc.put_int(fitting(number, width)?.value), behind)
            }
            Simple::BoxedWhole(width) => {
                let (number, behind) = signed(value)?;
                (doc.put_number(fitting(number, width)?), behind)
            }
            Simple::Bool | Simple::BoxedBool => {
                let (truth, behind) = boolean(value)?;
                (doc.put_bool(truth), behind)
            }
            Simple::Double => {
                let (number, behind) = double(value)?;
                (doc.put_f64(number), behind)
            }
            _ => return None,
        };
        let [b'"', behind @ ..] = behind else { return None };
        written.then_some(())?;
        rest = behind;
    }
    Some(rest)
}
