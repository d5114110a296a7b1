//! Pages of two sentences: what a role does not open, and what is not there.

use leptos::prelude::*;

use super::layout::DashboardPage;
use crate::{
    components::layout::Site,
    dashboard::data::Viewer,
    words::{dashboard::words, fill},
};

/// The page is for other roles.
#[component]
pub fn ForbiddenPage(site: Site, viewer: Viewer) -> impl IntoView {
    let words = words(viewer.language);
    let text = fill(words.forbidden_text, &[("role", words.role_of(viewer.role))]);
    view! { <Sentences site viewer title=words.forbidden_title text /> }
}

/// There is no such page.
#[component]
pub fn MissingPage(site: Site, viewer: Viewer) -> impl IntoView {
    let words = words(viewer.language);
    view! { <Sentences site viewer title=words.missing_title text=words.missing_text.to_owned() /> }
}

#[component]
fn Sentences(site: Site, viewer: Viewer, title: &'static str, text: String) -> impl IntoView {
    view! {
        <DashboardPage site viewer title>
            <h1>{title}</h1>
            <p>{text}</p>
        </DashboardPage>
    }
}
