//! What the editor shows, and the names of the inputs that are no part of the rule.

use shared::rule::{Draft, DraftFault, ListKind};

use crate::dashboard::rules::{diff::Difference, page::VersionRow, trial::TrialForm};

/// The name of the buttons.
pub const ACTION: &str = "_action";
/// The input of the version that the rule is saved over.
pub const OVER: &str = "_over";
/// The input of the rule as JSON.
pub const JSON: &str = "_json";
/// The id of the form.
pub const EDITOR: &str = "editor";

/// What the editor shows.
#[derive(Clone, Debug)]
pub struct EditorData {
    /// What was typed.
    pub draft: Draft,
    /// What is wrong with it, if that was asked.
    pub faults: Vec<DraftFault>,
    /// The id of the element that gets the focus.
    pub focus: Option<String>,
    /// The version that it is saved over; 0 for a new rule.
    pub over: u32,
    /// The name of the rule that is edited; nothing for a new one.
    pub existing: Option<String>,
    /// Somebody changed the rule meanwhile.
    pub conflict: Option<Conflict>,
    /// What a rule may name.
    pub options: Options,
    /// The draft as JSON, or what was pasted.
    pub json: String,
    /// What is wrong with what was pasted.
    pub json_faults: Vec<String>,
    /// The draft in plain words.
    pub sentence: String,
    /// The trial.
    pub trial: TrialForm,
}

/// What a rule may name.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The flows.
    pub flows: Vec<String>,
    /// The lists.
    pub lists: Vec<(String, ListKind)>,
}

/// A version that somebody made while this one was edited.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The version.
    pub newest: VersionRow,
    /// What it changed.
    pub difference: Difference,
}
