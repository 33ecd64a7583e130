//! Lines of stack traces, as `StackTraceElement.toString` writes them and XStream takes them apart.

/// What XStream makes of a line: class, method, file, line.
pub(crate) fn parse(text: &str) -> Option<(&str, &str, &str, i64)> {
    let inner = text.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let (place, source) = (inner.get(..open)?, inner.get(open + 1..)?);
    let dot = place.rfind('.')?;
    let (class, method) = (place.get(..dot)?, place.get(dot + 1..)?);
    if class.is_empty() || method.is_empty() || class.contains('(') {
        return None;
    }
    let (file, line) = match source.split_once(':') {
        Some((file, line)) => (file, super::parse_int(line).filter(|line| (0..=0x7fff_ffff).contains(line))?),
        None if source == "Native Method" => (source, -2),
        None => (source, -1),
    };
    Some((class, method, file, line))
}

/// The fields of a line.
#[derive(Debug, Default)]
pub(crate) struct Trace<'a> {
    pub(crate) loader: Option<&'a str>,
    pub(crate) module: Option<&'a str>,
    pub(crate) version: Option<&'a str>,
    pub(crate) class: &'a str,
    pub(crate) method: &'a str,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: i64,
    /// Bit 0: the class loader is Java's own and is not written; bit 1: nor is the version of its module.
    pub(crate) format: i64,
}

/// `StackTraceElement.toString` of Java 9 and later.
pub(crate) fn format(trace: &Trace<'_>) -> String {
    let mut text = String::new();
    let loader = trace.loader.filter(|loader| !loader.is_empty() && trace.format & 1 == 0);
    if let Some(loader) = loader {
        text.push_str(loader);
        text.push('/');
    }
    if let Some(module) = trace.module.filter(|module| !module.is_empty()) {
        text.push_str(module);
        if let Some(version) = trace.version.filter(|version| !version.is_empty() && trace.format & 2 == 0) {
            text.push('@');
            text.push_str(version);
        }
        text.push('/');
    } else if loader.is_some() {
        text.push('/');
    }
    text.push_str(trace.class);
    text.push('.');
    text.push_str(trace.method);
    match (trace.line, trace.file) {
        (-2, _) => text.push_str("(Native Method)"),
        (line @ 0.., Some(file)) => text.push_str(&format!("({file}:{line})")),
        (_, Some(file)) => text.push_str(&format!("({file})")),
        (_, None) => text.push_str("(Unknown Source)"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart_and_put_together_as_the_library_does_it() {
        for (text, parts) in [
            ("a.B.m(Unknown Source)", ("a.B", "m", "Unknown Source", -1)),
            ("a.B.<init>(F.java)", ("a.B", "<init>", "F.java", -1)),
            ("cl/mod@1/a.B.x(F.java:3)", ("cl/mod@1/a.B", "x", "F.java", 3)),
            ("java.lang.Thread.run(Native Method)", ("java.lang.Thread", "run", "Native Method", -2)),
        ] {
            assert_eq!(parse(text), Some(parts));
            let (class, method, file, line) = parts;
            let trace = Trace { class, method, file: Some(file), line, ..Trace::default() };
            assert_eq!(format(&trace), text);
        }
        for bad in ["", "()", "a()", "a.b", ".b()", "a.(x)"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        let trace = Trace {
            loader: Some("app"),
            module: Some("java.base"),
            version: Some("17"),
            class: "A",
            method: "b",
            line: -1,
            format: 3,
            ..Trace::default()
        };
        assert_eq!(format(&trace), "java.base/A.b(Unknown Source)");
    }
}
