//! What all calls share, and which call goes where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Method, Uri};
use axum::routing::{MethodRouter, get, post};
use metrics_exporter_prometheus::PrometheusHandle;

use super::metrics::{Measure, RouteMetrics};
use super::open_requests::OpenRequests;
use super::problem::{Kind, Problem};
use super::{attributes, health, requests, sessions};
use crate::config::ServerConfig;
use crate::manager::Manager;
use crate::plugin::Plugins;

/// The session service of a manager. A handle: clones are the same service.
#[derive(Clone)]
pub struct Service {
    shared: Arc<Shared>,
}

struct Shared {
    manager: Manager,
    plugins: Arc<Plugins>,
    metrics: PrometheusHandle,
    open_requests: Arc<OpenRequests>,
    max_body_bytes: usize,
    max_attributes: usize,
}

impl Service {
    /// A service of this manager. `plugins` are those whose media types bodies may have, `metrics` is what the
    /// process has measured. A request that is begun and not finished within `request_lease` is dropped.
    #[must_use]
    pub fn new(
        manager: Manager,
        plugins: Arc<Plugins>,
        config: &ServerConfig,
        request_lease: Duration,
        metrics: PrometheusHandle,
    ) -> Self {
        let ServerConfig { max_body_bytes, max_attributes, .. } = *config;
        let open_requests = OpenRequests::new(request_lease);
        let shared = Shared { manager, plugins, metrics, open_requests, max_body_bytes, max_attributes };
        Self { shared: Arc::new(shared) }
    }

    /// Its calls.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        for (path, allow, methods) in [
            ("/v1/sessions", "POST", post(sessions::create)),
            (
                "/v1/sessions/{id}",
                "GET, HEAD, PATCH, DELETE",
                get(sessions::read).head(sessions::peek).patch(sessions::amend).delete(sessions::end),
            ),
            ("/v1/sessions/{id}/renew", "POST", post(sessions::renew)),
            (
                "/v1/sessions/{id}/attributes",
                "GET, HEAD, PUT, PATCH",
                get(attributes::read).put(attributes::replace).patch(attributes::merge),
            ),
            ("/v1/sessions/{id}/attributes/{name}", "GET, HEAD", get(attributes::read_one)),
            ("/v1/requests", "POST", post(requests::begin)),
            ("/v1/requests/{token}/finish", "POST", post(requests::finish)),
            ("/healthz", "GET, HEAD", get(health::health)),
            ("/metrics", "GET, HEAD", get(health::metrics)),
        ] {
            router = router.route(
                path,
                measured(path, methods.fallback(move |method, uri| not_allowed(allow, method, uri))),
            );
        }
        router
            .fallback_service(measured("other", MethodRouter::new().fallback(unknown_path)).with_state(()))
            .with_state(self)
    }

    pub(super) fn manager(&self) -> &Manager {
        &self.shared.manager
    }

    pub(super) fn plugins(&self) -> &Plugins {
        &self.shared.plugins
    }

    pub(super) fn metrics(&self) -> &PrometheusHandle {
        &self.shared.metrics
    }

    pub(super) fn open_requests(&self) -> &Arc<OpenRequests> {
        &self.shared.open_requests
    }

    pub(super) fn max_body_bytes(&self) -> usize {
        self.shared.max_body_bytes
    }

    pub(super) fn max_attributes(&self) -> usize {
        self.shared.max_attributes
    }
}

fn measured<S: Clone + Send + Sync + 'static>(
    path: &'static str,
    methods: MethodRouter<S>,
) -> MethodRouter<S> {
    methods.layer(Measure(RouteMetrics::new(path)))
}

pub(super) async fn not_allowed(allow: &'static str, method: Method, uri: Uri) -> Problem {
    let detail = format_args!("{method} is not for {}, which has {allow}", uri.path()).to_string();
    Problem::new(Kind::MethodNotAllowed, detail).allow(allow)
}

async fn unknown_path(uri: Uri) -> Problem {
    Problem::new(
        Kind::UnknownPath,
        format_args!(
            "{} is nothing here; sessions are at /v1/sessions, see also /healthz and /metrics",
            uri.path()
        ),
    )
}
