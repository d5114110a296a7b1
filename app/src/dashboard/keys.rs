//! Keys of the API, and whether keys may create sessions at all.

use leptos::prelude::*;
use shared::role::May;

use super::{
    damaged::{DamagedRow, Line},
    form::{Choices, ErrorSummary, Refused, TextField},
    layout::{DashboardPage, Viewer},
    once::{Once, ShownOnce},
    parts::{Act, Card, Final, Pages, Rows, State, Table, Time},
    search::ListCard,
};
use crate::{
    components::layout::Site,
    words::dashboard::{DashboardWords, words},
};

/// A key of the API.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// `key_…`
    pub id: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub used_at: Option<String>,
    /// When it was disabled, if it was.
    pub disabled_at: Option<String>,
}

const KEYS: &str = "/dashboard/api-keys";

/// A page of keys, the form for another, and the switch.
#[component]
pub fn KeysPage(site: Site, viewer: Viewer, session_api: bool, keys: Rows<Line<KeyRow>>, once: Option<ShownOnce>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let words = words(language);
    let island = once.is_some();
    let (state, value, turn) = if session_api { (words.session_api_on, "off", words.turn_off) } else { (words.session_api_off, "on", words.turn_on) };
    let switch = may.then(|| {
        let with = vec![("value", value.to_owned())];
        view! { <Act action="/dashboard/settings/session-api".to_owned() label=turn to=words.session_api with /> }
    });
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let form = may.then(|| {
        let choices = vec![
            ("sessions:create", "sessions:create", words.scope_create),
            ("sessions:read", "sessions:read", words.scope_read),
            ("transactions", "transactions", words.scope_transactions),
            ("rules", "rules", words.scope_rules),
        ];
        view! {
            <Card title=words.new_key>
                <form class="form" method="post" action=KEYS novalidate>
                    <TextField name="name" label=words.records.key_name hint=words.records.key_name_hint refused=refused.clone() language />
                    <Choices name="scope" label=words.scopes kind="checkbox" choices refused language />
                    <button class="button primary">{words.create_key}</button>
                </form>
            </Card>
        }
    });
    let Rows { rows: keys, older, newest } = keys;
    let is_empty = keys.is_empty();
    view! {
        <DashboardPage site viewer title=words.api_keys island>
            <h1>{words.api_keys}</h1>
            {summary}
            <Once once label=words.key language />
            <Card title=words.session_api><div class="row"><p>{state}</p>{switch}</div></Card>
            {form}
            <ListCard is_empty nothing=words.no_keys><KeyTable keys may words /></ListCard>
            <Pages older newest words />
        </DashboardPage>
    }
}

#[component]
fn KeyTable(keys: Vec<Line<KeyRow>>, may: bool, words: &'static DashboardWords) -> impl IntoView {
    let rows = keys.into_iter().map(|key| {
        let key = match key {
            Ok(key) => key,
            Err(damaged) => return view! { <DamagedRow damaged columns=4 words /> }.into_any(),
        };
        let to = key.name.clone().unwrap_or_else(|| key.id.clone());
        let name = match key.name {
            Some(name) => view! { <bdi>{name}</bdi> }.into_any(),
            None => view! { <span class="quiet">{words.records.unnamed_key}</span> }.into_any(),
        };
        let disable = (may && key.disabled_at.is_none()).then(|| {
            view! { <Final action=format!("{KEYS}/{}/disable", key.id) label=words.disable follows=words.disable_key to /> }
        });
        let used = match key.used_at {
            Some(at) => view! { <Time at /> }.into_any(),
            None => view! { {words.never} }.into_any(),
        };
        view! {
            <tr>
                <th scope="row" class="wide">{name}<div class="mono quiet whole">{key.id}</div></th>
                <td class="wide" data-head=words.status><State disabled_at=key.disabled_at words />{disable}</td>
                <td class="mono" data-head=words.scopes>{key.scopes.into_iter().map(|scope| view! { <div>{scope}</div> }).collect_view()}</td>
                <td data-head=words.added><Time at=key.created_at /><div class="quiet">{words.last_used}": "{used}</div></td>
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! { <Table name=words.api_keys heads=vec![words.key, words.status, words.scopes, words.added]>{rows}</Table> }
}
