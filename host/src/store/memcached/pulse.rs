//! Whether a memcached answers, asked on a connection that is kept for it.
//!
//! One that was started again has lost what it had. The connections of operations do not tell of it: one that broke
//! while nobody asked is opened anew. This one is asked every now and then.

use std::io;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use super::super::{Node, StoreError};
use super::MemcachedNode;

/// More than the answer has.
const LONGEST_LINE: usize = 64;

/// The connection.
#[derive(Default)]
pub(super) struct Pulse(Mutex<Option<TcpStream>>);

impl Pulse {
    /// Asks. All who want to know at the same time wait for the same connection, and for no longer than the first.
    pub(super) async fn feel(&self, node: &MemcachedNode) -> Result<(), StoreError> {
        let felt = tokio::time::timeout(node.operation_timeout, self.ask(node)).await;
        let result = felt.unwrap_or_else(|_| Err(node.timed_out()));
        if result.is_err() {
            // The next operation looks the host up again.
            node.close();
        }
        result
    }

    async fn ask(&self, node: &MemcachedNode) -> Result<(), StoreError> {
        let mut kept = self.0.lock().await;
        // Out of its place, so that one that is given up is never used again.
        if let Some(mut stream) = kept.take() {
            if let Ok(line) = exchange(&mut stream).await {
                return check(node, &line).map(|()| *kept = Some(stream));
            }
            node.breaks.fetch_add(1, Ordering::Relaxed);
            node.close();
        }
        let unavailable = |source| StoreError::Unavailable { node: node.name.to_string(), source };
        let connect = TcpStream::connect((node.address.host.as_str(), node.address.port));
        let mut stream = connect.await.map_err(unavailable)?;
        let line = exchange(&mut stream).await.map_err(unavailable)?;
        check(node, &line).map(|()| *kept = Some(stream))
    }
}

/// The answer to an operation that does nothing.
async fn exchange(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    stream.write_all(b"mn\r\n").await?;
    let mut line = Vec::with_capacity(LONGEST_LINE);
    while line.len() < LONGEST_LINE && !line.ends_with(b"\n") {
        if stream.read_buf(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(line)
}

fn check(node: &MemcachedNode, line: &[u8]) -> Result<(), StoreError> {
    if line == b"MN\r\n" {
        return Ok(());
    }
    let line = String::from_utf8_lossy(line.get(..LONGEST_LINE).unwrap_or(line));
    Err(StoreError::Protocol { node: node.name.to_string(), message: format!("`{}`", line.trim_end()) })
}
