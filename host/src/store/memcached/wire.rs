//! The meta text protocol: what operations and answers are as bytes (memcached's `doc/protocol.txt`, "Meta Commands").

use std::io;

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr;

use super::{LONG, on_the_wire};
use crate::store::exchange::{Answer, Operation, Store};
use crate::store::{CasOutcome, Item};

/// More than the first line of an answer has, whatever memcached says.
const LONGEST_LINE: usize = 4096;

/// memcached's largest item, and its header.
const LARGEST_VALUE: usize = (1 << 30) + 1024;

/// Room for what is still to come of a value, at first.
const FIRST_PIECE: usize = 64 << 10;

const LINE_END: &[u8] = b"\r\n";

/// Which answers there are to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Get,
    Touch,
    Set,
    Add,
    Delete,
    BoundToCas,
}

impl From<&Operation<'_>> for Asked {
    fn from(operation: &Operation<'_>) -> Self {
        match operation {
            Operation::Get { .. } => Self::Get,
            Operation::Touch { .. } => Self::Touch,
            Operation::Set(_) => Self::Set,
            Operation::Add(_) => Self::Add,
            Operation::Delete { .. } => Self::Delete,
            Operation::CompareAndSet(..) | Operation::DeleteIfUnchanged { .. } => Self::BoundToCas,
        }
    }
}

/// What went wrong with an exchange.
#[derive(Debug)]
pub(super) enum Fault {
    Io(io::Error),
    /// memcached will not, and answers what comes behind.
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
    out.extend_from_slice(LINE_END);
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

/// Takes the answer to an operation out of what has come. None: not all of it has come yet.
pub(super) fn take_answer(come: &mut BytesMut, asked: Asked) -> Result<Option<Answer>, Fault> {
    let Some(end) = memchr(b'\n', come) else {
        return if come.len() > LONGEST_LINE { Err(not_an_answer(come)) } else { Ok(None) };
    };
    let line = come.get(..end).unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let answer = read_line(line, asked)?;
    let head = end + 1;
    let answer = match answer {
        Line::Answer(answer) => {
            come.advance(head);
            answer
        }
        Line::Value { length, flags, cas } => {
            let missing = (head + length + LINE_END.len()).saturating_sub(come.len());
            if missing > 0 {
                // The length is only a claim until that much has come.
                come.reserve(missing.min(come.len().max(FIRST_PIECE)));
                return Ok(None);
            }
            come.advance(head);
            let value = match come.get(..length).filter(|_| length < LONG) {
                // Without all else that came with it, which would live for as long.
                Some(short) => {
                    let value = Bytes::copy_from_slice(short);
                    come.advance(length);
                    value
                }
                None => come.split_to(length).freeze(),
            };
            if !come.starts_with(LINE_END) {
                return Err(Fault::Protocol("a value that does not end where it said".to_owned()));
            }
            come.advance(LINE_END.len());
            Answer::Item(Some(Item { value, flags, cas }))
        }
    };
    Ok(Some(answer))
}

/// What the first line of an answer says.
enum Line {
    Answer(Answer),
    /// A value follows.
    Value {
        length: usize,
        flags: u32,
        cas: u64,
    },
}

fn read_line(line: &[u8], asked: Asked) -> Result<Line, Fault> {
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let code = words.next().unwrap_or_default();
    Ok(Line::Answer(match (asked, code) {
        (Asked::Get, b"VA") => {
            let length = words.next().and_then(parse).and_then(|length| usize::try_from(length).ok());
            let length = length.filter(|length| *length <= LARGEST_VALUE);
            let flags = flag(words.clone(), b'f').and_then(|flags| u32::try_from(flags).ok());
            let (Some(length), Some(flags), Some(cas)) = (length, flags, flag(words, b'c')) else {
                return Err(not_an_answer(line));
            };
            return Ok(Line::Value { length, flags, cas });
        }
        (Asked::Get, b"EN") => Answer::Item(None),
        (Asked::Touch | Asked::Delete, b"HD") => Answer::Found(true),
        (Asked::Touch, b"EN") | (Asked::Delete, b"NF") => Answer::Found(false),
        (Asked::Set, b"HD") => Answer::Set,
        (Asked::Add, b"HD") => match flag(words, b'c') {
            Some(cas) => Answer::Added(Some(cas)),
            None => return Err(not_an_answer(line)),
        },
        (Asked::Add, b"NS") => Answer::Added(None),
        (Asked::BoundToCas, b"HD") => Answer::Outcome(CasOutcome::Stored),
        (Asked::BoundToCas, b"EX") => Answer::Outcome(CasOutcome::Conflict),
        (Asked::BoundToCas, b"NF") => Answer::Outcome(CasOutcome::Missing),
        _ => return Err(not_an_answer(line)),
    }))
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
        None if line == "ERROR" || line.starts_with("ERROR ") => {
            format!("{line}, as an older version does, or one that has too many connections")
        }
        None => format!("`{}`", line.chars().take(80).collect::<String>()),
    })
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

    fn answer(asked: Asked, text: &str) -> Result<Option<Answer>, Fault> {
        take_answer(&mut BytesMut::from(text), asked)
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

    #[test]
    fn an_item_is_read_with_its_flags_and_its_cas_in_any_order() {
        for text in ["VA 3 f7 c9\r\na\nb\r\n", "VA 3 c9 f7\r\na\nb\r\n"] {
            match answer(Asked::Get, text) {
                Ok(Some(Answer::Item(Some(Item { value, flags: 7, cas: 9 })))) => assert_eq!(value, "a\nb"),
                other => panic!("{other:?}"),
            }
        }
        assert!(matches!(answer(Asked::Get, "EN\r\n"), Ok(Some(Answer::Item(None)))));
    }

    #[test]
    fn an_answer_is_taken_when_all_of_it_has_come_and_leaves_the_next_one() {
        let text = b"VA 3 f7 c9\r\nabc\r\nHD\r\n";
        let mut come = BytesMut::new();
        let mut answers = Vec::new();
        for byte in text {
            come.extend_from_slice(&[*byte]);
            let asked = if answers.is_empty() { Asked::Get } else { Asked::Set };
            answers.extend(take_answer(&mut come, asked).unwrap().map(|answer| (answer, come.len())));
        }
        assert!(matches!(&answers[..], [(Answer::Item(Some(_)), 0), (Answer::Set, 0)]), "{answers:?}");

        let mut come = BytesMut::from(&text[..]);
        assert!(matches!(take_answer(&mut come, Asked::Get), Ok(Some(Answer::Item(Some(_))))));
        assert_eq!(&come[..], b"HD\r\n");
    }

    #[test]
    fn a_length_that_is_only_claimed_takes_no_memory() {
        let mut come = BytesMut::from("VA 1000000000 f0 c1\r\n");
        assert!(matches!(take_answer(&mut come, Asked::Get), Ok(None)));
        assert!(come.capacity() < 1 << 20);
    }

    #[test]
    fn what_answers_another_operation_is_refused() {
        for (asked, text) in [
            (Asked::Set, "NS\r\n"),
            (Asked::Set, "VA 1 f0 c1\r\nx\r\n"),
            (Asked::Add, "HD\r\n"),
            (Asked::Get, "HD\r\n"),
            (Asked::Get, "VA 1 f0\r\nx\r\n"),
            (Asked::Get, "VA 99999999999999999999 f0 c1\r\n"),
            (Asked::Get, "VA 2000000000 f0 c1\r\n"),
            (Asked::Get, "VA 1 f0 c1\r\nxyz"),
            (Asked::Delete, "EX\r\n"),
            (Asked::Delete, "\r\n"),
        ] {
            let answer = answer(asked, text);
            assert!(matches!(answer, Err(Fault::Protocol(_))), "{asked:?} {text:?}: {answer:?}");
        }
    }

    #[test]
    fn errors_are_told_apart() {
        let said = |text: &str| answer(Asked::Set, text).unwrap_err();
        assert!(matches!(
            said("SERVER_ERROR object too large for cache\r\n"),
            Fault::Refused(message) if message == "object too large for cache"
        ));
        assert!(
            matches!(said("CLIENT_ERROR bad data\r\n"), Fault::Protocol(message) if message == "bad data")
        );
        assert!(
            matches!(said("ERROR\r\n"), Fault::Protocol(message) if message.contains("too many connections"))
        );
        assert!(matches!(said(&"x".repeat(10_000)), Fault::Protocol(message) if message.len() < 100));
    }

    proptest! {
        /// No answer, however wrong, does more harm than an error.
        #[test]
        fn any_bytes_are_an_answer_or_an_error_or_a_beginning(
            bytes in prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..200),
                "(VA|HD|EN|NF|EX|NS) [0-9]{1,22} ?[fcT]?[0-9]{0,12} ?[fc]?[0-9]{0,22}\r?\n.{0,9}\r\n"
                    .prop_map(String::into_bytes),
            ],
        ) {
            for asked in [Asked::Get, Asked::Touch, Asked::Set, Asked::Add, Asked::Delete, Asked::BoundToCas] {
                let mut come = BytesMut::from(&bytes[..]);
                let before = come.len();
                match take_answer(&mut come, asked) {
                    Ok(Some(_)) => prop_assert!(come.len() < before),
                    Ok(None) => prop_assert_eq!(come.len(), before),
                    Err(_) => {}
                }
            }
        }
    }
}
