//! `/v1/sessions/{id}/attributes`: what is in a session.

use axum::extract::State;
use axum::response::Response;

use super::call::{Call, Target};
use super::given::How;
use super::problem::{Kind, Problem};
use super::service::Service;
use super::{answer, forms};

/// `GET /v1/sessions/{id}/attributes`
pub(super) async fn read(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let mut request = call.begin(&service, &target.id).await?;
    request.touch_attributes();
    answer::attributes(&call.finish(request).await?, &media)
}

/// `GET /v1/sessions/{id}/attributes/{name}`
pub(super) async fn read_one(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    let media = call.answer_media(&service)?;
    let mut request = call.begin(&service, &target.id).await?;
    let Some(value) = request.attribute(&target.name)? else { return Err(unknown_attribute(&target)) };
    let body = forms::write_value(&target.name, &value, &media)?;
    drop(value);
    answer::with_body(&call.finish(request).await?, &media, body)
}

/// `PUT /v1/sessions/{id}/attributes`
pub(super) async fn replace(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    change(&service, &target, &call, How::Replace).await
}

/// `PATCH /v1/sessions/{id}/attributes`
pub(super) async fn merge(
    State(service): State<Service>,
    target: Target,
    call: Call,
) -> Result<Response, Problem> {
    change(&service, &target, &call, How::Merge).await
}

async fn change(service: &Service, target: &Target, call: &Call, how: How) -> Result<Response, Problem> {
    let media = call.answer_media(service)?;
    let written = call.written(service)?;
    let given = written.attributes()?;
    let mut request = call.begin(service, &target.id).await?;
    given.apply(how, &mut request, service.max_attributes())?;
    answer::session(&call.finish(request).await?, &media)
}

fn unknown_attribute(target: &Target) -> Problem {
    let name = &target.name;
    Problem::new(Kind::UnknownAttribute, format_args!("the session has no attribute `{name}`"))
        .with("attribute", name.as_str())
}
