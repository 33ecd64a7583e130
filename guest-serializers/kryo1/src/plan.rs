//! How `ReferenceFieldSerializer` writes the objects of a class.

use holdfast_kryo_common::plan;

use crate::classes::{ClassId, Classes};

pub(crate) type Plan = plan::Plan<ClassId>;
pub(crate) type Whole = plan::Whole<ClassId>;
pub(crate) type Slot = plan::Slot<ClassId>;
pub(crate) type Mode = plan::Mode<ClassId>;

/// Makes the plan of a class, or says why there is none.
pub(crate) fn compile(classes: &mut Classes, name: &str) -> Result<Plan, String> {
    plan::compile(classes, name, sorted)
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
