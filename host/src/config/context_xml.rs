//! Reads the `<Manager>` of Tomcat's `context.xml`, as it is.

use std::path::Path;

use roxmltree::{Attribute, Document, Error, Node, ParsingOptions};

use super::given::{Given, Raw, Section, Setting};
use super::problem::{Locator, Place, Problem};
use super::unknown;

/// Attributes of `<Context>` that Holdfast reads; the others are Tomcat's own business.
const OF_CONTEXT: [(&str, Section, &str); 3] = [
    ("backgroundProcessorDelay", Section::Manager, "backgroundProcessorDelay"),
    ("path", Section::Server, "context"),
    ("webappVersion", Section::Server, "webappVersion"),
];

/// Collects what the file says; what cannot be read is left out and noted. False when the file is not XML.
pub(super) fn read(file: &Path, text: &str, given: &mut Given, problems: &mut Vec<Problem>) -> bool {
    let locator = Locator::new(file, text);
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => {
            let mut reader = Reader { locator, given, problems };
            reader.root(document.root_element());
            true
        }
        Err(error) => {
            problems.push(Problem::new(place_of(&error, file), "", explain(&error)));
            false
        }
    }
}

fn place_of(error: &Error, file: &Path) -> Place {
    let position = error.pos();
    let number = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
    Place::Position { file: file.to_path_buf(), line: number(position.row), column: number(position.col) }
}

/// The parser's message without the position, and a cure for the two slips that regular expressions invite.
fn explain(error: &Error) -> String {
    let cure = match error {
        Error::InvalidAttributeValue(_) | Error::InvalidChar(b'"' | b'\'', b'<', _) => {
            "; write &lt; where a < is meant"
        }
        Error::MalformedEntityReference(_) => "; write &amp; where an & is meant",
        _ => "",
    };
    format!(
        "is not well-formed XML: {}{cure}",
        error.to_string().replace(&format!(" at {}", error.pos()), "")
    )
}

struct Reader<'a> {
    locator: Locator<'a>,
    given: &'a mut Given,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn root(&mut self, root: Node<'_, '_>) {
        match root.tag_name().name() {
            "Manager" => self.manager(root),
            "Context" => self.context(root),
            other => self.problem(
                root,
                format!("<{other}> is neither <Context> nor <Manager>; give Tomcat's context.xml or such a part of it"),
            ),
        }
    }

    fn context(&mut self, context: Node<'_, '_>) {
        for attribute in context.attributes() {
            if let Some((_, section, name)) = OF_CONTEXT.iter().find(|(name, _, _)| *name == attribute.name())
            {
                self.take(*section, name, &attribute);
            } else if attribute.name() == "sessionTimeout" {
                self.session_timeout(&attribute);
            }
        }
        let mut managers = context.children().filter(|child| child.has_tag_name("Manager"));
        match managers.next() {
            Some(manager) => self.manager(manager),
            None => self
                .problem(context, "<Context> has no <Manager>, so there is nothing to configure".to_owned()),
        }
        for manager in managers {
            self.problem(manager, "a second <Manager>; a <Context> has one".to_owned());
        }
    }

    /// The context's time-out counts minutes.
    fn session_timeout(&mut self, attribute: &Attribute<'_, '_>) {
        let minutes = attribute.value().trim();
        let seconds = minutes.parse::<i64>().ok().and_then(|minutes| minutes.checked_mul(60));
        let raw = seconds.map(|seconds| Raw::Text(seconds.to_string())).ok_or_else(|| {
            format!("the sessionTimeout '{minutes}' of <Context> is not a whole number of minutes")
        });
        self.insert(Section::Manager, "maxInactiveInterval", attribute, raw);
    }

    /// Read after the context: what the manager says itself wins.
    fn manager(&mut self, manager: Node<'_, '_>) {
        for attribute in manager.attributes() {
            if unknown::is_known(Section::Manager, attribute.name()) {
                self.take(Section::Manager, attribute.name(), &attribute);
            } else {
                let text = unknown::attribute(Section::Manager, attribute.name());
                let place = self.locator.at(attribute.range().start);
                self.problems.push(Problem::new(place, "", text));
            }
        }
        for child in manager.children().filter(Node::is_element) {
            let name = child.tag_name().name();
            self.problem(
                child,
                format!("<{name}> inside <Manager> belongs to other managers than MSM's; leave it out"),
            );
        }
    }

    fn take(&mut self, section: Section, name: &str, attribute: &Attribute<'_, '_>) {
        let text = attribute.value();
        let raw = match property(text) {
            Some(property) => Err(format!(
                "has {property}, which Tomcat would replace; write the value itself, or give it with --set {}=VALUE",
                section.full_name(name)
            )),
            None => Ok(Raw::Text(text.to_owned())),
        };
        self.insert(section, name, attribute, raw);
    }

    fn insert(
        &mut self,
        section: Section,
        name: &str,
        attribute: &Attribute<'_, '_>,
        raw: Result<Raw, String>,
    ) {
        let place = self.locator.at(attribute.range_value().start);
        self.given.insert(section, name, Setting { raw, place });
    }

    fn problem(&mut self, node: Node<'_, '_>, text: String) {
        self.problems.push(Problem::new(self.locator.at(node.range().start), "", text));
    }
}

/// The first `${name}`, for which Tomcat puts in a system property.
fn property(text: &str) -> Option<&str> {
    let start = text.find("${")?;
    let end = start + text.get(start..)?.find('}')?;
    text.get(start..=end)
}
