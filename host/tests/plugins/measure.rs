//! What measuring says.

use std::fs;
use std::time::Duration;

use holdfast::plugin::Direction;

use crate::wat;

#[test]
fn fuel_is_the_same_every_time_and_more_for_more_work() {
    let (_folder, plugin) = wat::load(&wat::plugin(&wat::here().join("verbs")), &wat::settings());
    let fuel = |input: &[u8]| plugin.fuel(Direction::Serialize, input).unwrap();
    assert_eq!(fuel(b"abc"), fuel(b"abc"));
    // One comparison decides the first, all of them the second.
    assert!(fuel(b"C...") < fuel(b"abc"));
    assert!(plugin.fuel(Direction::Serialize, b"F").is_err());
}

#[test]
fn a_file_that_changed_since_it_was_loaded_is_not_measured() {
    let (_folder, plugin) = wat::load(&wat::plugin_of(&[]), &wat::settings());
    fs::write(plugin.file(), b"something else").unwrap();
    let error = plugin.fuel(Direction::Deserialize, b"abc").unwrap_err();
    assert!(error.to_string().ends_with("its file changed since it was loaded; start again"), "{error}");
}

#[test]
fn the_boundary_costs_more_for_more_bytes() {
    let (_folder, plugin) = wat::load(&wat::plugin_of(&[]), &wat::settings());
    let cost = |bytes| plugin.boundary_cost(bytes, bytes).unwrap();
    assert!(cost(0) > Duration::ZERO);
    assert!(cost(1 << 20) > cost(0));
    assert!(plugin.boundary_cost(0, 2 << 20).is_err());
}
