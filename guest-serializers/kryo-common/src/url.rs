//! `java.net.URL` and its text: `URLStreamHandler.parseURL` and `toExternalForm`.

/// What a URL is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Url<'t> {
    /// What stands before the colon.
    pub protocol: &'t str,
    /// What stands behind two slashes.
    pub authority: Option<&'t str>,
    /// The host in the authority.
    pub host: Option<&'t str>,
    /// -1 for none.
    pub port: i32,
    /// Path and query.
    pub file: &'t str,
    /// What stands behind the `#`.
    pub reference: Option<&'t str>,
}

/// Takes the text of a URL apart.
pub fn parse(text: &str) -> Option<Url<'_>> {
    let (protocol, rest) = text.split_once(':')?;
    let is_name = protocol.starts_with(|c: char| c.is_ascii_alphabetic())
        && protocol.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_name {
        return None;
    }
    let (rest, reference) = match rest.split_once('#') {
        Some((rest, reference)) => (rest, Some(reference)),
        None => (rest, None),
    };
    let Some(after) = rest.strip_prefix("//") else {
        return Some(Url { protocol, authority: None, host: Some(""), port: -1, file: rest, reference });
    };
    let end = after.find(['/', '?']).unwrap_or(after.len());
    let (authority, file) = after.split_at_checked(end)?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = split_port(host)?;
    Some(Url { protocol, authority: Some(authority), host: Some(host), port, file, reference })
}

fn split_port(host: &str) -> Option<(&str, i32)> {
    let from = if host.starts_with('[') { host.find(']')? } else { 0 };
    match host.get(from..)?.find(':') {
        None => Some((host, -1)),
        Some(at) => {
            let (host, port) = host.split_at_checked(from + at)?;
            match port.strip_prefix(':')? {
                "" => Some((host, -1)),
                digits => digits.parse().ok().filter(|port| *port >= -1).map(|port| (host, port)),
            }
        }
    }
}

/// The text of a URL.
pub fn text(protocol: &str, authority: Option<&str>, file: &str, reference: Option<&str>) -> String {
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
    fn texts_come_back_from_their_parts() {
        for url in [
            "http://example.com",
            "https://user:pw@example.com:8443/a/b?c=d&e#f",
            "http://[::1]:80/x",
            "file:/tmp/x",
            "jar:file:/a.jar!/b",
            "mailto:a@example.com",
            "http://example.com?q=1",
        ] {
            let parts = parse(url).unwrap();
            assert_eq!(text(parts.protocol, parts.authority, parts.file, parts.reference), url);
        }
        let parts = parse("https://user:pw@example.com:8443/a?c#f").unwrap();
        assert_eq!((parts.host, parts.port, parts.file), (Some("example.com"), 8443, "/a?c"));
        assert_eq!(parse("http://[::1]:80/x").unwrap().host, Some("[::1]"));
        assert!(parse("no url").is_none());
        assert!(parse("http://host:port/").is_none());
    }
}
