//! What a writer knows of the objects of a session: where their definitions have the fields that Kryo stores.

use crate::layout::Layouts;
use crate::plan::Modes;

/// How the parts of objects lie, as far as that was found out.
#[derive(Debug)]
pub struct Beans<C> {
    /// The layouts of definitions.
    pub layouts: Layouts<C>,
    /// The generation of classes that the layouts are of.
    generation: u32,
    /// By number of the definition, of the attribute whose turn it is.
    met: Vec<Option<Met<C>>>,
    /// Whether one of them has its parts in another order than Kryo.
    has_permuted: bool,
    /// The places of the fields of the objects that are being written, in Kryo's order, each followed by its end.
    pub targets: Vec<u32>,
}

/// What is needed of a definition that was met in this attribute, and of which nothing but fields is stored.
#[derive(Debug, Clone, Copy)]
pub struct Met<C> {
    /// The class.
    pub class: C,
    /// How its fields are stored.
    pub modes: Modes,
    /// The number of parts of its objects.
    pub parts: u32,
    /// The parts are Kryo's fields in Kryo's order.
    pub is_straight: bool,
    /// The number of the layout.
    pub layout: usize,
}

/// So many parts of an object can be found at a look.
pub const MOST_SCALARS: usize = 32;

impl<C> Default for Beans<C> {
    fn default() -> Self {
        Self {
            layouts: Layouts::default(),
            generation: 0,
            met: Vec::new(),
            has_permuted: false,
            targets: Vec::new(),
        }
    }
}

impl<C: Copy + PartialEq> Beans<C> {
    /// Begins a session, with the classes of a generation.
    pub fn begin_call(&mut self, generation: u32) {
        if self.generation != generation {
            self.generation = generation;
            self.layouts.clear();
        }
        self.layouts.bound();
        self.targets.clear();
        self.begin_attribute();
    }

    /// Begins an attribute: its definitions have numbers of their own.
    pub fn begin_attribute(&mut self) {
        self.met.clear();
        self.has_permuted = false;
    }

    /// Remembers what a definition of this attribute is.
    pub fn meet(&mut self, number: u32, met: Met<C>) {
        let number = number as usize;
        self.has_permuted |= !met.is_straight;
        if self.met.len() <= number {
            self.met.resize(number + 1, None);
        }
        if let Some(place) = self.met.get_mut(number) {
            *place = Some(met);
        }
    }

    /// The definition of a number, for an object of so many parts.
    #[inline]
    #[must_use]
    pub fn met(&self, number: u32, parts: u32) -> Option<Met<C>> {
        self.met.get(number as usize).copied().flatten().filter(|met| met.parts == parts)
    }

    /// Whether a definition that was met in this attribute has its parts in another order than Kryo.
    #[inline]
    #[must_use]
    pub const fn has_permuted(&self) -> bool {
        self.has_permuted
    }

    /// The part of a field, by its number in Kryo's order; [`crate::layout::MISSING`] where there is none.
    #[inline]
    #[must_use]
    pub fn part(&self, layout: usize, field: u32) -> Option<u32> {
        self.layouts.get(layout)?.order.get(field as usize).copied()
    }
}
