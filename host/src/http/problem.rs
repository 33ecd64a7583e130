//! Error answers: RFC 9457 problem documents.

use std::fmt::Display;

use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::ser::SerializeMap;
use serde_json::Value;

/// What can go wrong with a call, each with a status and a name of its own that programs may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    UnreadableBody,
    BadSessionId,
    BadHeader,
    BadPath,
    ForeignOrigin,
    UnknownPath,
    UnknownSession,
    UnknownAttribute,
    UnknownRequest,
    MethodNotAllowed,
    NotAcceptable,
    LostRace,
    Locked,
    IgnoredRequest,
    NeedsRestart,
    ChangeRefused,
    BadConfiguration,
    RequestOver,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    Unserializable,
    UnreadableSession,
    Internal,
    PluginMissing,
    NodeUnavailable,
    TooManySessions,
    TooManyRequests,
    Stopping,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Self::UnreadableBody | Self::BadSessionId | Self::BadHeader | Self::BadPath => {
                StatusCode::BAD_REQUEST
            }
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::UnknownPath | Self::UnknownSession | Self::UnknownAttribute | Self::UnknownRequest => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::LostRace
            | Self::Locked
            | Self::IgnoredRequest
            | Self::NeedsRestart
            | Self::ChangeRefused => StatusCode::CONFLICT,
            Self::RequestOver => StatusCode::GONE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unserializable | Self::BadConfiguration => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UnreadableSession | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::PluginMissing
            | Self::NodeUnavailable
            | Self::TooManySessions
            | Self::TooManyRequests
            | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The last part of `type`, and what is wrong in a few words.
    fn name_and_title(self) -> (&'static str, &'static str) {
        match self {
            Self::UnreadableBody => ("unreadable-body", "The body cannot be read"),
            Self::BadSessionId => ("bad-session-id", "This is no session id"),
            Self::BadHeader => ("bad-header", "A request header cannot be read"),
            Self::BadPath => ("bad-path", "The path cannot be read"),
            Self::ForeignOrigin => ("foreign-origin", "Pages of other sites may not call this"),
            Self::UnknownPath => ("unknown-path", "There is nothing at this path"),
            Self::UnknownSession => ("unknown-session", "There is no such session"),
            Self::UnknownAttribute => ("unknown-attribute", "The session has no such attribute"),
            Self::MethodNotAllowed => ("method-not-allowed", "The method is not for this path"),
            Self::NotAcceptable => ("not-acceptable", "No representation is acceptable to the client"),
            Self::UnknownRequest => ("unknown-request", "There is no such request at this server"),
            Self::RequestOver => ("request-over", "The request is over"),
            Self::Locked => ("locked", "Another request has locked the session"),
            Self::TooManyRequests => ("too-many-requests", "No further request is taken"),
            Self::LostRace => ("lost-race", "Another request changed the session first"),
            Self::IgnoredRequest => ("ignored-request", "This request may not change a session"),
            Self::NeedsRestart => ("needs-restart", "This cannot change while the server runs"),
            Self::ChangeRefused => ("change-refused", "The server does not take the change"),
            Self::BadConfiguration => ("bad-configuration", "Something is wrong with the configuration"),
            Self::PreconditionFailed => ("precondition-failed", "The session is no longer what it was"),
            Self::TooLarge => ("too-large", "A limit was passed"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", "The body has a media type that is not taken")
            }
            Self::Unserializable => ("unserializable", "The serializer cannot hold an attribute"),
            Self::UnreadableSession => ("unreadable-session", "The stored session cannot be read"),
            Self::Internal => ("internal", "The call failed"),
            Self::PluginMissing => ("plugin-missing", "The serializer of the stored session is missing"),
            Self::NodeUnavailable => ("node-unavailable", "The store does not answer"),
            Self::TooManySessions => ("too-many-sessions", "No further session is taken"),
            Self::Stopping => ("stopping", "The service is stopping"),
        }
    }
}

/// Why a call is refused, or failed. Boxed, because the way of a call that works should not carry it around.
#[derive(Debug)]
pub(super) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    kind: Kind,
    detail: String,
    members: Vec<(&'static str, Value)>,
    allow: Option<&'static str>,
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem; `detail` says what is wrong here, where, and what would be right.
    pub(super) fn new(kind: Kind, detail: impl Display) -> Self {
        let detail = detail.to_string();
        Self(Box::new(Parts { kind, detail, members: Vec::new(), allow: None, retry_after: None }))
    }

    /// Adds a member for programs.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.members.push((name, value.into()));
        self
    }

    /// The methods that the path has.
    pub(super) fn allow(mut self, methods: &'static str) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// Seconds after which another try may do better.
    pub(super) fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    #[cfg(test)]
    pub(super) fn detail(&self) -> &str {
        &self.0.detail
    }

    #[cfg(test)]
    pub(super) fn kind(&self) -> Kind {
        self.0.kind
    }
}

impl Serialize for Problem {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (name, title) = self.0.kind.name_and_title();
        let mut map = serializer.serialize_map(Some(4 + self.0.members.len()))?;
        map.serialize_entry("type", &format_args!("urn:holdfast:problem:{name}"))?;
        map.serialize_entry("title", title)?;
        map.serialize_entry("status", &self.0.kind.status().as_u16())?;
        map.serialize_entry("detail", &self.0.detail)?;
        for (name, value) in &self.0.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.0.kind.status();
        if status.is_server_error() {
            tracing::warn!(status = status.as_u16(), "{}", self.0.detail);
        } else {
            tracing::debug!(status = status.as_u16(), "{}", self.0.detail);
        }
        // Strings and numbers only: this cannot fail, and an empty body would still have the status.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(methods) = self.0.allow {
            headers.insert(ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_the_members_of_rfc_9457_and_its_own_behind_them() {
        let problem =
            Problem::new(Kind::PluginMissing, "`kryo/4` is not in plugins").with("format", "kryo/4");
        assert_eq!(
            serde_json::to_string(&problem).unwrap(),
            "{\"type\":\"urn:holdfast:problem:plugin-missing\",\
             \"title\":\"The serializer of the stored session is missing\",\"status\":503,\
             \"detail\":\"`kryo/4` is not in plugins\",\"format\":\"kryo/4\"}"
        );
    }

    #[test]
    fn the_answer_says_what_else_the_client_may_do() {
        let response = Problem::new(Kind::Stopping, "").retry_after(2).into_response();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[RETRY_AFTER]),
            (503, &HeaderValue::from(2))
        );
        let response = Problem::new(Kind::MethodNotAllowed, "").allow("GET, HEAD").into_response();
        assert_eq!(
            (response.status().as_u16(), response.headers()[ALLOW].to_str().unwrap()),
            (405, "GET, HEAD")
        );
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
    }
}
