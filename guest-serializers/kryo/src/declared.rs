//! Classes that converters declare: registered by a number, and laid out in another way than by their fields.
//!
//! Their objects are read and written as those of `FieldSerializer` are, by a plan; only its order is the declared one,
//! and a slot may be stored in one more way: as a [`Step`] says.

use holdfast_schema::{Data, Declarations, DeclaredClass, Part, Wire};

use crate::plan::{Mode, Modes, Plan, Slot};

/// How a slot of a declared class is stored, where no field of `FieldSerializer` is stored so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// As `Output` writes a value of this kind.
    One(Wire),
    /// In a number with others: the part, by its place among [`Declared::numbers`], and which of its digits.
    Digit { part: u16, digit: u8 },
}

/// What is declared for this format.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) classes: Vec<Registered>,
    /// The parts that hold several slots.
    pub(crate) numbers: Vec<Part>,
}

/// A class that is registered.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) name: String,
    pub(crate) is_final: bool,
    /// Its slots in the order in which they are stored; nothing where it is stored by its fields.
    slots: Option<Vec<(String, String, Mode)>>,
}

impl Declared {
    pub(crate) fn new(declarations: &Declarations, format: &str) -> Self {
        let mut declared = Self::default();
        for (class, data) in declarations.of_format(format) {
            let slots = match data {
                Data::Fields => None,
                Data::Parts(parts) => {
                    Some(parts.iter().flat_map(|part| declared.part(class, part)).collect())
                }
            };
            let (name, is_final) = (class.name.clone(), class.is_final);
            declared.classes.push(Registered { name, is_final, slots });
        }
        declared
    }

    fn part(&mut self, class: &DeclaredClass, part: &Part) -> Vec<(String, String, Mode)> {
        let slot = |digit: usize| part.digits.get(digit).and_then(|digit| class.slots.get(digit.slot));
        let number = u16::try_from(self.numbers.len()).unwrap_or(u16::MAX);
        let several = part.digits.len() > 1;
        if several {
            self.numbers.push(part.clone());
        }
        let digits = 0..u8::try_from(part.digits.len()).unwrap_or(u8::MAX);
        digits
            .filter_map(|digit| {
                let slot = slot(usize::from(digit))?;
                let mode = if several {
                    Mode::Declared(Step::Digit { part: number, digit })
                } else {
                    mode(part.wire)
                };
                Some((slot.descriptor.clone(), slot.name.clone(), mode))
            })
            .collect()
    }
}

impl Registered {
    /// Its plan, if it is not stored by its fields.
    pub(crate) fn plan(&self) -> Option<Plan> {
        let slot = |(descriptor, name, mode): &(String, String, Mode)| Slot {
            level: 0,
            descriptor: descriptor.clone(),
            name: name.clone(),
            mode: *mode,
        };
        let slots = self.slots.as_ref()?.iter().map(slot).collect();
        Some(Plan { slots, superclass: None, modes: Modes::default() })
    }
}

/// `FieldSerializer` stores many kinds in the same way.
const fn mode(wire: Wire) -> Mode {
    match wire {
        Wire::Boolean => Mode::Boolean,
        Wire::Byte => Mode::Byte,
        Wire::VarInt => Mode::Int,
        Wire::VarLong => Mode::Long,
        Wire::Float => Mode::Float,
        Wire::Double => Mode::Double,
        Wire::Object => Mode::Any,
        wire => Mode::Declared(Step::One(wire)),
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
