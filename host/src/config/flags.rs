//! Reads `--set NAME=VALUE`.

use std::path::PathBuf;

use super::given::{Given, Raw, Section, Setting};
use super::problem::{Place, Problem};
use super::unknown;

/// Takes one flag; it replaces what a file or an earlier flag says.
pub(super) fn read(flag: &str, given: &mut Given, problems: &mut Vec<Problem>) {
    let Some((name, value)) = flag.split_once('=') else {
        let text = format!("has no value; write --set {flag}=VALUE");
        problems.push(Problem::new(Place::Flag(flag.to_owned()), "", text));
        return;
    };
    let name = name.trim();
    let place = Place::Flag(name.to_owned());
    let mut refuse = |text: String| problems.push(Problem::new(place.clone(), "", text));
    match name.split_once('.') {
        None if name.is_empty() => refuse("has no name; write --set NAME=VALUE".to_owned()),
        None => attribute(Section::Manager, name, value, &place, given, problems),
        Some(("manager", name)) => attribute(Section::Manager, name, value, &place, given, problems),
        Some(("server", name)) => attribute(Section::Server, name, value, &place, given, problems),
        Some(("serializer", rest)) => match rest.split_once('.') {
            Some((serializer, option)) if !serializer.is_empty() && !option.is_empty() => {
                let given = given.serializer(serializer, &place);
                if option == "schema" {
                    given.schema.push((PathBuf::from(value), place));
                } else {
                    given.options.insert(option.to_owned(), (value.to_owned(), place));
                }
            }
            _ => refuse("names no option; write --set serializer.NAME.OPTION=VALUE".to_owned()),
        },
        Some((section, _)) => match unknown::attribute(Section::Manager, name) {
            // Java's system properties have dots too: `msm.maxReconnectDelay`.
            suggestion if suggestion.contains("did you mean") => refuse(suggestion),
            _ => refuse(unknown::section(section)),
        },
    }
}

/// The attribute of a name as flags have it; of serializers' options there is none.
///
/// # Errors
/// There is no such attribute.
pub(super) fn section_and_name(full: &str) -> Result<(Section, String), String> {
    let (section, name) = match full.split_once('.') {
        None => (Section::Manager, full),
        Some(("manager", name)) => (Section::Manager, name),
        Some(("server", name)) => (Section::Server, name),
        Some(("serializer", _)) => {
            return Err("belongs to a serializer, whose options count from the next start".to_owned());
        }
        Some((section, _)) => return Err(unknown::section(section)),
    };
    if unknown::is_known(section, name) {
        Ok((section, name.to_owned()))
    } else {
        Err(unknown::attribute(section, name))
    }
}

fn attribute(
    section: Section,
    name: &str,
    value: &str,
    place: &Place,
    given: &mut Given,
    problems: &mut Vec<Problem>,
) {
    if unknown::is_known(section, name) {
        given.insert(section, name, Setting { raw: Ok(Raw::Text(value.to_owned())), place: place.clone() });
    } else {
        problems.push(Problem::new(place.clone(), "", unknown::attribute(section, name)));
    }
}
