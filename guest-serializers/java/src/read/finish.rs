//! The end of a document: extras, from what the pass collected.

use std::borrow::Cow;

use holdfast_document::{Count, Extras, Note};
use holdfast_sdk::Failure;

use super::{Reading, Stop};

pub(super) const TOO_LARGE: &str = "the document would be larger than maxBytes, or than 20 times the stream";

impl Reading<'_> {
    /// Writes the number of attributes and the extras.
    pub(super) fn finish(mut self, attributes: Count) -> Result<(), Failure> {
        let count = self.kept.attributes.len() as u32;
        self.writer.patch(attributes, count);
        let notes = self.write_notes();
        self.kept.edges.sort_unstable();
        self.kept.edges.dedup();
        let names: Vec<Cow<'_, str>> = self
            .kept
            .names
            .iter()
            .filter_map(|attribute| self.kept.attributes.get(*attribute as usize))
            .map(|attribute| self.text(attribute.name, attribute.name.at))
            .collect::<Result<_, Box<Stop>>>()
            .map_err(|_| Failure::Limit(TOO_LARGE.to_owned()))?;
        let extras = Extras {
            names: names.iter().map(|name| Some(name.as_ref())).collect(),
            edges: self.kept.edges.clone(),
            notes: notes
                .iter()
                .map(|&(number, from, to)| {
                    (number, self.kept.note_writer.bytes().get(from..to).unwrap_or_default())
                })
                .collect(),
        };
        self.writer.end_with(&extras);
        Ok(())
    }

    /// The notes of each attribute that has some: its number and which bytes of the note writer.
    fn write_notes(&mut self) -> Vec<(u32, usize, usize)> {
        let mut found: Vec<(u32, usize, usize)> = Vec::new();
        if self.kept.notes.is_empty() {
            return found;
        }
        let mut notes = std::mem::take(&mut self.kept.notes);
        notes.sort_by_key(|note| (note.at, note.part));
        let mut current = None;
        for note in &notes {
            let after = self.kept.attributes.partition_point(|attribute| attribute.base <= note.at);
            let attribute = after.saturating_sub(1) as u32;
            let Some(base) = self.kept.attributes.get(attribute as usize).map(|attribute| attribute.base)
            else {
                continue;
            };
            if current != Some(attribute) {
                current = Some(attribute);
                self.kept.note_writer.next_attribute();
                let from = self.kept.note_writer.mark().0;
                let number = self.number_of(attribute);
                found.push((number, from, from));
            }
            let place = note.at - base;
            self.kept.note_writer.push(&Note { place, part: note.part, fact: note.fact });
            if let Some(last) = found.last_mut() {
                last.2 = self.kept.note_writer.mark().0;
            }
        }
        self.kept.notes = notes;
        found
    }
}
