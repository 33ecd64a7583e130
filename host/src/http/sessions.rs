//! `/v1/sessions`: sessions as a whole.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::Response;

use super::answer;
use super::call::{Call, Target};
use super::given::How;
use super::problem::Problem;
use super::service::Service;
use crate::manager::ManagerError;

/// `POST /v1/sessions`
pub(super) async fn create(State(service): State<Service>, call: Call) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let written = call.written(&service)?;
    let given = written.new_session(&call.headers)?;

    let mut request = service.manager().begin(call.info.clone(), None).await?;
    request.create()?;
    if let Some(interval) = given.max_inactive_interval {
        request.set_max_inactive_interval(interval)?;
    }
    if let Some(attributes) = given.attributes {
        attributes.apply(How::Replace, &mut request, service.max_attributes())?;
    }
    let finished = request.finish().await?;

    let mut response = answer::session(&finished, &media)?;
    *response.status_mut() = StatusCode::CREATED;
    if let Some(session) = &finished.session {
        let location = format!("/v1/sessions/{}", session.id);
        response.headers_mut().insert(LOCATION, answer::header_value(&location));
    }
    Ok(response)
}

/// `GET /v1/sessions/{id}`
pub(super) async fn read(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let mut request = call.begin(&service, &target.id).await?;
    request.touch_attributes();
    let finished = request.finish().await?;
    answer::session(&finished, &media)
}

/// `HEAD /v1/sessions/{id}`: it is there, and lives on.
pub(super) async fn peek(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let request = call.begin(&service, &target.id).await?;
    answer::head(&request.finish().await?)
}

/// `PATCH /v1/sessions/{id}`
pub(super) async fn amend(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let interval = call.written(&service)?.amendment()?;
    let mut request = call.begin(&service, &target.id).await?;
    request.set_max_inactive_interval(interval)?;
    answer::session(&call.finish(request).await?, &media)
}

/// `POST /v1/sessions/{id}/renew`
pub(super) async fn renew(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let mut request = call.begin(&service, &target.id).await?;
    request.renew()?;
    answer::session(&call.finish(request).await?, &media)
}

/// `DELETE /v1/sessions/{id}`: gone afterwards, whether it was there and whether it could be read.
pub(super) async fn end(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    if call.guard.is_set() {
        return end_if_seen(&service, &target, &call).await;
    }
    // A request without a session refuses to end it, and says before whether it may.
    let mut request = service.manager().begin(call.info, None).await?;
    if let Err(ignored @ ManagerError::IgnoredRequest { .. }) = request.invalidate() {
        return Err(ignored.into());
    }
    let deleted = service.manager().delete(&target.id).await;
    Ok(answer::ended(deleted.as_ref().err()))
}

/// As [`end`], for a client that wants to end only what it has seen.
async fn end_if_seen(service: &Service, target: &Target, call: &Call) -> Result<Response, Problem> {
    let Some(mut request) = call.find(service, &target.id).await? else { return Ok(answer::ended(None)) };
    request.invalidate()?;
    let finished = call.finish(request).await?;
    Ok(answer::ended(finished.failure.as_ref()))
}
