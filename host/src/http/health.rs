//! `/healthz` and `/metrics`: how the service is.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::service::Service;

/// A node that takes longer than this to say that it is there is as good as gone for whoever asks about health.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /healthz`. The status is 200 as long as the process answers: a node that is down is no reason to restart the
/// service, which may well hold the only copy of its sessions.
pub(super) async fn health(State(service): State<Service>) -> Response {
    let manager = service.manager();
    let mut pings = JoinSet::new();
    for (position, member) in manager.nodes().all().iter().enumerate() {
        let node = std::sync::Arc::clone(&member.node);
        pings.spawn(async move { (position, matches!(timeout(PATIENCE, node.ping()).await, Ok(Ok(())))) });
    }
    let mut reachable = vec![false; manager.nodes().all().len()];
    while let Some(pinged) = pings.join_next().await {
        if let Ok((position, answered)) = pinged
            && let Some(slot) = reachable.get_mut(position)
        {
            *slot = answered;
        }
    }
    let nodes: Map<String, Value> = manager
        .nodes()
        .all()
        .iter()
        .zip(&reachable)
        .map(|(member, reachable)| {
            let name = member.id.clone().unwrap_or_else(|| member.node.name().to_owned());
            (name, Value::from(if *reachable { "ok" } else { "unreachable" }))
        })
        .collect();
    let body = json!({
        "status": if reachable.contains(&false) { "degraded" } else { "ok" },
        "version": env!("CARGO_PKG_VERSION"),
        "serializer": manager.serializers().writer().name(),
        "nodes": nodes,
    });
    text("application/json", body.to_string())
}

/// `GET /metrics`
pub(super) async fn metrics(State(service): State<Service>) -> Response {
    text(
        "text/plain; version=0.0.4; charset=utf-8",
        service.metrics().render() + &service.manager().statistics().to_prometheus(),
    )
}

fn text(media_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")], body).into_response()
}
