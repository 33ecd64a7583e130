//! A call: what the client wants, of which session, on what condition.

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use bytes::Bytes;

use super::body;
use super::failure::{session_id, unknown_session};
use super::head::{Guard, request_info};
use super::media::Media;
use super::problem::{Kind, Problem};
use super::service::Service;
use super::written::Written;
use crate::manager::{self, Finished, ManagerError, RequestInfo};
use crate::session::SessionId;

/// A call but for the path's variable parts.
pub(super) struct Call {
    pub(super) info: RequestInfo,
    pub(super) guard: Guard,
    pub(super) headers: HeaderMap,
    /// The body, to its end.
    pub(super) body: Bytes,
}

impl FromRequest<Service> for Call {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Ok(Self {
            info: request_info(&parts.headers, &parts.method, parts.uri.path())?,
            guard: Guard::of(&parts.headers)?,
            headers: parts.headers,
            body: body::read(body, service.max_body_bytes()).await?,
        })
    }
}

impl Call {
    /// What the answer is to be written in.
    pub(super) fn answer_media(&self, service: &Service) -> Result<Media, Problem> {
        Media::of_answer(&self.headers, service.plugins())
    }

    /// The body, taken apart.
    pub(super) fn written(&self, service: &Service) -> Result<Written<'_>, Problem> {
        Written::read(Media::of_body(&self.headers, service.plugins())?, &self.body)
    }

    /// Begins the manager's request, if there is such a session; it must be as the client expects it.
    pub(super) async fn find(
        &self,
        service: &Service,
        id: &SessionId,
    ) -> Result<Option<manager::Request>, Problem> {
        let mut request = service.manager().begin(self.info.clone(), Some(id.as_str())).await?;
        let Some(session) = request.session() else { return Ok(None) };
        if self.guard.is_set() {
            self.guard.check(&session.etag())?;
            request.only_if_unchanged();
        }
        Ok(Some(request))
    }

    /// As [`Call::find`], for a session that must exist.
    pub(super) async fn begin(&self, service: &Service, id: &SessionId) -> Result<manager::Request, Problem> {
        self.find(service, id).await?.ok_or_else(|| unknown_session(id))
    }

    /// Makes the changes. Whoever came with a condition hears that it failed, whenever that happened.
    pub(super) async fn finish(&self, request: manager::Request) -> Result<Finished, Problem> {
        match request.finish().await {
            Err(error @ ManagerError::Conflict { .. }) if self.guard.is_set() => {
                Err(Problem::new(Kind::PreconditionFailed, error))
            }
            outcome => Ok(outcome?),
        }
    }
}

/// The variable parts of a path.
pub(super) struct Target {
    pub(super) id: SessionId,
    /// Of an attribute; empty where the path has none.
    pub(super) name: String,
}

impl FromRequestParts<Service> for Target {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let bad = |error: RawPathParamsRejection| {
            Problem::new(
                Kind::BadPath,
                format_args!("the parts of a path are percent-encoded UTF-8: {}", error.body_text()),
            )
        };
        let parts = RawPathParams::from_request_parts(parts, service).await.map_err(bad)?;
        let part = |wanted| parts.iter().find(|(name, _)| *name == wanted).map_or("", |(_, part)| part);
        Ok(Self { id: session_id(part("id"))?, name: part("name").to_owned() })
    }
}
