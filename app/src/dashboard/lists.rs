//! The lists that rules ask: all of them, and one with its entries. Values that are people's are masked until an administrator reveals
//! them.

use leptos::prelude::*;
use shared::{language::Language, role::May, rule::ListKind};

use super::{
    damaged::{DamagedRow, Line},
    form::{ErrorSummary, Hidden, REVEALED, Refused, SelectField, TextField},
    layout::{DashboardPage, Viewer},
    parts::{Act, Card, Final, Nothing, Pages, Pill, Rows, Table, Time},
    search::ListCard,
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{ListWords, list_words, refusal_of, words},
        fill,
    },
};

const LISTS: &str = "/dashboard/lists";

/// A list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Its row.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: ListKind,
    /// How many entries count now.
    pub entries: i64,
    /// The rules that ask it and are not disabled.
    pub rules: Vec<String>,
}

/// An entry of a list.
#[derive(Clone, Debug)]
pub struct EntryRow {
    /// Its row.
    pub id: String,
    /// The value, masked unless it is in the clear or revealed.
    pub value: String,
    /// The note, as the value.
    pub note: Option<String>,
    /// Since when it counts.
    pub from: String,
    /// From when on it does not.
    pub until: Option<String>,
    /// Whether it counts now.
    pub state: EntryState,
}

/// Whether an entry counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It does.
    Counts,
    /// Not yet.
    Waits,
    /// No longer.
    Ended,
}

/// One list.
#[derive(Clone, Debug)]
pub struct ListData {
    /// The list.
    pub list: ListRow,
    /// Its values are people's: masked, unless revealed.
    pub is_masked: bool,
    /// The token of the revealed page.
    pub revealed: Option<String>,
    /// The value that was looked up; then `entries` are those of this value.
    pub search: String,
    /// A page of its entries, newest first.
    pub entries: Rows<Line<EntryRow>>,
    /// The largest file, in MiB.
    pub most: usize,
}

/// The rules that ask a list.
#[component]
fn UsedBy(rules: Vec<String>, words: &'static ListWords) -> impl IntoView {
    if rules.is_empty() {
        return view! { <span class="quiet">{words.no_rule}</span> }.into_any();
    }
    rules.into_iter().map(|rule| view! { <div class="mono">{rule}</div> }).collect_view().into_any()
}

/// All lists, and the form for another.
#[component]
pub fn ListsPage(site: Site, viewer: Viewer, lists: Vec<ListRow>, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let (all, words) = (words(language), list_words(language));
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let form = may.then(|| {
        let options = ListKind::ALL.map(|kind| (kind.as_str().to_owned(), words.kind_of(kind).to_owned())).to_vec();
        view! {
            <Card title=words.new_list>
                <form class="form" method="post" action=LISTS novalidate>
                    <TextField name="name" label=words.name hint=words.name_hint required=true refused=refused.clone() language />
                    <SelectField name="kind" label=words.kind options refused language />
                    <button class="button primary">{words.create}</button>
                </form>
            </Card>
        }
    });
    let rows = lists.iter().cloned().map(|list| {
        view! {
            <tr>
                <th scope="row" class="wide"><a href=format!("{LISTS}/{}", list.id)>{list.name}</a></th>
                <td data-head=words.kind>{words.kind_of(list.kind)}</td>
                <td data-head=words.now>{list.entries}</td>
                <td class="wide" data-head=words.used_by><UsedBy rules=list.rules words /></td>
            </tr>
        }
    });
    let (is_empty, rows) = (lists.is_empty(), rows.collect_view());
    let heads = vec![words.name, words.kind, words.now, words.used_by];
    view! {
        <DashboardPage site viewer title=all.lists>
            <h1>{all.lists}</h1>
            {summary}
            <p class="quiet">{words.about}</p>
            {form}
            <ListCard is_empty nothing=words.no_lists><Table name=all.lists heads>{rows}</Table></ListCard>
        </DashboardPage>
    }
}

/// One list: its entries, looking one up, and for administrators changing it.
#[component]
pub fn ListPage(site: Site, viewer: Viewer, data: ListData, refused: Refused) -> impl IntoView {
    let (language, may) = (viewer.language, viewer.role.may(May::ChangeSettings));
    let (all, words) = (words(language), list_words(language));
    let ListData { list, is_masked, revealed, search, entries, most } = data;
    let path = format!("{LISTS}/{}", list.id);
    let along: Vec<(&'static str, String)> = revealed.clone().map(|token| (REVEALED, token)).into_iter().collect();
    let is_revealed = revealed.is_some();
    let reveal = (may && is_masked && !is_revealed).then(|| {
        view! {
            <div class="row">
                <Act action=format!("{path}/reveal") label=all.reveal />
                <span class="quiet">{words.reveal_hint}</span>
            </div>
        }
    });
    let change = may.then(|| view! { <Change path=path.clone() along=along.clone() refused=refused.clone() most language /> });
    let (name, kind) = (list.name.clone(), words.kind_of(list.kind));
    view! {
        <DashboardPage site viewer title=name.clone()>
            <p><a href=LISTS>{all.lists}</a></p>
            <h1 class="mono">{name}</h1>
            <ErrorSummary refused=refused.clone() language />
            <section class="card body">
                <dl class="facts">
                    <div><dt>{words.kind}</dt><dd>{kind}</dd></div>
                    <div><dt>{words.now}</dt><dd>{list.entries}</dd></div>
                    <div><dt>{words.used_by}</dt><dd><UsedBy rules=list.rules words /></dd></div>
                </dl>
                {is_revealed.then(|| view! { <p class="revealed" role="status" tabindex="-1" autofocus>{words.revealed}</p> })}
                {reveal}
            </section>
            // A POST, so that no address contains the value.
            <form class="card body form" role="search" method="post" action=format!("{path}/search") novalidate>
                <Hidden with=along.clone() />
                <TextField name="q" label=words.look_up hint=words.look_up_hint kind="search" refused language />
                <button class="button">{words.look_up_button}</button>
            </form>
            <Entries path along search entries may language />
            {change}
        </DashboardPage>
    }
}

/// A page of entries, or those of the value that was looked up.
#[component]
fn Entries(path: String, along: Vec<(&'static str, String)>, search: String, entries: Rows<Line<EntryRow>>, may: bool, language: Language) -> impl IntoView {
    let (all, words) = (words(language), list_words(language));
    let Rows { rows: entries, older, newest } = entries;
    let is_search = !search.is_empty();
    let back = is_search.then(|| {
        let to = along.first().map_or_else(|| path.clone(), |(name, token)| format!("{path}?{name}={token}"));
        view! { <p><a href=to>{words.all_entries}</a></p> }
    });
    let table = if entries.is_empty() {
        let text = if is_search { words.not_there } else { words.no_entries };
        view! { <p class="body quiet" role=is_search.then_some("status")>{text}</p> }.into_any()
    } else {
        let rows = entries.into_iter().map(|entry| view! { <EntryLine entry path=path.clone() along=along.clone() may language /> }).collect_view();
        view! { <Table name=words.entries heads=vec![words.value, all.status, words.from, words.until]>{rows}</Table> }.into_any()
    };
    view! {
        <section class="card">
            <h2>{words.entries}</h2>
            {table}
        </section>
        {back}
        <Pages older newest words=all />
    }
}

#[component]
fn EntryLine(entry: Line<EntryRow>, path: String, along: Vec<(&'static str, String)>, may: bool, language: Language) -> impl IntoView {
    let (all, words) = (words(language), list_words(language));
    let entry = match entry {
        Ok(entry) => entry,
        Err(damaged) => return view! { <DamagedRow damaged columns=4 words=all /> }.into_any(),
    };
    let (is, text) = match entry.state {
        EntryState::Counts => ("good", words.counts),
        EntryState::Waits => ("open", words.waits),
        EntryState::Ended => ("over", words.ended),
    };
    let end = (may && entry.state != EntryState::Ended).then(|| {
        let action = format!("{path}/entries/{}/end", entry.id);
        view! { <Final action label=words.end follows=words.end_follows to=entry.value.clone() with=along /> }
    });
    let until = match entry.until {
        Some(at) => view! { <Time at /> }.into_any(),
        None => view! { <Nothing words=all /> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="wide"><bdi class="mono">{entry.value}</bdi>{entry.note.map(|note| view! { <div class="quiet"><bdi>{note}</bdi></div> })}</th>
            <td class="wide" data-head=all.status><Pill is text />{end}</td>
            <td data-head=words.from><Time at=entry.from /></td>
            <td data-head=words.until>{until}</td>
        </tr>
    }
    .into_any()
}

/// What administrators do with a list: add a value, import a file, export.
#[component]
fn Change(path: String, along: Vec<(&'static str, String)>, refused: Refused, most: usize, language: Language) -> impl IntoView {
    let words = list_words(language);
    let [add, import, export] = ["entries", "import", "export"].map(|what| format!("{path}/{what}"));
    let fault = refused.fault("file").map(|why| refusal_of(why, language));
    let (described, invalid) =
        (if fault.is_some() { "file-hint file-follows file-fault" } else { "file-hint file-follows" }, fault.is_some().then_some("true"));
    let fault = fault.map(|why| view! { <span class="fault" id="file-fault">{why}</span> });
    view! {
        <Card title=words.add>
            <form class="form" method="post" action=add novalidate>
                <Hidden with=along.clone() />
                <TextField name="value" label=words.value required=true refused=refused.clone() language />
                <TextField name="note" label=words.note hint=words.note_hint refused=refused.clone() language />
                <TextField name="from" label=words.from hint=words.from_hint kind="datetime-local" refused=refused.clone() language />
                <TextField name="until" label=words.until hint=words.until_hint kind="datetime-local" refused language />
                <button class="button primary">{words.add_button}</button>
            </form>
        </Card>
        <Card title=words.import>
            <form class="form" method="post" action=import enctype="multipart/form-data" novalidate>
                <div class="field">
                    <label for="file">{words.file}</label>
                    <span class="hint" id="file-hint">{fill(words.import_text, &[("mib", &most.to_string())])}</span>
                    {fault}
                    <input type="file" id="file" name="file" accept=".csv,text/csv" aria-describedby=described aria-invalid=invalid />
                </div>
                <p class="quiet" id="file-follows">{words.import_follows}</p>
                <button class="button">{words.import_button}</button>
            </form>
        </Card>
        <Card title=words.export>
            <p>{words.export_text}</p>
            <p><a class="button" href=export download="">{words.export}</a></p>
        </Card>
    }
}
