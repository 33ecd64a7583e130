//! What bodies of requests say.

use axum::http::HeaderMap;
use holdfast_document::json::{JsonError, Kind as JsonKind, Node, Tree};
use holdfast_document::{AttributeMap, Event, Reader};

use super::answer::MAX_INACTIVE_INTERVAL;
use super::forms;
use super::given::{Given, NIL};
use super::head::parse_request;
use super::media::Media;
use super::msgpack;
use super::problem::{Kind, Problem};
use crate::manager::RequestInfo;

const ATTRIBUTES: &str = "attributes";
const INTERVAL: &str = "maxInactiveInterval";
const REQUEST: &str = "request";
const SESSION: &str = "session";
const INVALIDATE: &str = "invalidate";

/// A body, taken apart as far as its form is concerned.
#[derive(Debug)]
pub(super) enum Written<'b> {
    /// Nothing at all.
    Empty,
    /// Plain JSON.
    Plain(Tree<'b>),
    /// Typed JSON: of attributes, with what is to be known of them beside.
    Typed(Tree<'b>),
    /// Plain MessagePack.
    MessagePack(&'b [u8]),
    /// Attributes, in a form that has nothing else.
    Attributes(AttributeMap),
}

/// What is said of a session that is to be made.
#[derive(Debug, Default)]
pub(super) struct NewSession<'b> {
    pub(super) attributes: Option<Given<'b>>,
    pub(super) max_inactive_interval: Option<i32>,
}

/// What is said of a request that is to begin.
#[derive(Debug, Default)]
pub(super) struct Opening {
    pub(super) request: Option<RequestInfo>,
    pub(super) session: Option<String>,
}

/// What a request is to do at its end.
#[derive(Debug)]
pub(super) enum Outcome<'b> {
    Nothing,
    Merge(Given<'b>),
    Invalidate,
}

impl<'b> Written<'b> {
    /// # Errors
    /// 400 when the body is not of its form.
    pub(super) fn read(media: Media, body: &'b [u8]) -> Result<Self, Problem> {
        match media {
            Media::Json | Media::TypedJson if body.trim_ascii().is_empty() => Ok(Self::Empty),
            Media::Json => Ok(Self::Plain(Tree::parse(body)?)),
            Media::TypedJson => Ok(Self::Typed(Tree::parse(body)?)),
            _ if body.is_empty() => Ok(Self::Empty),
            Media::MessagePack => Ok(Self::MessagePack(body)),
            Media::Document => forms::read_document(body).map(Self::Attributes),
            Media::Serializer(plugin) => forms::deserialize(&plugin, body).map(Self::Attributes),
        }
    }

    /// A session: `{"attributes", "maxInactiveInterval"}`, both optional. The forms that hold only attributes have
    /// the interval in a header field.
    pub(super) fn new_session(&'b self, headers: &HeaderMap) -> Result<NewSession<'b>, Problem> {
        let members = match self {
            Self::Empty => return Ok(NewSession::default()),
            Self::Attributes(attributes) => {
                return Ok(NewSession {
                    attributes: Some(Given::Typed(attributes.clone())),
                    max_inactive_interval: interval_of_headers(headers)?,
                });
            }
            Self::Typed(tree) if tree.root().get(ATTRIBUTES).is_some_and(|member| !member.is_null()) => {
                let interval = tree.root().get(INTERVAL).filter(|member| !member.is_null());
                return Ok(NewSession {
                    attributes: Some(Given::Typed(forms::read_typed_json(tree.root(), &[INTERVAL])?)),
                    max_inactive_interval: interval
                        .map(|member| Member::Json(member).interval())
                        .transpose()?,
                });
            }
            _ => self.members(&[ATTRIBUTES, INTERVAL])?,
        };
        Ok(NewSession {
            attributes: members.attributes.map(|member| member.attributes("/attributes")).transpose()?,
            max_inactive_interval: members.interval.map(Member::interval).transpose()?,
        })
    }

    /// A change of a session itself: `{"maxInactiveInterval"}`.
    pub(super) fn amendment(&'b self) -> Result<i32, Problem> {
        match self {
            Self::Empty | Self::Attributes(_) => {
                Err(unreadable("a body such as {\"maxInactiveInterval\":1800} was expected"))
            }
            _ => match self.members(&[INTERVAL])?.interval {
                Some(interval) => interval.interval(),
                None => Err(unreadable(
                    "the body has no maxInactiveInterval; write {\"maxInactiveInterval\":1800}",
                )),
            },
        }
    }

    /// The begin of a request: `{"request", "session"}`, both optional.
    pub(super) fn opening(&'b self) -> Result<Opening, Problem> {
        if let Self::Attributes(_) = self {
            return Err(unreadable(
                "a body such as {\"request\":\"POST /cart\",\"session\":\"ID\"} was expected, in JSON or MessagePack",
            ));
        }
        let members = self.members_unless_empty(&[REQUEST, SESSION])?;
        let text = |member: Option<Member<'b>>, what: &str| {
            let text =
                member.map(|member| member.text().ok_or_else(|| unreadable(format!("`{what}` is no text"))));
            text.transpose().map_err(|problem| problem.with("path", format!("/{what}")))
        };
        let request = text(members.request, REQUEST)?.map(|text| {
            parse_request(&text).ok_or_else(|| {
                unreadable(format!(
                    "`request` is `METHOD URI`, such as `GET /shop/cart?x=1`, percent-encoded; `{text}` is not of this form"
                ))
                .with("path", "/request")
            })
        });
        Ok(Opening { request: request.transpose()?, session: text(members.session, SESSION)? })
    }

    /// The end of a request: `{"attributes"}` or `{"invalidate": true}` or nothing.
    pub(super) fn outcome(&'b self) -> Result<Outcome<'b>, Problem> {
        let members = match self {
            Self::Attributes(attributes) => return Ok(Outcome::Merge(Given::Typed(attributes.clone()))),
            Self::Typed(tree) if tree.root().get(ATTRIBUTES).is_some_and(|member| !member.is_null()) => {
                let invalidate = tree.root().get(INVALIDATE).map(Member::Json);
                if wants_end(invalidate)? {
                    return Err(both());
                }
                let attributes = forms::read_typed_json(tree.root(), &[INVALIDATE])?;
                return Ok(Outcome::Merge(Given::Typed(attributes)));
            }
            _ => self.members_unless_empty(&[ATTRIBUTES, INVALIDATE])?,
        };
        match (members.attributes, wants_end(members.invalidate)?) {
            (Some(_), true) => Err(both()),
            (Some(member), false) => Ok(Outcome::Merge(member.attributes("/attributes")?)),
            (None, true) => Ok(Outcome::Invalidate),
            (None, false) => Ok(Outcome::Nothing),
        }
    }

    fn members_unless_empty(&'b self, known: &[&str]) -> Result<Members<'b>, Problem> {
        if matches!(self, Self::Empty) { Ok(Members::default()) } else { self.members(known) }
    }

    /// A map of attributes.
    pub(super) fn attributes(&'b self) -> Result<Given<'b>, Problem> {
        match self {
            Self::Empty => Err(unreadable(
                "the body is empty; a map of attributes was expected, such as {\"user\":\"alice\"}",
            )),
            Self::Plain(tree) => Member::Json(tree.root()).attributes(""),
            Self::Typed(tree) => forms::read_typed_json(tree.root(), &[]).map(Given::Typed),
            Self::MessagePack(bytes) => Member::MessagePack(bytes).attributes(""),
            Self::Attributes(attributes) => Ok(Given::Typed(attributes.clone())),
        }
    }

    /// The members of a session, of which only these may be there.
    fn members(&'b self, known: &[&str]) -> Result<Members<'b>, Problem> {
        let mut members = Members::default();
        let (Self::Plain(tree) | Self::Typed(tree)) = self else {
            if let Self::MessagePack(bytes) = self {
                each_entry(bytes, |name, value| members.take(name, Member::MessagePack(value), known))?;
            }
            return Ok(members);
        };
        let root = tree.root();
        if root.kind() != JsonKind::Object {
            return Err(unreadable(format!("an object with {} was expected", listed(known))));
        }
        for (name, value) in root.entries() {
            members.take(&name, Member::Json(value), known)?;
        }
        Ok(members)
    }
}

/// What is written under the names of a session's members.
#[derive(Debug, Default)]
struct Members<'b> {
    attributes: Option<Member<'b>>,
    interval: Option<Member<'b>>,
    request: Option<Member<'b>>,
    session: Option<Member<'b>>,
    invalidate: Option<Member<'b>>,
}

#[derive(Debug, Clone, Copy)]
enum Member<'b> {
    Json(Node<'b>),
    MessagePack(&'b [u8]),
}

impl<'b> Members<'b> {
    fn take(&mut self, name: &str, member: Member<'b>, known: &[&str]) -> Result<(), Problem> {
        let slot = match name {
            _ if !known.contains(&name) => {
                return Err(unreadable(format!("`{name}` is not known here; there is {}", listed(known)))
                    .with("path", format!("/{name}")));
            }
            ATTRIBUTES => &mut self.attributes,
            REQUEST => &mut self.request,
            SESSION => &mut self.session,
            INVALIDATE => &mut self.invalidate,
            _ => &mut self.interval,
        };
        // A null is as good as nothing.
        if !member.is_null() {
            *slot = Some(member);
        }
        Ok(())
    }
}

impl<'b> Member<'b> {
    fn is_null(self) -> bool {
        match self {
            Self::Json(node) => node.is_null(),
            Self::MessagePack(bytes) => bytes == NIL,
        }
    }

    fn interval(self) -> Result<i32, Problem> {
        let value = match self {
            Self::Json(node) => node.as_i64(),
            Self::MessagePack(bytes) => match Reader::value(bytes).next() {
                Ok(Event::Int(number)) => Some(number.value),
                _ => None,
            },
        };
        value
            .and_then(|value| i32::try_from(value).ok())
            .ok_or_else(|| bad_interval().with("path", "/maxInactiveInterval"))
    }

    fn text(self) -> Option<String> {
        match self {
            Self::Json(node) => node.as_str().map(Into::into),
            Self::MessagePack(bytes) => match Reader::value(bytes).next() {
                Ok(Event::Str(text)) => String::from_utf8(text.to_vec()).ok(),
                _ => None,
            },
        }
    }

    fn flag(self) -> Option<bool> {
        match self {
            Self::Json(node) => node.as_bool(),
            Self::MessagePack([0xc2]) => Some(false),
            Self::MessagePack([0xc3]) => Some(true),
            Self::MessagePack(_) => None,
        }
    }

    fn attributes(self, path: &str) -> Result<Given<'b>, Problem> {
        match self {
            Self::Json(node) if node.kind() != JsonKind::Object => {
                let here = if path.is_empty() { "the body".to_owned() } else { format!("`{path}`") };
                Err(unreadable(format!(
                    "{here} is no object; a map of attributes was expected, such as {{\"user\":\"alice\"}}"
                )))
            }
            Self::Json(node) => Ok(Given::Plain(node)),
            Self::MessagePack(bytes) => msgpack::read(bytes).map(Given::MessagePack),
        }
    }
}

/// The entries of a MessagePack map with keys that are strings; the values are slices of it.
fn each_entry<'b>(
    bytes: &'b [u8],
    mut each: impl FnMut(&str, &'b [u8]) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let mut reader = Reader::value(bytes);
    let Event::Map(count) = reader.next().map_err(bad_document)? else {
        return Err(unreadable("a map with strings as keys was expected"));
    };
    for _ in 0..count {
        let name = reader.attribute().map_err(bad_document)?;
        let from = reader.at();
        reader.skip().map_err(bad_document)?;
        each(name, reader.slice(from, reader.at()))?;
    }
    reader.end().map_err(bad_document)
}

fn interval_of_headers(headers: &HeaderMap) -> Result<Option<i32>, Problem> {
    let Some(value) = headers.get(MAX_INACTIVE_INTERVAL) else { return Ok(None) };
    let seconds = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    seconds.map(Some).ok_or_else(bad_interval)
}

fn wants_end(member: Option<Member<'_>>) -> Result<bool, Problem> {
    let Some(member) = member.filter(|member| !member.is_null()) else { return Ok(false) };
    let bad = || unreadable("`invalidate` is true or false").with("path", "/invalidate");
    member.flag().ok_or_else(bad)
}

fn both() -> Problem {
    unreadable("a session that is invalidated takes no attributes; leave one of them out")
}

fn bad_interval() -> Problem {
    unreadable(format!(
        "maxInactiveInterval is a whole number of seconds between {} and {}; 0 and less mean never",
        i32::MIN,
        i32::MAX
    ))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

fn unreadable(what: impl std::fmt::Display) -> Problem {
    Problem::new(Kind::UnreadableBody, what)
}

/// What the document's crate says of bytes from outside.
pub(super) fn bad_document(error: holdfast_document::Error) -> Problem {
    unreadable(error).with("offset", error.at)
}

impl From<JsonError> for Problem {
    fn from(error: JsonError) -> Self {
        let problem = unreadable(&error);
        match error {
            JsonError::Syntax { line, column, .. } => problem.with("line", line).with("column", column),
            JsonError::Value { path, .. } => problem.with("path", path),
            _ => problem,
        }
    }
}
