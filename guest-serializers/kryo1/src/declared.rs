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
    Some(Plan { slots, ..Plan::default() })
}

/// Fields are stored in many of the same ways; an `int` is short there if it is positive, a `long` near zero.
const fn mode(step: Step) -> Mode {
    match step {
        Step::One(Wire::Boolean) => Mode::Boolean,
        Step::One(Wire::Byte) => Mode::Byte,
        Step::One(Wire::PositiveVarInt) => Mode::Int,
        Step::One(Wire::VarLong) => Mode::Long,
        Step::One(Wire::Float) => Mode::Float,
        Step::One(Wire::Double) => Mode::Double,
        Step::One(Wire::Object) => Mode::Any,
        step => Mode::Declared(step),
    }
}

/// What is stored of a slot that the document does not have: zero, the empty text, nothing.
pub(crate) const fn default(step: Step) -> &'static [u8] {
    match step {
        // Of a number with others, this is one; all of them together are the number.
        Step::Digit { .. } => &[],
        Step::One(Wire::Int | Wire::Float) => &[0; 4],
        Step::One(Wire::Long | Wire::Double) => &[0; 8],
        Step::One(_) => &[0],
    }
}
