//! Plain JSON: what people and clients without Java want to see.

mod java_time;
mod read;
mod sink;
mod write;

use crate::error::Error;
use crate::json::text::Text;
pub(in crate::json) use read::parse_uuid;
pub use read::{Change, Others, merge_plain, plain_changes, value_from_plain};
pub(in crate::json) use write::{hex, uuid};

/// The attributes of a document as a JSON object. A later occurrence of an object leads to the place in the
/// session where it stands, such as `{"$ref": "/attributes/cart/owner"}`.
///
/// # Errors
/// When the bytes are no document, or one that is nested deeper than [`crate::MAX_DEPTH`].
pub fn to_plain(document: &[u8]) -> Result<String, Error> {
    let mut text = Text::with_capacity(document.len() * 2);
    write::document(document, &mut text)?;
    Ok(text.out)
}

/// The value of the attribute of this name as JSON; what leads to an object in it says so as [`to_plain`] does.
///
/// # Errors
/// When the bytes are no value, or one that is nested deeper than [`crate::MAX_DEPTH`].
pub fn value_to_plain(name: &str, value: &[u8]) -> Result<String, Error> {
    let mut text = Text::with_capacity(value.len() * 2);
    write::value(name, value, &mut text)?;
    Ok(text.out)
}
