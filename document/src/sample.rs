//! A document that any serializer can hold.

use crate::event::{Number, Width};
use crate::writer::Writer;

/// A small document of plain data: strings, numbers, booleans, a list with a null in it, a map. A serializer
/// that does not give back the same content for it is broken, which a host finds out before it trusts one.
#[must_use]
pub fn sample() -> Vec<u8> {
    let mut document = Vec::with_capacity(256);
    let mut writer = Writer::document(&mut document, 8);
    writer.attribute("user");
    writer.str("alice");
    writer.attribute("greeting");
    writer.str("Grüße, 世界 \u{1f600}");
    writer.attribute("visits");
    writer.number(Number { value: 42, width: Width::Int });
    writer.attribute("since");
    writer.number(Number { value: 1_706_659_200_123, width: Width::Long });
    writer.attribute("ratio");
    writer.f64(0.1);
    writer.attribute("admin");
    writer.bool(true);
    writer.attribute("cart");
    writer.array(3);
    writer.str("SKU-1");
    writer.nil();
    writer.number(Number { value: -3, width: Width::Int });
    writer.attribute("prices");
    writer.map(2);
    writer.str("SKU-1");
    writer.f64(9.95);
    writer.str("SKU-2");
    writer.f64(-0.5);
    writer.end();
    document
}
