//! `webhook`: adds endpoints.

use clap::Subcommand;
use serde_json::json;
use server::{actor::Actor, app::App, error::CommandError, webhooks};

use super::printed::{Printed, failed};

/// The commands about webhook endpoints.
#[derive(Debug, Subcommand)]
pub enum WebhookCommand {
    /// Send events to this URL from now on; prints the signing secret, this once
    Add {
        /// Where events are POSTed
        url: String,
    },
}

/// Adds an endpoint.
pub async fn add(app: &App, url: &str) -> Result<Printed, CommandError> {
    let added = webhooks::add::add(&app.kit, &app.webhook_policy, url, Actor::CommandLine).await.map_err(failed)?;
    let (id, url, secret) = (added.id.to_string(), added.url.to_string(), added.secret.expose());
    let text = format!("id      {id}\nurl     {url}\nsecret  {secret}\n\nThe secret is shown this once. Receivers verify signatures with it.");
    Ok(Printed { json: json!({ "id": id, "url": url, "secret": secret }), text })
}
