//! The steps in which the conditions of a draft are edited: the value of the button that was pressed. Each says what gets the focus.

use super::{
    inputs::{Inputs, id_of},
    tree::{Draft, GroupKind, Node, name_of, path_of},
};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Nothing but to show what was typed, with the inputs that this one takes.
    Update(Vec<usize>),
    /// Adds to this group.
    Add(Vec<usize>),
    /// Removes this one.
    Remove(Vec<usize>),
    /// Moves this one before its predecessor.
    Up(Vec<usize>),
    /// Moves this one behind its successor.
    Down(Vec<usize>),
    /// Turns this one into its opposite, or back.
    Not(Vec<usize>),
    /// Puts this one into a group of its own.
    Group(Vec<usize>),
    /// Moves this one behind the group that it is in.
    Out(Vec<usize>),
}

impl Edit {
    /// Reads the value of a button, such as `add:w.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let (verb, name) = text.split_once(':').unwrap_or((text, "w"));
        let (path, rest) = path_of(name)?;
        if !rest.is_empty() {
            return None;
        }
        Some(match verb {
            "update" => Self::Update(path),
            "add" => Self::Add(path),
            "remove" => Self::Remove(path),
            "up" => Self::Up(path),
            "down" => Self::Down(path),
            "not" => Self::Not(path),
            "group" => Self::Group(path),
            "out" => Self::Out(path),
            _ => return None,
        })
    }

    /// Does it. Returns the id of the element that gets the focus: what changed, or where something can be added in place of what is gone.
    pub fn apply(&self, draft: &mut Draft, new: &str) -> Option<String> {
        match self {
            Self::Update(path) => (!path.is_empty()).then(|| first_input(draft, path)),
            Self::Add(path) => {
                let Some(Node::Group(kind, of)) = draft.node_mut(path) else { return None };
                if *kind == GroupKind::Not && !of.is_empty() {
                    return None;
                }
                of.push(Node::new(new).unwrap_or_else(|| Node::Leaf(Inputs::about(super::what::What::Amount))));
                Some(first_input(draft, &child(path, of_len(draft, path) - 1)))
            }
            Self::Remove(path) => {
                let Some((at, parent)) = path.split_last() else {
                    draft.when = Node::default();
                    return Some(id_of("w.new"));
                };
                let Some(Node::Group(_, of)) = draft.node_mut(parent) else { return None };
                if *at < of.len() {
                    of.remove(*at);
                }
                Some(id_of(&format!("{}.new", name_of(parent))))
            }
            Self::Up(path) => swap(draft, path, |at| at.checked_sub(1)),
            Self::Down(path) => swap(draft, path, |at| at.checked_add(1)),
            Self::Not(path) => {
                let node = draft.node_mut(path)?;
                *node = match std::mem::take(node) {
                    Node::Group(GroupKind::Not, of) => of.into_iter().next().unwrap_or_default(),
                    other => Node::Group(GroupKind::Not, vec![other]),
                };
                Some(id_of(&name_of(path)))
            }
            Self::Group(path) => {
                let node = draft.node_mut(path)?;
                *node = Node::Group(GroupKind::All, vec![std::mem::take(node)]);
                Some(first_input(draft, path))
            }
            Self::Out(path) => {
                let (at, parent) = path.split_last()?;
                let (own, grandparent) = parent.split_last()?;
                // Only a group of several takes another one.
                if !matches!(draft.node(grandparent)?, Node::Group(GroupKind::All | GroupKind::Any, _)) {
                    return None;
                }
                let Some(Node::Group(_, of)) = draft.node_mut(parent) else { return None };
                let moved = (*at < of.len()).then(|| of.remove(*at))?;
                let Some(Node::Group(_, of)) = draft.node_mut(grandparent) else { return None };
                of.insert(own + 1, moved);
                Some(id_of(&name_of(&child(grandparent, own + 1))))
            }
        }
    }
}

fn child(path: &[usize], at: usize) -> Vec<usize> {
    [path, &[at]].concat()
}

fn of_len(draft: &Draft, path: &[usize]) -> usize {
    if let Some(Node::Group(_, of)) = draft.node(path) { of.len() } else { 1 }
}

fn swap(draft: &mut Draft, path: &[usize], to: impl Fn(usize) -> Option<usize>) -> Option<String> {
    let (at, parent) = path.split_last()?;
    let to = to(*at)?;
    let Some(Node::Group(_, of)) = draft.node_mut(parent) else { return None };
    if *at >= of.len() || to >= of.len() {
        return None;
    }
    of.swap(*at, to);
    Some(id_of(&name_of(&child(parent, to))))
}

/// The id of the first input of a node.
fn first_input(draft: &Draft, path: &[usize]) -> String {
    let input = if let Some(Node::Leaf(inputs)) = draft.node(path) {
        match inputs.what().as_str() {
            "metadata" => "key",
            _ => "op",
        }
    } else {
        "kind"
    };
    id_of(&format!("{}.{input}", name_of(path)))
}
