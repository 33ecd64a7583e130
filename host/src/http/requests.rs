//! `/v1/requests`: a request that spans the work of an application.
//!
//! It is begun when the browser's request comes, and shows the session. It is finished with what the application has
//! changed, before the answer goes out.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;

use super::answer;
use super::call::Call;
use super::given::How;
use super::problem::{Kind, Problem};
use super::service::Service;
use super::written::Outcome;
use crate::manager::{Finished, ManagerError, Request};

/// `POST /v1/requests`
pub(super) async fn begin(State(service): State<Service>, call: Call) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let opening = call.written(&service)?.opening()?;
    // Before there is anything that would have to be dropped again.
    let place = service.open_requests().place()?;
    let info = opening.request.unwrap_or_else(|| call.info.clone());

    let mut request = service.manager().begin(info, opening.session.as_deref()).await?;
    let session = request.session().cloned();
    if call.guard.is_set() {
        let Some(session) = &session else { return Err(nothing_to_match()) };
        call.guard.check(&session.etag())?;
        request.only_if_unchanged();
    }
    if session.is_some() {
        request.touch_attributes();
    }
    let token = service.open_requests().keep(place, request, call.guard.is_set());
    answer::begun(&token, session.as_ref(), &media).inspect_err(|_| {
        // Nobody has heard of it.
        let _ = service.open_requests().take(&token);
    })
}

/// `POST /v1/requests/{token}/finish`. What is wrong with the call itself leaves the request open; whatever is wrong
/// with what it does to the session ends it, without a change.
pub(super) async fn finish(
    State(service): State<Service>,
    Token(token): Token,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let written = call.written(&service)?;
    let outcome = written.outcome()?;
    let open = service.open_requests().take(&token)?;
    let (mut request, mut guarded) = (open.request, open.guarded);
    if call.guard.is_set() {
        let Some(session) = request.session() else { return Err(nothing_to_match()) };
        call.guard.check(&session.etag())?;
        request.only_if_unchanged();
        guarded = true;
    }
    match outcome {
        Outcome::Nothing if request.session().is_some() || request.is_ignored() => {}
        Outcome::Nothing => {
            request.create()?;
        }
        Outcome::Merge(attributes) => {
            if request.session().is_none() {
                request.create()?;
            }
            attributes.apply(How::Merge, &mut request, service.max_attributes())?;
        }
        Outcome::Invalidate if request.session().is_none() => {}
        Outcome::Invalidate => request.invalidate()?,
    }
    let finished = end(request, guarded).await?;
    if finished.session.is_none() {
        return Ok(answer::without_session(&finished));
    }
    answer::session(&finished, &media)
}

async fn end(request: Request, guarded: bool) -> Result<Finished, Problem> {
    match request.finish().await {
        Err(error @ ManagerError::Conflict { .. }) if guarded => {
            Err(Problem::new(Kind::PreconditionFailed, error))
        }
        outcome => Ok(outcome?),
    }
}

fn nothing_to_match() -> Problem {
    Problem::new(Kind::PreconditionFailed, "If-Match asks for a session, and the request has none")
}

/// The variable part of the path.
pub(super) struct Token(String);

impl FromRequestParts<Service> for Token {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Path(token) = Path::from_request_parts(parts, service)
            .await
            .map_err(|_| Problem::new(Kind::BadPath, "the parts of a path are percent-encoded UTF-8"))?;
        Ok(Self(token))
    }
}
