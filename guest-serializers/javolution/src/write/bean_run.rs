//! The fields of objects that stand in attributes, without calls: see [`super::run`].

use holdfast_document::{any_bits, put, put_text};

use super::quick::{is_nil, whole};
use super::script::Script;
use crate::number::put_integer;
use crate::plan::{Field, Place, Simple};
use crate::text::escaped_bits;

/// Writes the fields that stand in attributes, which come first in the document, too: how many bytes they take there.
#[inline(always)]
pub(super) fn put_attributes(out: &mut Vec<u8>, script: &Script, parts: &[u8]) -> Option<usize> {
    let mut rest = parts;
    for step in script.steps.get(..script.attributes as usize)? {
        let len = put_attribute(out, &step.field, rest)?;
        rest = rest.get(len..)?;
    }
    Some(parts.len() - rest.len())
}

/// Writes a field that stands in an attribute, whose value begins here: how many bytes that takes.
#[inline(always)]
pub(super) fn put_attribute(out: &mut Vec<u8>, field: &Field, rest: &[u8]) -> Option<usize> {
    let Place::Attribute(simple) = field.place else { return None };
    if is_nil(rest) {
        return (!simple.is_primitive()).then_some(1);
    }
    field.lead.put_in(out).then_some(())?;
    let len = match simple {
        Simple::Text => put_text_value(out, rest)?,
        Simple::Bool => match rest.first()? {
            0xc2 => put(out, *b"false").then_some(1)?,
            0xc3 => put(out, *b"true").then_some(1)?,
            _ => return None,
        },
        Simple::Whole(_) | Simple::BoxedWhole(_) => {
            let (value, len) = whole(rest)?;
            put_integer(out, value).then_some(len as usize)?
        }
        _ => return None,
    };
    put(out, [b'"']).then_some(len)
}

/// Writes the string that begins here, if it stands for itself: how many bytes it takes.
#[inline(always)]
fn put_text_value(out: &mut Vec<u8>, rest: &[u8]) -> Option<usize> {
    let (source, len, head) = match rest {
        [marker @ 0xa0..=0xbf, source @ ..] => (source, usize::from(marker & 0x1f), 1),
        [0xd9, len, source @ ..] => (source, usize::from(*len), 2),
        _ => return None,
    };
    let is_plain = any_bits(source.get(..len)?, escaped_bits) == 0;
    (is_plain && put_text(out, [], source, len)).then_some(head + len)
}
