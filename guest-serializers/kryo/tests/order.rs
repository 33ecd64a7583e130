//! Documents have fields in the order of whoever wrote them, and what is stored is the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

#[path = "../../../tests/support/orders.rs"]
mod orders;

#[test]
fn the_order_of_fields_makes_no_difference_wherever_references_lead() {
    for linked in [false, true] {
        let [sorted, of_java, backwards] = orders::stored::<holdfast_kryo::Kryo>(linked);
        assert_eq!((&of_java, &backwards), (&sorted, &sorted), "{linked}");
    }
}
