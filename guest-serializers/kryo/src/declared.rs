//! How the slots of classes are stored that converters declare.

pub(crate) use holdfast_kryo_common::declared::{Declared, Registered, Step};
use holdfast_schema::Wire;

use crate::plan::{Mode, Plan, Slot};

/// The plan of a class, if it is not stored by its fields.
pub(crate) fn plan(class: &Registered) -> Option<Plan> {
    let slot = |slot: &holdfast_kryo_common::declared::Slot| Slot {
        level: 0,
        descriptor: slot.descriptor.clone(),
        name: slot.name.clone(),
        mode: mode(slot.step),
    };
    let slots = class.slots.as_ref()?.iter().map(slot).collect();
    Some(Plan { slots, is_declared: true, ..Plan::default() })
}

/// `FieldSerializer` stores many kinds in the same way.
const fn mode(step: Step) -> Mode {
    match step {
        Step::One(Wire::Boolean) => Mode::Boolean,
        Step::One(Wire::Byte) => Mode::Byte,
        Step::One(Wire::VarInt) => Mode::Int,
        Step::One(Wire::VarLong) => Mode::Long,
        Step::One(Wire::Float) => Mode::Float,
        Step::One(Wire::Double) => Mode::Double,
        Step::One(Wire::Object) => Mode::Any,
        step => Mode::Declared(step),
    }
}

/// What is stored of a slot that the document does not have: zero, null, nothing.
pub(crate) const fn default(step: Step) -> &'static [u8] {
    match step {
        // Of a number with others, this is one; all of them together are the number.
        Step::Digit { .. } => &[],
        Step::One(wire) => match wire {
            Wire::String => &[0x80],
            Wire::Text => &[0x81],
            Wire::Int | Wire::Float => &[0; 4],
            Wire::Long | Wire::Double => &[0; 8],
            _ => &[0],
        },
    }
}
