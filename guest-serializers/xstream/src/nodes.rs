//! The elements that references may lead to, and the paths between them.
//!
//! XStream says who is the same object by the way from one element to the other: `../../entry[2]/list`. Documents without
//! a reference have no nodes.

use std::collections::HashMap;

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
    /// Which child a path means, for parents whose children were looked at; under ordinal 0, how many there are.
    children: HashMap<(NodeId, Box<[u8]>, u32), NodeId>,
    /// Up to which child a parent's children were looked at.
    indexed: HashMap<NodeId, NodeId>,
}

impl Nodes {
    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.children.clear();
        self.indexed.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Forgets the elements from this one on.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.list.truncate(len);
        self.children.clear();
        self.indexed.clear();
        for node in &mut self.list {
            node.ordinal = 0;
        }
        // The last children of elements that stay may be gone.
        let mut last: Vec<(usize, NodeId)> = Vec::new();
        for (index, node) in self.list.iter().enumerate() {
            if node.last_child != NO_NODE && node.last_child as usize >= len {
                last.push((index, NO_NODE));
            }
        }
        for (index, _) in last {
            let child =
                self.list.iter().rposition(|node| node.parent as usize == index && node.parent != NO_NODE);
            if let Some(node) = self.list.get_mut(index) {
                node.last_child = child.map_or(NO_NODE, |child| child as NodeId);
            }
        }
    }

    /// Adds an element.
    pub(crate) fn push(&mut self, parent: NodeId, name: usize, length: usize) -> NodeId {
        let id = self.list.len() as NodeId;
        let previous = match self.list.get_mut(parent as usize) {
            Some(parent) => std::mem::replace(&mut parent.last_child, id),
            None => NO_NODE,
        };
        self.list.push(Node {
            parent,
            name: name as u32,
            length: length as u32,
            previous,
            last_child: NO_NODE,
            ordinal: 0,
            attribute: 0,
            place: NOWHERE,
            class: 0,
        });
        id
    }

    /// Says which object stands in an element.
    pub(crate) fn set_place(&mut self, node: NodeId, attribute: u32, place: u32, class: u32) {
        if let Some(node) = self.list.get_mut(node as usize) {
            node.attribute = attribute;
            node.place = place;
            node.class = class;
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

    fn name<'x>(&self, node: &Node, xml: &'x [u8]) -> &'x [u8] {
        xml.get(node.name as usize..(node.name + node.length) as usize).unwrap_or_default()
    }

    /// Looks at the children of an element that came since the last time.
    fn index(&mut self, parent: NodeId, xml: &[u8]) {
        let Some(last) = self.list.get(parent as usize).map(|node| node.last_child) else { return };
        let until = self.indexed.insert(parent, last).unwrap_or(NO_NODE);
        let mut fresh = Vec::new();
        let mut at = last;
        while at != until
            && let Some(node) = self.list.get(at as usize)
        {
            fresh.push(at);
            at = node.previous;
        }
        for child in fresh.into_iter().rev() {
            let Some(node) = self.list.get(child as usize).copied() else { continue };
            let name: Box<[u8]> = self.name(&node, xml).into();
            let count = self.children.entry((parent, name.clone(), 0)).or_insert(0);
            *count += 1;
            let ordinal = *count;
            self.children.insert((parent, name, ordinal), child);
            if let Some(node) = self.list.get_mut(child as usize) {
                node.ordinal = ordinal;
            }
        }
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
                    self.index(at, xml);
                    at = *self.children.get(&(at, name.as_bytes().into(), ordinal))?;
                }
            }
        }
        (at != NO_NODE).then_some(at)
    }

    /// Writes the path from one element to another.
    pub(crate) fn path(&mut self, from: NodeId, to: NodeId, xml: &[u8]) -> String {
        let ancestors = |mut node: NodeId| {
            let mut list = Vec::new();
            while node != NO_NODE {
                list.push(node);
                node = self.parent(node);
            }
            list.reverse();
            list
        };
        let (up, down) = (ancestors(from), ancestors(to));
        let shared = up.iter().zip(&down).take_while(|(a, b)| a == b).count();
        let mut path = String::new();
        for _ in shared..up.len() {
            path.push_str(if path.is_empty() { ".." } else { "/.." });
        }
        for node in down.iter().skip(shared) {
            if !path.is_empty() {
                path.push('/');
            }
            self.index(self.parent(*node), xml);
            let Some(node) = self.list.get(*node as usize) else { continue };
            path.push_str(std::str::from_utf8(self.name(node, xml)).unwrap_or_default());
            if node.ordinal > 1 {
                path.push_str(&format!("[{}]", node.ordinal));
            }
        }
        if path.is_empty() {
            path.push('.');
        }
        path
    }
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
        assert_eq!(nodes.path(item, list, xml), "../../entry/list");
        assert_eq!(nodes.path(list, item, xml), "../../entry[2]/item");
        assert_eq!(nodes.path(item, second, xml), "..");
        assert_eq!(nodes.path(item, item, xml), ".");
        for (from, to) in [(item, list), (list, item), (item, root)] {
            let path = nodes.path(from, to, xml);
            assert_eq!(nodes.follow(from, &path, xml), Some(to));
        }
        assert_eq!(nodes.follow(item, "../../../..", xml), None);
        assert_eq!(nodes.follow(item, "../item[2]", xml), None);
        nodes.truncate(3);
        let again = nodes.push(root, 5, 5);
        assert_eq!(nodes.path(list, again, xml), "../../entry[2]");
    }
}
