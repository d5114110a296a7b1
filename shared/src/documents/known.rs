//! The documents that we know, and what their layouts have.

use std::sync::OnceLock;

use super::model::{CodeKind, DocumentField, DocumentType, Documents, Layout, Side};

impl Documents {
    /// The documents that we know.
    pub fn known() -> &'static Self {
        static KNOWN: OnceLock<Documents> = OnceLock::new();
        KNOWN.get_or_init(|| Self::import(include_str!("documents.json")).expect("a test reads the file beside this one"))
    }

    /// The type of this name, as a flow's option names it.
    pub fn named(&self, name: &str) -> Option<&DocumentType> {
        self.types.iter().find(|kind| kind.name == name)
    }
}

impl DocumentType {
    /// The layout of this name.
    pub fn layout(&self, name: &str) -> Option<&Layout> {
        self.layouts.iter().find(|layout| layout.name == name)
    }

    /// Whether some layout has a value on a side.
    pub fn may_have(&self, field: DocumentField, side: Side) -> bool {
        self.layouts.iter().any(|layout| layout.fields.get(&side).is_some_and(|fields| fields.contains(&field)))
    }

    /// Whether every layout has such a code on this side.
    pub fn must_have(&self, kind: CodeKind, side: Side) -> bool {
        self.layouts.iter().all(|layout| layout.codes.iter().any(|code| code.required && code.kind == kind && code.side == side))
    }
}
