//! The pages of the dashboard: functions of [`super::data`], drawn whole by the server. Every form works without script; what
//! an operator's role may not do is not on the page.

mod decision;
mod deliveries;
mod dossiers;
mod entrance;
mod evidence;
mod form;
mod keys;
mod layout;
mod link_form;
mod links;
mod nothing;
mod once;
mod operators;
mod parts;
mod session;
mod sessions;
mod webhooks;

pub use self::{
    dossiers::{CustomersPage, DossierPage, UnresolvedPage},
    entrance::EntrancePage,
    keys::KeysPage,
    links::{LinkPage, LinksPage},
    nothing::{ForbiddenPage, MissingPage, TroublePage},
    operators::OperatorsPage,
    session::SessionPage,
    sessions::SessionsPage,
    webhooks::{WebhookPage, WebhooksPage},
};
