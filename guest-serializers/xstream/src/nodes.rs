//! The elements that references may lead to, and the paths between them.
//!
//! XStream says who is the same object by the way from one element to the other: `../../entry[2]/list`. Documents without
//! a reference have no nodes.

use std::fmt::Write;
use std::hash::Hasher;

use hashbrown::HashTable;
use holdfast_document::{has_room, put_item};

use crate::classes::NameHasher;

/// An element, by its place in [`Nodes`]; the root is 0.
pub(crate) type NodeId = u32;

/// No element.
pub(crate) const NO_NODE: NodeId = NodeId::MAX;
/// No object that a reference may lead to stands in the element.
const NOWHERE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: NodeId,
    /// Where its name stands in the XML, and how long it is.
    name: u32,
    length: u32,
    /// The element before it in the same parent.
    previous: NodeId,
    last_child: NodeId,
    /// Up to which child its children were looked at.
    looked: NodeId,
    /// Which of its parent's elements of its name it is, from 1; 0 when nobody asked yet.
    ordinal: u32,
    attribute: u32,
    place: u32,
    class: u32,
}

/// The elements of a document, in its order.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    list: Vec<Node>,
    /// The children that were looked at, by parent, name and ordinal, where elements are looked up and not only named.
    children: HashTable<NodeId>,
    /// How many children of a name a parent has, by one of them.
    counts: HashTable<(NodeId, u32)>,
    /// Room for a walk over children, and one down a path.
    walk: Vec<NodeId>,
    steps: Vec<NodeId>,
}

impl Nodes {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.forget();
    }

    /// Forgets what was looked at.
    fn forget(&mut self) {
        self.children.clear();
        self.counts.clear();
        for node in &mut self.list {
            node.looked = NO_NODE;
            node.ordinal = 0;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets the elements from this one on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
        self.forget();
        // The last children of elements that stay may be gone.
        for node in &mut self.list {
            node.last_child = NO_NODE;
        }
        for index in 0..self.list.len() {
            let parent = self.parent(index as NodeId);
            if let Some(parent) = self.list.get_mut(parent as usize) {
                parent.last_child = index as NodeId;
            }
        }
    }

    /// Adds an element.
    pub(crate) fn push(&mut self, parent: NodeId, name: usize, length: usize) -> NodeId {
        let (id, node) = self.begin(parent, name, length);
        self.list.push(node);
        id
    }

    /// An element that is to be added.
    #[inline(always)]
    fn begin(&mut self, parent: NodeId, name: usize, length: usize) -> (NodeId, Node) {
        let id = self.list.len() as NodeId;
        let previous = match self.list.get_mut(parent as usize) {
            Some(parent) => std::mem::replace(&mut parent.last_child, id),
            None => NO_NODE,
        };
        let node = Node {
            parent,
            name: name as u32,
            length: length as u32,
            previous,
            last_child: NO_NODE,
            looked: NO_NODE,
            ordinal: 0,
            attribute: 0,
            place: NOWHERE,
            class: 0,
        };
        (id, node)
    }

    /// Whether another element has room.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        has_room(&self.list, 1)
    }

    /// As [`Nodes::push`], where there is room.
    #[inline(always)]
    pub(crate) fn put(&mut self, parent: NodeId, name: usize, length: usize) -> NodeId {
        let (id, node) = self.begin(parent, name, length);
        put_item(&mut self.list, node);
        id
    }

    /// Says which object stands in an element.
    #[inline(always)]
    pub(crate) fn set_place(&mut self, node: NodeId, attribute: u32, place: u32, class: u32) {
        if let Some(node) = self.list.get_mut(node as usize) {
            node.attribute = attribute;
            node.place = place;
            node.class = class;
        }
    }

    /// Says that what stands in an element is nothing that a reference leads to.
    pub(crate) fn take_place(&mut self, node: NodeId) {
        if let Some(node) = self.list.get_mut(node as usize) {
            node.place = NOWHERE;
        }
    }

    /// The attribute and place of the object in an element, and its class.
    pub(crate) fn place(&self, node: NodeId) -> Option<(u32, u32, u32)> {
        let node = self.list.get(node as usize)?;
        (node.place != NOWHERE).then_some((node.attribute, node.place, node.class))
    }

    pub(crate) fn parent(&self, node: NodeId) -> NodeId {
        self.list.get(node as usize).map_or(NO_NODE, |node| node.parent)
    }

    /// Looks at the children of an element that came since the last time.
    fn index(&mut self, parent: NodeId, xml: &[u8], lookups: bool) {
        let Some(node) = self.list.get_mut(parent as usize) else { return };
        let (last, until) = (node.last_child, node.looked);
        if last == until {
            return;
        }
        node.looked = last;
        let mut fresh = std::mem::take(&mut self.walk);
        fresh.clear();
        let mut at = last;
        while at != until
            && let Some(node) = self.list.get(at as usize)
        {
            fresh.push(at);
            at = node.previous;
        }
        let Self { list, children, counts, .. } = self;
        // Most children have the name of the one before.
        let mut run: (&[u8], u32) = (&[], 0);
        for (index, child) in fresh.iter().rev().copied().enumerate() {
            let Some(node) = list.get(child as usize).copied() else { continue };
            let name = name(&node, xml);
            if index == 0 || name != run.0 {
                tell(counts, list, (parent, run), xml);
                let known = counts.find(hash(parent, name, 0), |(known, _)| {
                    list.get(*known as usize).is_some_and(|known| is(known, parent, name, xml))
                });
                run = match known {
                    Some((_, count)) => (name, *count),
                    None => {
                        let again = |(known, _): &(NodeId, u32)| hash_of(list, *known, 0, xml);
                        counts.insert_unique(hash(parent, name, 0), (child, 0), again);
                        (name, 0)
                    }
                };
            }
            run.1 += 1;
            if let Some(node) = list.get_mut(child as usize) {
                node.ordinal = run.1;
            }
            if lookups {
                let again = |known: &NodeId| {
                    hash_of(list, *known, list.get(*known as usize).map_or(0, |node| node.ordinal), xml)
                };
                children.insert_unique(hash(parent, name, run.1), child, again);
            }
        }
        tell(counts, list, (parent, run), xml);
        self.walk = fresh;
    }

    /// The child of this name and ordinal, among those that were looked at.
    fn child(&self, parent: NodeId, name: &[u8], ordinal: u32, xml: &[u8]) -> Option<NodeId> {
        let hash = hash(parent, name, ordinal);
        let found = self.children.find(hash, |known| {
            self.list
                .get(*known as usize)
                .is_some_and(|known| known.ordinal == ordinal && is(known, parent, name, xml))
        });
        found.copied()
    }

    /// The element that a relative path leads to.
    pub(crate) fn follow(&mut self, from: NodeId, path: &str, xml: &[u8]) -> Option<NodeId> {
        let mut at = from;
        for step in path.split('/') {
            match step {
                "" => return None,
                "." => {}
                ".." => at = self.parent(at),
                _ => {
                    let (name, ordinal) = match step.strip_suffix(']').and_then(|step| step.split_once('[')) {
                        Some((name, ordinal)) => (name, ordinal.parse().ok().filter(|ordinal| *ordinal > 0)?),
                        None => (step, 1),
                    };
                    self.index(at, xml, true);
                    at = self.child(at, name.as_bytes(), ordinal, xml)?;
                }
            }
        }
        (at != NO_NODE).then_some(at)
    }

    /// How many elements are around one.
    fn depth(&self, mut node: NodeId) -> usize {
        let mut depth = 0;
        while node != NO_NODE {
            depth += 1;
            node = self.parent(node);
        }
        depth
    }

    /// Writes the path from one element to another.
    pub(crate) fn path(&mut self, from: NodeId, to: NodeId, xml: &[u8], path: &mut String) {
        path.clear();
        let (mut up, mut down) = (from, to);
        let (mut above, mut below) = (self.depth(up), self.depth(down));
        let mut steps = std::mem::take(&mut self.steps);
        steps.clear();
        while up != down {
            if above >= below {
                up = self.parent(up);
                above -= 1;
                path.push_str(if path.is_empty() { ".." } else { "/.." });
            } else {
                steps.push(down);
                down = self.parent(down);
                below -= 1;
            }
        }
        for node in steps.iter().rev() {
            if !path.is_empty() {
                path.push('/');
            }
            self.index(self.parent(*node), xml, false);
            let Some(node) = self.list.get(*node as usize) else { continue };
            path.push_str(std::str::from_utf8(name(node, xml)).unwrap_or_default());
            if node.ordinal > 1 {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{}]", node.ordinal);
            }
        }
        self.steps = steps;
        if path.is_empty() {
            path.push('.');
        }
    }
}

fn hash(parent: NodeId, name: &[u8], ordinal: u32) -> u64 {
    let mut hasher = NameHasher::default();
    hasher.write(name);
    hasher.write(&(u64::from(parent) << 32 | u64::from(ordinal)).to_le_bytes());
    hasher.finish()
}

fn hash_of(list: &[Node], node: NodeId, ordinal: u32, xml: &[u8]) -> u64 {
    list.get(node as usize).map_or(0, |node| hash(node.parent, name(node, xml), ordinal))
}

/// Takes note of how many children of a name there are.
fn tell(
    counts: &mut HashTable<(NodeId, u32)>,
    list: &[Node],
    (parent, (name, count)): (NodeId, (&[u8], u32)),
    xml: &[u8],
) {
    let found = counts.find_mut(hash(parent, name, 0), |(known, _)| {
        list.get(*known as usize).is_some_and(|known| is(known, parent, name, xml))
    });
    if let Some((_, known)) = found {
        *known = count;
    }
}

fn name<'x>(node: &Node, xml: &'x [u8]) -> &'x [u8] {
    xml.get(node.name as usize..(node.name + node.length) as usize).unwrap_or_default()
}

fn is(node: &Node, parent: NodeId, wanted: &[u8], xml: &[u8]) -> bool {
    node.parent == parent && name(node, xml) == wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_element_to_element() {
        let xml = b"root entry list item";
        let mut nodes = Nodes::default();
        let root = nodes.push(NO_NODE, 0, 4);
        let first = nodes.push(root, 5, 5);
        let list = nodes.push(first, 11, 4);
        let second = nodes.push(root, 5, 5);
        let item = nodes.push(second, 16, 4);
        let path = |nodes: &mut Nodes, from, to| {
            let mut path = String::new();
            nodes.path(from, to, xml, &mut path);
            path
        };
        assert_eq!(path(&mut nodes, item, list), "../../entry/list");
        assert_eq!(path(&mut nodes, list, item), "../../entry[2]/item");
        assert_eq!(path(&mut nodes, item, second), "..");
        assert_eq!(path(&mut nodes, item, item), ".");
        for (from, to) in [(item, list), (list, item), (item, root)] {
            let path = path(&mut nodes, from, to);
            nodes.forget();
            assert_eq!(nodes.follow(from, &path, xml), Some(to));
        }
        assert_eq!(nodes.follow(item, "../../../..", xml), None);
        assert_eq!(nodes.follow(item, "../item[2]", xml), None);
        let mut nodes = {
            // A document is read or written; what was only named is not looked up.
            let mut fresh = Nodes::default();
            for (parent, name, len) in [(NO_NODE, 0, 4), (root, 5, 5), (first, 11, 4)] {
                fresh.push(parent, name, len);
            }
            fresh.push(root, 5, 5);
            fresh
        };
        assert_eq!(nodes.follow(list, "../../entry[2]", xml), Some(3));
        nodes.truncate(3);
        let again = nodes.push(root, 5, 5);
        assert_eq!(path(&mut nodes, list, again), "../../entry[2]");
    }
}
