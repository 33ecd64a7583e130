//! Stored sessions for people.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::manager::stored::{SessionList, ShownSession};
use crate::session::{AuthType, Header, SessionId};

/// Ids stand whole, whatever the width of the terminal: they are there to be pasted.
pub(super) fn list(out: &mut impl Write, list: &SessionList) -> io::Result<()> {
    if !list.sessions.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_header([
            "ID",
            "NODE",
            "BYTES",
            "SERIALIZER",
            "LAST ACCESS",
            "EXPIRES IN",
        ]);
        for row in &list.sessions {
            let expires = match (&row.problem, row.expires_in) {
                (Some(problem), _) => problem.clone(),
                (None, None) => "never".to_owned(),
                (None, Some(left)) if left <= 0 => "is over".to_owned(),
                (None, Some(left)) => length(left),
            };
            table.add_row([
                Cell::new(&row.id),
                Cell::new(&row.node),
                Cell::new(row.size).set_alignment(CellAlignment::Right),
                Cell::new(&row.serializer),
                Cell::new(row.last_accessed_time.map(date).unwrap_or_default()),
                Cell::new(expires),
            ]);
        }
        if let Some(ids) = table.column_mut(0) {
            ids.set_padding((0, 1));
        }
        writeln!(out, "{}\n", table.trim_fmt())?;
    }
    for node in list.nodes.iter().filter(|node| node.error.is_none()) {
        write!(out, "{}: {} sessions", node.node, node.sessions)?;
        if node.copies > 0 {
            write!(out, ", {} second copies", node.copies)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

pub(super) fn session(
    out: &mut impl Write,
    id: &SessionId,
    session: &ShownSession,
    now_ms: i64,
    values: bool,
) -> io::Result<()> {
    writeln!(out, "{id}")?;
    let mut line = |name: &str, text: &str| writeln!(out, "  {name:<13} {text}");
    line("node", &format!("{}, {}", session.node, session.part))?;
    line("stored", &format!("{} bytes by {}", session.size, session.serializer))?;
    match &session.header {
        Err(error) => line("unreadable", error)?,
        Ok(header) => {
            line("created", &ago(header.creation_time, now_ms))?;
            line("last access", &ago(session.used.unwrap_or(header.this_accessed_time), now_ms))?;
            if header.last_backup_time > 0 {
                line("backup before", &ago(header.last_backup_time, now_ms))?;
            }
            line("expires", &expires(header, session.ends, now_ms))?;
            line("login", &login(header))?;
        }
    }
    match &session.attributes {
        Err(error) => writeln!(out, "  the attributes cannot be read: {error}"),
        Ok(rows) => {
            writeln!(out, "  attributes    {}", rows.len())?;
            if rows.is_empty() {
                return Ok(());
            }
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_header(["   NAME", "TYPE", "BYTES"]);
            for row in rows {
                let size = Cell::new(row.size).set_alignment(CellAlignment::Right);
                table.add_row([Cell::new(format!("   {}", row.name)), Cell::new(&row.kind), size]);
            }
            writeln!(out, "{}", table.trim_fmt())?;
            // Not in the table, which would become as wide as the longest of them.
            rows.iter()
                .filter(|_| values)
                .try_for_each(|row| writeln!(out, "\n    {} = {}", row.name, row.value))
        }
    }
}

fn expires(header: &Header, ends: Option<i64>, now_ms: i64) -> String {
    if !header.is_valid {
        return "it was invalidated".to_owned();
    }
    let interval = header.max_inactive_interval;
    match ends.map(|ends| (ends, ends.saturating_sub(now_ms))) {
        None => "never".to_owned(),
        Some((ends, left)) if left <= 0 => {
            format!("{}, is over since {} (after {interval} s without a request)", date(ends), length(-left))
        }
        Some((ends, left)) => {
            format!("{}, in {} (after {interval} s without a request)", date(ends), length(left))
        }
    }
}

/// Who it is stands in the principal, and is nobody's business.
fn login(header: &Header) -> String {
    let kind = match header.auth_type {
        AuthType::None if header.principal.is_empty() => return "none".to_owned(),
        AuthType::None => "of no type".to_owned(),
        AuthType::Basic => "BASIC".to_owned(),
        AuthType::ClientCert => "CLIENT_CERT".to_owned(),
        AuthType::Digest => "DIGEST".to_owned(),
        AuthType::Form => "FORM".to_owned(),
        AuthType::Other(number) => format!("of type {number}"),
    };
    format!("{kind}, a principal of {} bytes", header.principal.len())
}

fn ago(ms: i64, now_ms: i64) -> String {
    match now_ms.saturating_sub(ms) {
        ago if ago >= 0 => format!("{}, {} ago", date(ms), length(ago)),
        // The clock of whoever wrote it goes before this one.
        ahead => format!("{}, in {}", date(ms), length(-ahead)),
    }
}

/// A date to the second, in UTC.
fn date(ms: i64) -> String {
    OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000))
        .ok()
        .and_then(|date| date.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{ms} ms"))
}

/// The two largest units.
fn length(ms: i64) -> String {
    let seconds = ms / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {minutes}m"),
        (_, _, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_dates_are_for_people() {
        assert_eq!(length(59_999), "59s");
        assert_eq!(length(1_799_000), "29m 59s");
        assert_eq!(length(7_380_000), "2h 3m");
        assert_eq!(length(273_600_000), "3d 4h");
        assert_eq!(date(1_700_000_000_999), "2023-11-14T22:13:20Z");
        assert_eq!(date(i64::MAX), format!("{} ms", i64::MAX));
        assert_eq!(ago(1_700_000_000_000, 1_700_000_061_000), "2023-11-14T22:13:20Z, 1m 1s ago");
    }
}
