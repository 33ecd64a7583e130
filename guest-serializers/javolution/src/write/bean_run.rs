//! The fields of objects that stand in attributes, without calls: see [`super::run`].

use holdfast_document::{Room, Window, any_bits, first_text};

use super::quick::{is_nil, whole};
use super::run::ROOM;
use super::script::Script;
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
    let window: &Window = rest.first_chunk()?;
    if is_nil(window) {
        return (!simple.is_primitive()).then_some(1);
    }
    let mut room = Room::behind(out)?;
    let len = attribute(field, simple, window, &mut room)?;
    room.keep();
    Some(len)
}

#[inline(always)]
fn attribute(field: &Field, simple: Simple, window: &Window, room: &mut Room<'_, ROOM>) -> Option<usize> {
    field.lead.put_in(room)?;
    let len = match (simple, window) {
        (Simple::Text, _) => put_text(window, room)?,
        (Simple::Bool, [0xc2, ..]) => room.put(*b"false").map(|()| 1)?,
        (Simple::Bool, [0xc3, ..]) => room.put(*b"true").map(|()| 1)?,
        (Simple::Whole(_) | Simple::BoxedWhole(_), _) => {
            let (value, len) = whole(window)?;
            room.integer(value).map(|()| len as usize)?
        }
        _ => return None,
    };
    room.put([b'"']).map(|()| len)
}

/// Writes the string that begins here, if it stands for itself: how many bytes it takes.
#[inline(always)]
pub(super) fn put_text(window: &Window, room: &mut Room<'_, ROOM>) -> Option<usize> {
    let (begin, len, text) = first_text(window)?;
    (any_bits(text.get(..len)?, escaped_bits) == 0).then_some(())?;
    room.put_text(text, len).map(|()| begin + len)
}
