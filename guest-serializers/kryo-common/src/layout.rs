//! Where a document's definition has the fields of a class.

use holdfast_document::{Definition, Item};

use crate::table::{IdMap, hash};

/// A field as Kryo stores it, in Kryo's order.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// How many classes up it is declared.
    pub level: u32,
    /// The JVM's descriptor of its type.
    pub descriptor: &'a str,
    /// Its name.
    pub name: &'a str,
}

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

    /// The number of the layout of a class as a definition has it, if it is known.
    #[must_use]
    pub fn find(&self, definition: &Definition<'_>, class: C) -> Option<usize> {
        let number = self.by_definition.get(hash(definition.bytes))? as usize;
        let layout = self.list.get(number)?;
        (layout.class == class && *layout.definition == *definition.bytes).then_some(number)
    }

    /// Finds the fields of a class in a definition; gives the number of the layout.
    ///
    /// # Errors
    /// What does not fit, for people.
    pub fn add<'a>(
        &mut self,
        definition: &Definition<'_>,
        class: C,
        wanted: &(impl ExactSizeIterator<Item = Wanted<'a>> + Clone),
    ) -> Result<usize, String> {
        let mut order = vec![MISSING; wanted.len()];
        let mut custom = Vec::new();
        for (part, item) in definition.items().enumerate() {
            let part = part as u32;
            match item.map_err(|error| error.to_string())? {
                Item::Field { level, descriptor, name } => {
                    let found = wanted
                        .clone()
                        .zip(&mut order)
                        .find(|(wanted, _)| wanted.level == level && wanted.name == name);
                    let Some((wanted, place)) = found else {
                        return Err(format!("the schema's class has no field {name}"));
                    };
                    if descriptor != "?"
                        && (descriptor.len() == 1 || wanted.descriptor.len() == 1)
                        && descriptor != wanted.descriptor
                    {
                        return Err(format!(
                            "its field {name} is {} in the schema and {descriptor} here",
                            wanted.descriptor
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
        let is_straight =
            custom.is_empty() && order.iter().enumerate().all(|(at, part)| at == *part as usize);
        self.by_definition.insert(hash(definition.bytes), self.list.len() as u32);
        self.list.push(Layout { class, definition: definition.bytes.into(), is_straight, order, custom });
        Ok(self.list.len() - 1)
    }
}
