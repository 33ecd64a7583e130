//! `cargo xtask run`: from nothing to a running session service.

use std::io::{BufRead, BufReader};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::headline;
use crate::workspace::Workspace;

/// Starts the program with the plugins of the workspace, tells how to talk to it, and stays until it ends.
pub(crate) fn serve(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    // Ctrl-C reaches the service too; it finishes its backups, and we wait for that.
    ctrlc::set_handler(|| {}).context("cannot handle Ctrl-C")?;

    headline("starting `holdfast serve` with two embedded nodes");
    let mut service = workspace
        .command_of(&workspace.program())
        .arg("serve")
        .arg("--plugins")
        .arg(workspace.plugins())
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", workspace.program().display()))?;
    let mut url = String::new();
    if let Some(stdout) = service.stdout.take() {
        BufReader::new(stdout).read_line(&mut url)?;
    }
    if url.trim().is_empty() {
        ended(service.wait()?)?;
        bail!("the service ended without saying where it listens");
    }
    println!("{}", invitation(url.trim_end()));
    ended(service.wait()?)
}

fn ended(status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("the service ended with {status}");
    }
    Ok(())
}

/// Lines that work when they are pasted into a shell, one after the other.
fn invitation(url: &str) -> String {
    format!(
        r#"
Holdfast listens on {url}. In another shell, make a session, change it, read it:

  ID=$(curl -s -X POST {url}/v1/sessions -H 'Content-Type: application/json' -d '{{"attributes":{{"user":"alice"}}}}' | sed 's/.*"id":"\([^"]*\)".*/\1/'); echo "$ID"
  curl -si -X PATCH {url}/v1/sessions/$ID/attributes -H 'Content-Type: application/json' -d '{{"cart":["book","pen"]}}'
  curl -s {url}/v1/sessions/$ID

Ctrl-C stops it."#
    )
}
