//! Reads `holdfast.toml`.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::given::{Given, Raw, Section, Setting};
use super::problem::{Locator, Place, Problem};
use super::unknown;

/// Collects what the file says; what cannot be read is left out and noted. False when the file is not TOML.
pub(super) fn read(file: &Path, text: &str, given: &mut Given, problems: &mut Vec<Problem>) -> bool {
    let mut reader = Reader { file, locator: Locator::new(file, text), given, problems };
    // The recovered table of a file with syntax errors lacks what stands around them: judging it would
    // report mistakes that nobody made.
    match DeTable::parse_recoverable(text) {
        (table, errors) if errors.is_empty() => {
            reader.document(table.get_ref());
            true
        }
        (_, errors) => {
            for error in errors {
                let place = error
                    .span()
                    .map_or_else(|| Place::File(file.to_path_buf()), |span| reader.locator.at(span.start));
                reader.problems.push(Problem::new(place, "", error.message().replace('\n', "; ")));
            }
            false
        }
    }
}

type Key<'t, 'i> = &'t Spanned<std::borrow::Cow<'i, str>>;
type Value<'t, 'i> = &'t Spanned<DeValue<'i>>;

struct Reader<'a> {
    file: &'a Path,
    locator: Locator<'a>,
    given: &'a mut Given,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn document(&mut self, document: &DeTable<'_>) {
        for (key, value) in document {
            match key.get_ref().as_ref() {
                "manager" => self.section(Section::Manager, key, value),
                "server" => self.section(Section::Server, key, value),
                "serializer" => self.serializers(key, value),
                name => self.problem(key.span().start, "", unknown::section(name)),
            }
        }
    }

    fn section(&mut self, section: Section, key: Key<'_, '_>, value: Value<'_, '_>) {
        let Some(table) = self.table(section.name(), key, value) else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            if unknown::is_known(section, name) {
                let place = self.locator.at(value.span().start);
                self.given.insert(section, name, Setting { raw: raw(value.get_ref()), place });
            } else {
                self.problem(key.span().start, "", unknown::attribute(section, name));
            }
        }
    }

    fn serializers(&mut self, key: Key<'_, '_>, value: Value<'_, '_>) {
        let Some(table) = self.table("serializer.NAME", key, value) else { return };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let Some(table) = self.table(&format!("serializer.{name}"), key, value) else { continue };
            let place = self.locator.at(key.span().start);
            self.given.serializer(name, &place);
            for (key, value) in table {
                if key.get_ref() == "schema" {
                    self.schema(name, &place, value);
                } else {
                    self.option(name, key, value);
                }
            }
        }
    }

    fn option(&mut self, serializer: &str, key: Key<'_, '_>, value: Value<'_, '_>) {
        let option = key.get_ref().as_ref();
        let place = self.locator.at(value.span().start);
        match raw(value.get_ref()) {
            Ok(Raw::Text(text) | Raw::Bare(text)) => {
                let given = self.given.serializer(serializer, &place);
                given.options.insert(option.to_owned(), (text, place));
            }
            Err(text) => self.problem(value.span().start, &format!("serializer.{serializer}.{option}"), text),
        }
    }

    /// One file or a list of files; relative ones are looked for beside the configuration.
    fn schema(&mut self, serializer: &str, place: &Place, value: Value<'_, '_>) {
        let one;
        let items: &DeArray<'_> = match value.get_ref() {
            DeValue::Array(items) => items,
            DeValue::String(_) => {
                one = std::iter::once(value.clone()).collect();
                &one
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => {
                let text = "is a list of files; write schema = [\"schema.toml\"]";
                return self.problem(value.span().start, &format!("serializer.{serializer}.schema"), text);
            }
        };
        for item in items {
            let at = item.span().start;
            if let DeValue::String(path) = item.get_ref() {
                let folder = self.file.parent().unwrap_or(Path::new(""));
                let entry = (folder.join(path.as_ref()), self.locator.at(at));
                self.given.serializer(serializer, place).schema.push(entry);
            } else {
                self.problem(at, &format!("serializer.{serializer}.schema"), "is no file name in quotes");
            }
        }
    }

    fn table<'t, 'i>(
        &mut self,
        name: &str,
        key: Key<'t, 'i>,
        value: Value<'t, 'i>,
    ) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let text = format!("'{}' is a section; write [{name}] and its attributes below", key.get_ref());
            self.problem(key.span().start, "", text);
        }
        table
    }

    fn problem(&mut self, offset: usize, attribute: &str, text: impl Into<String>) {
        self.problems.push(Problem::new(self.locator.at(offset), attribute, text));
    }
}

/// The value, or what is wrong with its shape: every attribute is one text, number or boolean.
fn raw(value: &DeValue<'_>) -> Result<Raw, String> {
    let shape = match value {
        DeValue::String(text) => return Ok(Raw::Text(text.clone().into_owned())),
        DeValue::Boolean(flag) => return Ok(Raw::Bare(flag.to_string())),
        // A number too long for 128 bits stays as it was written; its reader refuses it.
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix());
            return Ok(Raw::Bare(decimal.map_or_else(|_| number.to_string(), |number| number.to_string())));
        }
        DeValue::Float(number) => return Ok(Raw::Bare(number.to_string())),
        DeValue::Array(_) => "a list",
        DeValue::Datetime(_) => "a date",
        DeValue::Table(_) => "a table",
    };
    Err(format!("is {shape}; write one value, several in one text separated by commas"))
}
