//! Threads that serve connections, each with a runtime of its own.
//!
//! A runtime of many threads moves a request between them whenever it waits, and with it all that it uses from one
//! processor's cache to the other's: with two threads that nearly doubled what a request costs. Here a connection stays
//! with the thread that got it, and so do the connections to nodes that its requests use. What is not a request, such as
//! the admin service, the watch of nodes and the upkeep of sessions, has a thread elsewhere, which no request holds up.

use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::processor::{Place, Processors};

/// A timer that becomes the first of its runtime's wakes the thread that waits for events, by a system call. Requests
/// have several; while there are connections, one is always due before them. As often a lane's [`Place`] is seen to.
const BEAT: Duration = Duration::from_millis(50);

/// The runtimes. They end when this is dropped, without waiting for anything.
pub struct Lanes(Vec<(Runtime, Place)>);

impl Lanes {
    /// As many as there are processors for this process. `builder` makes runtimes of one thread.
    ///
    /// # Errors
    /// When a runtime cannot be made.
    pub fn start(builder: impl Fn() -> Builder) -> io::Result<Self> {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        let processors = Processors::of_this_thread();
        let runtime = |lane| {
            let place = processors.place(lane);
            let processors = processors.clone();
            let runtime = builder().on_thread_start(move || processors.free_this_thread()).build()?;
            Ok((runtime, place))
        };
        (0..count).map(runtime).collect::<io::Result<_>>().map(Self)
    }

    /// Has each serve what it is handed, until `stop` is true and its connections have ended.
    pub(super) fn serve(
        &self,
        router: &Router,
        address: SocketAddr,
        stop: &watch::Receiver<bool>,
    ) -> (Accepting, Vec<JoinHandle<io::Result<()>>>) {
        let lanes = self.0.iter().map(|(runtime, place)| {
            serve(runtime.handle(), place.clone(), router.clone(), address, stop.clone())
        });
        let (lanes, served) = lanes.unzip();
        (Accepting(lanes), served)
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // A plugin's call that does not end must not keep the process from ending.
        self.0.drain(..).for_each(|(runtime, _)| runtime.shutdown_background());
    }
}

fn serve(
    runtime: &Handle,
    place: Place,
    router: Router,
    address: SocketAddr,
    mut stop: watch::Receiver<bool>,
) -> (Lane, JoinHandle<io::Result<()>>) {
    let (to_lane, streams) = mpsc::unbounded_channel();
    let stopped = async move {
        // Without a sender nobody can stop it any more but the end of the process.
        if stop.wait_for(|stop| *stop).await.is_err() {
            pending::<()>().await;
        }
    };
    let handed = Handed { streams, address, beats: Arc::default(), place };
    let served =
        runtime.spawn(async move { axum::serve(handed, router).with_graceful_shutdown(stopped).await });
    (Lane { to_lane, open: Arc::new(()) }, served)
}

/// Hands connections to the lanes.
pub(super) struct Accepting(Vec<Lane>);

struct Lane {
    to_lane: mpsc::UnboundedSender<Accepted>,
    /// Cloned for each connection that is open.
    open: Arc<()>,
}

struct Accepted {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    open: Arc<()>,
}

impl Accepting {
    /// To the lane that has the fewest.
    pub(super) fn hand(&self, stream: TcpStream, peer: SocketAddr) {
        let Some(lane) = self.0.iter().min_by_key(|lane| Arc::strong_count(&lane.open)) else { return };
        // An answer is one small packet: it must not wait for another one to travel with.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!("cannot set TCP_NODELAY: {error}");
        }
        match stream.into_std() {
            Ok(stream) => {
                // The receiver is gone when the server stops, and takes no connection any more.
                let _ = lane.to_lane.send(Accepted { stream, peer, open: Arc::clone(&lane.open) });
            }
            Err(error) => tracing::warn!("a connection was lost: {error}"),
        }
    }
}

/// The connections of one lane.
struct Handed {
    streams: mpsc::UnboundedReceiver<Accepted>,
    address: SocketAddr,
    /// Whether the timer runs.
    beats: Arc<AtomicBool>,
    place: Place,
}

impl Handed {
    fn beat(&self, open: &Arc<()>) {
        if self.beats.swap(true, Ordering::SeqCst) {
            return;
        }
        let (beats, open) = (Arc::clone(&self.beats), Arc::downgrade(open));
        let place = self.place.clone();
        tokio::spawn(async move {
            loop {
                let mut watch = place.watch();
                // The lane itself has one.
                while open.strong_count() > 1 {
                    sleep(BEAT).await;
                    watch.look(BEAT);
                }
                beats.store(false, Ordering::SeqCst);
                // A connection that came in between has seen it running.
                if open.strong_count() <= 1 || beats.swap(true, Ordering::SeqCst) {
                    return;
                }
            }
        });
    }
}

impl Listener for Handed {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        while let Some(Accepted { stream, peer, open }) = self.streams.recv().await {
            match TcpStream::from_std(stream) {
                Ok(stream) => {
                    self.beat(&open);
                    return (Connection { stream, _open: open }, peer);
                }
                Err(error) => tracing::warn!("a connection was lost: {error}"),
            }
        }
        pending().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// A connection that its lane counts. It takes head and body of an answer as one piece: to put them together costs less
/// than to hand the system two.
struct Connection {
    stream: TcpStream,
    _open: Arc<()>,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const EACH: usize = 3;

    /// What the service says: the thread that answers.
    async fn ask(client: &mut TcpStream) -> String {
        client.write_all(b"GET / HTTP/1.1\r\nhost: h\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with(')') {
            let mut piece = [0; 512];
            let read = client.read(&mut piece).await.unwrap();
            assert_ne!(read, 0, "{answer}");
            answer.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        answer.rsplit("\r\n").next().unwrap().to_owned()
    }

    #[test]
    fn connections_are_shared_out_evenly_and_each_stays_with_its_thread_until_the_service_stops() {
        let builder = || {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(1).enable_all();
            builder
        };
        let lanes = Lanes::start(builder).unwrap();
        builder().build().unwrap().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let router = Router::new().route("/", get(async || format!("{:?}", std::thread::current().id())));
            let (stop, stopped) = watch::channel(false);
            let (accepting, served) = lanes.serve(&router, address, &stopped);
            let connect = async || {
                let client = TcpStream::connect(address).await.unwrap();
                let (stream, peer) = listener.accept().await.unwrap();
                accepting.hand(stream, peer);
                client
            };

            let mut clients = HashMap::<String, Vec<TcpStream>>::new();
            for _ in 0..EACH * served.len() {
                let mut client = connect().await;
                clients.entry(ask(&mut client).await).or_default().push(client);
            }
            assert_eq!(clients.len(), served.len());
            for (thread, clients) in &mut clients {
                assert_eq!(clients.len(), EACH);
                for client in clients {
                    assert_eq!(ask(client).await, *thread);
                }
            }

            // Where connections have ended there is room.
            let thread = clients.keys().next().unwrap().clone();
            clients.remove(&thread);
            while accepting.0.iter().all(|lane| Arc::strong_count(&lane.open) > EACH) {
                sleep(Duration::from_millis(1)).await;
            }
            let mut client = connect().await;
            assert_eq!(ask(&mut client).await, thread);

            stop.send_replace(true);
            for served in served {
                served.await.unwrap().unwrap();
            }
            assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
        });
    }
}
