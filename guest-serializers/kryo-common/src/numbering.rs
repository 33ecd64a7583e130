//! Numbers for classes in the order in which they come, without a table to look them up in.

/// Which class has which number: those that stand by name in Kryo's bytes, those that an attribute defines.
#[derive(Debug)]
pub struct Numbering<C> {
    order: Vec<C>,
    /// By the class's slot: its number, if `order` has the class there. What is left from earlier does no harm so.
    numbers: Vec<u32>,
}

impl<C> Default for Numbering<C> {
    fn default() -> Self {
        Self { order: Vec::new(), numbers: Vec::new() }
    }
}

impl<C: Copy + PartialEq> Numbering<C> {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.order.clear();
    }

    /// How many have a number.
    #[inline]
    #[must_use]
    pub const fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none has a number.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Forgets those whose numbers are not below this one.
    pub fn truncate(&mut self, len: usize) {
        self.order.truncate(len);
    }

    /// The class of a number.
    #[inline]
    #[must_use]
    pub fn get(&self, number: usize) -> Option<C> {
        self.order.get(number).copied()
    }

    /// The number of a class; its slot is a small number that no other class has.
    #[inline]
    #[must_use]
    pub fn find(&self, class: C, slot: usize) -> Option<u32> {
        let number = *self.numbers.get(slot)?;
        (self.order.get(number as usize) == Some(&class)).then_some(number)
    }

    /// Gives the next number to a class.
    pub fn push(&mut self, class: C, slot: usize) -> u32 {
        let number = self.order.len() as u32;
        if self.numbers.len() <= slot {
            self.numbers.resize(slot + 1, u32::MAX);
        }
        if let Some(place) = self.numbers.get_mut(slot) {
            *place = number;
        }
        self.order.push(class);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_forgotten_with_its_class() {
        let mut numbering = Numbering::default();
        assert_eq!((numbering.push('a', 3), numbering.push('b', 0)), (0, 1));
        assert_eq!(
            (numbering.find('a', 3), numbering.find('b', 0), numbering.find('c', 3)),
            (Some(0), Some(1), None)
        );
        numbering.truncate(1);
        assert_eq!(numbering.find('b', 0), None);
        numbering.clear();
        assert_eq!(numbering.find('a', 3), None);
        assert_eq!(numbering.push('b', 0), 0);
        assert_eq!(numbering.find('a', 3), None);
    }
}
