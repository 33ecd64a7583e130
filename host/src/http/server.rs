//! Listens, and stops without losing what was begun.

use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use super::lanes::{Accepting, Lanes};

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
    lanes: &Lanes,
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
    let (stopping, stopped) = watch::channel(false);
    let (accepting, served) = lanes.serve(&router, listener.local_addr()?, &stopped);
    accept(listener, accepting, stop).await;
    stopping.send_replace(true);
    let all = async {
        for lane in served {
            // A lane that panicked has no requests left.
            if let Ok(ended) = lane.await {
                ended?;
            }
        }
        Ok(Stopped::Cleanly)
    };
    let outcome = timeout(patience, all).await.unwrap_or(Ok(Stopped::WithRequestsLeft));
    upkeep.abort();
    outcome
}

async fn accept(mut listener: TcpListener, lanes: Accepting, stop: impl Future<Output = ()>) {
    let accept = async {
        loop {
            // What is wrong with a connection, or with their number, is seen to there.
            let (stream, peer) = Listener::accept(&mut listener).await;
            lanes.hand(stream, peer);
        }
    };
    tokio::select! {
        () = accept => {}
        () = stop => {}
    }
}
