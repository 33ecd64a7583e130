//! Types as Java's source has them, and as the JVM has them.

const PRIMITIVES: [(&str, &str); 8] = [
    ("boolean", "Z"),
    ("byte", "B"),
    ("char", "C"),
    ("short", "S"),
    ("int", "I"),
    ("long", "J"),
    ("float", "F"),
    ("double", "D"),
];

/// The JVM allows no more.
const MOST_DIMENSIONS: usize = 255;

/// `long[]` of `[J`, `java.util.List` of `Ljava/util/List;`; `None` where the source form would not say the same: of
/// what is no descriptor, and of classes that have a space in their name, or the name of a primitive type.
pub(super) fn source(descriptor: &str) -> Option<String> {
    let element = descriptor.trim_start_matches('[');
    let dimensions = descriptor.len() - element.len();
    let mut text = match PRIMITIVES.iter().find(|(_, code)| *code == element) {
        Some((name, _)) => (*name).to_owned(),
        None => {
            let name = element.strip_prefix('L')?.strip_suffix(';')?;
            let ambiguous = name.chars().any(|unit| unit.is_whitespace() || unit.is_control());
            if ambiguous || PRIMITIVES.iter().any(|(primitive, _)| *primitive == name) {
                return None;
            }
            name.replace('/', ".")
        }
    };
    text.extend(std::iter::repeat_n("[]", dimensions));
    (self::descriptor(&text).ok()? == descriptor).then_some(text)
}

/// `[J` of `long[]`.
///
/// # Errors
///
/// What is wrong with the type, behind its name.
pub(super) fn descriptor(source: &str) -> Result<String, &'static str> {
    let mut element = source;
    let mut text = String::new();
    while let Some(rest) = element.strip_suffix("[]") {
        element = rest.trim_end();
        text.push('[');
    }
    if text.len() > MOST_DIMENSIONS {
        return Err("has more dimensions than Java allows");
    }
    if let Some((_, code)) = PRIMITIVES.iter().find(|(name, _)| *name == element) {
        text.push_str(code);
        return Ok(text);
    }
    if element.contains('<') {
        return Err("has type arguments; leave them out, as compiled classes do: java.util.List");
    }
    is_class_name(element)?;
    text.push('L');
    text.push_str(&element.replace('.', "/"));
    text.push(';');
    Ok(text)
}

/// Whether a name is one that `Class.getName` can give of a class that is no array.
///
/// # Errors
///
/// What is wrong with it, behind the name.
pub(super) fn is_class_name(name: &str) -> Result<(), &'static str> {
    if name == "void" {
        return Err("is no type of a value");
    }
    if name.contains('/') {
        return Err("has slashes; write dots: java.util.List");
    }
    if name.contains(['[', ';']) {
        return Err("is no name of a class");
    }
    if name.split('.').any(str::is_empty) {
        return Err("is no name of a class; write it as Class.getName gives it: com.example.Cart$Item");
    }
    Ok(())
}

/// Whether this is the descriptor of a field's type.
pub(crate) fn is_descriptor(text: &str) -> bool {
    let element = text.trim_start_matches('[');
    let class = |name: &str| !name.split('/').any(str::is_empty) && !name.contains(['.', ';', '[']);
    text.len() - element.len() <= MOST_DIMENSIONS
        && (PRIMITIVES.iter().any(|(_, code)| *code == element)
            || element.strip_prefix('L').and_then(|name| name.strip_suffix(';')).is_some_and(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_read_as_in_source_code() {
        for (descriptor, text) in [
            ("I", "int"),
            ("[[J", "long[][]"),
            ("Ljava/util/List;", "java.util.List"),
            ("[Lcom/example/Cart$Item;", "com.example.Cart$Item[]"),
            ("LTop;", "Top"),
        ] {
            assert_eq!(source(descriptor).as_deref(), Some(text));
            assert_eq!(self::descriptor(text).as_deref(), Ok(descriptor));
            assert!(is_descriptor(descriptor));
        }
    }

    #[test]
    fn what_has_no_source_form_is_told() {
        for descriptor in ["Lint;", "La b;", "V", "", "[", "Ljava.util.List;", "La//b;"] {
            assert_eq!(source(descriptor), None, "{descriptor}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for text in ["java/util/List", "java.util.List<String>", "void", "", "[]", "a..b", "[J"] {
            assert!(descriptor(text).is_err(), "{text}");
        }
        for text in ["V", "", "[", "Ljava.util.List;", "L;", "Lint", "II"] {
            assert!(!is_descriptor(text), "{text}");
        }
    }
}
