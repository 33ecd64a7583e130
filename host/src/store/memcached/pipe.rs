//! One connection for all that a runtime asks a node: operations are sent as they come, without waiting for answers,
//! and what comes while others are being sent goes with them in one write. The busier a server is, the fewer system
//! calls an operation costs it, and the node.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until, timeout};

use super::wire::{Asked, Fault, take_answer, write_head};
use super::{LONG, LONGEST_IDLE};
use crate::config::NodeAddress;
use crate::store::exchange::{Answer, Operation};

/// Room for answers: made when there is less than the least.
const ROOM: usize = 64 << 10;
const LEAST_ROOM: usize = 4 << 10;

/// Why there are no answers.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fault: Fault,
    /// Which of the operations it met.
    pub(super) position: usize,
    /// Whether there was a connection, so that operations may have been done.
    pub(super) was_connected: bool,
}

/// The connection, and what is to be sent on it. As answers come in the order of operations, each reaches who asked for
/// it, and what nobody waits for any more is dropped when it comes.
pub(super) struct Pipe {
    state: Mutex<State>,
    /// There is something to send, or to end.
    work: Notify,
    /// Whether it was counted that the connection broke.
    break_counted: AtomicBool,
}

#[derive(Default)]
struct State {
    /// What is to be sent: pieces, and behind them what may still grow.
    pieces: VecDeque<Bytes>,
    out: Vec<u8>,
    waiting: VecDeque<Waiting>,
    /// When the last answer came that somebody waited for.
    idle_since: Option<Instant>,
    connected: bool,
    /// Why it never was.
    failed: Option<(io::ErrorKind, String)>,
    /// Nothing is asked on it any more.
    retired: bool,
}

/// Whether a connection is still asked.
enum Left {
    No,
    WithSomebodyWaiting,
    ByAll,
}

/// Who waits for the answers to an exchange.
struct Waiting {
    asked: Vec<Asked>,
    answers: Vec<Answer>,
    tell: Option<oneshot::Sender<Result<Vec<Answer>, Failure>>>,
}

impl Pipe {
    /// Connects in the background, for so long at most; for so long, too, it waits for answers after it was retired.
    pub(super) fn open(address: NodeAddress, patience: Duration) -> Arc<Self> {
        let pipe = Arc::new(Self {
            state: Mutex::default(),
            work: Notify::new(),
            break_counted: AtomicBool::new(false),
        });
        let ending = Ending(Arc::clone(&pipe));
        tokio::spawn(async move {
            let end = ending.0.run(&address, patience).await;
            ending.0.fail(end.err().unwrap_or_else(gone));
        });
        pipe
    }

    /// Has operations done. None: nothing is asked here any more.
    pub(super) async fn ask(
        &self,
        operations: &[Operation<'_>],
        now_seconds: u32,
    ) -> Option<Result<Vec<Answer>, Failure>> {
        let Some(told) = self.send(operations, now_seconds) else {
            let (kind, message) = self.state().failed.clone()?;
            let fault = io::Error::new(kind, message).into();
            return Some(Err(Failure { fault, position: 0, was_connected: false }));
        };
        let gone = |_| Err(Failure { fault: gone(), position: 0, was_connected: true });
        Some(told.await.unwrap_or_else(gone))
    }

    fn send(
        &self,
        operations: &[Operation<'_>],
        now_seconds: u32,
    ) -> Option<oneshot::Receiver<Result<Vec<Answer>, Failure>>> {
        let (tell, told) = oneshot::channel();
        let mut state = self.state();
        if state.waiting.is_empty() && state.idle_since.is_some_and(|since| since.elapsed() > LONGEST_IDLE) {
            state.retired = true;
            self.work.notify_one();
        }
        if state.retired {
            return None;
        }
        for operation in operations {
            write_head(operation, now_seconds, &mut state.out);
            let Some(value) = operation.value() else { continue };
            if value.len() < LONG {
                state.out.extend_from_slice(value);
            } else {
                let out = std::mem::take(&mut state.out);
                state.pieces.extend([out.into(), value.clone()]);
            }
            state.out.extend_from_slice(b"\r\n");
        }
        let asked = operations.iter().map(Asked::from).collect();
        let answers = Vec::with_capacity(operations.len());
        state.waiting.push_back(Waiting { asked, answers, tell: Some(tell) });
        drop(state);
        self.work.notify_one();
        Some(told)
    }

    /// Nothing is asked on it any more; who waits already gets answers for a while.
    pub(super) fn retire(&self) {
        self.state().retired = true;
        self.work.notify_one();
    }

    /// True once: its connection broke while somebody waited.
    pub(super) fn counts_as_broken(&self) -> bool {
        !self.break_counted.swap(true, Ordering::Relaxed)
    }

    /// Until something is wrong, or it is retired and nobody waits for answers any more, or for too long.
    async fn run(&self, address: &NodeAddress, patience: Duration) -> Result<(), Fault> {
        // Nobody waits for longer.
        let connect = timeout(patience, TcpStream::connect((address.host.as_str(), address.port)));
        let stream = connect.await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        stream.set_nodelay(true)?;
        self.state().connected = true;
        let (mut reader, writer) = stream.into_split();
        let mut come = BytesMut::new();
        let mut pieces = VecDeque::new();
        let mut end = None;
        loop {
            while let Some(piece) = self.next_piece(&mut pieces) {
                match writer.try_write(piece) {
                    Ok(sent) => piece.advance(sent),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(error.into()),
                }
            }
            match self.is_left() {
                Left::No => {}
                Left::WithSomebodyWaiting => end = end.or_else(|| Some(Instant::now() + patience)),
                Left::ByAll => return Ok(()),
            }
            if come.capacity() - come.len() < LEAST_ROOM {
                come.reserve(ROOM);
            }
            tokio::select! {
                biased;
                read = reader.read_buf(&mut come) => {
                    if read? == 0 {
                        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                    }
                    self.answer(&mut come)?;
                }
                writable = writer.writable(), if !pieces.is_empty() => writable?,
                // Others that are ready to ask something do so first, and share the write.
                () = self.work.notified() => yield_now().await,
                () = at(end) => return Ok(()),
            }
        }
    }

    fn is_left(&self) -> Left {
        let state = self.state();
        match state.retired {
            false => Left::No,
            true if state.waiting.is_empty() => Left::ByAll,
            true => Left::WithSomebodyWaiting,
        }
    }

    /// The piece that is to be sent now.
    fn next_piece<'p>(&self, pieces: &'p mut VecDeque<Bytes>) -> Option<&'p mut Bytes> {
        while pieces.front().is_some_and(Bytes::is_empty) {
            pieces.pop_front();
        }
        if pieces.is_empty() {
            let mut state = self.state();
            std::mem::swap(&mut state.pieces, pieces);
            if !state.out.is_empty() {
                let room = state.out.len();
                let out = std::mem::replace(&mut state.out, Vec::with_capacity(room));
                pieces.push_back(out.into());
            }
        }
        pieces.front_mut()
    }

    /// Gives everybody the answers that have come.
    fn answer(&self, come: &mut BytesMut) -> Result<(), Fault> {
        let mut state = self.state();
        while !come.is_empty() {
            let Some(first) = state.waiting.front_mut() else {
                return Err(Fault::Protocol("an answer to no question".to_owned()));
            };
            let position = first.answers.len();
            let Some(asked) = first.asked.get(position) else { return Ok(()) };
            match take_answer(come, *asked) {
                Ok(Some(answer)) => first.answers.push(answer),
                Ok(None) => return Ok(()),
                Err(fault @ Fault::Refused(_)) => {
                    // Only this operation failed; its line is all that there is of the answer.
                    let end = memchr::memchr(b'\n', come).map_or(come.len(), |end| end + 1);
                    come.advance(end);
                    // Nobody looks at it any more.
                    first.answers.push(Answer::Set);
                    first.tell(Err(Failure { fault, position, was_connected: true }));
                }
                Err(fault) => return Err(fault),
            }
            if first.answers.len() == first.asked.len() {
                let answers = std::mem::take(&mut first.answers);
                first.tell(Ok(answers));
                state.waiting.pop_front();
                if state.waiting.is_empty() {
                    state.idle_since = Some(Instant::now());
                }
            }
        }
        Ok(())
    }

    /// Ends it, and tells everybody why. What is wrong was met by who waits for the next answer; others only lost the
    /// connection.
    fn fail(&self, fault: Fault) {
        let mut state = self.state();
        state.retired = true;
        let was_connected = state.connected;
        let kind = match &fault {
            Fault::Io(error) => error.kind(),
            _ => io::ErrorKind::ConnectionAborted,
        };
        let message = match &fault {
            Fault::Io(error) => error.to_string(),
            _ => "it was closed after an answer that makes no sense".to_owned(),
        };
        if !was_connected {
            // The first reason is the true one; a second one comes when the task ends.
            state.failed.get_or_insert_with(|| (kind, message.clone()));
        }
        let mut fault = Some(fault);
        for mut waiting in std::mem::take(&mut state.waiting) {
            let position = waiting.answers.len();
            let other = || Fault::Io(io::Error::new(kind, message.clone()));
            let fault = fault.take().unwrap_or_else(other);
            waiting.tell(Err(Failure { fault, position, was_connected }));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What is done under the lock cannot leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn tell(&mut self, result: Result<Vec<Answer>, Failure>) {
        if let Some(tell) = self.tell.take() {
            // Who waits no longer has given up.
            let _ = tell.send(result);
        }
    }
}

/// Where the runtime ends, or the task by a panic, nobody may wait for ever.
struct Ending(Arc<Pipe>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.fail(gone());
    }
}

/// Ready then; without a time never. A timer is made only for one.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

fn gone() -> Fault {
    Fault::Io(io::Error::new(io::ErrorKind::ConnectionAborted, "the connection was given up"))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// A pipe, and the node's end of its connection.
    async fn connected() -> (Arc<Pipe>, TcpStream) {
        let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = node.local_addr().unwrap().port();
        let pipe = Pipe::open(NodeAddress { host: "127.0.0.1".to_owned(), port }, PATIENCE);
        (pipe, node.accept().await.unwrap().0)
    }

    /// Asks for touches; what comes is whether each key was there.
    fn touch(pipe: &Pipe, keys: &[&str]) -> Option<oneshot::Receiver<Result<Vec<Answer>, Failure>>> {
        let expiry = crate::store::Expiry::Never;
        let operations: Vec<_> = keys.iter().map(|key| Operation::Touch { key, expiry }).collect();
        pipe.send(&operations, 0)
    }

    fn found(answers: Result<Vec<Answer>, Failure>) -> Vec<bool> {
        let found = |answer: Answer| match answer {
            Answer::Found(found) => found,
            other => panic!("{other:?}"),
        };
        answers.unwrap().into_iter().map(found).collect()
    }

    async fn read(node: &mut TcpStream, lines: &str) {
        let mut come = vec![0; lines.len()];
        node.read_exact(&mut come).await.unwrap();
        assert_eq!(String::from_utf8(come).unwrap(), lines);
    }

    #[tokio::test]
    async fn what_is_asked_meanwhile_is_sent_without_waiting_and_each_gets_its_own_answer() {
        let (pipe, mut node) = connected().await;
        let asked = [touch(&pipe, &["a", "b"]).unwrap(), touch(&pipe, &["c"]).unwrap()];
        read(&mut node, "mg a T0\r\nmg b T0\r\nmg c T0\r\n").await;
        // Answers come in any pieces.
        for piece in ["H", "D\r\nEN\r\nEN\r", "\n"] {
            node.write_all(piece.as_bytes()).await.unwrap();
            yield_now().await;
        }
        let [first, second] = asked;
        assert_eq!(found(first.await.unwrap()), [true, false]);
        assert_eq!(found(second.await.unwrap()), [false]);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_no_answer_to_who_asks_next() {
        let (pipe, mut node) = connected().await;
        drop(touch(&pipe, &["a"]).unwrap());
        let next = touch(&pipe, &["b"]).unwrap();
        read(&mut node, "mg a T0\r\nmg b T0\r\n").await;
        node.write_all(b"HD\r\nEN\r\n").await.unwrap();
        assert_eq!(found(next.await.unwrap()), [false]);
    }

    #[tokio::test]
    async fn an_operation_that_the_node_refuses_fails_alone() {
        let (pipe, mut node) = connected().await;
        let refused = touch(&pipe, &["a", "b"]).unwrap();
        let next = touch(&pipe, &["c"]).unwrap();
        node.write_all(b"HD\r\nSERVER_ERROR out of memory\r\nHD\r\n").await.unwrap();
        let Failure { fault, position, was_connected } = refused.await.unwrap().unwrap_err();
        assert!(matches!(&fault, Fault::Refused(why) if why.contains("out of memory")), "{fault:?}");
        assert_eq!((position, was_connected), (1, true));
        assert_eq!(found(next.await.unwrap()), [true]);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_told_to_all_who_wait_and_asked_no_more() {
        let (pipe, mut node) = connected().await;
        let asked = [touch(&pipe, &["a", "b"]).unwrap(), touch(&pipe, &["c"]).unwrap()];
        node.write_all(b"HD\r\n").await.unwrap();
        read(&mut node, "mg a T0\r\nmg b T0\r\nmg c T0\r\n").await;
        drop(node);
        let mut positions = Vec::new();
        for asked in asked {
            let failure = asked.await.unwrap().unwrap_err();
            assert!(failure.was_connected && matches!(failure.fault, Fault::Io(_)), "{failure:?}");
            positions.push(failure.position);
        }
        assert_eq!(positions, [1, 0]);
        assert!(touch(&pipe, &["d"]).is_none());
        assert!(pipe.ask(&[], 0).await.is_none());
        assert_eq!([pipe.counts_as_broken(), pipe.counts_as_broken()], [true, false]);
    }

    #[tokio::test]
    async fn an_answer_to_no_question_ends_the_connection() {
        let (pipe, mut node) = connected().await;
        node.write_all(b"HD\r\n").await.unwrap();
        let mut rest = Vec::new();
        node.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty() && touch(&pipe, &["a"]).is_none());
    }

    #[tokio::test]
    async fn where_nobody_listens_each_who_asks_hears_it() {
        let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = node.local_addr().unwrap().port();
        drop(node);
        let pipe = Pipe::open(NodeAddress { host: "127.0.0.1".to_owned(), port }, PATIENCE);
        for _ in 0..2 {
            let operation = Operation::Get { key: "k" };
            let failure = pipe.ask(&[operation], 0).await.unwrap().unwrap_err();
            assert!(!failure.was_connected, "{failure:?}");
            let Fault::Io(error) = failure.fault else { panic!("{failure:?}") };
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
        }
    }

    #[tokio::test]
    async fn one_that_is_retired_ends_when_the_answers_have_come_that_are_waited_for() {
        let (pipe, mut node) = connected().await;
        let asked = touch(&pipe, &["a"]).unwrap();
        pipe.retire();
        assert!(touch(&pipe, &["b"]).is_none());
        read(&mut node, "mg a T0\r\n").await;
        node.write_all(b"HD\r\n").await.unwrap();
        assert_eq!(found(asked.await.unwrap()), [true]);
        let mut rest = Vec::new();
        node.read_to_end(&mut rest).await.unwrap();
        assert!(rest.is_empty());
    }

    #[tokio::test]
    async fn one_that_was_idle_for_long_is_not_asked_any_more() {
        let (pipe, mut node) = connected().await;
        let asked = touch(&pipe, &["a"]).unwrap();
        node.write_all(b"HD\r\n").await.unwrap();
        assert_eq!(found(asked.await.unwrap()), [true]);
        let idle_since = pipe.state().idle_since.unwrap();
        pipe.state().idle_since = Some(idle_since.checked_sub(LONGEST_IDLE).unwrap());
        assert!(touch(&pipe, &["b"]).is_none());
    }
}
