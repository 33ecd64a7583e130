//! The keys of a memcached: its crawler writes a line for each item.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::super::StoreError;
use super::MemcachedNode;

/// How long a list may take as a whole. Between two lines, the operation timeout counts.
const LONGEST_LIST: Duration = Duration::from_secs(60);

/// What is read of a list at most.
const LARGEST_LIST: u64 = 1 << 30;

/// Only one client at a time may crawl.
const WHEN_BUSY: Duration = Duration::from_millis(50);

enum Line {
    Key(String),
    /// A key that is no UTF-8; none of ours.
    Foreign,
    End,
    Busy,
    Other(String),
}

/// A connection of its own is used, and thrown away: a list that is given up midway would leave its rest to the next
/// question.
pub(super) async fn keys(node: &MemcachedNode) -> Result<Vec<String>, StoreError> {
    let end = Instant::now() + LONGEST_LIST;
    loop {
        if let Some(keys) = crawl(node, end).await? {
            return Ok(keys);
        }
        if Instant::now() >= end {
            return Err(StoreError::Refused {
                node: node.name.to_string(),
                message: "its crawler is busy; list the keys later".to_owned(),
            });
        }
        sleep(WHEN_BUSY).await;
    }
}

/// None: another client crawls.
async fn crawl(node: &MemcachedNode, end: Instant) -> Result<Option<Vec<String>>, StoreError> {
    let unavailable = |source| StoreError::Unavailable { node: node.name.to_string(), source };
    let step = node.operation_timeout;
    let connect = timeout(step, ask(node)).await;
    let stream = connect.map_err(|_| node.timed_out())?.map_err(unavailable)?;
    let mut lines = BufReader::new(stream.take(LARGEST_LIST));
    let mut line = Vec::new();
    let mut keys = Vec::new();
    loop {
        line.clear();
        let read = timeout(step, lines.read_until(b'\n', &mut line)).await;
        if read.is_err() || Instant::now() >= end {
            return Err(node.timed_out());
        }
        match parse(&line) {
            Line::Key(key) => keys.push(key),
            Line::Foreign => {}
            Line::End => return Ok(Some(keys)),
            Line::Busy => return Ok(None),
            Line::Other(_) if line.is_empty() => {
                return Err(unavailable(io::Error::from(io::ErrorKind::UnexpectedEof)));
            }
            Line::Other(text) => {
                return Err(StoreError::Refused {
                    node: node.name.to_string(),
                    message: format!("asked for its keys, it said `{text}`; its lru_crawler must be on"),
                });
            }
        }
    }
}

async fn ask(node: &MemcachedNode) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect((node.address.host.as_str(), node.address.port)).await?;
    stream.write_all(b"lru_crawler metadump all\r\n").await?;
    Ok(stream)
}

/// `key=foo%20 exp=1700000000 la=... cas=... fetch=no cls=1 size=63`
fn parse(line: &[u8]) -> Line {
    let line = line.trim_ascii_end();
    match line.strip_prefix(b"key=") {
        Some(rest) => {
            let key = rest.split(|&byte| byte == b' ').next().unwrap_or_default();
            String::from_utf8(percent_decode(key)).map_or(Line::Foreign, Line::Key)
        }
        None if line == b"END" => Line::End,
        None if line.starts_with(b"BUSY") => Line::Busy,
        None => Line::Other(String::from_utf8_lossy(line).into_owned()),
    }
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, behind)) = rest.split_first() {
        let escaped = match (byte, behind) {
            (b'%', [high, low, behind @ ..]) => hex(*high).zip(hex(*low)).map(|(h, l)| (h << 4 | l, behind)),
            _ => None,
        };
        let (byte, behind) = escaped.unwrap_or((byte, behind));
        decoded.push(byte);
        rest = behind;
    }
    decoded
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_what_is_none_stays() {
        for (escaped, plain) in [
            ("bak%3Ax_foo-n1", "bak:x_foo-n1"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%C3%A4", "ä"),
            ("", ""),
        ] {
            assert_eq!(percent_decode(escaped.as_bytes()), plain.as_bytes());
        }
    }

    #[test]
    fn a_line_is_a_key_the_end_busy_or_an_answer_to_show() {
        assert!(
            matches!(parse(b"key=a%2Db exp=-1 la=1 cas=2 fetch=no cls=1 size=63\r\n"), Line::Key(key) if key == "a-b")
        );
        assert!(matches!(parse(b"key=%ff exp=-1\n"), Line::Foreign));
        assert!(matches!(parse(b"END\r\n"), Line::End));
        assert!(matches!(parse(b"BUSY currently processing crawler request\r\n"), Line::Busy));
        assert!(matches!(parse(b"ERROR\r\n"), Line::Other(text) if text == "ERROR"));
    }
}
