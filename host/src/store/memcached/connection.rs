//! One connection: operations, their answers, the next operations.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::wire::{Fault, read_answer, write_head};
use crate::config::NodeAddress;
use crate::store::exchange::{Answer, Operation};

/// Longer than this a connection is not kept unused: what lies between may have forgotten it without a word.
const LONGEST_IDLE: Duration = Duration::from_secs(90);

/// A value that is shorter is copied, to be sent with what stands around it.
const LONG: usize = 16 << 10;

/// A connection that has no question open. Whoever asks takes it, and gives it back with the answers alone: an exchange
/// that ends in any other way, also by being dropped, takes the connection with it. So no answer reaches the wrong
/// question.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    out: Vec<u8>,
    line: Vec<u8>,
    last_used: Instant,
}

impl Connection {
    pub(super) async fn open(address: &NodeAddress) -> io::Result<Self> {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            out: Vec::new(),
            line: Vec::new(),
            last_used: Instant::now(),
        })
    }

    /// Whether a question asked now has a chance of being answered: nothing waits to be read, neither the end nor what
    /// nobody asked for.
    pub(super) fn is_usable(&self) -> bool {
        let nothing_to_read =
            |read: io::Result<usize>| read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.last_used.elapsed() < LONGEST_IDLE && nothing_to_read(self.stream.get_ref().try_read(&mut [0]))
    }

    /// Has operations done. With a fault: which of them it met.
    pub(super) async fn exchange(
        mut self,
        operations: &[Operation<'_>],
        now_seconds: u32,
    ) -> Result<(Self, Vec<Answer>), (usize, Fault)> {
        self.write(operations, now_seconds).await.map_err(|error| (0, error.into()))?;
        let mut answers = Vec::with_capacity(operations.len());
        for (position, operation) in operations.iter().enumerate() {
            let answer = read_answer(&mut self.stream, operation, &mut self.line).await;
            answers.push(answer.map_err(|fault| (position, fault))?);
        }
        if !self.stream.buffer().is_empty() {
            let more = Fault::Protocol("more answers than questions".to_owned());
            return Err((operations.len(), more));
        }
        self.last_used = Instant::now();
        Ok((self, answers))
    }

    async fn write(&mut self, operations: &[Operation<'_>], now_seconds: u32) -> io::Result<()> {
        self.out.clear();
        for operation in operations {
            write_head(operation, now_seconds, &mut self.out);
            let Some(value) = operation.value() else { continue };
            if value.len() < LONG {
                self.out.extend_from_slice(value);
            } else {
                self.stream.get_mut().write_all(&self.out).await?;
                self.out.clear();
                self.stream.get_mut().write_all(value).await?;
            }
            self.out.extend_from_slice(b"\r\n");
        }
        self.stream.get_mut().write_all(&self.out).await
    }
}
