//! An operator's own account: the password, and where the operator is signed in.

use leptos::prelude::*;

use super::{
    form::{ErrorSummary, Refused, TextField},
    layout::{DashboardPage, Viewer},
    parts::{Act, Card, Cut, Newest, Table, Time},
};
use crate::{
    components::layout::Site,
    words::dashboard::{AccountWords, account_words, words},
};

/// One of the operator's sign-ins.
#[derive(Clone, Debug)]
pub struct SignInRow {
    /// What names it in a form.
    pub id: String,
    /// What kind of browser it is on, if we know.
    pub browser: Option<String>,
    /// The address it came from, if we know.
    pub source: Option<String>,
    /// When it began.
    pub created_at: String,
    /// When it was last used, to the minute.
    pub seen_at: String,
    /// It is the one of the browser that shows the page.
    pub is_this: bool,
}

/// What the page shows.
#[derive(Clone, Debug)]
pub struct Account {
    /// There is a password to change.
    pub has_password: bool,
    /// The one used last first.
    pub sign_ins: Newest<SignInRow>,
}

const SIGN_INS: &str = "/dashboard/account/sign-ins";

/// The operator's own account.
#[component]
pub fn AccountPage(site: Site, viewer: Viewer, data: Account, refused: Refused) -> impl IntoView {
    let language = viewer.language;
    let (words, account) = (words(language), account_words(language));
    let summary = view! { <ErrorSummary refused=refused.clone() language /> };
    let email = viewer.email.clone();
    let password = if data.has_password {
        let current = view! {
            <TextField name="password_current" label=account.current_password kind="password" complete="current-password" required=true
                refused=refused.clone() language />
        };
        let new = view! {
            <TextField name="password" label=account.new_password hint=words.password_hint kind="password" complete="new-password" required=true
                refused=refused.clone() language />
        };
        let again = view! {
            <TextField name="password_again" label=words.password_again kind="password" complete="new-password" required=true refused language />
        };
        view! {
            <form class="form" method="post" action="/dashboard/account/password" novalidate>
                // A password manager saves the password under this name.
                <input type="hidden" name="username" autocomplete="username" value=email />
                {current}
                {new}
                {again}
                <button class="button primary">{account.change}</button>
            </form>
        }
        .into_any()
    } else {
        view! { <p class="quiet">{account.no_password}</p> }.into_any()
    };
    let others = if data.sign_ins.rows.iter().any(|row| !row.is_this) {
        view! { <Act action=SIGN_INS.to_owned() label=account.end_others /> <p class="quiet">{account.end_others_follows}</p> }.into_any()
    } else {
        view! { <p class="quiet">{account.only_this}</p> }.into_any()
    };
    let name = account.sign_ins;
    view! {
        <DashboardPage site viewer title=account.account>
            <h1>{account.account}</h1>
            {summary}
            <section class="card">
                <h2>{account.sign_ins}</h2>
                <SignInTable rows=data.sign_ins.rows name last_used=words.last_used account />
                <div class="body"><Cut cut=data.sign_ins.cut words /> {others}</div>
            </section>
            <Card title=account.change_password>{password}</Card>
        </DashboardPage>
    }
}

#[component]
fn SignInTable(rows: Vec<SignInRow>, name: &'static str, last_used: &'static str, account: &'static AccountWords) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let browser = row.browser.unwrap_or_else(|| account.unknown_browser.to_owned());
        let end = if row.is_this {
            view! { " "<span class="quiet">"("{account.this_browser}")"</span> }.into_any()
        } else {
            let (with, to) = (vec![("sign_in", row.id)], browser.clone());
            view! { <Act action=SIGN_INS.to_owned() label=account.end to with /> }.into_any()
        };
        view! {
            <tr>
                <th scope="row">{browser}{end}</th>
                <td class="mono" data-head=account.source>{row.source}</td>
                <td data-head=account.began><Time at=row.created_at /><div class="quiet">{last_used}": "<Time at=row.seen_at /></div></td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! { <Table name heads=vec![account.browser, account.source, account.began]>{rows}</Table> }
}
