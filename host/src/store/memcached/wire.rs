//! The meta text protocol: what operations and answers are as bytes (memcached's `doc/protocol.txt`, "Meta Commands").

use std::io;

use bytes::Bytes;
use memchr::memchr;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

use super::on_the_wire;
use crate::store::exchange::{Answer, Operation, Store};
use crate::store::{CasOutcome, Item};

/// More than the first line of an answer has, whatever memcached says.
const LONGEST_LINE: usize = 4096;

/// memcached's largest item, and its header.
const LARGEST_VALUE: usize = (1 << 30) + 1024;

/// Until that much of a value has come, its length is only a claim.
const FIRST_PIECE: usize = 1 << 20;

/// What went wrong with an exchange.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    /// memcached will not.
    Refused(String),
    /// What came is no answer, or not one to this operation.
    Protocol(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Appends the line that an operation begins with. Behind it belongs the value, if there is one, and the end of a line.
pub(super) fn write_head(operation: &Operation<'_>, now_seconds: u32, out: &mut Vec<u8>) {
    match operation {
        Operation::Get { key } => {
            line(out, b"mg ", key);
            out.extend_from_slice(b" v f c");
        }
        Operation::Touch { key, expiry } => {
            line(out, b"mg ", key);
            number(out, b" T", u64::from(on_the_wire(*expiry, now_seconds)));
        }
        Operation::Set(store) => write_store(store, now_seconds, out),
        Operation::Add(store) => {
            write_store(store, now_seconds, out);
            out.extend_from_slice(b" ME c");
        }
        Operation::CompareAndSet(store, cas) => {
            write_store(store, now_seconds, out);
            number(out, b" C", *cas);
        }
        Operation::Delete { key } => line(out, b"md ", key),
        Operation::DeleteIfUnchanged { key, cas } => {
            line(out, b"md ", key);
            number(out, b" C", *cas);
        }
    }
    out.extend_from_slice(b"\r\n");
}

fn write_store(store: &Store<'_>, now_seconds: u32, out: &mut Vec<u8>) {
    line(out, b"ms ", store.key);
    number(out, b" ", store.value.len() as u64);
    number(out, b" F", u64::from(store.flags));
    number(out, b" T", u64::from(on_the_wire(store.expiry, now_seconds)));
}

fn line(out: &mut Vec<u8>, command: &[u8], key: &str) {
    out.extend_from_slice(command);
    out.extend_from_slice(key.as_bytes());
}

fn number(out: &mut Vec<u8>, flag: &[u8], number: u64) {
    out.extend_from_slice(flag);
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Reads the answer to an operation. `line` is room for its first line.
pub(super) async fn read_answer(
    stream: &mut (impl AsyncBufRead + Unpin),
    operation: &Operation<'_>,
    line: &mut Vec<u8>,
) -> Result<Answer, Fault> {
    read_line(stream, line).await?;
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let code = words.next().unwrap_or_default();
    match (operation, code) {
        (Operation::Get { .. }, b"VA") => {
            let length = words.next().and_then(|word| parse(word));
            let length = length.and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|length| *length <= LARGEST_VALUE);
            let flags = flag(words.clone(), b'f').and_then(|flags| u32::try_from(flags).ok());
            let (Some(length), Some(flags), Some(cas)) = (length, flags, flag(words, b'c')) else {
                return Err(not_an_answer(line));
            };
            Ok(Answer::Item(Some(Item { value: read_value(stream, length).await?, flags, cas })))
        }
        (Operation::Get { .. }, b"EN") => Ok(Answer::Item(None)),
        (Operation::Touch { .. } | Operation::Delete { .. }, b"HD") => Ok(Answer::Found(true)),
        (Operation::Touch { .. }, b"EN") | (Operation::Delete { .. }, b"NF") => Ok(Answer::Found(false)),
        (Operation::Set(_), b"HD") => Ok(Answer::Set),
        (Operation::Add(_), b"HD") => match flag(words, b'c') {
            Some(cas) => Ok(Answer::Added(Some(cas))),
            None => Err(not_an_answer(line)),
        },
        (Operation::Add(_), b"NS") => Ok(Answer::Added(None)),
        (Operation::CompareAndSet(..) | Operation::DeleteIfUnchanged { .. }, code) => match code {
            b"HD" => Ok(Answer::Outcome(CasOutcome::Stored)),
            b"EX" => Ok(Answer::Outcome(CasOutcome::Conflict)),
            b"NF" => Ok(Answer::Outcome(CasOutcome::Missing)),
            _ => Err(not_an_answer(line)),
        },
        _ => Err(not_an_answer(line)),
    }
}

/// The number behind a flag of an answer.
fn flag<'l>(mut words: impl Iterator<Item = &'l [u8]>, flag: u8) -> Option<u64> {
    words.find_map(|word| word.strip_prefix(&[flag])).and_then(parse)
}

fn parse(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What an answer says that answers nothing.
fn not_an_answer(line: &[u8]) -> Fault {
    let line = String::from_utf8_lossy(line);
    if let Some(message) = line.strip_prefix("SERVER_ERROR ") {
        return Fault::Refused(message.to_owned());
    }
    Fault::Protocol(match line.strip_prefix("CLIENT_ERROR ") {
        Some(message) => message.to_owned(),
        None if line == "ERROR" => {
            "ERROR, as an older version does, or one that has too many connections".to_owned()
        }
        None => format!("`{}`", line.chars().take(80).collect::<String>()),
    })
}

/// Reads a line, without its end.
async fn read_line(stream: &mut (impl AsyncBufRead + Unpin), line: &mut Vec<u8>) -> Result<(), Fault> {
    line.clear();
    loop {
        let available = stream.fill_buf().await?;
        if available.is_empty() {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let end = memchr(b'\n', available);
        let (part, used) = match end {
            Some(end) => (available.get(..end), end + 1),
            None => (Some(available), available.len()),
        };
        line.extend_from_slice(part.unwrap_or_default());
        stream.consume(used);
        if line.len() > LONGEST_LINE {
            line.truncate(LONGEST_LINE);
            return Err(not_an_answer(line));
        }
        if end.is_some() {
            line.truncate(line.strip_suffix(b"\r").unwrap_or(line).len());
            return Ok(());
        }
    }
}

async fn read_value(stream: &mut (impl AsyncBufRead + Unpin), length: usize) -> Result<Bytes, Fault> {
    const END: &[u8] = b"\r\n";
    let whole = length + END.len();
    let mut value = Vec::new();
    while value.len() < whole {
        let have = value.len();
        value.resize(whole.min((have * 2).max(FIRST_PIECE)), 0);
        let (_, piece) = value.split_at_mut(have);
        stream.read_exact(piece).await?;
    }
    if !value.ends_with(END) {
        return Err(Fault::Protocol("a value that does not end where it said".to_owned()));
    }
    value.truncate(length);
    Ok(value.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Expiry;

    const NOW: u32 = 1_700_000_000;

    fn store(value: &'static str) -> Store<'static> {
        let value = Bytes::from_static(value.as_bytes());
        Store { key: "k", value, flags: 2048, expiry: Expiry::seconds(60) }
    }

    fn head(operation: &Operation<'_>) -> String {
        let mut out = Vec::new();
        write_head(operation, NOW, &mut out);
        String::from_utf8(out).unwrap()
    }

    async fn answer(operation: &Operation<'_>, bytes: &[u8]) -> Result<Answer, Fault> {
        read_answer(&mut &*bytes, operation, &mut Vec::new()).await
    }

    #[test]
    fn operations_are_meta_commands() {
        assert_eq!(head(&Operation::Get { key: "k" }), "mg k v f c\r\n");
        assert_eq!(head(&Operation::Touch { key: "k", expiry: Expiry::Never }), "mg k T0\r\n");
        assert_eq!(head(&Operation::Set(store("abc"))), "ms k 3 F2048 T60\r\n");
        assert_eq!(head(&Operation::Add(store(""))), "ms k 0 F2048 T60 ME c\r\n");
        assert_eq!(
            head(&Operation::CompareAndSet(store("v"), u64::MAX)),
            format!("ms k 1 F2048 T60 C{}\r\n", u64::MAX)
        );
        assert_eq!(head(&Operation::Delete { key: "k" }), "md k\r\n");
        assert_eq!(head(&Operation::DeleteIfUnchanged { key: "k", cas: 7 }), "md k C7\r\n");
    }

    #[tokio::test]
    async fn an_item_is_read_with_its_flags_and_its_cas_in_any_order() {
        for text in ["VA 3 f7 c9\r\na\nb\r\n", "VA 3 c9 f7\r\na\nb\r\n"] {
            match answer(&Operation::Get { key: "k" }, text.as_bytes()).await {
                Ok(Answer::Item(Some(Item { value, flags: 7, cas: 9 }))) => assert_eq!(value, "a\nb"),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(answer(&Operation::Get { key: "k" }, b"EN\r\n").await, Ok(Answer::Item(None))));
    }

    #[tokio::test]
    async fn what_answers_another_operation_is_refused() {
        for (operation, text) in [
            (Operation::Set(store("")), "NS\r\n"),
            (Operation::Set(store("")), "VA 1 f0 c1\r\nx\r\n"),
            (Operation::Add(store("")), "HD\r\n"),
            (Operation::Get { key: "k" }, "HD\r\n"),
            (Operation::Get { key: "k" }, "VA 1 f0\r\nx\r\n"),
            (Operation::Get { key: "k" }, "VA 99999999999999999999 f0 c1\r\n"),
            (Operation::Get { key: "k" }, "VA 2000000000 f0 c1\r\n"),
            (Operation::Get { key: "k" }, "VA 1 f0 c1\r\nxyz"),
            (Operation::Delete { key: "k" }, "EX\r\n"),
            (Operation::Delete { key: "k" }, "\r\n"),
        ] {
            let answer = answer(&operation, text.as_bytes()).await;
            assert!(matches!(answer, Err(Fault::Protocol(_))), "{operation:?} {text:?}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn errors_are_told_apart() {
        let said = async |text: &str| answer(&Operation::Set(store("")), text.as_bytes()).await.unwrap_err();
        assert!(matches!(
            said("SERVER_ERROR object too large for cache\r\n").await,
            Fault::Refused(message) if message == "object too large for cache"
        ));
        assert!(
            matches!(said("CLIENT_ERROR bad data\r\n").await, Fault::Protocol(message) if message == "bad data")
        );
        assert!(
            matches!(said("ERROR\r\n").await, Fault::Protocol(message) if message.contains("too many connections"))
        );
        assert!(matches!(said("HD").await, Fault::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof));
        assert!(matches!(said(&"x".repeat(10_000)).await, Fault::Protocol(message) if message.len() < 100));
    }

    proptest! {
        /// No answer, however wrong, does more harm than an error, or takes much more memory than it has bytes.
        #[test]
        fn any_bytes_are_an_answer_or_an_error(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                "(VA|HD|EN|NF|EX|NS) [0-9]{1,22} ?[fcT]?[0-9]{0,12} ?[fc]?[0-9]{0,22}\r?\n.{0,9}\r\n"
                    .prop_map(String::into_bytes),
            ],
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            for operation in [
                Operation::Get { key: "k" },
                Operation::Add(store("")),
                Operation::Delete { key: "k" },
                Operation::CompareAndSet(store(""), 1),
            ] {
                let _ = runtime.block_on(answer(&operation, &bytes));
            }
        }
    }
}
