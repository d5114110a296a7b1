//! The draft: the inputs of the rule itself, and the tree of its conditions. A node's place is the numbers that lead to it, so that a group
//! may become another kind of group without any input changing its name.

use serde::{Deserialize, Serialize};

use super::{inputs::Inputs, leaf, what::What};
use crate::rule::read_condition::MAX_DEPTH;

/// What the names of all inputs of conditions begin with.
pub const ROOT: &str = "w";
/// The inputs of the rule itself, in the order of the form; the conditions stand before `action`.
pub(super) const HEAD: [&str; 14] =
    ["title", "title.pt-BR", "title.en", "title.es", "name", "action", "flow", "ttl", "grace", "onExpired", "mode", "priority", "weight", "timezone"];
/// Where the conditions stand among them.
pub(super) const BEFORE_WHEN: usize = 5;
/// How deep a form is read: one level more than a rule may have, so that what is too deep is named as a fault, and is not lost.
const DEEPEST: usize = MAX_DEPTH * 2;

/// A rule as somebody writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The inputs of the rule itself.
    pub head: Inputs,
    /// Its conditions.
    pub when: Node,
}

impl Default for Draft {
    /// A new rule: nothing is chosen but that it asks a person, and is tested first.
    fn default() -> Self {
        Self { head: Inputs::default().with("action", "REVIEW").with("mode", "TEST"), when: Node::default() }
    }
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A group of others.
    Group(GroupKind, Vec<Node>),
    /// A condition that holds no other one.
    Leaf(Inputs),
}

impl Default for Node {
    fn default() -> Self {
        Self::Group(GroupKind::All, Vec::new())
    }
}

/// How a group holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Every one.
    All,
    /// At least one.
    Any,
    /// Its only one does not.
    Not,
}

impl GroupKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::All, Self::Any, Self::Not];

    /// The value in the form, and the key of a rule.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Not => "not",
        }
    }

    /// Reads the value in the form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The name of a node: `w.0.2`.
pub fn name_of(path: &[usize]) -> String {
    path.iter().fold(ROOT.to_owned(), |name, at| format!("{name}.{at}"))
}

/// The place of a node, and what follows its name.
pub(super) fn path_of(name: &str) -> Option<(Vec<usize>, &str)> {
    let mut rest = name.strip_prefix(ROOT)?;
    let mut path = Vec::new();
    while let Some(after) = rest.strip_prefix('.') {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(at) = after[..digits].parse() else { return Some((path, after)) };
        path.push(at);
        rest = &after[digits..];
    }
    rest.is_empty().then_some((path, ""))
}

impl Draft {
    /// Reads the inputs of a form, in order.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut head = Inputs::default();
        let mut root = Half::default();
        for (name, text) in pairs {
            if HEAD.contains(&name) {
                head.set(name, text);
            } else if let Some((path, input)) = path_of(name)
                && path.len() <= DEEPEST
                && leaf::NAMES.contains(&input)
            {
                root.at(&path).add(input, text);
            }
        }
        Self { head, when: root.whole() }
    }

    /// The node at this place.
    pub fn node(&self, path: &[usize]) -> Option<&Node> {
        path.iter().try_fold(&self.when, |node, at| if let Node::Group(_, of) = node { of.get(*at) } else { None })
    }

    pub(super) fn node_mut(&mut self, path: &[usize]) -> Option<&mut Node> {
        path.iter().try_fold(&mut self.when, |node, at| if let Node::Group(_, of) = node { of.get_mut(*at) } else { None })
    }

    /// The names of all inputs and nodes, in the order of the form.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = HEAD[..BEFORE_WHEN].iter().map(|name| (*name).to_owned()).collect();
        self.when.names(&mut Vec::new(), &mut names);
        names.extend(HEAD[BEFORE_WHEN..].iter().map(|name| (*name).to_owned()));
        names
    }
}

impl Node {
    /// A new node, as the form names it: a kind of group, or what a condition is about.
    pub(super) fn new(word: &str) -> Option<Self> {
        GroupKind::parse(word).map(|kind| Self::Group(kind, Vec::new())).or_else(|| What::parse(word).map(|what| Self::Leaf(Inputs::about(what))))
    }

    fn names(&self, path: &mut Vec<usize>, names: &mut Vec<String>) {
        let own = name_of(path);
        names.extend([own.clone(), format!("{own}.kind")]);
        match self {
            Self::Leaf(_) => names.extend(leaf::NAMES.iter().map(|input| format!("{own}.{input}"))),
            Self::Group(_, of) => {
                for (at, one) in of.iter().enumerate() {
                    path.push(at);
                    one.names(path, names);
                    path.pop();
                }
                names.push(format!("{own}.new"));
            }
        }
    }
}

/// A node whose inputs have not all been read. Numbers that are left out are closed up.
#[derive(Default)]
struct Half {
    inputs: Inputs,
    of: std::collections::BTreeMap<usize, Self>,
}

impl Half {
    fn at(&mut self, path: &[usize]) -> &mut Inputs {
        &mut path.iter().fold(self, |half, at| half.of.entry(*at).or_default()).inputs
    }

    fn whole(self) -> Node {
        match GroupKind::parse(self.inputs.get("kind")) {
            None if self.inputs.has("what") => Node::Leaf(self.inputs),
            kind => Node::Group(kind.unwrap_or(GroupKind::All), self.of.into_values().map(Self::whole).collect()),
        }
    }
}
