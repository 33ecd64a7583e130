//! The table of what Java's regular expressions match, judged anew by a JVM.

use std::path::Path;
use std::process::Command;

use holdfast_tests::skip;

#[test]
fn the_table_of_patterns_says_what_java_17_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/tests/patterns");
    // What `\b` is and which classes are errors differs between versions; the table and Holdfast follow this one.
    let version = Command::new("java").args(["-XshowSettings:properties", "-version"]).output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    match version {
        Ok(said) if said.contains("java.specification.version = 17\n") => {}
        Ok(_) => return skip("the java that is installed is no Java 17"),
        Err(_) => return skip("java is not installed"),
    }
    let judged =
        Command::new("java").current_dir(&folder).args(["Verdicts.java", "table.tsv"]).output().unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    let judged = String::from_utf8(judged.stdout).unwrap();
    let recorded = std::fs::read_to_string(folder.join("table.tsv")).unwrap();
    let other: Vec<_> = judged.lines().zip(recorded.lines()).filter(|(says, said)| says != said).collect();
    assert!(other.is_empty(), "{other:?}");
    assert_eq!(judged.lines().count(), recorded.lines().count());
}
