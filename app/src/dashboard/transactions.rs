//! The list of transactions with its filters and its search, and the queue of those that wait for a person.

use leptos::prelude::*;
use shared::{
    language::Language,
    rule::{Currency, Direction, TransactionStatus},
};

use super::{
    damaged::{DamagedRow, Line},
    form::{ErrorSummary, Refused, SelectField, TextField},
    layout::{DashboardPage, Viewer},
    parts::{Customer, Nothing, Pages, Pill, Rows, Score, Table, Time},
    search::{ListCard, Search},
};
use crate::{
    components::layout::Site,
    words::{
        dashboard::{TransactionWords, transaction_words, words},
        fill,
    },
};

/// The address of the list.
pub const TRANSACTIONS: &str = "/dashboard/transactions";

/// Which transactions the list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// With this status.
    pub status: Option<TransactionStatus>,
    /// Of this customer: the dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// What else was chosen and typed, by the names of the inputs, and what of it was refused.
    pub more: Refused,
    /// What a search did not find, as typed.
    pub search: String,
}

/// The inputs of the other filters.
pub const MORE: [&str; 6] = ["rule", "since", "until", "currency", "least", "most"];

impl Filter {
    /// The query of the list with this filter and this status.
    fn query(&self, status: Option<TransactionStatus>) -> String {
        let mut query = url_query(&self.more.typed);
        let mut push = |name: &str, value: &str| query.push((name.to_owned(), value.to_owned()));
        if let Some((customer, _)) = &self.customer {
            push("customer", customer);
        }
        if let Some(status) = status {
            push("status", status.as_str());
        }
        query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }

    /// The address of the first page of the list with this status.
    pub fn address(&self, status: Option<TransactionStatus>) -> String {
        let query = self.query(status);
        if query.is_empty() { TRANSACTIONS.to_owned() } else { format!("{TRANSACTIONS}?{query}") }
    }

    fn is_everything(&self) -> bool {
        self.status.is_none() && self.customer.is_none() && self.more.typed.is_empty() && self.search.is_empty()
    }
}

/// Names and values of inputs as they stand in an address.
fn url_query(typed: &[(String, String)]) -> Vec<(String, String)> {
    let escaped = |text: &str| {
        text.bytes()
            .map(|byte| if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    typed.iter().filter(|(name, text)| MORE.contains(&name.as_str()) && !text.is_empty()).map(|(name, text)| (name.clone(), escaped(text))).collect()
}

/// A page of the list.
#[derive(Clone, Debug)]
pub struct Transactions {
    /// Which transactions it shows.
    pub filter: Filter,
    /// The names of all rules, to choose from.
    pub rules: Vec<String>,
    /// Newest first.
    pub page: Rows<Line<TransactionRow>>,
    /// If the page is not full because it has looked at enough rows: how many.
    pub looked_at: Option<i64>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct TransactionRow {
    /// The transaction's row.
    pub r#ref: String,
    /// The company's id; masked if it has a CPF.
    pub id: String,
    /// Its status.
    pub status: TransactionStatus,
    /// With its currency, as the reader writes it.
    pub amount: String,
    /// Which way the money goes.
    pub direction: Direction,
    /// The company's word for its kind.
    pub kind: String,
    /// The customer: dossier's id, and the reference masked.
    pub customer: Option<(String, String)>,
    /// 0 to 100.
    pub risk_score: u8,
    /// The rule that decided.
    pub decided_by: Option<String>,
    /// When it arrived.
    pub created_at: String,
    /// When it happened.
    pub occurred_at: String,
}

/// The status of a transaction.
#[component]
pub fn TransactionPill(status: TransactionStatus, words: &'static TransactionWords) -> impl IntoView {
    let is = match status {
        TransactionStatus::Approved => "good",
        TransactionStatus::Review => "warn",
        TransactionStatus::AwaitingUser => "live",
        TransactionStatus::Blocked => "bad",
    };
    view! { <Pill is text=words.status_of(status) /> }
}

/// A page of the list, newest first.
#[component]
pub fn TransactionsPage(site: Site, viewer: Viewer, data: Transactions, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let (words, common) = (transaction_words(language), words(language));
    let Transactions { filter, rules, page: Rows { rows, older, newest }, looked_at } = data;
    let search = filter.search.clone();
    let is_answer = !search.is_empty() && refused.faults.is_empty();
    let nothing = if filter.is_everything() && newest.is_none() { words.none_yet } else { words.none };
    let by_time = filter.customer.is_some();
    let looked_at = looked_at.map(|n| view! { <p role="status">{fill(words.looked_at, &[("n", &n.to_string())])}</p> });
    let list = match (rows.is_empty(), is_answer) {
        (false, _) => view! { <div class="card"><TransactionTable rows name=words.title by_time language /></div> }.into_any(),
        (true, true) => view! { <p class="card body" role="status">{fill(words.not_found, &[("search", &search)])}</p> }.into_any(),
        (true, false) if looked_at.is_some() => ().into_any(),
        (true, false) => view! { <p class="card body quiet">{nothing}</p> }.into_any(),
    };
    let faults = Refused { faults: [refused.faults.clone(), filter.more.faults.clone()].concat(), typed: Vec::new() };
    view! {
        <DashboardPage site viewer title=words.title>
            <h1>{words.title}</h1>
            <ErrorSummary refused=faults language />
            <div class="tools">
                <Statuses filter=filter.clone() language />
                <Search action=TRANSACTIONS label=common.search hint=words.search_hint typed=search />
            </div>
            <MoreFilters filter=filter.clone() rules language />
            {filter.customer.is_some().then(|| view! { <p>{words.of_customer}" "<Customer customer=filter.customer words=common /></p> })}
            {list}
            {looked_at}
            <Pages older newest words=common />
        </DashboardPage>
    }
}

#[component]
fn Statuses(filter: Filter, language: Language) -> impl IntoView {
    let (words, common) = (transaction_words(language), words(language));
    let all = std::iter::once((None, common.all)).chain(TransactionStatus::ALL.map(|status| (Some(status), words.status_of(status))));
    let links = all.map(|(status, name)| {
        let current = (filter.status == status && filter.search.is_empty()).then_some("true");
        view! { <li><a href=filter.address(status) aria-current=current>{name}</a></li> }
    });
    view! { <nav class="filters" aria-label=words.by_status><ul>{links.collect_view()}</ul></nav> }
}

/// The other filters, in a form that opens. It is a GET: a filter names no person.
#[component]
fn MoreFilters(filter: Filter, rules: Vec<String>, language: Language) -> impl IntoView {
    let words = transaction_words(language);
    let typed = filter.more.clone();
    let is_open = !typed.typed.is_empty();
    let choices = |none: &'static str, all: Vec<String>| {
        std::iter::once((String::new(), none.to_owned())).chain(all.into_iter().map(|one| (one.clone(), one))).collect::<Vec<_>>()
    };
    let currencies = choices(words.any_currency, Currency::all().map(|currency| currency.to_string()).collect());
    let hidden = [("status", filter.status.map(|status| status.as_str().to_owned())), ("customer", filter.customer.as_ref().map(|(id, _)| id.clone()))];
    let hidden = hidden.into_iter().filter_map(|(name, value)| value.map(|value| view! { <input type="hidden" name=name value=value /> }));
    let cleared = Filter { more: Refused::default(), ..filter.clone() }.address(filter.status);
    view! {
        <details class="more" open=is_open>
            <summary>{words.more_filters}</summary>
            <form class="card body form" method="get" action=TRANSACTIONS novalidate>
                {hidden.collect_view()}
                <div class="fields">
                    <SelectField name="rule" label=words.rule options=choices(words.any_rule, rules) refused=typed.clone() language />
                    <TextField name="since" label=words.since kind="date" refused=typed.clone() language />
                    <TextField name="until" label=words.until kind="date" refused=typed.clone() language />
                    <SelectField name="currency" label=words.currency options=currencies refused=typed.clone() language />
                    <TextField name="least" label=words.least refused=typed.clone() language />
                    <TextField name="most" label=words.most refused=typed language />
                </div>
                <div class="row">
                    <button class="button primary">{words.apply}</button>
                    {is_open.then(|| view! { <a class="button" href=cleared>{words.clear}</a> })}
                </div>
            </form>
        </details>
    }
}

/// A table of transactions. `by_time` shows when they happened, else when they arrived; `brief` leaves out what is the same for those of one
/// session or is on each one's own page: the customer, the rule and the risk.
#[component]
pub fn TransactionTable(
    rows: Vec<Line<TransactionRow>>,
    name: &'static str,
    #[prop(optional)] by_time: bool,
    #[prop(optional)] brief: bool,
    language: Language,
) -> impl IntoView {
    let (words, common) = (transaction_words(language), words(language));
    let time = if by_time { words.occurred } else { words.arrived };
    let mut heads = vec![words.transaction, common.status, words.amount, common.customer, words.decided_by, common.risk, time];
    if brief {
        heads.drain(3..6);
    }
    let columns = if brief { 4 } else { 7 };
    let rows = rows.into_iter().map(|row| {
        let row = match row {
            Ok(row) => row,
            Err(damaged) => return view! { <DamagedRow damaged columns words=common /> }.into_any(),
        };
        let direction = if row.direction == Direction::In { words.incoming } else { words.outgoing };
        let rule = match row.decided_by {
            Some(rule) => view! { <span class="mono">{rule}</span> }.into_any(),
            None => view! { <Nothing words=common /> }.into_any(),
        };
        let more = (!brief).then(|| {
            view! {
                <td class="cut" data-head=common.customer><Customer customer=row.customer words=common /></td>
                <td class="cut" data-head=words.decided_by>{rule}</td>
                <td data-head=common.risk><Score score=row.risk_score words=common /></td>
            }
        });
        view! {
            <tr>
                <th scope="row" class="id"><a class="mono" href=format!("{TRANSACTIONS}/{}", row.r#ref)><bdi>{row.id}</bdi></a></th>
                <td data-head=common.status><TransactionPill status=row.status words /></td>
                <td class="amount" data-head=words.amount><span class="number">{row.amount}</span>" "<span class="quiet">{direction}", "{row.kind}</span></td>
                {more}
                <td class="at" data-head=time><Time at=if by_time { row.occurred_at } else { row.created_at } /></td>
            </tr>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! { <Table name heads>{rows}</Table> }
}

/// The queue: what waits for a person, oldest first.
#[component]
pub fn QueuePage(site: Site, viewer: Viewer, data: Rows<Line<TransactionRow>>) -> impl IntoView {
    let language = viewer.language;
    let (words, common) = (transaction_words(language), words(language));
    let Rows { rows, older, newest } = data;
    let first = rows.iter().flatten().next().map(|row| format!("{TRANSACTIONS}/{}", row.r#ref));
    let is_empty = rows.is_empty();
    let pages = [(newest, words.first_page), (older, words.next_page)];
    let pages: Vec<_> = pages.into_iter().filter_map(|(to, name)| to.map(|to| view! { <a class="button" href=to>{name}</a> })).collect();
    view! {
        <DashboardPage site viewer title=words.queue>
            <h1>{words.queue}</h1>
            {(!is_empty).then(|| view! { <p class="quiet">{words.queue_text}</p> })}
            {first.map(|first| view! { <p><a class="button primary" href=first>{words.open_first}</a></p> })}
            <ListCard is_empty nothing=words.queue_empty><TransactionTable rows name=words.queue language /></ListCard>
            {(!pages.is_empty()).then(|| view! { <nav class="row" aria-label=common.pages>{pages}</nav> })}
        </DashboardPage>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::layout::QUEUE;

    #[test]
    fn a_filter_stays_in_the_address() {
        let typed = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let more = Refused { faults: Vec::new(), typed: vec![typed("rule", "a-b"), typed("least", "1.250,00 &x"), typed("most", ""), typed("other", "x")] };
        let filter = Filter { more, customer: Some(("c-1".to_owned(), "••••".to_owned())), ..Filter::default() };
        assert_eq!(filter.address(Some(TransactionStatus::Review)), "/dashboard/transactions?rule=a-b&least=1.250%2C00%20%26x&customer=c-1&status=REVIEW");
        assert_eq!(Filter::default().address(None), TRANSACTIONS);
        assert_eq!(QUEUE, format!("{TRANSACTIONS}/queue"));
    }
}
