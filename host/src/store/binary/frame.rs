//! The packets of memcached's binary protocol: 24 bytes of header, then extras, key and value.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

pub(super) const HEADER_LEN: usize = 24;

const REQUEST: u8 = 0x80;
const RESPONSE: u8 = 0x81;

/// The largest item that memcached can be told to take is 1 GiB; an answer that claims more is none.
const LARGEST_BODY: usize = (1 << 30) + 1024;

/// Memory is taken for what arrived, not for what a header promises.
const FIRST_PIECE: usize = 1 << 20;

/// What may be asked for. Of what comes back in the answer, `GetK` has the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Opcode {
    Set = 0x01,
    Add = 0x02,
    Delete = 0x04,
    Noop = 0x0a,
    GetK = 0x0c,
    Touch = 0x1c,
    SaslAuth = 0x21,
}

/// How an answer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    KeyNotFound,
    KeyExists,
    TooLarge,
    AuthError,
    UnknownCommand,
    Other(u16),
}

impl From<u16> for Status {
    fn from(code: u16) -> Self {
        match code {
            0x00 => Self::Ok,
            0x01 => Self::KeyNotFound,
            0x02 => Self::KeyExists,
            0x03 => Self::TooLarge,
            0x20 => Self::AuthError,
            0x81 => Self::UnknownCommand,
            other => Self::Other(other),
        }
    }
}

/// A question.
#[derive(Debug, Clone)]
pub(super) struct Request<'a> {
    pub(super) opcode: Opcode,
    pub(super) key: &'a str,
    pub(super) extras: Bytes,
    pub(super) value: Bytes,
    /// Zero: whatever the item's state.
    pub(super) cas: u64,
}

impl<'a> Request<'a> {
    pub(super) fn new(opcode: Opcode, key: &'a str) -> Self {
        Self { opcode, key, extras: Bytes::new(), value: Bytes::new(), cas: 0 }
    }

    /// A `Set` or an `Add`.
    pub(super) fn store(opcode: Opcode, key: &'a str, value: Bytes, flags: u32, expiration: u32) -> Self {
        let mut extras = BytesMut::with_capacity(8);
        extras.put_u32(flags);
        extras.put_u32(expiration);
        Self { extras: extras.freeze(), value, ..Self::new(opcode, key) }
    }

    pub(super) fn touch(key: &'a str, expiration: u32) -> Self {
        let extras = Bytes::copy_from_slice(&expiration.to_be_bytes());
        Self { extras, ..Self::new(Opcode::Touch, key) }
    }

    /// Everything before the value. `opaque` comes back in the answer.
    pub(super) fn head(&self, opaque: u32) -> Result<BytesMut, Fault> {
        let body = self.extras.len() + self.key.len() + self.value.len();
        let too_long = |_| Fault::Io(io::Error::new(io::ErrorKind::InvalidInput, "longer than 4 GiB"));
        let mut head = BytesMut::with_capacity(HEADER_LEN + self.extras.len() + self.key.len());
        head.put_u8(REQUEST);
        head.put_u8(self.opcode as u8);
        head.put_u16(self.key.len().try_into().map_err(too_long)?);
        head.put_u8(self.extras.len().try_into().map_err(too_long)?);
        head.put_u8(0);
        head.put_u16(0);
        head.put_u32(body.try_into().map_err(too_long)?);
        head.put_u32(opaque);
        head.put_u64(self.cas);
        head.put_slice(&self.extras);
        head.put_slice(self.key.as_bytes());
        Ok(head)
    }
}

/// An answer that belongs to its question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: Status,
    pub(super) cas: u64,
    pub(super) extras: Bytes,
    /// The item, or what memcached says about an error.
    pub(super) value: Bytes,
}

/// Why a question has no answer. The connection is of no more use.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    /// What came is no answer, or not the one to this question.
    Protocol(String),
    /// memcached does not take the login, or wants one.
    Login(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads the answer to `request`, which was sent with `opaque`.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    request: &Request<'_>,
    opaque: u32,
) -> Result<Response, Fault> {
    let mut header = [0; HEADER_LEN];
    // Whatever else listens there may say less than a header, and then no more.
    let magic = stream.read_u8().await?;
    if magic != RESPONSE {
        return Err(Fault::Protocol(format!("it begins with 0x{magic:02x} in place of 0x{RESPONSE:02x}")));
    }
    let (_, rest) = header.split_at_mut(1);
    stream.read_exact(rest).await?;
    let [_, opcode, k0, k1, extras, _, s0, s1, b0, b1, b2, b3, o0, o1, o2, o3, cas @ ..] = header;
    let key_length = usize::from(u16::from_be_bytes([k0, k1]));
    let extras_length = usize::from(extras);
    let body_length = u32::from_be_bytes([b0, b1, b2, b3]) as usize;
    if opcode != request.opcode as u8 || u32::from_be_bytes([o0, o1, o2, o3]) != opaque {
        return Err(Fault::Protocol("it is the answer to another question".to_owned()));
    }
    if body_length > LARGEST_BODY || extras_length + key_length > body_length {
        return Err(Fault::Protocol(format!(
            "its lengths make no sense: {body_length} bytes with {extras_length} of extras and {key_length} of key"
        )));
    }
    let mut value = Bytes::from(body(stream, body_length).await?);
    let extras = value.split_to(extras_length);
    let key = value.split_to(key_length);
    if !key.is_empty() && key != request.key.as_bytes() {
        return Err(Fault::Protocol("it has another key than the question".to_owned()));
    }
    let status = Status::from(u16::from_be_bytes([s0, s1]));
    Ok(Response { status, cas: u64::from_be_bytes(cas), extras, value })
}

async fn body(stream: &mut (impl AsyncRead + Unpin), length: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    while body.len() < length {
        let have = body.len();
        body.resize(length.min((have * 2).max(FIRST_PIECE)), 0);
        let (_, piece) = body.split_at_mut(have);
        stream.read_exact(piece).await?;
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPAQUE: u32 = 0x0102_0304;

    /// The answer to a `GetK` of `k`: flags 7, value `v`.
    fn answer() -> Vec<u8> {
        let mut bytes = vec![0x81, 0x0c, 0, 1, 4, 0, 0, 0, 0, 0, 0, 6, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 9];
        bytes.extend(*b"\0\0\0\x07kv");
        bytes
    }

    async fn answered(bytes: &[u8]) -> Result<Response, Fault> {
        read(&mut &*bytes, &Request::new(Opcode::GetK, "k"), OPAQUE).await
    }

    #[track_caller]
    fn assert_protocol(answer: &Result<Response, Fault>, part: &str) {
        assert!(matches!(answer, Err(Fault::Protocol(text)) if text.contains(part)), "{answer:?}");
    }

    #[test]
    fn a_request_is_laid_out_as_the_protocol_says() {
        let request = Request { cas: 9, ..Request::store(Opcode::Add, "key", "value".into(), 7, 60) };
        let expected =
            b"\x80\x02\0\x03\x08\0\0\0\0\0\0\x10\x01\x02\x03\x04\0\0\0\0\0\0\0\x09\0\0\0\x07\0\0\0\x3ckey";
        assert_eq!(&request.head(OPAQUE).unwrap()[..], expected);
    }

    #[tokio::test]
    async fn an_answer_is_taken_apart() {
        let response = answered(&answer()).await.unwrap();
        assert_eq!((response.status, response.cas), (Status::Ok, 9));
        assert_eq!((&response.extras[..], &response.value[..]), (&[0, 0, 0, 7][..], &b"v"[..]));
    }

    #[tokio::test]
    async fn the_answer_to_another_question_is_none() {
        for (at, part) in
            [(1, "another question"), (15, "another question"), (28, "another key"), (0, "0x80")]
        {
            let mut bytes = answer();
            bytes[at] ^= 1;
            assert_protocol(&answered(&bytes).await, part);
        }
    }

    #[tokio::test]
    async fn lengths_that_contradict_each_other_or_are_too_much_are_refused() {
        for (at, value) in [(2, 1), (4, 6), (8, 0x41)] {
            let mut bytes = answer();
            bytes[at] = value;
            assert_protocol(&answered(&bytes).await, "lengths");
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_cut_short_is_an_end_of_file_wherever_it_is_cut() {
        let whole = answer();
        for cut in 0..whole.len() {
            let answer = answered(&whole[..cut]).await;
            assert!(
                matches!(&answer, Err(Fault::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof),
                "{cut}: {answer:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_body_of_several_pieces_comes_whole() {
        let sent: Vec<u8> = (0..3 * FIRST_PIECE + 5).map(|i| (i % 251) as u8).collect();
        assert!(body(&mut &sent[..], sent.len()).await.unwrap() == sent);
    }
}
