//! Media types: which one a body has, and which one the client would like to get.

use std::sync::Arc;

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};

use super::answer::header_value;
use super::problem::{Kind, Problem};
use crate::plugin::{Plugin, Plugins};

const JSON: &str = "application/json";
const TYPED_JSON: &str = "application/vnd.holdfast.typed+json";
const MESSAGE_PACK: &str = "application/msgpack";
const DOCUMENT: &str = "application/vnd.holdfast.document";

/// A form of a session, or of its attributes, in a body.
#[derive(Debug, Clone)]
pub(super) enum Media {
    /// Plain JSON, for people and for whoever stores plain data.
    Json,
    /// Typed JSON, which keeps everything.
    TypedJson,
    /// Plain MessagePack.
    MessagePack,
    /// The attributes alone, as a session document.
    Document,
    /// The attributes alone, in the format of a serializer.
    Serializer(Arc<Plugin>),
}

/// In the order of preference of a server that was not asked for one.
const OWN: [Media; 4] = [Media::Json, Media::TypedJson, Media::MessagePack, Media::Document];

impl Media {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Serializer(plugin) => &plugin.description().media_type,
            Self::Json => JSON,
            Self::TypedJson => TYPED_JSON,
            Self::MessagePack => MESSAGE_PACK,
            Self::Document => DOCUMENT,
        }
    }

    /// The name as a header field has it.
    pub(super) fn header_value(&self) -> HeaderValue {
        match self {
            // Plugins say their media types in visible ASCII.
            Self::Serializer(plugin) => header_value(&plugin.description().media_type),
            Self::Json => HeaderValue::from_static(JSON),
            Self::TypedJson => HeaderValue::from_static(TYPED_JSON),
            Self::MessagePack => HeaderValue::from_static(MESSAGE_PACK),
            Self::Document => HeaderValue::from_static(DOCUMENT),
        }
    }

    fn named(essence: &str, plugins: &Plugins) -> Option<Self> {
        OWN.into_iter()
            .find(|media| essence.eq_ignore_ascii_case(media.name()))
            .or_else(|| plugins.by_media_type(essence).cloned().map(Self::Serializer))
    }

    /// What the body is, by `Content-Type`; without one it is taken for JSON.
    ///
    /// # Errors
    /// 415 when it is of no type that is taken here.
    pub(super) fn of_body(headers: &HeaderMap, plugins: &Plugins) -> Result<Self, Problem> {
        let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(Self::Json) };
        let text = value.to_str().unwrap_or_default();
        let mut parts = text.split(';');
        let essence = parts.next().unwrap_or_default().trim();
        let Some(media) = Self::named(essence, plugins) else {
            // curl's --data says this of everything.
            let cure = if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
                "; with curl, add -H 'Content-Type: application/json'"
            } else {
                ""
            };
            return Err(unsupported(&format!("Content-Type `{text}` is not taken here{cure}"), plugins));
        };
        for parameter in parts {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            if name.trim().eq_ignore_ascii_case("charset") && !value.eq_ignore_ascii_case("utf-8") {
                return Err(unsupported(&format!("the charset is `{value}`; text is UTF-8"), plugins));
            }
        }
        Ok(media)
    }

    /// What the answer shall be, by `Accept`; JSON for whoever does not mind. Between equal wishes the one that names
    /// its type wins over a wildcard, then the one that was written first.
    ///
    /// # Errors
    /// 406 when nothing that there is, is wanted.
    pub(super) fn of_answer(headers: &HeaderMap, plugins: &Plugins) -> Result<Self, Problem> {
        if !headers.contains_key(ACCEPT) {
            return Ok(Self::Json);
        }
        let ranges: Vec<Range<'_>> = headers
            .get_all(ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .enumerate()
            .filter_map(|(position, text)| Range::parse(text, position))
            .collect();
        // A serializer's own type is offered to those who ask for it by name.
        let asked = ranges.iter().filter_map(|range| Self::named(range.essence, plugins));
        let mut best: Option<(Rank, Self)> = None;
        for media in OWN.into_iter().chain(asked) {
            // The most specific range that matches decides about a type, also where it says no.
            let Some(range) =
                ranges.iter().filter(|range| range.matches(&media)).max_by_key(|range| range.specificity)
            else {
                continue;
            };
            let rank = (range.quality, range.specificity, usize::MAX - range.position);
            if range.quality > 0 && best.as_ref().is_none_or(|(best, _)| rank > *best) {
                best = Some((rank, media));
            }
        }
        best.map(|(_, media)| media).ok_or_else(|| {
            let names = names(plugins);
            let detail = format_args!("answers are of one of {}", names.join(", ")).to_string();
            Problem::new(Kind::NotAcceptable, detail).with("available", names)
        })
    }
}

type Rank = (u16, Specificity, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    Anything,
    Type,
    Exact,
}

/// One element of `Accept`.
#[derive(Debug)]
struct Range<'a> {
    essence: &'a str,
    specificity: Specificity,
    /// In thousandths.
    quality: u16,
    position: usize,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str, position: usize) -> Option<Self> {
        let mut parts = text.split(';');
        let essence = parts.next()?.trim();
        if essence.is_empty() {
            return None;
        }
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(1000, |(_, value)| thousandths(value.trim()));
        let specificity = match essence {
            "*/*" => Specificity::Anything,
            _ if essence.ends_with("/*") => Specificity::Type,
            _ => Specificity::Exact,
        };
        Some(Self { essence, specificity, quality, position })
    }

    fn matches(&self, media: &Media) -> bool {
        match self.specificity {
            Specificity::Anything => true,
            Specificity::Type => {
                let (range, name) = (self.essence.strip_suffix('*'), media.name());
                range.is_some_and(|range| {
                    name.get(..range.len()).is_some_and(|start| start.eq_ignore_ascii_case(range))
                })
            }
            Specificity::Exact => self.essence.eq_ignore_ascii_case(media.name()),
        }
    }
}

/// A quality that cannot be read is none: a client that cannot say what it wants still gets an answer.
fn thousandths(text: &str) -> u16 {
    let quality: f32 = text.parse().unwrap_or(1.0);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 1000 after clamp; not-a-number becomes 0"
    )]
    let thousandths = (quality.clamp(0.0, 1.0) * 1000.0).round() as u16;
    thousandths
}

fn names(plugins: &Plugins) -> Vec<String> {
    let own = OWN.iter().map(|media| media.name().to_owned());
    own.chain(plugins.iter().map(|plugin| plugin.description().media_type.clone())).collect()
}

fn unsupported(what: &str, plugins: &Plugins) -> Problem {
    let names = names(plugins);
    let detail = format_args!("{what}; bodies are of one of {}", names.join(", ")).to_string();
    Problem::new(Kind::UnsupportedMediaType, detail).with("supported", names)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn accept(values: &[&str]) -> Result<Media, Problem> {
        Media::of_answer(&headers(&ACCEPT, values), &Plugins::default())
    }

    #[test]
    fn whoever_does_not_mind_gets_json() {
        for indifferent in [&[][..], &["*/*"], &["application/*"], &["text/html, */*;q=0.8"]] {
            assert_eq!(accept(indifferent).unwrap().name(), "application/json", "{indifferent:?}");
        }
    }

    #[test]
    fn the_greatest_quality_wins_then_the_exact_name_then_the_first() {
        for (wish, media) in [
            ("application/msgpack", Media::MessagePack),
            ("Application/MsgPack ; q=0.5, application/json;q=0.4", Media::MessagePack),
            ("*/*, application/vnd.holdfast.document", Media::Document),
            ("application/msgpack, application/json", Media::MessagePack),
            ("application/json;q=0, */*", Media::TypedJson),
            ("application/vnd.holdfast.document;q=nonsense", Media::Document),
        ] {
            assert_eq!(accept(&[wish]).unwrap().name(), media.name(), "{wish}");
        }
        let last = accept(&["text/html", "application/msgpack;q=0.1"]).unwrap();
        assert_eq!(last.name(), "application/msgpack");
    }

    #[test]
    fn a_wish_that_cannot_be_met_is_answered_with_what_there_is() {
        for wish in ["text/html", "application/json;q=0", "text/*", "*/*;q=0", "image/png;q=0.9"] {
            let problem = accept(&[wish]).unwrap_err();
            assert_eq!(problem.kind(), Kind::NotAcceptable, "{wish}");
            assert!(problem.detail().contains("application/msgpack"));
        }
    }

    #[test]
    fn a_body_is_what_its_content_type_says_and_json_without_one() {
        for (given, media) in [
            (&[][..], Media::Json),
            (&["application/json; charset=UTF-8"], Media::Json),
            (&["APPLICATION/JSON;charset=\"utf-8\""], Media::Json),
            (&["application/msgpack"], Media::MessagePack),
            (&["application/vnd.holdfast.document"], Media::Document),
        ] {
            assert_eq!(
                Media::of_body(&headers(&CONTENT_TYPE, given), &Plugins::default()).unwrap().name(),
                media.name(),
                "{given:?}"
            );
        }
    }

    #[test]
    fn another_type_or_charset_is_refused_with_a_cure() {
        for (given, cure) in [
            ("text/plain", "application/vnd.holdfast.document"),
            ("application/x-www-form-urlencoded", "add -H 'Content-Type: application/json'"),
            ("application/json; charset=latin1", "text is UTF-8"),
        ] {
            let problem = Media::of_body(&headers(&CONTENT_TYPE, &[given]), &Plugins::default()).unwrap_err();
            assert_eq!(problem.kind(), Kind::UnsupportedMediaType);
            assert!(problem.detail().contains(cure), "{}", problem.detail());
        }
    }
}
