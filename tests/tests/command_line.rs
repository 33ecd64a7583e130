//! Help, usage and errors of the program.

use holdfast_tests::{plugins, run};

/// Exit status, standard output and standard error.
fn outcome(arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn help_names_every_command_and_shows_examples() {
    let (status, out, _) = outcome(&["--help"]);
    assert_eq!(status, 0);
    for expected in ["serve", "config", "schema", "plugins", "completions", "Usage: holdfast", "Examples:"] {
        assert!(out.contains(expected), "{out}");
    }
    assert!(!out.contains('\u{1b}'), "no colours where nobody sees them");
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_is_right() {
    for (wrong, cure) in [
        (&["serv"][..], "serve"),
        (&["serve", "--listen"], "--listen"),
        (&["serve", "--lissen", "x"], "--listen"),
        (&["serve", "--listen", "nohost"], "write one such as 127.0.0.1:8787"),
        (&[], "Usage: holdfast"),
    ] {
        let (status, out, err) = outcome(wrong);
        assert_eq!((status, out.as_str()), (2, ""), "{wrong:?}");
        assert!(err.contains(cure), "{err}");
    }
}

#[test]
fn completions_are_a_script() {
    let (status, out, _) = outcome(&["completions", "bash"]);
    assert_eq!(status, 0);
    assert!(out.contains("complete -F _holdfast"), "{out}");
}

#[test]
fn a_start_that_cannot_be_says_everything_that_is_wrong() {
    let folder = plugins();
    let plugins = folder.to_str().unwrap();
    for (wrong, said) in [
        (&["--set", "sticky=maybe"][..], "--set sticky"),
        (&["--set", "nodes=1"], "nodes"),
        (&["--config", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (&["--set", "transcoderFactoryClass=kyro"], "kyro"),
        (&["--admin-listen", "203.0.113.1:1"], "cannot listen on 203.0.113.1:1; server.adminListen"),
        (&["--schema", "a.schema"], "a.schema: cannot be read"),
        (&["--listen", "203.0.113.1:1"], "cannot listen"),
        (&["--plugins", "/nowhere"], "/nowhere"),
    ] {
        let mut arguments = vec!["serve", "--plugins", plugins, "--listen", "127.0.0.1:0"];
        if wrong[0] == "--listen" || wrong[0] == "--plugins" {
            let at = arguments.iter().position(|argument| argument == &wrong[0]).unwrap();
            arguments.drain(at..at + 2);
        }
        arguments.extend(wrong);
        let (status, out, err) = outcome(&arguments);
        assert_eq!((status, out.as_str()), (1, ""), "{wrong:?}: {err}");
        let errors: Vec<_> = err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert!(errors.iter().any(|error| error.contains(said)), "{wrong:?}: {err}");
    }
    let (_, _, err) = outcome(&["serve", "--set", "sticky=perhaps", "--set", "lockingMode=some"]);
    assert_eq!(err.lines().filter(|line| line.starts_with("error: --set ")).count(), 2, "{err}");
}

#[test]
fn a_missing_serializer_is_told_with_what_there_is_and_how_to_get_it() {
    let folder = tempfile::TempDir::new().unwrap();
    let empty = folder.path().to_str().unwrap();
    let (status, _, err) = outcome(&["serve", "--plugins", empty, "--listen", "127.0.0.1:0"]);
    assert_eq!(status, 1);
    assert!(err.contains("msgpack") && err.contains("cargo xtask build"), "{err}");
}

#[test]
fn what_a_format_loses_of_a_transcoded_session_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/date.java");
    let (target, plugins) = (folder.path().join("date.javolution"), plugins());
    let (status, out, said) = outcome(&[
        "transcode",
        "--plugins",
        plugins.to_str().unwrap(),
        "--from",
        "java",
        "--to",
        "javolution",
        source.to_str().unwrap(),
        target.to_str().unwrap(),
    ]);
    assert_eq!((status, out.as_str()), (0, ""), "{said}");
    assert!(said.contains("the library keeps nothing of a java.util.Date"), "{said}");
    assert!(target.is_file());
}
