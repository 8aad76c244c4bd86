//! Finding a field again after an edit has moved it.

use mqttscope_wire::Tree;

/// The node of `after` that is what `node` was in `before`: the same field, as many of its kind
/// before it; where that is gone, the node it stood in.
pub(super) fn follow(before: &Tree, node: usize, after: &Tree) -> Option<usize> {
    let mut at = Some(node);
    while let Some(index) = at {
        let field = before.get(index)?.field;
        let earlier = before.nodes().iter().take(index).filter(|node| node.field == field).count();
        let same = after.nodes().iter().enumerate().filter(|(_, node)| node.field == field).nth(earlier);
        if let Some((found, _)) = same {
            return Some(found);
        }
        at = before.parent(index);
    }
    None
}
