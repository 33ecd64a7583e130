//! What all calls share, and which call goes where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Method, Uri};
use axum::routing::{MethodRouter, get, post};
use metrics_exporter_prometheus::PrometheusHandle;

use super::metrics::RouteMetrics;
use super::open_requests::OpenRequests;
use super::problem::{Kind, Problem};
use super::{attributes, health, requests, sessions};
use crate::config::ServerConfig;
use crate::manager::Manager;
use crate::plugin::Plugins;

/// Makes the handlers of a route.
type Methods = fn(&Arc<RouteMetrics>) -> MethodRouter<Service>;

/// Each route, what may be asked of it, and who answers.
const CALLS: [(&str, &str, Methods); 9] = [
    ("/v1/sessions", "POST", |route| post(route.of(sessions::create))),
    ("/v1/sessions/{id}", "GET, HEAD, PATCH, DELETE", |route| {
        get(route.of(sessions::read))
            .head(route.of(sessions::peek))
            .patch(route.of(sessions::amend))
            .delete(route.of(sessions::end))
    }),
    ("/v1/sessions/{id}/renew", "POST", |route| post(route.of(sessions::renew))),
    ("/v1/sessions/{id}/attributes", "GET, HEAD, PUT, PATCH", |route| {
        get(route.of(attributes::read)).put(route.of(attributes::replace)).patch(route.of(attributes::merge))
    }),
    ("/v1/sessions/{id}/attributes/{name}", "GET, HEAD", |route| get(route.of(attributes::read_one))),
    ("/v1/requests", "POST", |route| post(route.of(requests::begin))),
    ("/v1/requests/{token}/finish", "POST", |route| post(route.of(requests::finish))),
    ("/healthz", "GET, HEAD", |route| get(route.of(health::health))),
    ("/metrics", "GET, HEAD", |route| get(route.of(health::metrics))),
];

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
        for (path, allow, methods) in CALLS {
            let route = RouteMetrics::new(path);
            let refuse = route.of(move |method, uri| not_allowed(allow, method, uri));
            router = router.route(path, methods(&route).fallback(refuse));
        }
        router.fallback(RouteMetrics::new("other").of(unknown_path)).with_state(self)
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
