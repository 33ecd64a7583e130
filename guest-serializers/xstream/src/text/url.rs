//! URLs, as `java.net.URL` takes them apart.

/// The parts of a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) protocol: &'a str,
    pub(crate) authority: Option<&'a str>,
    pub(crate) host: &'a str,
    pub(crate) port: i32,
    pub(crate) file: &'a str,
    pub(crate) reference: Option<&'a str>,
}

/// Takes a URL apart; `None` when it has no protocol or a port that is no number.
pub(crate) fn parse(text: &str) -> Option<Url<'_>> {
    let (protocol, rest) = text.split_once(':')?;
    if protocol.is_empty() || protocol.contains(['/', '?', '#']) {
        return None;
    }
    let (rest, reference) = match rest.split_once('#') {
        Some((rest, reference)) => (rest, Some(reference)),
        None => (rest, None),
    };
    let Some(after) = rest.strip_prefix("//") else {
        return Some(Url { protocol, authority: None, host: "", port: -1, file: rest, reference });
    };
    let end = after.find(['/', '?']).unwrap_or(after.len());
    let (authority, file) = after.split_at_checked(end)?;
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let (host, port) = match address.rfind(':') {
        Some(at) if !address.get(at..)?.contains(']') => {
            let digits = address.get(at + 1..)?;
            let port = if digits.is_empty() { -1 } else { digits.parse().ok().filter(|port| *port >= 0)? };
            (address.get(..at)?, port)
        }
        _ => (address, -1),
    };
    Some(Url { protocol, authority: Some(authority), host, port, file, reference })
}

/// `URL.toExternalForm`.
pub(crate) fn format(protocol: &str, authority: Option<&str>, file: &str, reference: Option<&str>) -> String {
    let mut text = format!("{protocol}:");
    if let Some(authority) = authority.filter(|authority| !authority.is_empty()) {
        text.push_str("//");
        text.push_str(authority);
    }
    text.push_str(file);
    if let Some(reference) = reference {
        text.push('#');
        text.push_str(reference);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart_and_put_together() {
        let text = "http://me@example.com:8080/a?b#c";
        let url = parse(text).unwrap();
        let expected = Url {
            protocol: "http",
            authority: Some("me@example.com:8080"),
            host: "example.com",
            port: 8080,
            file: "/a?b",
            reference: Some("c"),
        };
        assert_eq!(url, expected);
        assert_eq!(format(url.protocol, url.authority, url.file, url.reference), text);
        assert_eq!(parse("file:/tmp/x").unwrap().file, "/tmp/x");
        assert_eq!(parse("http://[::1]/").unwrap().host, "[::1]");
        assert!(parse("no url").is_none());
    }
}
