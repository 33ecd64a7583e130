//! Counts and times calls, without a lock and without a look-up by name on the way of a call.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::response::Response;
use metrics::{Counter, Histogram, counter, describe_counter, describe_histogram, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusRecorder};
use pin_project_lite::pin_project;

const REQUESTS: &str = "holdfast_http_requests_total";
const SECONDS: &str = "holdfast_http_request_duration_seconds";

/// From what an embedded node answers in to what a client gives up at.
const BUCKETS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
const STATUSES: [u16; 16] = [200, 201, 204, 400, 404, 405, 406, 409, 410, 412, 413, 415, 422, 500, 501, 503];

/// A recorder that keeps metrics for Prometheus. The program installs it for the whole process; nothing else does.
///
/// # Errors
/// Never with these bucket limits; the builder cannot know.
pub fn recorder() -> Result<PrometheusRecorder, BuildError> {
    Ok(PrometheusBuilder::new().set_buckets(&BUCKETS)?.build_recorder())
}

/// What is counted of one route, each in a series that is made when it first counts something.
#[derive(Debug)]
pub(super) struct RouteMetrics {
    route: &'static str,
    requests: [[OnceLock<Counter>; STATUSES.len() + 1]; METHODS.len() + 1],
    seconds: [OnceLock<Histogram>; METHODS.len() + 1],
}

impl RouteMetrics {
    pub(super) fn new(route: &'static str) -> Arc<Self> {
        describe_counter!(REQUESTS, "Answers given to HTTP requests");
        describe_histogram!(SECONDS, metrics::Unit::Seconds, "Time from the head of a request to its answer");
        Arc::new(Self { route, requests: Default::default(), seconds: Default::default() })
    }

    /// One of the route's handlers, measured.
    pub(super) fn of<H>(self: &Arc<Self>, handler: H) -> Measured<H> {
        Measured { handler, metrics: Arc::clone(self) }
    }

    fn count(&self, method: &Method, status: u16, started: Instant) {
        let method_at = METHODS.iter().position(|known| known == method).unwrap_or(METHODS.len());
        let status_at = STATUSES.iter().position(|known| *known == status).unwrap_or(STATUSES.len());
        let method = || METHODS.get(method_at).map_or("other", Method::as_str).to_owned();
        if let Some(series) = self.requests.get(method_at).and_then(|of_method| of_method.get(status_at)) {
            series
                .get_or_init(|| {
                    let status = STATUSES.get(status_at).map_or("other".to_owned(), u16::to_string);
                    counter!(REQUESTS, "route" => self.route, "method" => method(), "status" => status)
                })
                .increment(1);
        }
        if let Some(series) = self.seconds.get(method_at) {
            series
                .get_or_init(|| histogram!(SECONDS, "route" => self.route, "method" => method()))
                .record(started.elapsed());
        }
    }
}

/// A handler whose calls are measured. axum's layers would do it too, for another box around each call and its answer.
#[derive(Debug, Clone)]
pub(super) struct Measured<H> {
    handler: H,
    metrics: Arc<RouteMetrics>,
}

impl<H: Handler<T, S>, T, S> Handler<T, S> for Measured<H> {
    type Future = Measuring<H::Future>;

    fn call(self, request: Request, state: S) -> Self::Future {
        let (started, method) = (Instant::now(), request.method().clone());
        Measuring { answer: self.handler.call(request, state), metrics: self.metrics, started, method }
    }
}

pin_project! {
    /// An answer that is awaited.
    pub(super) struct Measuring<F> {
        #[pin]
        answer: F,
        metrics: Arc<RouteMetrics>,
        started: Instant,
        method: Method,
    }
}

impl<F: Future<Output = Response>> Future for Measuring<F> {
    type Output = Response;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let this = self.project();
        let answer = ready!(this.answer.poll(context));
        this.metrics.count(this.method, answer.status().as_u16(), *this.started);
        Poll::Ready(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_method_and_status_is_a_series_of_its_own() {
        let recorder = recorder().unwrap();
        metrics::with_local_recorder(&recorder, || {
            let metrics = RouteMetrics::new("/v1/sessions");
            let started = Instant::now();
            metrics.count(&Method::POST, 201, started);
            metrics.count(&Method::POST, 201, started);
            metrics.count(&Method::TRACE, 299, started);
        });
        let text = recorder.handle().render();
        for line in [
            "holdfast_http_requests_total{route=\"/v1/sessions\",method=\"POST\",status=\"201\"} 2",
            "holdfast_http_requests_total{route=\"/v1/sessions\",method=\"other\",status=\"other\"} 1",
            "holdfast_http_request_duration_seconds_bucket{route=\"/v1/sessions\",method=\"POST\",le=\"5\"} 2",
        ] {
            assert!(text.contains(line), "{text}");
        }
    }
}
