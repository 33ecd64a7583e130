//! What a call says in its header fields, beside media types.

use axum::http::header::IF_MATCH;
use axum::http::{HeaderMap, Method};

use super::problem::{Kind, Problem};
use crate::manager::RequestInfo;

pub(super) const HOLDFAST_REQUEST: &str = "holdfast-request";

/// MSM's request id, which patterns are matched against: what the browser asked the server for, or, where the server
/// does not say, the call itself.
///
/// # Errors
/// 400 when the field is not `METHOD URI`.
pub(super) fn request_info(headers: &HeaderMap, method: &Method, path: &str) -> Result<RequestInfo, Problem> {
    let Some(value) = headers.get(HOLDFAST_REQUEST) else {
        return Ok(RequestInfo::new(method.as_str(), path));
    };
    let text = value.to_str().map_err(|_| bad_request_id("it has characters that are not ASCII"))?;
    parse_request(text).ok_or_else(|| bad_request_id(format!("`{text}` is not of this form")))
}

/// A request as `METHOD URI`, if it is one.
pub(super) fn parse_request(text: &str) -> Option<RequestInfo> {
    let (method, uri) = text.split_once(' ')?;
    let is_one = is_token(method) && uri.starts_with('/') && uri.bytes().all(|b| matches!(b, b'!'..=b'~'));
    is_one.then(|| RequestInfo::new(method, uri))
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn bad_request_id(what: impl std::fmt::Display) -> Problem {
    Problem::new(
        Kind::BadHeader,
        format_args!(
            "Holdfast-Request is `METHOD URI`, such as `GET /shop/cart?x=1`, percent-encoded; {what}"
        ),
    )
    .with("header", "Holdfast-Request")
}

/// `If-Match`: the session must still be one that the client has seen.
#[derive(Debug, Default)]
pub(super) struct Guard {
    /// What is between the quotes. None: every session will do.
    tags: Option<Vec<String>>,
}

impl Guard {
    /// # Errors
    /// 400 when the field is no list of entity tags.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut tags = None;
        for value in headers.get_all(IF_MATCH) {
            let text = value.to_str().map_err(|_| bad_tag("it has characters that are not ASCII"))?;
            for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if tag == "*" {
                    return Ok(Self::default());
                }
                tags.get_or_insert_with(Vec::new).extend(strong(tag)?.map(str::to_owned));
            }
        }
        Ok(Self { tags })
    }

    /// Whether there is a condition at all.
    pub(super) fn is_set(&self) -> bool {
        self.tags.is_some()
    }

    /// # Errors
    /// 412 when the client has seen another state of the session than this one.
    pub(super) fn check(&self, etag: &str) -> Result<(), Problem> {
        match &self.tags {
            Some(tags) if !tags.iter().any(|tag| tag == etag) => Err(Problem::new(
                Kind::PreconditionFailed,
                format_args!(
                    "the session is at \"{etag}\" now, and If-Match has none that equals it; read it again"
                ),
            )
            .with("etag", format!("\"{etag}\""))),
            _ => Ok(()),
        }
    }
}

/// What is between the quotes of an entity tag; none for a weak one, which never matches here (RFC 9110, 13.1.1).
fn strong(tag: &str) -> Result<Option<&str>, Problem> {
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    let opaque = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let opaque = opaque.ok_or_else(|| bad_tag(format_args!("`{tag}` is none")))?;
    Ok((quoted.len() == tag.len()).then_some(opaque))
}

fn bad_tag(what: impl std::fmt::Display) -> Problem {
    Problem::new(
        Kind::BadHeader,
        format_args!("If-Match is `*` or what ETag headers had, with its double quotes; {what}"),
    )
    .with("header", "If-Match")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        headers
    }

    #[test]
    fn the_request_id_is_what_the_server_says_or_the_call_itself() {
        let said = with(HOLDFAST_REQUEST, "PUT /cart?x=1");
        assert_eq!(request_info(&said, &Method::GET, "/v1/sessions/a").unwrap().id, "PUT /cart?x=1");
        let silent = HeaderMap::new();
        assert_eq!(request_info(&silent, &Method::GET, "/v1/sessions/a").unwrap().id, "GET /v1/sessions/a");
    }

    #[test]
    fn a_request_id_without_method_or_path_is_refused() {
        for bad in ["", "/cart", "GET cart", "GET /a b", "G T /a", "GET  /a", "GET /ä"] {
            let problem = request_info(&with(HOLDFAST_REQUEST, bad), &Method::GET, "/").unwrap_err();
            assert_eq!(problem.kind(), Kind::BadHeader, "{bad}");
            assert!(problem.detail().contains("GET /shop/cart?x=1"));
        }
    }

    fn guard(if_match: &str) -> Result<(), Problem> {
        Guard::of(&with("if-match", if_match))?.check("7")
    }

    #[test]
    fn a_guard_lets_pass_what_the_client_has_seen() {
        assert!(!Guard::of(&HeaderMap::new()).unwrap().is_set());
        for seen in ["*", "\"7\"", "\"1\", \"7\"", " \"7\" ,", "W/\"1\", \"7\""] {
            guard(seen).unwrap();
        }
    }

    #[test]
    fn a_guard_stops_another_state_and_a_weak_tag() {
        for other in ["\"8\"", "W/\"7\"", "\"1\", \"2\""] {
            let problem = guard(other).unwrap_err();
            assert_eq!(problem.kind(), Kind::PreconditionFailed, "{other}");
            assert!(problem.detail().contains("at \"7\" now"), "{}", problem.detail());
        }
    }

    #[test]
    fn a_tag_without_quotes_is_refused_with_a_cure() {
        for bad in ["7", "\"", "W/7", "\"7"] {
            let problem = guard(bad).unwrap_err();
            assert_eq!(problem.kind(), Kind::BadHeader, "{bad}");
            assert!(problem.detail().contains("with its double quotes"));
        }
    }
}
