//! Classes that converters declare: registered by a number, and laid out in another way than by their fields.
//!
//! Their objects are read and written as those with fields are, by a plan; only its order is the declared one, and a slot
//! may be stored in more ways: as a [`Step`] says.

use holdfast_schema::{Data, Declarations, DeclaredClass, Part, Wire};

/// How a slot of a declared class is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// As `Output` writes a value of this kind.
    One(Wire),
    /// In a number with others.
    Digit {
        /// The part that is the number, by its place among [`Declared::numbers`].
        part: u16,
        /// Which of its digits.
        digit: u8,
    },
}

/// What is declared for this format.
#[derive(Debug, Default)]
pub struct Declared {
    /// In the order of their registration.
    pub classes: Vec<Registered>,
    /// The parts that hold several slots.
    pub numbers: Vec<Part>,
}

/// A class that is registered.
#[derive(Debug)]
pub struct Registered {
    /// As `Class.getName` has it.
    pub name: String,
    /// Whether its name is left away where a field says it.
    pub is_final: bool,
    /// Its slots in the order in which they are stored; nothing where it is stored by its fields.
    pub slots: Option<Vec<Slot>>,
}

/// A slot.
#[derive(Debug)]
pub struct Slot {
    /// Its type descriptor.
    pub descriptor: String,
    /// Its name.
    pub name: String,
    /// How it is stored.
    pub step: Step,
}

impl Declared {
    /// Takes out what is declared for a format.
    #[must_use]
    pub fn new(declarations: &Declarations, format: &str) -> Self {
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

    fn part(&mut self, class: &DeclaredClass, part: &Part) -> Vec<Slot> {
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
                let step = if several { Step::Digit { part: number, digit } } else { Step::One(part.wire) };
                Some(Slot { descriptor: slot.descriptor.clone(), name: slot.name.clone(), step })
            })
            .collect()
    }
}
