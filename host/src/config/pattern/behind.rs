//! Which look-behinds Java takes: those whose greatest length it sees at once.

use super::tree::{Kind, Node};

/// Whether Java finds a greatest length of what `body` matches.
pub(super) fn has_maximum(body: &Node) -> bool {
    match body {
        Node::Empty | Node::Set(_) | Node::Place(_) | Node::LineEnd | Node::Look { .. } => true,
        Node::Sequence(nodes) | Node::Either(nodes) => nodes.iter().all(has_maximum),
        Node::Group(_, body) | Node::Atomic(body) => has_maximum(body),
        Node::Repeat { body, min, max, kind } => {
            let counted = max.is_some() && has_maximum(body);
            let optional = (*min, *max) == (0, Some(1)) || *kind == Kind::Possessive;
            // Java gives up on a repeated group that can match in several ways, however often.
            counted && (optional || !matches!(**body, Node::Group(..)) || is_deterministic(body))
        }
        Node::Reference { .. } => false,
    }
}

/// Whether there is one way only to match, as far as Java sees.
fn is_deterministic(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Set(_) | Node::Place(_) | Node::LineEnd => true,
        Node::Look { .. } | Node::Reference { .. } => true,
        Node::Sequence(nodes) => nodes.iter().all(is_deterministic),
        Node::Either(_) => false,
        Node::Group(_, body) | Node::Atomic(body) => is_deterministic(body),
        Node::Repeat { body, min, max, .. } => *max == Some(*min) && is_deterministic(body),
    }
}
