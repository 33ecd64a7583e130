//! One connection: a question, its answer, the next question.

use std::io;
use std::time::Instant;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::super::binary::Credentials;
use super::super::memcached::{LONG, LONGEST_IDLE};
use super::frame::{self, Fault, Opcode, Request, Response, Status};
use crate::config::NodeAddress;

/// What is shown of memcached's own words.
const LONGEST_MESSAGE: usize = 200;

/// A connection that has no question open. Whoever asks takes it, and gives it back with the answer alone: an exchange
/// that ends in any other way, also by being dropped, takes the connection with it.
pub(super) struct Connection {
    stream: BufReader<TcpStream>,
    opaque: u32,
    last_used: Instant,
}

impl Connection {
    /// Connects, and logs in if there is a login.
    pub(super) async fn open(
        address: &NodeAddress,
        credentials: Option<&Credentials>,
    ) -> Result<Self, Fault> {
        let stream = TcpStream::connect((address.host.as_str(), address.port)).await?;
        stream.set_nodelay(true)?;
        let connection = Self { stream: BufReader::new(stream), opaque: 0, last_used: Instant::now() };
        match credentials {
            Some(credentials) => connection.log_in(credentials).await,
            None => Ok(connection),
        }
    }

    async fn log_in(self, credentials: &Credentials) -> Result<Self, Fault> {
        let Credentials { username, password } = credentials;
        let value = Bytes::from(format!("\0{username}\0{}", password.reveal()));
        let request = Request { value, ..Request::new(Opcode::SaslAuth, "PLAIN") };
        let (connection, responses) = self.exchange(std::slice::from_ref(&request)).await?;
        let response = responses.first().ok_or_else(|| Fault::Protocol("no answer".to_owned()))?;
        match response.status {
            Status::Ok => Ok(connection),
            Status::UnknownCommand => Err(Fault::Login(format!(
                "it knows no logins, and there is one for the user `{username}`; start that memcached with -S, or leave \
                 username and password out"
            ))),
            _ => Err(Fault::Login(format!(
                "it refused the credentials of the user `{username}` ({}); compare username and password with its \
                 sasldb, and see that it offers the mechanism PLAIN",
                message(response)
            ))),
        }
    }

    /// Whether a question asked now has a chance of being answered: nothing waits to be read, neither the end nor what
    /// nobody asked for.
    pub(super) fn is_usable(&self) -> bool {
        let nothing_to_read =
            |read: io::Result<usize>| read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
        self.last_used.elapsed() < LONGEST_IDLE && nothing_to_read(self.stream.get_ref().try_read(&mut [0]))
    }

    /// Asks, all in one write, and waits for the answers.
    pub(super) async fn exchange(mut self, requests: &[Request<'_>]) -> Result<(Self, Vec<Response>), Fault> {
        let first = self.opaque.wrapping_add(1);
        let mut out = BytesMut::new();
        for request in requests {
            self.opaque = self.opaque.wrapping_add(1);
            out.unsplit(request.head(self.opaque)?);
            if request.value.len() < LONG {
                out.extend_from_slice(&request.value);
            } else {
                self.stream.write_all_buf(&mut std::mem::take(&mut out).chain(request.value.clone())).await?;
            }
        }
        self.stream.write_all_buf(&mut out).await?;
        let mut responses = Vec::with_capacity(requests.len());
        let mut opaque = first;
        for request in requests {
            responses.push(frame::read(&mut self.stream, request, opaque).await?);
            opaque = opaque.wrapping_add(1);
        }
        if !self.stream.buffer().is_empty() {
            return Err(Fault::Protocol("more answers than questions".to_owned()));
        }
        self.last_used = Instant::now();
        Ok((self, responses))
    }
}

/// What memcached says about an error.
pub(super) fn message(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.value);
    match text.trim() {
        "" => format!("{:?}", response.status),
        text => text.trim_end_matches('.').chars().take(LONGEST_MESSAGE).collect(),
    }
}
