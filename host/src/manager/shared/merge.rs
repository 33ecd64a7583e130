//! Two servers have changed one session: both changes count if they are of different attributes.

use std::sync::Arc;

use super::super::codec::thaw;
use super::super::error::ManagerError;

/// What two documents become together that were one before. None: both changed one attribute. That they changed it to
/// the same does not help: of two that count up by one, one would be lost.
pub(super) fn merge(
    before: &Arc<[u8]>,
    ours: &Arc<[u8]>,
    theirs: &Arc<[u8]>,
) -> Result<Option<Arc<[u8]>>, ManagerError> {
    let unreadable = |reason| ManagerError::BadDocument { reason };
    if before == theirs {
        return Ok(Some(Arc::clone(ours)));
    }
    if before == ours {
        return Ok(Some(Arc::clone(theirs)));
    }
    let (before, ours, mut merged) = (thaw(before)?, thaw(ours)?, thaw(theirs)?);
    let mut names: Vec<&str> = ours.names().chain(before.names()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let was = before.get(name).map_err(unreadable)?;
        let is = ours.get(name).map_err(unreadable)?;
        if was == is {
            continue;
        }
        let other = merged.get(name).map_err(unreadable)?;
        if other.as_deref() != was.as_deref() {
            return Ok(None);
        }
        match is {
            Some(value) => merged.set(name, &value).map_err(unreadable)?,
            None => merged.remove(name).map_err(unreadable)?,
        };
    }
    let mut document = Vec::with_capacity(merged.size() + 64);
    merged.to_document(None, &mut document).map_err(unreadable)?;
    Ok(Some(document.into()))
}

#[cfg(test)]
mod tests {
    use holdfast_document::{AttributeMap, Limits, Writer};

    use super::*;

    fn document(attributes: &[(&str, &str)]) -> Arc<[u8]> {
        let mut map = AttributeMap::with_limits(Limits::default());
        for (name, text) in attributes {
            let mut value = Vec::new();
            Writer::value(&mut value).str(text);
            map.set(name, &value).unwrap();
        }
        let mut out = Vec::new();
        map.to_document(None, &mut out).unwrap();
        out.into()
    }

    fn names(document: &Arc<[u8]>) -> Vec<String> {
        let mut names: Vec<_> = thaw(document).unwrap().names().map(str::to_owned).collect();
        names.sort();
        names
    }

    #[test]
    fn changes_of_different_attributes_both_count() {
        let before = document(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let ours = document(&[("a", "2"), ("b", "1"), ("d", "1")]);
        let theirs = document(&[("a", "1"), ("b", "2"), ("c", "1"), ("e", "1")]);
        let merged = merge(&before, &ours, &theirs).unwrap().unwrap();
        assert_eq!(names(&merged), ["a", "b", "d", "e"]);
        let map = thaw(&merged).unwrap();
        let value = |name: &str| map.get(name).unwrap().unwrap().into_owned();
        assert_eq!(value("a"), thaw(&ours).unwrap().get("a").unwrap().unwrap().into_owned());
        assert_eq!(value("b"), thaw(&theirs).unwrap().get("b").unwrap().unwrap().into_owned());
    }

    #[test]
    fn changes_of_one_attribute_exclude_each_other_even_if_they_are_the_same() {
        let before = document(&[("a", "1")]);
        let two = document(&[("a", "2")]);
        assert!(merge(&before, &two, &document(&[("a", "3")])).unwrap().is_none());
        assert!(merge(&before, &two, &document(&[])).unwrap().is_none());
        assert!(merge(&before, &document(&[]), &two).unwrap().is_none());
        assert!(merge(&before, &two, &two).unwrap().is_none());
        assert!(merge(&before, &document(&[]), &document(&[])).unwrap().is_none());
    }

    #[test]
    fn where_one_side_changed_nothing_the_other_side_counts() {
        let (before, changed) = (document(&[("a", "1")]), document(&[("a", "2")]));
        assert_eq!(merge(&before, &before, &changed).unwrap().unwrap(), changed);
        assert_eq!(merge(&before, &changed, &before).unwrap().unwrap(), changed);
    }
}
