//! Programs that tests use and that no crate brings.

use std::process::{Command, Stdio};

use crate::progress::headline;

/// Installs memcached where it is missing. Where it cannot be had, the tests that need it say so themselves.
pub(crate) fn memcached() {
    if has("memcached") {
        return;
    }
    headline("installing memcached");
    let installed = if has("apt-get") {
        // A list of packages may be old or empty; that it cannot be renewed need not matter.
        as_root(&["apt-get", "update", "-qq"]);
        as_root(&["apt-get", "install", "-y", "-qq", "memcached"])
    } else if has("brew") {
        quiet(Command::new("brew").args(["install", "memcached"]))
    } else {
        false
    };
    if !installed || !has("memcached") {
        headline("memcached cannot be installed here: install it by hand, or its tests are skipped");
    }
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
