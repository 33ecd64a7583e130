//! What is the binary protocol's alone: logins, and answers that are none.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::TestServer as Server;
use super::*;
use crate::store::Expiry;

const PATIENT: Duration = Duration::from_secs(10);

fn credentials(username: &str, password: &str) -> Option<Credentials> {
    Some(Credentials { username: username.to_owned(), password: Secret::new(password) })
}

/// A memcached that knows the user `shop` with the password `s3cret`; none where that cannot be had.
fn server_with_logins(folder: &Path) -> Option<Server> {
    let users = folder.join("sasldb");
    let make = "h=$(hostname) && printf s3cret | saslpasswd2 -p -c -a memcached -u \"$h\" -f \"$0\" shop && chmod 644 \"$0\"";
    // Debian keeps it where only root looks.
    let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
    let made =
        Command::new("sh").args(["-c", make]).arg(&users).env("PATH", path).stderr(Stdio::null()).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: saslpasswd2 is not installed (package sasl2-bin)");
        return None;
    }
    let settings = format!("mech_list: plain\nsasldb_path: {}\n", users.display());
    std::fs::write(folder.join("memcached.conf"), settings).unwrap();
    Server::start_with_logins(folder)
}

/// A folder into which memcached may look as `nobody`.
fn open_folder() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_right_credentials_is_let_in() {
    let folder = open_folder();
    let Some(mut server) = server_with_logins(folder.path()) else { return };
    let node = server.binary_node_for(PATIENT, credentials("shop", "s3cret"));
    node.ping().await.unwrap();
    node.set("k", Bytes::from_static(b"v"), 7, Expiry::Never).await.unwrap();
    let many: Vec<_> = (0..32)
        .map(|_| {
            let node = Arc::clone(&node);
            tokio::spawn(async move { node.get("k").await.unwrap().unwrap().flags })
        })
        .collect();
    for one in many {
        assert_eq!(one.await.unwrap(), 7);
    }
    server.kill();
    server.restart();
    assert_eq!(node.get("k").await.unwrap(), None, "each new connection logs in");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_refused_in_words_without_the_password() {
    let folder = open_folder();
    let Some(server) = server_with_logins(folder.path()) else { return };
    for wrong in [credentials("shop", "hunter2"), credentials("nobody", "hunter2")] {
        let username = wrong.as_ref().unwrap().username.clone();
        let node = server.binary_node_for(PATIENT, wrong);
        for _ in 0..2 {
            let error = node.get("k").await.unwrap_err();
            assert!(matches!(error, StoreError::Login { .. }), "{error:?}");
            assert!(error.node_is_down());
            let text = error.to_string();
            assert!(text.contains(&format!("refused the credentials of the user `{username}`")), "{text}");
            assert!(!format!("{text} {error:?}").contains("hunter2"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_wants_a_login_says_so_to_who_has_none() {
    let folder = open_folder();
    let Some(server) = server_with_logins(folder.path()) else { return };
    let node = server.binary_node(PATIENT);
    for error in [
        node.ping().await.unwrap_err(),
        node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap_err(),
        node.delete("k").await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Login { .. }), "{error:?}");
        assert!(error.to_string().contains("set username and password"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_logins_is_not_used_with_one() {
    let Some(server) = Server::start() else { return };
    let node = server.binary_node_for(PATIENT, credentials("shop", "s3cret"));
    let error = node.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Login { .. }), "{error:?}");
    assert!(error.to_string().contains("start that memcached with -S"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_server_that_speaks_no_text_are_not_to_be_had_and_that_is_said() {
    let Some(server) = Server::start_on("127.0.0.1", &["-B", "binary"]) else { return };
    let node = server.binary_node(PATIENT);
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
    let error = node.keys().await.unwrap_err();
    assert!(matches!(error, StoreError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("`-B binary`"), "{error}");
    let error = server.binary_node_for(PATIENT, credentials("u", "p")).keys().await.unwrap_err();
    assert!(error.to_string().contains("one that wants a login"), "{error}");
}

/// memcached would take a `cas` of zero for none, and store whatever the state.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_cas_nothing_is_bound_to_a_state_and_nothing_written() {
    let Some(server) = Server::start_on("127.0.0.1", &["-C"]) else { return };
    let node = server.binary_node(PATIENT);
    node.set("k", Bytes::from_static(b"v"), 0, Expiry::Never).await.unwrap();
    let cas = node.get("k").await.unwrap().unwrap().cas;
    for error in [
        node.compare_and_set("k", Bytes::from_static(b"w"), 0, Expiry::Never, cas).await.unwrap_err(),
        node.delete_if_unchanged("k", cas).await.unwrap_err(),
    ] {
        assert!(error.to_string().contains("without -C"), "{error}");
    }
    assert_eq!(&node.get("k").await.unwrap().unwrap().value[..], b"v");
}

type Answer = fn(&[u8]) -> Vec<u8>;

/// A server that answers the first question on each connection with what `answer` makes of it, after `delay`, and says
/// nothing more.
async fn liar(delay: Duration, answer: Answer) -> BinaryNode {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut question = vec![0; 1024];
                let length = stream.read(&mut question).await.unwrap();
                tokio::time::sleep(delay).await;
                let _ = stream.write_all(&answer(&question[..length])).await;
                let _ = stream.read(&mut question).await;
                tokio::time::sleep(PATIENT).await;
            });
        }
    });
    let address = NodeAddress { host: "127.0.0.1".to_owned(), port };
    BinaryNode::new("n1", &address, Duration::from_millis(300), None)
}

/// The answer to a `GetK` whose value is the key.
fn echo(question: &[u8]) -> Vec<u8> {
    let mut answer = question.to_vec();
    let key = question[24..].to_vec();
    answer[0] = 0x81;
    answer[4] = 4;
    answer[11] = u8::try_from(4 + 2 * key.len()).unwrap();
    answer.truncate(24);
    answer.extend([0; 4]);
    answer.extend(&key);
    answer.extend(&key);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_believed_when_it_fits_the_question() {
    let node = liar(Duration::ZERO, echo).await;
    assert_eq!(&node.get("key").await.unwrap().unwrap().value[..], b"key");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_another_question_is_an_error_and_its_connection_is_not_used_again() {
    let answers: [Answer; 4] = [
        |question| {
            let mut answer = echo(question);
            answer[15] ^= 1;
            answer
        },
        |question| {
            let mut answer = echo(question);
            answer[28] ^= 1;
            answer
        },
        |question| [echo(question), echo(question)].concat(),
        |_| b"ERROR\r\n".to_vec(),
    ];
    for answer in answers {
        let node = liar(Duration::ZERO, answer).await;
        for _ in 0..2 {
            let error = node.get("key").await.unwrap_err();
            assert!(matches!(error, StoreError::Protocol { .. }), "{error:?}");
            assert_eq!(node.pool.len(), 0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_question_was_given_up_is_not_used_again() {
    let node = liar(Duration::from_millis(400), echo).await;
    let error = node.get("key").await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout { .. }), "{error:?}");
    assert_eq!(node.pool.len(), 0);

    let node = liar(Duration::from_millis(50), echo).await;
    assert!(tokio::time::timeout(Duration::from_millis(10), node.get("first")).await.is_err());
    assert_eq!(node.pool.len(), 0);
    assert_eq!(&node.get("second").await.unwrap().unwrap().value[..], b"second");
    assert_eq!(node.pool.len(), 1);
}
