//! The page that an operator sees after an error: it says what went wrong, and links back.

use leptos::prelude::*;

use super::layout::{DashboardPage, Viewer};
use crate::{
    components::layout::Site,
    words::dashboard::{PageProblem, words},
};

/// What went wrong, in two sentences; `back` is the link.
#[component]
pub fn ProblemPage(site: Site, viewer: Viewer, problem: PageProblem, back: String) -> impl IntoView {
    let words = words(viewer.language);
    let (title, text) = words.problem_of(problem);
    view! {
        <DashboardPage site viewer title>
            <h1>{title}</h1>
            <p>{text}</p>
            <p><a href=back>{words.back}</a></p>
        </DashboardPage>
    }
}
