//! Values of few bytes, as most of a document is.

use holdfast_document::Width;

use crate::classes::Simple;
use crate::xml::tags::Tags;

const STRING: Tags = Tags::of("string");
const INT: Tags = Tags::of("int");
const LONG: Tags = Tags::of("long");
const BOOLEAN: Tags = Tags::of("boolean");
const DOUBLE: Tags = Tags::of("double");
const DATE: Tags = Tags::of("date");
const BIG_DECIMAL: Tags = Tags::of("big-decimal");

/// A value of few bytes.
pub(super) enum Small {
    Nil,
    Bool(bool),
    Int(i64, Width),
    Double(f64),
    /// A string: where its bytes begin.
    Text(usize),
    Date(i64),
    /// Scale and unscaled value: where that begins.
    Decimal(i32, usize),
}

/// The value at an offset of a document, if it is such a one, and where it ends.
#[inline(always)]
pub(super) fn small(document: &[u8], at: usize) -> Option<(Small, usize)> {
    let (marker, rest) = document.get(at..)?.split_first()?;
    let found = match marker {
        0xa0..=0xbf => (Small::Text(at + 1), at + 1 + usize::from(marker & 0x1f)),
        0xd9 => (Small::Text(at + 2), at + 2 + usize::from(*rest.first()?)),
        0x00..=0x7f => (Small::Int(i64::from(*marker), Width::Untyped), at + 1),
        0xe0..=0xff => (Small::Int(i64::from(marker.cast_signed()), Width::Untyped), at + 1),
        0xc0 => (Small::Nil, at + 1),
        0xc2 => (Small::Bool(false), at + 1),
        0xc3 => (Small::Bool(true), at + 1),
        0xcb => (Small::Double(f64::from_be_bytes(*rest.first_chunk()?)), at + 9),
        0xcc => (Small::Int(i64::from(*rest.first()?), Width::Untyped), at + 2),
        0xcd => (Small::Int(i64::from(u16::from_be_bytes(*rest.first_chunk()?)), Width::Untyped), at + 3),
        0xce => (Small::Int(i64::from(u32::from_be_bytes(*rest.first_chunk()?)), Width::Untyped), at + 5),
        0xcf => {
            let value = i64::try_from(u64::from_be_bytes(*rest.first_chunk()?)).ok()?;
            (Small::Int(value, Width::Untyped), at + 9)
        }
        // A signed marker is a type where a shorter one would do, which is so for all that is not negative.
        0xd2 => match i32::from_be_bytes(*rest.first_chunk()?) {
            value @ 0.. => (Small::Int(i64::from(value), Width::Int), at + 5),
            _ => return None,
        },
        0xd3 => match i64::from_be_bytes(*rest.first_chunk()?) {
            value @ 0.. => (Small::Int(value, Width::Long), at + 9),
            _ => return None,
        },
        0xd7 => match rest.split_first()? {
            (9, millis) => (Small::Date(i64::from_be_bytes(*millis.first_chunk()?)), at + 10),
            (11, payload) => (Small::Decimal(i32::from_be_bytes(*payload.first_chunk()?), at + 6), at + 10),
            _ => return None,
        },
        0xc7 => match rest.first_chunk::<6>()? {
            [len @ 5..=12, 11, a, b, c, d] => {
                (Small::Decimal(i32::from_be_bytes([*a, *b, *c, *d]), at + 7), at + 3 + usize::from(*len))
            }
            _ => return None,
        },
        _ => return None,
    };
    // What is cut off is an error, which the long way tells.
    (found.1 <= document.len()).then_some(found)
}

impl Small {
    /// The tags of an element that is named after its class. Null has none.
    #[inline(always)]
    pub(super) fn tags(&self) -> Option<&'static Tags> {
        Some(match self {
            Self::Nil => return None,
            Self::Bool(_) => &BOOLEAN,
            Self::Int(_, Width::Int) => &INT,
            Self::Int(_, Width::Long) => &LONG,
            Self::Int(value, _) if i32::try_from(*value).is_ok() => &INT,
            Self::Int(..) => &LONG,
            Self::Double(_) => &DOUBLE,
            Self::Text(_) => &STRING,
            Self::Date(_) => &DATE,
            Self::Decimal(..) => &BIG_DECIMAL,
        })
    }

    /// Whether a field holds such values, so that its element says no class.
    #[inline(always)]
    pub(super) fn suits(&self, simple: Simple) -> bool {
        match (simple, self) {
            (Simple::Text, Self::Text(_))
            | (Simple::Int(_), Self::Int(..))
            | (Simple::Bool, Self::Bool(_))
            | (Simple::Double, Self::Double(_))
            | (Simple::Date, Self::Date(_))
            | (Simple::Decimal, Self::Decimal(..)) => true,
            (Simple::Boxed(expected), Self::Int(_, width)) => expected == *width,
            _ => false,
        }
    }
}
