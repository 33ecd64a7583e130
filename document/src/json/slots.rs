//! What the slots of an object are called.

use std::collections::HashSet;

use crate::definition::{Definition, Item, Super};

/// The names of the slots of a class, in value order, all different: a field has its own, unless a subclass has
/// one of that name; then it is `Class#field`. Custom data is `*`.
pub(super) fn names<'d>(
    find: impl Fn(u32) -> Option<Definition<'d>>,
    definition: &Definition<'d>,
) -> Vec<String> {
    let slots: Vec<(u32, &str)> = definition.items().filter_map(|item| level_and_name(item.ok()?)).collect();
    names_of(&slots, |level| class_at(&find, definition, level))
}

/// How many classes up a slot is declared, and its name.
pub(super) const fn level_and_name(item: Item<'_>) -> Option<(u32, &str)> {
    match item {
        Item::Field { level, name, .. } => Some((level, name)),
        Item::Custom { level } | Item::TypedCustom { level } => Some((level, "*")),
        Item::Whole { level } => Some((level, "=")),
        Item::Interface(_) => None,
    }
}

/// As [`names`], of slots with the level that each is declared at.
pub(super) fn names_of<'c>(slots: &[(u32, &str)], class_at: impl Fn(u32) -> Option<&'c str>) -> Vec<String> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|slot| slots.get(*slot).map(|(level, _)| *level));
    let mut names = vec![String::new(); slots.len()];
    let mut taken = HashSet::new();
    for slot in order {
        let Some((level, name)) = slots.get(slot) else { continue };
        let own = std::iter::once((*name).to_owned());
        let qualified = class_at(*level).map(|class| format!("{class}#{name}"));
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
fn class_at<'d>(
    find: impl Fn(u32) -> Option<Definition<'d>>,
    definition: &Definition<'d>,
    level: u32,
) -> Option<&'d str> {
    let mut class = *definition;
    for _ in 0..level {
        class = match class.superclass? {
            Super::Known(number) => find(number)?,
            Super::Builtin(_) => return None,
        };
    }
    Some(class.name)
}
