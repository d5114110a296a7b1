//! Pages of two sentences: what a role does not open, what is not there, and whatever else stands in the way.

use leptos::prelude::*;

use super::layout::DashboardPage;
use crate::{
    components::layout::Site,
    dashboard::data::{Trouble, Viewer},
    words::dashboard::words,
};

/// The page is for other roles.
#[component]
pub fn ForbiddenPage(site: Site, viewer: Viewer) -> impl IntoView {
    let words = words(viewer.language);
    let (title, text) = words.trouble_of(Trouble::Forbidden(viewer.role));
    view! { <Sentences site viewer title text /> }
}

/// There is no such page.
#[component]
pub fn MissingPage(site: Site, viewer: Viewer) -> impl IntoView {
    let words = words(viewer.language);
    let (title, text) = words.trouble_of(Trouble::Missing);
    view! { <Sentences site viewer title text /> }
}

/// Something stood in the way of a form, or of what no page is; with the way back.
#[component]
pub fn TroublePage(site: Site, viewer: Viewer, trouble: Trouble, back: String) -> impl IntoView {
    let words = words(viewer.language);
    let (title, text) = words.trouble_of(trouble);
    view! { <Sentences site viewer title text back=Some((back, words.back)) /> }
}

#[component]
fn Sentences(
    site: Site,
    viewer: Viewer,
    title: &'static str,
    text: String,
    /// Where to go then, and what that is called.
    #[prop(optional_no_strip)]
    back: Option<(String, &'static str)>,
) -> impl IntoView {
    view! {
        <DashboardPage site viewer title>
            <h1>{title}</h1>
            <p>{text}</p>
            {back.map(|(to, name)| view! { <p><a href=to>{name}</a></p> })}
        </DashboardPage>
    }
}
