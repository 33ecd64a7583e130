//! Work that must not be left half done.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Is held by whatever is to be done before a stop is complete. Waiting for all of them is waiting until the channel's
/// other end has no sender any more.
pub(super) type Unfinished = mpsc::Sender<std::convert::Infallible>;

/// A future that goes on by itself when it is dropped before it is ready: when the request that waits for it waits no
/// longer, or its client is gone.
pub(super) struct Completing<T: Send + 'static> {
    /// Put there at once: what is wrapped first is copied once more, and a backup has kilobytes.
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    unfinished: Option<Unfinished>,
}

impl<T: Send + 'static> Completing<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        unfinished: Option<Unfinished>,
    ) -> Self {
        Self { work: Some(Box::pin(work)), unfinished }
    }
}

impl<T: Send + 'static> Future for Completing<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let ready = work.as_mut().poll(context);
        if ready.is_ready() {
            self.work = None;
            self.unfinished = None;
        }
        ready
    }
}

impl<T: Send + 'static> Drop for Completing<T> {
    fn drop(&mut self) {
        // Without a runtime the process is ending, and this with it.
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            let unfinished = self.unfinished.take();
            runtime.spawn(async move {
                work.await;
                drop(unfinished);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_is_finished_all_the_same() {
        let (unfinished, mut all) = mpsc::channel(1);
        let (go, wait) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let work = Completing::new(
            async move {
                wait.await.unwrap();
                tell.send(7).unwrap();
            },
            Some(unfinished),
        );
        assert!(timeout(Duration::from_millis(1), work).await.is_err());
        assert!(timeout(Duration::from_millis(1), all.recv()).await.is_err(), "it is still going on");
        go.send(()).unwrap();
        assert_eq!(told.await, Ok(7));
        assert_eq!(all.recv().await, None);
    }
}
