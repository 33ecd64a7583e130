//! An HTTP client that does little, on one connection: what is timed is the server.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use memchr::memmem;

/// Room for what comes next.
const PIECE: usize = 4 << 10;

/// A connection that stays open.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    host: SocketAddr,
    /// What is sent, and what has come; kept for their room.
    request: Vec<u8>,
    come: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status code.
    pub status: u16,
    /// The lines of its headers, each with its end.
    head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn open(host: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(host).with_context(|| format!("cannot connect to {host}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream, host, request: Vec::new(), come: Vec::new() })
    }

    /// Sends a request with a JSON body and reads the answer.
    ///
    /// # Errors
    /// When the connection breaks, or what comes is no HTTP.
    pub fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Reply> {
        self.send_with(method, path, "", body)
    }

    /// The same with more header fields, each of which ends with its line.
    ///
    /// # Errors
    /// As [`Connection::send`].
    pub fn send_with(&mut self, method: &str, path: &str, fields: &str, body: &str) -> Result<Reply> {
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{fields}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        )?;
        self.request.extend_from_slice(body.as_bytes());
        self.stream.write_all(&self.request)?;
        self.answer(method == "HEAD")
    }

    fn answer(&mut self, head_only: bool) -> Result<Reply> {
        let end = loop {
            if let Some(end) = memmem::find(&self.come, b"\r\n\r\n") {
                break end + 4;
            }
            self.read_more()?;
        };
        let head = std::str::from_utf8(&self.come[..end]).context("headers that are no text")?;
        let (line, fields) = head.split_once("\r\n").unwrap_or((head, ""));
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.with_context(|| format!("no status line: {line:?}"))?;
        let mut answer = Reply { status, head: fields.to_owned(), body: Vec::new() };
        let length = answer.header("content-length").map_or(Ok(0), str::parse)?;
        let length = if head_only { 0 } else { length };
        while self.come.len() < end + length {
            self.read_more()?;
        }
        answer.body = self.come[end..end + length].to_vec();
        self.come.drain(..end + length);
        Ok(answer)
    }

    fn read_more(&mut self) -> Result<()> {
        let have = self.come.len();
        self.come.resize(have + PIECE, 0);
        let read = loop {
            match self.stream.read(&mut self.come[have..]) {
                // A read with a time limit is not begun again by the system, such as when a child was stopped.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.come.truncate(have + *read.as_ref().unwrap_or(&0));
        if read? == 0 {
            bail!("the connection ended inside an answer");
        }
        Ok(())
    }
}
