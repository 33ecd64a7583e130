//! Our plugins through Wasm beside the real libraries on the JVM, on the same sessions, in turns on one thread each.
//!
//!     cargo xtask bench-jvm [--format json]
//!
//! Both sides are warm. A plugin goes from a session document to bytes and back, with its time limit on; a library from
//! objects to bytes and back. So that both start at objects, the same is also measured from and to Rust structs.

mod judge;
mod session;

use std::env;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use holdfast::plugin::{Plugin, PluginSettings, Plugins};
use holdfast_document::{from_document, to_document};
use holdfast_schema::sources::{Selection, Sources};
use judge::{Judge, Times};
use serde_json::{Value, json};
use session::{Attributes, Cart, Items};

/// A format, the library that is its judge, and how many times its rate ours must be: encoding, decoding.
const FORMATS: [(&str, &str, f64, f64); 5] = [
    ("java", "MSM 2.3.2, Java serialization", 3.0, 5.0),
    ("kryo", "MSM 2.3.2, Kryo 4.0.0", 1.5, 1.5),
    ("kryo1", "MSM 1.8.2, Kryo 1.04", 1.5, 1.5),
    ("xstream", "MSM 2.1.1, XStream 1.4.7", 8.0, 10.0),
    ("javolution", "MSM 2.1.1, Javolution 5.5.1", 4.0, 6.0),
];

const SESSIONS: [(&str, &str); 2] = [("shopping cart", "shopping-cart"), ("2,000 items", "large")];

/// The JVM's compiler needs this long for each direction until nothing gets faster.
const WARM_MS: u64 = 4000;
const ROUNDS: usize = 6;
/// Of one round, in each direction and on each side.
const ROUND_MS: u64 = 300;

fn main() -> Result<()> {
    let json = env::args().any(|argument| argument == "json");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plugins = env::var_os("HOLDFAST_PLUGINS").map_or_else(|| root.join("../plugins"), PathBuf::from);
    let plugins =
        Plugins::load(&plugins, &PluginSettings { schema: schema(root)?, ..PluginSettings::default() })?;
    let java = plugins.by_name("java").context("there is no plugin java; run cargo xtask build")?;

    let mut rows = Vec::new();
    for (format, library, encode, decode) in FORMATS {
        let Some(plugin) = plugins.by_name(format) else {
            rows.push(
                json!({ "format": format, "library": library, "missing": "there is no plugin of this name" }),
            );
            continue;
        };
        // One JVM for each format: in a server it compiles for one too.
        let mut judge = Judge::start(&root.join("jvm/judge"))?;
        for (session, file) in SESSIONS {
            eprintln!("{format} on {session}");
            let file = root.join("golden").join(file);
            let mut row = measure(plugin, java, &mut judge, session, &file)
                .unwrap_or_else(|error| json!({ "missing": format!("{error:#}") }));
            let named = json!({
                "format": format, "version": plugin.description().version, "library": library, "session": session,
                "floor": { "encode": encode, "decode": decode },
            });
            if let (Some(row), Some(named)) = (row.as_object_mut(), named.as_object()) {
                row.extend(named.clone());
            }
            rows.push(row);
        }
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&json!({ "jvm": java_version(&rows), "rows": rows }))?);
    } else {
        table(&rows);
    }
    Ok(())
}

/// Of the classes in the sessions.
fn schema(root: &Path) -> Result<Vec<u8>> {
    let mut sources = Sources::default();
    sources.add(&root.join("jvm/core/target/classes/com"));
    let knowledge = sources.finish(Selection::All).map_err(|problems| {
        anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })?;
    Ok(holdfast_schema::compile(&knowledge.classes)?)
}

fn measure(plugin: &Plugin, java: &Plugin, judge: &mut Judge, session: &str, file: &Path) -> Result<Value> {
    let format = plugin.description().name.clone();
    let stream = file.with_extension("java");
    // What the library itself writes of these objects: javolution's is no golden file, because it loses some.
    let theirs = judge.write(&format, &stream)?;
    // As it comes out of a store, in the order of this format; and as another format gives it.
    let document = plugin.deserialize(&theirs)?;
    let foreign = java.deserialize(&std::fs::read(&stream)?)?;
    let attributes = Attributes::of(session, &foreign)?;
    let plain = to_document(&attributes)?;
    let bytes = plugin.serialize(&document)?;

    judge.bench(&format, &stream, WARM_MS, ROUND_MS)?;
    let mut encode = Side::default();
    let mut decode = Side::default();
    let mut foreign_encode = Side::default();
    let mut rust_encode = Side::default();
    let mut rust_decode = Side::default();
    let mut jvm = String::new();
    for _ in 0..ROUNDS {
        encode.run(|| plugin.serialize(&document).map(drop).map_err(Into::into))?;
        decode.run(|| plugin.deserialize(&theirs).map(drop).map_err(Into::into))?;
        foreign_encode.run(|| plugin.serialize(&foreign).map(drop).map_err(Into::into))?;
        rust_encode.run(|| {
            let document = to_document(&attributes)?;
            Ok(plugin.serialize(&document).map(drop)?)
        })?;
        rust_decode.run(|| {
            let document = plugin.deserialize(&theirs)?;
            match &attributes {
                Attributes::Cart(_) => drop(from_document::<Cart>(&document)?),
                Attributes::Items(_) => drop(from_document::<Items>(&document)?),
            }
            Ok(())
        })?;
        let times = judge.bench(&format, &stream, 1, ROUND_MS)?;
        encode.theirs.push(times.encode);
        decode.theirs.push(times.decode);
        jvm = times.java;
    }
    rust_encode.theirs.clone_from(&encode.theirs);
    foreign_encode.theirs.clone_from(&encode.theirs);
    rust_decode.theirs.clone_from(&decode.theirs);
    Ok(json!({
        "bytes": bytes.len(), "bytesOfLibrary": theirs.len(), "documentOfRust": plain.len(), "jvm": jvm,
        "encode": encode.row(), "decode": decode.row(),
        "encodeFromJava": foreign_encode.row(), "encodeFromRust": rust_encode.row(), "decodeToRust": rust_decode.row(),
    }))
}

/// Both sides in one direction, in nanoseconds: ours of each call, theirs of each round.
#[derive(Default)]
struct Side {
    ours: Vec<u64>,
    theirs: Vec<Times>,
}

impl Side {
    fn run(&mut self, mut work: impl FnMut() -> Result<()>) -> Result<()> {
        let begin = Instant::now();
        let mut count = 0;
        while begin.elapsed() < Duration::from_millis(ROUND_MS) || count < 5 {
            let start = Instant::now();
            work()?;
            self.ours.push(u64::try_from(start.elapsed().as_nanos())?);
            count += 1;
        }
        Ok(())
    }

    /// Medians and 99th percentiles in us, and how many times faster we are by the medians.
    fn row(&mut self) -> Value {
        self.ours.sort_unstable();
        let ours = |percent: usize| self.ours[(self.ours.len() - 1) * percent / 100] as f64 / 1e3;
        let mut medians: Vec<f64> = self.theirs.iter().map(|times| times.p50).collect();
        let mut highest: Vec<f64> = self.theirs.iter().map(|times| times.p99).collect();
        medians.sort_by(f64::total_cmp);
        highest.sort_by(f64::total_cmp);
        let (p50, p99) = (medians[medians.len() / 2] / 1e3, highest[highest.len() / 2] / 1e3);
        json!({
            "p50Us": ours(50), "p99Us": ours(99), "libraryP50Us": p50, "libraryP99Us": p99, "times": p50 / ours(50),
        })
    }
}

fn java_version(rows: &[Value]) -> Value {
    rows.iter().find_map(|row| row.get("jvm").cloned()).unwrap_or_default()
}

fn table(rows: &[Value]) {
    println!(
        "p50 in us: ours through Wasm / the library's on JDK {}",
        java_version(rows).as_str().unwrap_or("?")
    );
    println!(
        "{:<11} {:<14} {:>22} {:>13} {:>22} {:>13} {:>9} {:>9} {:>9}",
        "format", "session", "encode", "times", "decode", "times", "from java", "from Rust", "to Rust"
    );
    for row in rows {
        let text = |name: &str| row[name].as_str().unwrap_or("").to_owned();
        if row.get("missing").is_some() {
            println!("{:<11} {:<14} {}", text("format"), text("session"), text("missing"));
            continue;
        }
        let number = |side: &str, name: &str| row[side][name].as_f64().unwrap_or(f64::NAN);
        let pair = |side: &str| format!("{:.1} / {:.1}", number(side, "p50Us"), number(side, "libraryP50Us"));
        let times = |side: &str| {
            let (times, floor) = (number(side, "times"), row["floor"][side].as_f64().unwrap_or(0.0));
            format!("{times:.2} {} {floor}", if times >= floor { ">=" } else { "UNDER" })
        };
        println!(
            "{:<11} {:<14} {:>22} {:>13} {:>22} {:>13} {:>9.2} {:>9.2} {:>9.2}",
            text("format"),
            text("session"),
            pair("encode"),
            times("encode"),
            pair("decode"),
            times("decode"),
            number("encodeFromJava", "times"),
            number("encodeFromRust", "times"),
            number("decodeToRust", "times"),
        );
    }
    println!(
        "`times`: how many times faster we are, and the floor; `from java`: a document of the java plugin, in another order of\n\
         fields; `from Rust`, `to Rust`: with serde, from and to structs"
    );
}
