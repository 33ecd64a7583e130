//! Classes that converters declare: values whose data stands in attributes, under names of their own.

use std::rc::Rc;

use holdfast_document::Width;
use holdfast_schema::{Data, Declarations, DeclaredClass, Part, Wire};

use crate::plan::{Field, Place, Plan, Simple};

/// What is declared for this format: a plan for each class.
pub(crate) type Declared = Vec<(Box<str>, Rc<Plan>)>;

/// The plans of the classes that are declared for a format, or what of them the library cannot be taught.
pub(crate) fn plans(declarations: &Declarations, format: &str) -> Result<Declared, String> {
    let mut declared = Vec::new();
    for (class, data) in declarations.of_format(format) {
        // There are no numbers for classes here: to be declared by its fields says nothing.
        let Data::Parts(parts) = data else { continue };
        let fields: Vec<Field> = parts.iter().map(|part| field(class, part)).collect::<Result<_, _>>()?;
        let plan = Plan {
            attributes: fields.len(),
            has_our_name: fields.iter().any(|field| &*field.xml == crate::TRUE_VALUE),
            fields,
            is_ordered: true,
            is_record: false,
            superclass: None,
        };
        declared.push((class.name.as_str().into(), Rc::new(plan)));
    }
    Ok(declared)
}

fn field(class: &DeclaredClass, part: &Part) -> Result<Field, String> {
    let slot = part.digits.first().and_then(|digit| class.slots.get(digit.slot));
    let (Some(slot), 1) = (slot, part.digits.len()) else {
        return Err(format!("{} of {}: an attribute holds one slot", part.name, class.name));
    };
    let simple = match part.wire {
        Wire::Boolean => Simple::Bool,
        Wire::Float => Simple::Float,
        Wire::Double => Simple::Double,
        Wire::String => Simple::Text,
        wire if wire.is_integer() => Simple::Whole(match slot.descriptor.as_str() {
            "B" => Width::Byte,
            "S" => Width::Short,
            "I" => Width::Int,
            _ => Width::Long,
        }),
        wire => {
            return Err(format!(
                "{} of {} is declared as {wire}, which no attribute can be; boolean, long, float, double and string can",
                part.name, class.name
            ));
        }
    };
    Ok(Field::in_attribute(&slot.descriptor, &slot.name, &part.name, Place::Attribute(simple)))
}
