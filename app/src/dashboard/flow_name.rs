//! A flow as pages name it: its title, and beside it the name and the version, because several flows may have the same title.

use leptos::prelude::*;

use super::damaged::{DamagedText, Line};
use crate::words::{dashboard::DashboardWords, fill, isolated};

/// A version of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowName {
    /// The title in the page's language.
    pub title: String,
    /// The name.
    pub name: String,
    /// The version, from 1.
    pub version: i64,
}

impl FlowName {
    fn version(&self, words: &DashboardWords) -> String {
        fill(words.version, &[("flow", &self.name), ("version", &self.version.to_string())])
    }

    /// Title, name and version in one line, for a list to choose from.
    pub fn label(&self, words: &DashboardWords) -> String {
        format!("{} · {}", isolated(&self.title), self.version(words))
    }
}

/// The title with the name and the version below it.
#[component]
pub fn Flow(flow: Line<FlowName>, words: &'static DashboardWords) -> impl IntoView {
    match flow {
        Ok(flow) => {
            let version = flow.version(words);
            view! { <bdi>{flow.title}</bdi><div class="quiet">{version}</div> }.into_any()
        }
        Err(damaged) => view! { <DamagedText damaged words /> }.into_any(),
    }
}
