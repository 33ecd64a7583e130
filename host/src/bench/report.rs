//! What `holdfast bench` found, as a table for people and as JSON for programs.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

/// All that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// A row for each plugin and session.
    pub results: Vec<Row>,
}

/// One plugin on one session.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// What the session is called.
    pub session: String,
    /// How many bytes the format takes; 0 when it cannot hold the session.
    pub bytes: usize,
    /// Whether what was read equals what was written.
    pub lossless: bool,
    /// Paths of what was lost.
    pub lost: Vec<String>,
    /// Why the plugin did not take the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Document to bytes; absent when refused.
    pub encode: Option<Timing>,
    /// Bytes to document; absent when refused.
    pub decode: Option<Timing>,
}

/// One direction.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Timing {
    /// Median time of a call, us.
    pub p50_us: f64,
    /// Time under which 99 of 100 calls stay, us.
    pub p99_us: f64,
    /// Bytes of the document, in either direction, by the median: 10^6 a second.
    pub mb_per_s: f64,
    /// Instructions, deterministic.
    pub fuel: u64,
    /// What handing the bytes over and back costs alone, us.
    pub boundary_us: f64,
    /// Median of the same code compiled natively, us; for shipped plugins.
    pub native_p50_us: Option<f64>,
}

impl Report {
    /// A line each plugin and session, the sessions one after the other.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        let mut sessions: Vec<&str> = Vec::new();
        for row in &self.results {
            if !sessions.contains(&row.session.as_str()) {
                sessions.push(&row.session);
            }
        }
        for session in sessions {
            let rows: Vec<_> = self.results.iter().filter(|row| row.session == session).collect();
            let _ = writeln!(text, "{session}\n{}\n", session_table(&rows));
        }
        for row in self.results.iter().filter(|row| !row.lossless) {
            let why = row.refused.clone().unwrap_or_else(|| format!("lost {}", row.lost.join(", ")));
            let _ = writeln!(text, "{} on {}: {why}", row.plugin, row.session);
        }
        text
    }
}

const HEADINGS: [&str; 13] = [
    "plugin",
    "bytes",
    "lossless",
    "encode p50",
    "p99",
    "MB/s",
    "fuel",
    "x native",
    "decode p50",
    "p99",
    "MB/s",
    "fuel",
    "x native",
];

fn session_table(rows: &[&Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(HEADINGS.iter().map(|heading| {
        let left = matches!(*heading, "plugin" | "lossless");
        Cell::new(heading).set_alignment(if left { CellAlignment::Left } else { CellAlignment::Right })
    }));
    for row in rows {
        let lossless = match (&row.refused, row.lossless, row.lost.len()) {
            (Some(_), ..) => "refused".to_owned(),
            (None, true, _) => "yes".to_owned(),
            (None, false, lost) => format!("lost {lost}"),
        };
        let mut cells = vec![
            Cell::new(&row.plugin),
            right(if row.refused.is_some() { String::new() } else { row.bytes.to_string() }),
            Cell::new(lossless),
        ];
        for timing in [&row.encode, &row.decode] {
            cells.extend(timing_cells(timing.as_ref()));
        }
        table.add_row(cells);
    }
    table
}

fn timing_cells(timing: Option<&Timing>) -> [Cell; 5] {
    let Some(timing) = timing else { return std::array::from_fn(|_| right(String::new())) };
    [
        right(time(timing.p50_us)),
        right(time(timing.p99_us)),
        right(format!("{:.0}", timing.mb_per_s)),
        right(thousands(timing.fuel)),
        right(
            timing
                .native_p50_us
                .filter(|native| *native > 0.0)
                .map_or_else(|| "-".to_owned(), |native| format!("{:.2}", timing.p50_us / native)),
        ),
    ]
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn time(us: f64) -> String {
    match us {
        ..10.0 => format!("{us:.2} us"),
        ..1_000.0 => format!("{us:.1} us"),
        _ => format!("{:.2} ms", us / 1_000.0),
    }
}

/// 1234567 as 1,234,567.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_a_plugin_refuses_stands_in_the_table_with_its_reason() {
        let timing = Timing {
            p50_us: 1.5,
            p99_us: 12.25,
            mb_per_s: 640.0,
            fuel: 1_234_567,
            boundary_us: 0.2,
            native_p50_us: Some(1.0),
        };
        let row = Row {
            plugin: "kryo".to_owned(),
            version: "0.1.0".to_owned(),
            session: "cart".to_owned(),
            bytes: 17,
            lossless: true,
            lost: Vec::new(),
            refused: None,
            encode: Some(timing),
            decode: Some(timing),
        };
        let refused = Row {
            plugin: "java".to_owned(),
            lossless: false,
            refused: Some("cannot hold /cart/0: a reason".to_owned()),
            encode: None,
            decode: None,
            ..row.clone()
        };
        let text = Report { results: vec![row, refused] }.table();
        for part in [
            "cart\n",
            "1.50 us",
            "12.2 us",
            "1,234,567",
            "1.50",
            "refused",
            "java on cart: cannot hold /cart/0",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
    }
}
