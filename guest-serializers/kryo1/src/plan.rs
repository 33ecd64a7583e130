//! How `ReferenceFieldSerializer` writes the objects of a class: which fields, in which order, each how.

use holdfast_schema::Field;

use crate::classes::{ClassId, Classes, Modes};
use crate::codec::Codec;
use crate::declared::Step;

/// The slots of a class, in the order in which they are stored.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    pub(crate) superclass: Option<ClassId>,
    /// The class extends a collection, map or date of the JDK, and is stored as that.
    pub(crate) whole: Option<Whole>,
    /// Where the modes of the slots stand once more, for whoever needs nothing else.
    pub(crate) modes: Modes,
}

/// What a class is stored as.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole {
    pub(crate) class: ClassId,
    /// How many classes up that is.
    pub(crate) level: u32,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Slot {
    /// How many classes up it is declared.
    pub(crate) level: u32,
    pub(crate) descriptor: String,
    pub(crate) name: String,
    pub(crate) mode: Mode,
}

/// How a field is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Boolean,
    Byte,
    Char,
    Short,
    Int,
    Long,
    Float,
    Double,
    /// With its class.
    Any,
    /// Without its class, which is final: 0 for null, 1 and the value.
    Known(ClassId),
    /// As a converter declares it.
    Declared(Step),
}

/// More superclasses than any class has; a schema may hold a circle.
pub(crate) const MOST_SUPERCLASSES: u32 = 64;

/// Makes the plan of a class, or says why there is none.
pub(crate) fn compile(classes: &mut Classes, name: &str) -> Result<Plan, String> {
    if let Some((superclass, whole)) = classes.extended(name) {
        let superclass = Some(classes.resolve(&superclass));
        return Ok(Plan { superclass, whole: Some(whole), ..Plan::default() });
    }
    let mut slots = Vec::new();
    let mut superclass = None;
    let mut next = Some(name.to_owned());
    let mut level = 0;
    while let Some(class) = next {
        // Object has no fields, and documents do not name it as a superclass.
        if class == holdfast_kryo_common::jdk::OBJECT && level > 0 {
            break;
        }
        if level == 1 {
            superclass = Some(classes.resolve(&class));
        }
        let (above, fields) =
            classes.fields_of(&class).ok_or_else(|| superclass_text(classes, name, &class))?;
        for Field { name: field, descriptor } in fields {
            let mode = mode_of(classes, name, &field, &descriptor)?;
            slots.push(Slot { level, descriptor, name: field, mode });
        }
        next = above;
        level += 1;
        if level > MOST_SUPERCLASSES {
            return Err(format!("{name} has more than {MOST_SUPERCLASSES} superclasses, or is its own"));
        }
    }
    Ok(Plan { slots: sorted(slots), superclass, ..Plan::default() })
}

fn superclass_text(classes: &mut Classes, name: &str, above: &str) -> String {
    let id = classes.resolve(above);
    match classes.codec(id) {
        Codec::Unknown => format!("its superclass {above} is not in the schema"),
        Codec::Refused(number) => format!("of its superclass {above}: {}", classes.reason(number)),
        _ => format!(
            "{name} extends {above}, which the library stores as what it is, without the fields of {name}"
        ),
    }
}

fn mode_of(classes: &mut Classes, class: &str, field: &str, descriptor: &str) -> Result<Mode, String> {
    Ok(match descriptor {
        "Z" => Mode::Boolean,
        "B" => Mode::Byte,
        "C" => Mode::Char,
        "S" => Mode::Short,
        "I" => Mode::Int,
        "J" => Mode::Long,
        "F" => Mode::Float,
        "D" => Mode::Double,
        _ => {
            let declared = type_name(descriptor).ok_or_else(|| {
                format!("{descriptor} of {class}.{field} in the schema is no type descriptor")
            })?;
            let is_final = classes.is_final(&declared).ok_or_else(|| {
                format!("the schema does not say whether {declared} is final, the type of {class}.{field}")
            })?;
            if is_final { Mode::Known(classes.resolve(&declared)) } else { Mode::Any }
        }
    })
}

/// `Class.getName` of a descriptor: an array's is its descriptor with dots.
fn type_name(descriptor: &str) -> Option<String> {
    let name = match descriptor.as_bytes() {
        [b'[', ..] => descriptor,
        _ => descriptor.strip_prefix('L')?.strip_suffix(';')?,
    };
    Some(name.replace('/', "."))
}

/// The library puts the fields into a `java.util.PriorityQueue` that compares names and takes them out again. That
/// queue is a heap: fields of one name, of a class and its superclass, come out in an order that depends on all others.
fn sorted(slots: Vec<Slot>) -> Vec<Slot> {
    let keys: Vec<Vec<u16>> = slots.iter().map(|slot| slot.name.encode_utf16().collect()).collect();
    let order = heap_order(&keys);
    let mut slots: Vec<Option<Slot>> = slots.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots.get_mut(at).and_then(Option::take)).collect()
}

/// In which order `PriorityQueue.poll` gives back what `PriorityQueue.add` got in this order.
fn heap_order(keys: &[Vec<u16>]) -> Vec<usize> {
    let key = |at: usize| keys.get(at);
    let mut heap: Vec<usize> = Vec::with_capacity(keys.len());
    for added in 0..keys.len() {
        heap.push(added);
        let mut at = heap.len() - 1;
        while at > 0 {
            let parent = (at - 1) / 2;
            let Some(&above) = heap.get(parent) else { break };
            if key(added) >= key(above) {
                break;
            }
            put(&mut heap, at, above);
            at = parent;
        }
        put(&mut heap, at, added);
    }
    let mut order = Vec::with_capacity(keys.len());
    while let Some(moved) = heap.pop() {
        // What stands last goes to the place of the first, and down from there.
        let Some(&first) = heap.first() else {
            order.push(moved);
            break;
        };
        order.push(first);
        let size = heap.len();
        let mut at = 0;
        while at < size / 2 {
            let mut child = 2 * at + 1;
            let Some(&left) = heap.get(child) else { break };
            let mut below = left;
            if let Some(&right) = heap.get(child + 1)
                && key(left) > key(right)
            {
                child += 1;
                below = right;
            }
            if key(moved) <= key(below) {
                break;
            }
            put(&mut heap, at, below);
            at = child;
        }
        put(&mut heap, at, moved);
    }
    order
}

fn put(heap: &mut [usize], at: usize, value: usize) {
    if let Some(place) = heap.get_mut(at) {
        *place = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(names: &[&str]) -> Vec<usize> {
        heap_order(&names.iter().map(|name| name.encode_utf16().collect()).collect::<Vec<_>>())
    }

    #[test]
    fn fields_come_by_name_in_utf_16_units() {
        assert_eq!(order(&["c", "a", "b", "Z", "a1"]), [3, 1, 4, 2, 0]);
        assert_eq!(order(&["\u{ffff}", "\u{10000}"]), [1, 0]);
        assert_eq!(order(&[]), Vec::<usize>::new());
    }

    /// As `java.util.PriorityQueue` of JDK 17 was seen to order them.
    #[test]
    fn fields_of_one_name_come_as_a_heap_gives_them() {
        assert_eq!(order(&["a", "a"]), [0, 1]);
        assert_eq!(order(&["a", "a", "a"]), [0, 2, 1]);
        assert_eq!(order(&["a", "a", "a", "a"]), [0, 3, 2, 1]);
    }
}
