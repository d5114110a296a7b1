//! The pages of rules: the list, one rule with its versions, the editor, and the presets to begin with.

pub mod diff;
pub mod editor;
pub mod list;
pub mod outline;
pub mod page;
pub mod preset;
pub mod trial;

/// Where the pages of rules are. A rule's own pages are under `by-name`, so that a rule may have any name.
pub const RULES: &str = "/dashboard/rules";

/// The page of a rule.
pub fn address(name: &str) -> String {
    format!("{RULES}/by-name/{name}")
}

/// The form of a preset.
pub fn preset_address(name: &str) -> String {
    format!("{RULES}/presets/{name}")
}
