//! What is written does not depend on the room that there is: a quick loop ends where a buffer has to grow.

#[path = "../../../tests/support/any_room.rs"]
mod any_room;

use holdfast_kryo::Kryo as Tested;

/// Whether there is no plain data that the format refuses.
const HOLDS_ALL: bool = true;
