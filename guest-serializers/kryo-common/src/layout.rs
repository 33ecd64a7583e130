//! Where a document's definition has the fields of a class.

use holdfast_document::{Definition, Item};

use crate::plan::Slot;
use crate::table::{IdMap, hash};

/// The part of a field that the definition does not have: it has its default value, as Java reads an older class.
pub const MISSING: u32 = u32::MAX;

/// Where a definition has the fields of a class.
#[derive(Debug)]
pub struct Layout<C> {
    /// The class.
    pub class: C,
    definition: Box<[u8]>,
    /// The definition has Kryo's fields in Kryo's order, and nothing else.
    pub is_straight: bool,
    /// By Kryo's field: the part, or [`MISSING`].
    pub order: Vec<u32>,
    /// Parts that are the data of a `writeObject` method.
    pub custom: Vec<u32>,
}

/// All layouts that were found out. They are kept from call to call: applications have few classes.
#[derive(Debug)]
pub struct Layouts<C> {
    list: Vec<Layout<C>>,
    by_definition: IdMap,
}

impl<C> Default for Layouts<C> {
    fn default() -> Self {
        Self { list: Vec::new(), by_definition: IdMap::default() }
    }
}

/// More classes than any application has in its sessions.
const MOST: usize = 10_000;

impl<C: Copy + PartialEq> Layouts<C> {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.list.clear();
        self.by_definition.clear();
    }

    /// Forgets all if they are more than an application has classes. Numbers are good until then.
    pub fn bound(&mut self) {
        if self.list.len() > MOST {
            self.clear();
        }
    }

    /// The layout of a number.
    #[inline]
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Layout<C>> {
        self.list.get(number)
    }

    /// The number of the layout of a class, whose fields are stored in these slots, as a definition has it.
    ///
    /// # Errors
    /// What does not fit, for people.
    pub fn of(&mut self, definition: &Definition<'_>, class: C, slots: &[Slot<C>]) -> Result<usize, String> {
        let key = hash(definition.bytes);
        let fits = |layout: &Layout<C>| layout.class == class && *layout.definition == *definition.bytes;
        if let Some(known) = self.by_definition.get(key)
            && self.list.get(known as usize).is_some_and(fits)
        {
            return Ok(known as usize);
        }
        let layout = lay_out(definition, class, slots)?;
        self.by_definition.insert(key, self.list.len() as u32);
        self.list.push(layout);
        Ok(self.list.len() - 1)
    }
}

/// Finds the fields of a class in a definition.
fn lay_out<C>(definition: &Definition<'_>, class: C, slots: &[Slot<C>]) -> Result<Layout<C>, String> {
    let mut order = vec![MISSING; slots.len()];
    let mut custom = Vec::new();
    for (part, item) in definition.items().enumerate() {
        let part = part as u32;
        match item.map_err(|error| error.to_string())? {
            Item::Field { level, descriptor, name } => {
                let found =
                    slots.iter().zip(&mut order).find(|(slot, _)| slot.level == level && slot.name == name);
                let Some((slot, place)) = found else {
                    return Err(format!("the schema's class has no field {name}"));
                };
                if descriptor != "?"
                    && (descriptor.len() == 1 || slot.descriptor.len() == 1)
                    && descriptor != slot.descriptor
                {
                    return Err(format!(
                        "its field {name} is {} in the schema and {descriptor} here",
                        slot.descriptor
                    ));
                }
                *place = part;
            }
            Item::Custom { .. } | Item::TypedCustom { .. } => custom.push(part),
            Item::Whole { .. } => {
                return Err("the value of a collection or date where fields must stand".into());
            }
            Item::Interface(_) => return Err("interfaces where fields must stand".into()),
        }
    }
    let is_straight = custom.is_empty() && order.iter().enumerate().all(|(at, part)| at == *part as usize);
    Ok(Layout { class, definition: definition.bytes.into(), is_straight, order, custom })
}
