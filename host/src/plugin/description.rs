//! Who a plugin says it is.

use super::bindings;
use super::text::line;

/// An option that a plugin understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionInfo {
    /// As it stands in the configuration.
    pub name: String,
    /// What it does, its values, its default.
    pub help: String,
}

/// Who a plugin says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Unique among the plugins of a folder.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// The id of the stored format, such as `java/2`.
    pub format: String,
    /// The Java class names of MSM's `transcoderFactoryClass` that it stands for.
    pub classes: Vec<String>,
    /// The media type of the stored format.
    pub media_type: String,
    /// The options that it understands.
    pub options: Vec<OptionInfo>,
    /// What the format cannot hold, a line each.
    pub losses: Vec<String>,
}

/// Who a converter says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConverterDescription {
    /// Unique among the plugins of a folder, serializers included.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// The Java class names of MSM's `customConverter` that it stands for.
    pub classes: Vec<String>,
    /// The options that it understands.
    pub options: Vec<OptionInfo>,
}

impl ConverterDescription {
    /// Checks what a converter told. The error says what is wrong and what would be right.
    pub(super) fn from_guest(told: bindings::ConverterDescription) -> Result<Self, String> {
        let description = Self {
            name: told.name,
            version: line(&told.version),
            classes: told.classes,
            options: options(told.options),
        };
        check_common(&description.name, &description.version, &description.classes, &description.options)?;
        Ok(description)
    }
}

impl Description {
    /// Whether MSM lets converters stand before the serializer of this format, and has it copy collections; it refuses
    /// both for Java's and XStream's.
    #[must_use]
    pub fn takes_converters(&self) -> bool {
        !matches!(self.format.as_str(), "java/2" | "xstream/1.4")
    }

    /// Checks what a plugin told. The error says what is wrong and what would be right.
    pub(super) fn from_guest(told: bindings::Description) -> Result<Self, String> {
        let description = Self {
            name: told.name,
            version: line(&told.version),
            format: told.format,
            classes: told.classes,
            media_type: told.media_type,
            options: options(told.options),
            losses: told.losses.iter().map(|loss| line(loss)).collect(),
        };
        description.check()?;
        Ok(description)
    }

    fn check(&self) -> Result<(), String> {
        check_common(&self.name, &self.version, &self.classes, &self.options)?;
        if !is_token(&self.format, 64) {
            return Err(format!(
                "the id of its format is '{}'; an id such as 'name/1' has 1 to 64 visible ASCII characters",
                line(&self.format)
            ));
        }
        let media_type = self.media_type.split_once('/');
        if !is_token(&self.media_type, 128)
            || !media_type.is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
        {
            return Err(format!(
                "its media type is '{}'; one such as 'application/vnd.example.name' was expected",
                line(&self.media_type)
            ));
        }
        Ok(())
    }
}

fn options(told: Vec<bindings::OptionInfo>) -> Vec<OptionInfo> {
    told.into_iter().map(|option| OptionInfo { name: option.name, help: line(&option.help) }).collect()
}

/// What both kinds of plugins tell.
fn check_common(name: &str, version: &str, classes: &[String], options: &[OptionInfo]) -> Result<(), String> {
    if !is_name(name) {
        return Err(format!(
            "its name is '{}'; a name has lower-case letters, digits and '-', a letter first, 64 at most",
            line(name)
        ));
    }
    if matches!(name, "document" | "json") {
        return Err(format!("its name is '{name}', which stands for Holdfast's own form"));
    }
    if version.is_empty() {
        return Err("its version is empty".to_owned());
    }
    if let Some(class) = classes.iter().find(|class| !is_token(class, 256)) {
        return Err(format!("'{}' among its classes is no name of a Java class", line(class)));
    }
    let mut names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
    names.sort_unstable();
    if let Some(name) = names.iter().find(|name| !is_token(name, 64)) {
        return Err(format!("its option '{}' has no name that can stand in a configuration", line(name)));
    }
    if let Some([name, _]) = names.array_windows().find(|[a, b]| a == b) {
        return Err(format!("its option '{name}' stands in its description twice"));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_token(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::format_tag;

    fn description() -> Description {
        Description {
            name: "kryo".to_owned(),
            version: "1.0".to_owned(),
            format: "kryo/4".to_owned(),
            classes: vec!["a.b.KryoTranscoderFactory".to_owned()],
            media_type: "application/x-kryo".to_owned(),
            options: vec![OptionInfo { name: "maxDepth".to_owned(), help: String::new() }],
            losses: Vec::new(),
        }
    }

    fn refusal(change: impl FnOnce(&mut Description)) -> String {
        let mut description = description();
        change(&mut description);
        description.check().unwrap_err()
    }

    #[test]
    fn a_good_description_passes() {
        assert_eq!(description().check(), Ok(()));
    }

    #[test]
    fn names_that_users_could_not_write_are_refused() {
        for name in ["", "Kryo", "4kryo", "kryo 4", "kryo\n", "-"] {
            assert!(refusal(|d| d.name = name.to_owned()).contains("its name is"), "{name}");
        }
    }

    #[test]
    fn names_of_holdfasts_own_forms_are_refused() {
        assert_eq!(
            refusal(|d| d.name = "json".to_owned()),
            "its name is 'json', which stands for Holdfast's own form"
        );
    }

    #[test]
    fn what_is_empty_or_unreadable_is_refused() {
        assert!(refusal(|d| d.format.clear()).contains("the id of its format is ''"));
        assert!(refusal(|d| d.version.clear()).contains("version"));
        assert!(refusal(|d| d.media_type = "kryo".to_owned()).contains("its media type is 'kryo'"));
        assert!(refusal(|d| d.classes.push("a b".to_owned())).contains("'a b'"));
    }

    #[test]
    fn an_option_described_twice_is_refused() {
        let text = refusal(|d| d.options.push(d.options[0].clone()));
        assert_eq!(text, "its option 'maxDepth' stands in its description twice");
    }

    #[test]
    fn tags_of_the_shipped_formats_never_change() {
        let tags = ["java/2", "kryo/4", "kryo/1", "xstream/1.4", "javolution/5", "msgpack/1"].map(format_tag);
        assert_eq!(tags, [0x4d8, 0x246, 0x6c9, 0x9e2, 0xdf6, 0x102]);
    }
}
