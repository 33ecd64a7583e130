//! Listens, and stops without losing what was begun.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Histograms are kept as single values until they are folded into buckets; this often keeps them few.
const UPKEEP: Duration = Duration::from_secs(5);

/// Whether all requests were answered when the server stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// All of them.
    Cleanly,
    /// Some were still running when the time was over.
    WithRequestsLeft,
}

/// Serves until `stop` is done; then takes no further connection and gives the requests that are running
/// `patience` to end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    metrics: PrometheusHandle,
    stop: impl Future<Output = ()> + Send + 'static,
    patience: Duration,
) -> io::Result<Stopped> {
    let upkeep = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            metrics.run_upkeep();
        }
    });
    // An answer is one small packet: it must not wait for another one to travel with.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY: {error}");
        }
    });
    let (stopping, stopped) = oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        // The receiver is gone only when the server has ended by itself.
        let _ = stopping.send(());
    });
    let out_of_patience = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(patience).await,
            Err(_) => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        ended = server.into_future() => ended.map(|()| Stopped::Cleanly),
        () = out_of_patience => Ok(Stopped::WithRequestsLeft),
    };
    upkeep.abort();
    outcome
}
