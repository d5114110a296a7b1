//! `link`: creates links for customers.

use clap::{Args, Subcommand};
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    clock::rfc3339,
    customers::CustomerReference,
    error::CommandError,
    sessions::create::{self, NewSession},
};
use shared::{duration, language::Language};

use super::printed::{Printed, failed};

/// The commands about links.
#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Create a session and print its link
    Create(LinkCreate),
}

/// The link that is asked for.
#[derive(Debug, Args)]
pub struct LinkCreate {
    /// The flow's name
    #[arg(long, value_name = "NAME")]
    flow: String,
    /// Your own reference of the customer: 1 to 128 of A-Za-z0-9_.:-
    #[arg(long, value_name = "REF")]
    customer: Option<CustomerReference>,
    /// How long the link is open, such as 45s, 30m, 12h or 7d [default: the flow's timeout]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse_seconds)]
    ttl: Option<i64>,
    /// pt-BR, en or es [default: the customer's browser decides]
    #[arg(long, value_name = "LANGUAGE")]
    locale: Option<Language>,
    /// The address that the page leads to at the end: one of the flow's return URLs
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
}

/// Creates a session and prints its link.
pub async fn create(app: &App, link: LinkCreate) -> Result<Printed, CommandError> {
    let new = NewSession { flow: link.flow, customer: link.customer, ttl_seconds: link.ttl, locale: link.locale, return_url: link.return_url };
    let created = create::create(&app.kit, new, Actor::CommandLine).await.map_err(failed)?;
    let (url, expires_at) = (created.url, rfc3339(created.session.expires_at));
    let json = json!({ "sessionId": created.id.expose(), "url": url, "expiresAt": expires_at });
    Ok(Printed { text: format!("{url}\nopen until {expires_at}"), json })
}
