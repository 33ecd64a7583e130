//! Answers about sessions.
//!
//! JSON, plain and typed, and MessagePack hold a session with all its members. The forms of programs, a session
//! document or the bytes of a serializer, hold attributes and nothing else; there, and where attributes alone were asked
//! for, the other members of the session are header fields, as they are in every answer to `HEAD`.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use holdfast_document::{Number, Width, Writer};

use super::forms;
use super::given::NIL;
use super::media::Media;
use super::problem::{Kind, Problem};
use crate::manager::{Backup, Finished, ManagerError, Session};

const SESSION_ID: HeaderName = HeaderName::from_static("holdfast-session-id");
const BACKUP: HeaderName = HeaderName::from_static("holdfast-backup");
const BACKUP_FAILURE: HeaderName = HeaderName::from_static("holdfast-backup-failure");
const REQUEST_TOKEN: HeaderName = HeaderName::from_static("holdfast-request-token");
const CREATION_TIME: HeaderName = HeaderName::from_static("holdfast-creation-time");
const LAST_ACCESSED_TIME: HeaderName = HeaderName::from_static("holdfast-last-accessed-time");
const IS_NEW: HeaderName = HeaderName::from_static("holdfast-is-new");
pub(super) const MAX_INACTIVE_INTERVAL: HeaderName =
    HeaderName::from_static("holdfast-max-inactive-interval");

/// A session, whole.
pub(super) fn session(finished: &Finished, media: &Media) -> Result<Response, Problem> {
    let session = session_of(finished)?;
    let body = session_body(session, media)?;
    Ok(answer(finished, session_headers(session, media), media, body))
}

fn session_body(session: &Session, media: &Media) -> Result<Vec<u8>, Problem> {
    let attributes = forms::write(&session.document, media)?;
    Ok(match media {
        Media::Json => session_as_json(session, &[b"\"attributes\":", &attributes, b"}"]),
        // It is an object of `attributes`, and of what else must be known of them.
        Media::TypedJson => session_as_json(session, &[attributes.get(1..).unwrap_or_default()]),
        Media::MessagePack => session_as_msgpack(session, &attributes),
        Media::Document | Media::Serializer(_) => attributes,
    })
}

/// A request that has begun, with the session that it has, if any. The token is a header field as well, as forms that
/// hold attributes and nothing else have no other place for it.
pub(super) fn begun(token: &str, session: Option<&Session>, media: &Media) -> Result<Response, Problem> {
    let body = match session {
        Some(session) => session_body(session, media)?,
        None => match media {
            Media::Json | Media::TypedJson => b"null".to_vec(),
            Media::MessagePack => NIL.to_vec(),
            Media::Document | Media::Serializer(_) => {
                let mut empty = Vec::new();
                Writer::document(&mut empty, 0).end();
                forms::write(&empty, media)?
            }
        },
    };
    let body = match media {
        // The characters of a token need no escape.
        Media::Json | Media::TypedJson => {
            [b"{\"token\":\"", token.as_bytes(), b"\",\"session\":", &body, b"}"].concat()
        }
        Media::MessagePack => {
            let mut map = Vec::with_capacity(body.len() + 64);
            let mut writer = Writer::value(&mut map);
            writer.map(2);
            writer.str("token");
            writer.str(token);
            writer.str("session");
            writer.copy(&body);
            map
        }
        Media::Document | Media::Serializer(_) => body,
    };
    let mut headers = session.map_or_else(HeaderMap::new, |session| session_headers(session, media));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REQUEST_TOKEN, header_value(token));
    headers.insert(CONTENT_TYPE, media.header_value());
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::CREATED;
    *response.headers_mut() = headers;
    Ok(response)
}

/// A session as an object, with its attributes and the end of the object as given.
fn session_as_json(session: &Session, end: &[&[u8]]) -> Vec<u8> {
    let Session { id, creation_time, last_accessed_time, max_inactive_interval, is_new, .. } = session;
    let [mut creation, mut access, mut interval] = [itoa::Buffer::new(); 3];
    let head = [
        // The characters of an id need no escape.
        "{\"id\":\"",
        id.as_str(),
        "\",\"creationTime\":",
        creation.format(*creation_time),
        ",\"lastAccessedTime\":",
        access.format(*last_accessed_time),
        ",\"maxInactiveInterval\":",
        interval.format(*max_inactive_interval),
        ",\"isNew\":",
        if *is_new { "true," } else { "false," },
    ];
    let parts = || head.iter().map(|part| part.as_bytes()).chain(end.iter().copied());
    let mut body = Vec::with_capacity(parts().map(<[u8]>::len).sum());
    parts().for_each(|part| body.extend_from_slice(part));
    body
}

/// A session as a map; MessagePack stands in MessagePack as it is.
fn session_as_msgpack(session: &Session, attributes: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(attributes.len() + 160);
    let mut writer = Writer::value(&mut body);
    let number = |value: i64| Number { value, width: Width::Untyped };
    writer.map(6);
    writer.str("id");
    writer.str(session.id.as_str());
    writer.str("creationTime");
    writer.number(number(session.creation_time));
    writer.str("lastAccessedTime");
    writer.number(number(session.last_accessed_time));
    writer.str("maxInactiveInterval");
    writer.number(number(session.max_inactive_interval.into()));
    writer.str("isNew");
    writer.bool(session.is_new);
    writer.str("attributes");
    writer.copy(attributes);
    body
}

/// The attributes of a session.
pub(super) fn attributes(finished: &Finished, media: &Media) -> Result<Response, Problem> {
    with_body(finished, media, forms::write(&session_of(finished)?.document, media)?)
}

/// Something of a session.
pub(super) fn with_body(finished: &Finished, media: &Media, body: Vec<u8>) -> Result<Response, Problem> {
    Ok(answer(finished, all_headers(session_of(finished)?), media, body))
}

/// What is to be known of a session but for its attributes.
pub(super) fn head(finished: &Finished) -> Result<Response, Problem> {
    let mut headers = all_headers(session_of(finished)?);
    say_backup(&mut headers, finished.backup, finished.failure.as_ref());
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = headers;
    Ok(response)
}

fn answer(finished: &Finished, mut headers: HeaderMap, media: &Media, body: Vec<u8>) -> Response {
    say_backup(&mut headers, finished.backup, finished.failure.as_ref());
    headers.insert(CONTENT_TYPE, media.header_value());
    let mut response = Response::new(Body::from(body));
    *response.headers_mut() = headers;
    response
}

/// What is to be known of a session beside what it is in this form.
fn session_headers(session: &Session, media: &Media) -> HeaderMap {
    match media {
        Media::Json | Media::TypedJson | Media::MessagePack => {
            let mut headers = HeaderMap::with_capacity(6);
            say_which(&mut headers, session);
            headers
        }
        Media::Document | Media::Serializer(_) => all_headers(session),
    }
}

fn say_which(headers: &mut HeaderMap, session: &Session) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(SESSION_ID, header_value(session.id.as_str()));
    headers.insert(ETAG, header_value(&["\"", &session.etag(), "\""].concat()));
}

/// All that is to be known of a session but for its attributes.
fn all_headers(session: &Session) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(10);
    say_which(&mut headers, session);
    headers.insert(CREATION_TIME, HeaderValue::from(session.creation_time));
    headers.insert(LAST_ACCESSED_TIME, HeaderValue::from(session.last_accessed_time));
    headers.insert(MAX_INACTIVE_INTERVAL, HeaderValue::from(session.max_inactive_interval));
    headers.insert(IS_NEW, HeaderValue::from_static(if session.is_new { "true" } else { "false" }));
    headers
}

/// A request that has no session at its end: it has ended it, or never had one.
pub(super) fn without_session(finished: &Finished) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    say_backup(response.headers_mut(), finished.backup, finished.failure.as_ref());
    response
}

/// The session is gone.
pub(super) fn ended(failure: Option<&ManagerError>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let backup = if failure.is_some() { Backup::Failed } else { Backup::Stored };
    say_backup(response.headers_mut(), backup, failure);
    response
}

fn say_backup(headers: &mut HeaderMap, backup: Backup, failure: Option<&ManagerError>) {
    let word = match backup {
        Backup::Stored => "stored",
        Backup::Unchanged => "unchanged",
        Backup::Queued => "queued",
        Backup::Skipped => "skipped",
        Backup::Failed => "failed",
    };
    headers.insert(BACKUP, HeaderValue::from_static(word));
    if let Some(failure) = failure {
        headers.insert(BACKUP_FAILURE, header_value(&failure.to_string()));
    }
}

/// The session may have been ended by another request while this one was reading it.
fn session_of(finished: &Finished) -> Result<&Session, Problem> {
    finished
        .session
        .as_ref()
        .ok_or_else(|| Problem::new(Kind::UnknownSession, "the session was ended while it was being read"))
}

/// Text as a header field; what may not stand there is left out.
pub(super) fn header_value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| {
        let visible: String = text.chars().filter(|c| matches!(c, ' '..='~')).collect();
        HeaderValue::try_from(visible).unwrap_or(HeaderValue::from_static(""))
    })
}
