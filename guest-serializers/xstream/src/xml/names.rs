//! Class and field names as names of elements: XStream's XmlFriendlyNameCoder.

/// Appends the name of an element for the name of a class or field.
pub(crate) fn encode(out: &mut String, name: &str) {
    // The library lets all of ASCII but these two pass, and writes what no parser reads.
    if name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.') {
        out.push_str(name);
        return;
    }
    for (index, unit) in name.encode_utf16().enumerate() {
        match unit {
            0x24 => out.push_str("_-"),
            0x5f => out.push_str("__"),
            _ => match char::from_u32(u32::from(unit)) {
                // Java looks at each half of a pair alone, and neither may stand in a name.
                Some(char) if is_start(unit) || (index > 0 && is_inner(unit)) => out.push(char),
                _ => out.push_str(&format!("_.{unit:04x}")),
            },
        }
    }
}

/// The name of the element of a field.
pub(crate) fn of_field(name: &str) -> String {
    // The object around one of an inner class.
    if name == "this$0" {
        return "outer-class".to_owned();
    }
    let mut element = String::with_capacity(name.len());
    encode(&mut element, name);
    element
}

/// Appends the name of the field that an element stands for. False when it is the name of none.
#[must_use]
pub(crate) fn field_of(out: &mut String, element: &str) -> bool {
    if element == "outer-class" {
        out.push_str("this$0");
        return true;
    }
    decode(out, element)
}

const fn is_start(unit: u16) -> bool {
    matches!(unit,
        0x3a | 0x41..=0x5a | 0x61..=0x7a | 0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x2ff | 0x370..=0x37d
        | 0x37f..=0x1fff | 0x200c..=0x200d | 0x2070..=0x218f | 0x2c00..=0x2fef | 0x3001..=0xd7ff
        | 0xf900..=0xfdcf | 0xfdf0..=0xfffd)
}

const fn is_inner(unit: u16) -> bool {
    matches!(unit, 0x2d | 0x2e | 0x30..=0x39 | 0xb7 | 0x300..=0x36f | 0x203f..=0x2040)
}

/// Appends the name of a class or field for the name of an element. False when it is the name of neither.
#[must_use]
pub(crate) fn decode(out: &mut String, name: &str) -> bool {
    if !name.contains('_') {
        out.push_str(name);
        return true;
    }
    let mut units = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find('_') {
        let (before, tail) = rest.split_at(at);
        units.extend(before.encode_utf16());
        rest = if let Some(after) = tail.strip_prefix("_-") {
            units.push(0x24);
            after
        } else if let Some(after) = tail.strip_prefix("__") {
            units.push(0x5f);
            after
        } else if let Some(after) = tail.strip_prefix("_.") {
            let Some((digits, after)) = after.split_at_checked(4) else { return false };
            let Ok(unit) = u16::from_str_radix(digits, 16) else { return false };
            units.push(unit);
            after
        } else {
            units.push(0x5f);
            tail.get(1..).unwrap_or_default()
        };
    }
    units.extend(rest.encode_utf16());
    match String::from_utf16(&units) {
        Ok(decoded) => {
            out.push_str(&decoded);
            true
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded_and_decoded_as_the_library_does_it() {
        for (name, element) in [
            ("com.example.Person", "com.example.Person"),
            ("java.util.Map$Entry", "java.util.Map_-Entry"),
            ("snake_case", "snake__case"),
            ("a b", "a_.0020b"),
            ("1x", "_.0031x"),
            ("价格", "价格"),
            ("\u{1f600}", "_.d83d_.de00"),
        ] {
            let mut encoded = String::new();
            encode(&mut encoded, name);
            assert_eq!(encoded, element);
            let mut decoded = String::new();
            assert!(decode(&mut decoded, element));
            assert_eq!(decoded, name);
        }
        assert!(!decode(&mut String::new(), "_.12"));
        assert!(!decode(&mut String::new(), "_.d83d"));
    }
}
