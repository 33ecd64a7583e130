//! Documents have fields in the order of whoever wrote them, and what is stored is the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by a panic"
)]

#[path = "../../../tests/support/orders.rs"]
mod orders;

use holdfast_kryo::Kryo;
use holdfast_sdk::{Serializer, Settings};

#[test]
fn the_order_of_fields_makes_no_difference_wherever_references_lead() {
    let schema = orders::schema();
    let mut serializer = Kryo::default();
    serializer.configure(&Settings { schema: &schema, ..Settings::default() }).unwrap();
    for linked in [false, true] {
        let mut stored = orders::ORDERS.map(|order| {
            let mut bytes = Vec::new();
            serializer.serialize(&orders::document(order, 50, linked), &mut bytes).unwrap();
            bytes
        });
        let first = std::mem::take(&mut stored[0]);
        let mut document = Vec::new();
        serializer.deserialize(&first, &mut document).unwrap();
        assert_eq!(stored[1], first, "{linked}");
        assert_eq!(stored[2], first, "{linked}");
    }
}
