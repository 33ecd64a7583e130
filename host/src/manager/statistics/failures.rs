//! Failures of serializers, by plugin and attribute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::report::SerializerFailures;

/// Attributes that are told apart. Their names come from clients, and each would be a series for ever.
const MOST_ATTRIBUTES: usize = 100;

/// Stands for all others.
const OTHER: &str = "other";

/// They are rare, so a lock does.
#[derive(Default)]
pub(super) struct Failures(Mutex<BTreeMap<Which, u64>>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Which {
    serializer: String,
    what: &'static str,
    attribute: Option<String>,
}

impl Failures {
    pub(super) fn count(&self, serializer: &str, what: &'static str, attribute: Option<&str>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let which = |attribute: Option<&str>| Which {
            serializer: serializer.to_owned(),
            what,
            attribute: attribute.map(str::to_owned),
        };
        let mut key = which(attribute);
        if !counts.contains_key(&key) && attribute.is_some() && counts.len() >= MOST_ATTRIBUTES {
            key = which(Some(OTHER));
        }
        *counts.entry(key).or_default() += 1;
    }

    pub(super) fn all(&self) -> Vec<SerializerFailures> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = |(which, count): (&Which, &u64)| SerializerFailures {
            serializer: which.serializer.clone(),
            what: which.what,
            attribute: which.attribute.clone(),
            count: *count,
        };
        counts.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_by_serializer_and_attribute() {
        let failures = Failures::default();
        failures.count("kryo", "serialize", Some("cart"));
        failures.count("kryo", "serialize", Some("cart"));
        failures.count("kryo", "deserialize", None);
        let all = failures.all();
        let told: Vec<_> = all.iter().map(|it| (it.what, it.attribute.as_deref(), it.count)).collect();
        assert_eq!(told, [("deserialize", None, 1), ("serialize", Some("cart"), 2)]);
    }

    #[test]
    fn any_number_of_attributes_makes_a_limited_number_of_series() {
        let failures = Failures::default();
        for number in 0..1000 {
            failures.count("kryo", "serialize", Some(&format!("a{number}")));
        }
        let all = failures.all();
        assert_eq!(all.len(), MOST_ATTRIBUTES + 1);
        assert_eq!(all.iter().map(|it| it.count).sum::<u64>(), 1000);
        let other = all.iter().find(|it| it.attribute.as_deref() == Some(OTHER)).unwrap();
        assert_eq!(other.count, 900);
    }
}
