//! What the JDK's classes make of those that extend them.

use std::collections::HashMap;

/// Made by `JdkSerializable.java` beside it, with JDK 17.
const SERIALIZABLE: &str = include_str!("../../data/jdk-serializable.txt");

/// Whether a class is serializable, and whether it is externalizable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Nature {
    pub(super) serializable: bool,
    pub(super) externalizable: bool,
}

impl Nature {
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            serializable: self.serializable || other.serializable,
            externalizable: self.externalizable || other.externalizable,
        }
    }
}

/// The classes and interfaces of the JDK that make others serializable, by name.
pub(super) fn natures() -> HashMap<&'static str, Nature> {
    SERIALIZABLE
        .lines()
        .map(|line| {
            let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
            (name, Nature { serializable: true, externalizable: !rest.is_empty() })
        })
        .collect()
}

/// Whether a class is the JDK's, so that whoever is not listed is not serializable.
pub(super) fn is_jdk(name: &str) -> bool {
    ["java.", "javax.", "jdk.", "sun."].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_extends_an_exception_or_a_collection_is_serializable() {
        let natures = natures();
        for name in
            ["java.lang.RuntimeException", "java.util.HashMap", "java.lang.Enum", "java.io.Serializable"]
        {
            assert!(natures[name].serializable && !natures[name].externalizable, "{name}");
        }
        assert!(natures["java.io.Externalizable"].externalizable);
        assert!(!natures.contains_key("java.lang.Record") && !natures.contains_key("java.util.List"));
    }
}
