//! Time zones without a history, which documents have by their id.

/// The offset, in milliseconds, of a `java.util.TimeZone` that has no history, where its id tells it.
pub(crate) fn offset(id: &str) -> Option<i32> {
    match id {
        "UTC" | "GMT" | "Z" | "Etc/UTC" | "Etc/GMT" | "UCT" | "Etc/UCT" | "Zulu" | "Etc/Zulu"
        | "Greenwich" | "Universal" | "Etc/Universal" | "Etc/Greenwich" => Some(0),
        _ => {
            let digits = id.strip_prefix("GMT")?;
            let (sign, digits) = match digits.as_bytes().split_first()? {
                (b'+', digits) => (1, digits),
                (b'-', digits) => (-1, digits),
                _ => return None,
            };
            let [a, b, b':', c, d] = *digits else { return None };
            let digit = |byte: u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
            let minutes = (digit(a)? * 10 + digit(b)?) * 60 + digit(c)? * 10 + digit(d)?;
            Some(sign * minutes * 60_000)
        }
    }
}
