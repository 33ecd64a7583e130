//! What converters declare: classes, the order in which they are registered, and how their data is laid out.
//!
//! `wit/CONVERTERS.md` has the form, for authors; [`Declarations::parse`] reads it.

use std::fmt;

use thiserror::Error;

use crate::class::Field;

mod parse;

/// What the configured converters declare, in the order of their configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The classes in the order in which they are declared, which is that of their registration.
    pub classes: Vec<DeclaredClass>,
}

/// A class that a converter declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredClass {
    /// As Java's `Class.getName` gives it.
    pub name: String,
    /// Whether it is declared final: where a field or an array has this type, formats leave out the class of the value.
    pub is_final: bool,
    /// What a value has in a document: the slots of its definition, in this order.
    pub slots: Vec<Field>,
    /// How each format that it is declared for lays out its data.
    pub layouts: Vec<Layout>,
}

/// How a format lays out the data of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The id of the format, such as `kryo/4`.
    pub format: String,
    /// What the data consists of.
    pub data: Data,
}

/// What the data of a declared class consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Whatever the format writes of a class that is not declared. The class is only registered.
    Fields,
    /// These parts, one behind the other.
    Parts(Vec<Part>),
}

/// A part of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What the format calls it, where it has names.
    pub name: String,
    /// How it is written.
    pub wire: Wire,
    /// The slot that it holds; several where one number holds all of them, the first being the most significant.
    pub digits: Vec<Digit>,
}

/// A slot in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digit {
    /// Which slot of the class, from 0.
    pub slot: usize,
    /// What the number has been multiplied by before this slot was added: the slot is less. 0 for the first.
    pub radix: u64,
}

/// How a part is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wire {
    /// A truth value.
    Boolean,
    /// One byte, signed.
    Byte,
    /// Four bytes.
    Int,
    /// Eight bytes.
    Long,
    /// A float.
    Float,
    /// A double.
    Double,
    /// 1 to 5 bytes, short for numbers near zero.
    VarInt,
    /// 1 to 5 bytes, short for small positive numbers.
    PositiveVarInt,
    /// 1 to 9 or 10 bytes, short for numbers near zero.
    VarLong,
    /// 1 to 9 or 10 bytes, short for small positive numbers.
    PositiveVarLong,
    /// A string or null.
    String,
    /// A string, the empty one standing for null.
    Text,
    /// Any value, or null, with its class.
    Object,
    /// How many values, then each as [`Wire::Object`]; an `ArrayList` in the document.
    Objects,
    /// How many entries, then key and value of each as [`Wire::Object`]; a `HashMap` in the document.
    Entries,
}

/// The words for them in declarations.
const WIRES: [(&str, Wire); 15] = [
    ("boolean", Wire::Boolean),
    ("byte", Wire::Byte),
    ("int", Wire::Int),
    ("long", Wire::Long),
    ("float", Wire::Float),
    ("double", Wire::Double),
    ("varint", Wire::VarInt),
    ("varint+", Wire::PositiveVarInt),
    ("varlong", Wire::VarLong),
    ("varlong+", Wire::PositiveVarLong),
    ("string", Wire::String),
    ("text", Wire::Text),
    ("object", Wire::Object),
    ("objects", Wire::Objects),
    ("entries", Wire::Entries),
];

impl Wire {
    /// Whether it writes whole numbers, and so may hold several slots.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        matches!(
            self,
            Self::Byte
                | Self::Int
                | Self::Long
                | Self::VarInt
                | Self::PositiveVarInt
                | Self::VarLong
                | Self::PositiveVarLong
        )
    }

    /// Whether a slot of this type can be written so: primitive numbers as numbers, all else as objects.
    fn fits(self, descriptor: &str) -> bool {
        match self {
            Self::Boolean => descriptor == "Z",
            Self::Float => descriptor == "F",
            Self::Double => descriptor == "D",
            Self::String | Self::Text => descriptor == "Ljava/lang/String;",
            Self::Object | Self::Objects | Self::Entries => descriptor.starts_with(['L', '[']),
            _ => matches!(descriptor, "B" | "S" | "I" | "J"),
        }
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WIRES.iter().find(|(_, wire)| wire == self).map_or("", |(word, _)| word);
        f.write_str(word)
    }
}

/// What is wrong with declarations.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {text}")]
pub struct DeclarationError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there, and what would be right.
    pub text: String,
}

impl Declarations {
    /// Reads declarations. Those of several converters may stand one behind the other.
    ///
    /// # Errors
    ///
    /// The first line that makes no sense; a class that is declared twice.
    pub fn parse(text: &str) -> Result<Self, DeclarationError> {
        parse::parse(text)
    }

    /// The same for bytes that should be UTF-8, as a serializer gets them.
    ///
    /// # Errors
    ///
    /// As [`Declarations::parse`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DeclarationError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
                Err(DeclarationError { line, text: "is not UTF-8".to_owned() })
            }
        }
    }

    /// Whether nothing is declared.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The classes that are declared for a format, in the order of their registration, with the layout of their data.
    pub fn of_format<'a>(
        &'a self,
        format: &'a str,
    ) -> impl Iterator<Item = (&'a DeclaredClass, &'a Data)> + 'a {
        self.classes.iter().filter_map(move |class| {
            let layout = class.layouts.iter().find(|layout| layout.format == format)?;
            Some((class, &layout.data))
        })
    }
}

/// Joins a part's digits to one number, and takes it apart again as Java's `/` and `%` do.
impl Part {
    /// The number that these values of the digits make.
    ///
    /// # Errors
    ///
    /// The digit that does not fit, from 0: the first is negative, or another as large as its radix. The whole could
    /// not be taken apart again.
    pub fn join(&self, values: &[i64]) -> Result<i64, usize> {
        let mut number = 0_i64;
        for (index, (digit, value)) in self.digits.iter().zip(values).enumerate() {
            let fits = match digit.radix {
                0 => self.digits.len() == 1 || *value >= 0,
                radix => u64::try_from(*value).is_ok_and(|value| value < radix),
            };
            let joined = match i64::try_from(digit.radix) {
                Ok(0) => Some(*value),
                Ok(radix) => number.checked_mul(radix).and_then(|number| number.checked_add(*value)),
                Err(_) => None,
            };
            number = joined.filter(|_| fits).ok_or(index)?;
        }
        Ok(number)
    }

    /// The values of the digits that a number is made of, in their order.
    pub fn split(&self, number: i64) -> impl Iterator<Item = i64> + '_ {
        (0..self.digits.len()).map(move |index| {
            let behind = self.digits.iter().skip(index + 1);
            // Radixes are checked when they are read: their product is a long.
            let divisor =
                behind.fold(1_i64, |product, digit| product.wrapping_mul(digit.radix.cast_signed()));
            let quotient = number.checked_div(divisor).unwrap_or(0);
            match self.digits.get(index).map_or(0, |digit| digit.radix.cast_signed()) {
                0 => quotient,
                radix => quotient.wrapping_rem(radix),
            }
        })
    }
}
