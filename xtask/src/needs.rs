//! Programs that tests use and that no crate brings.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::progress::headline;

/// Installs memcached, and what makes users for its logins, where they are missing. Where they cannot be had, the tests
/// that need them say so themselves.
pub(crate) fn memcached() {
    if !install("memcached", "memcached", "memcached") {
        headline("memcached cannot be installed here: install it by hand, or its tests are skipped");
    }
    // Debian keeps it where only root looks; elsewhere SASL brings it.
    if !Path::new("/usr/sbin/saslpasswd2").exists() && !install("saslpasswd2", "sasl2-bin", "cyrus-sasl") {
        headline(
            "saslpasswd2 cannot be installed here: install it by hand, or the tests of logins are skipped",
        );
    }
}

/// Installs what runs the real Java libraries, where it is missing. Says what cannot be had.
pub(crate) fn java() -> Option<String> {
    if !install("javac", "default-jdk-headless", "openjdk") {
        return Some(
            "there is no JDK; install one of 17 or later, such as the package default-jdk-headless".into(),
        );
    }
    if !install("mvn", "maven", "maven") {
        return Some("there is no Maven; install it, such as the package maven".into());
    }
    None
}

/// Makes a program be there, by its package for `apt-get` or `brew`. Whether it is.
fn install(program: &str, debian: &str, brew: &str) -> bool {
    if has(program) {
        return true;
    }
    headline(&format!("installing {debian}"));
    if has("apt-get") {
        // A list of packages may be old or empty; that it cannot be renewed need not matter.
        as_root(&["apt-get", "update", "-qq"]);
        as_root(&["apt-get", "install", "-y", "-qq", "--no-install-recommends", debian]);
    } else if has("brew") {
        quiet(Command::new("brew").args(["install", brew]));
    }
    has(program)
}

fn has(program: &str) -> bool {
    quiet(Command::new("sh").arg("-c").arg(format!("command -v {program}")))
}

fn as_root(command: &[&str]) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"));
    let mut line: Vec<&str> = if root { vec!["env"] } else { vec!["sudo", "-n", "env"] };
    line.push("DEBIAN_FRONTEND=noninteractive");
    line.extend(command);
    line.split_first().is_some_and(|(program, arguments)| quiet(Command::new(program).args(arguments)))
}

fn quiet(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
