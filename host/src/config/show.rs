//! Writes a configuration as TOML that can be saved and used.

use std::fmt::Write as _;
use std::path::{Path, absolute};

use super::attributes::Attribute;
use super::given::Section;
use super::kinds::{Shown, quoted};
use super::{CacheFolder, Config, SerializerConfig};

impl Config {
    /// Everything that is understood, with the defaults, which are marked.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut shown = self.clone();
        // The text may be saved anywhere.
        if let CacheFolder::Folder(folder) = &mut shown.server.plugin_cache {
            *folder = absolute(&*folder).unwrap_or_else(|_| folder.clone());
        }
        let mut out = String::new();
        for section in [Section::Manager, Section::Server] {
            let table = shown.attributes();
            let rows: Vec<&Attribute> =
                table.iter().filter(|attribute| attribute.section == section).collect();
            self.write_section(section, &rows, &mut out);
        }
        for (name, serializer) in &self.serializers {
            write_serializer(name, serializer, &mut out);
        }
        out
    }

    fn write_section(&self, section: Section, rows: &[&Attribute], out: &mut String) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "[{}]", section.name());
        let lines: Vec<(String, &str)> = rows
            .iter()
            .map(|row| match &row.value {
                Shown::Value(value) => {
                    let written = self.place(section, row.name).is_some();
                    (format!("{} = {value}", row.name), if written { "" } else { "# default" })
                }
                Shown::Absent(meaning) => (format!("# {}: {meaning}", row.name), ""),
                Shown::Hidden => (format!("# {}: set, and not shown", row.name), ""),
            })
            .collect();
        let marked = lines.iter().filter(|(_, mark)| !mark.is_empty());
        // A long value must not push all marks off the screen.
        let width =
            marked.map(|(line, _)| line.chars().count()).filter(|width| *width <= 60).max().unwrap_or(0);
        for (line, mark) in &lines {
            let _ = match *mark {
                "" => writeln!(out, "{line}"),
                mark => writeln!(out, "{line:width$}  {mark}"),
            };
        }
    }
}

fn write_serializer(name: &str, serializer: &SerializerConfig, out: &mut String) {
    let _ = writeln!(out, "\n[serializer.{}]", key(name));
    for (option, value) in &serializer.options {
        let _ = writeln!(out, "{} = {}", key(option), quoted(value));
    }
    if !serializer.schema.is_empty() {
        let files = serializer.schema.iter().map(|file| {
            let file = absolute(file).unwrap_or_else(|_| file.clone());
            quoted(&Path::to_string_lossy(&file))
        });
        let _ = writeln!(out, "schema = [{}]", files.collect::<Vec<_>>().join(", "));
    }
}

/// A key, in quotes where TOML asks for them.
fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { quoted(name) }
}
