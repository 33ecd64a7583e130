//! What the slots of an object are called.

use std::collections::HashSet;

use crate::definition::{Definition, Item, Super};
use crate::reader::Reader;

/// The names of the slots of a class, in value order, all different: a field has its own, unless a subclass has
/// one of that name; then it is `Class#field`. Custom data is `*`.
pub(crate) fn names(reader: &Reader<'_>, definition: &Definition<'_>) -> Vec<String> {
    let slots: Vec<(u32, &str)> = definition
        .items()
        .filter_map(|item| match item.ok()? {
            Item::Field { level, name, .. } => Some((level, name)),
            Item::Custom { level } | Item::TypedCustom { level } => Some((level, "*")),
            Item::Interface(_) => None,
        })
        .collect();
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|slot| slots.get(*slot).map(|(level, _)| *level));
    let mut names = vec![String::new(); slots.len()];
    let mut taken = HashSet::new();
    for slot in order {
        let Some((level, name)) = slots.get(slot) else { continue };
        let own = std::iter::once((*name).to_owned());
        let qualified = class_at(reader, definition, *level).map(|class| format!("{class}#{name}"));
        let numbered = (0..).map(|n| format!("{name}#{}", slot + n));
        let mut candidates = own.chain(qualified).chain(numbered);
        let free = candidates.find(|name| taken.insert(name.clone())).unwrap_or_default();
        if let Some(name) = names.get_mut(slot) {
            *name = free;
        }
    }
    names
}

/// The name of the class so many levels up.
fn class_at<'a>(reader: &Reader<'a>, definition: &Definition<'a>, level: u32) -> Option<&'a str> {
    let mut class = *definition;
    for _ in 0..level {
        class = match class.superclass? {
            Super::Known(number) => *reader.definition(number)?,
            Super::Builtin(_) => return None,
        };
    }
    Some(class.name)
}
