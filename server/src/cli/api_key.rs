//! `api-key`: makes keys of the session API.

use clap::Subcommand;
use serde_json::json;
use server::{
    actor::Actor,
    api_keys,
    app::App,
    error::CommandError,
    model::{KeyName, Scope},
};

use super::printed::Printed;

/// The commands about keys of the session API.
#[derive(Debug, Subcommand)]
pub enum ApiKeyCommand {
    /// Make a key; it is printed this once
    Create {
        /// What it may do: sessions:create, sessions:read, transactions or rules; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1..)]
        scopes: Vec<Scope>,
        /// A name by which people recognise the key, such as Billing: 1 to 60 characters
        #[arg(long, value_name = "NAME")]
        name: Option<KeyName>,
    },
}

/// Makes a key.
pub async fn create(app: &App, name: Option<KeyName>, scopes: Vec<Scope>) -> Result<Printed, CommandError> {
    let made = api_keys::create(&app.kit, name, scopes, Actor::CommandLine).await?;
    let scopes: Vec<&str> = made.scopes.iter().map(|scope| scope.as_str()).collect();
    let (id, key, name) = (made.id.to_string(), made.key, made.name.as_ref().map(KeyName::as_str));
    let off = if api_keys::is_session_api_on(&app.kit).await? { "" } else { " The session API is off: settings set session-api on." };
    let named = name.map(|name| format!("name    {name}\n")).unwrap_or_default();
    let text = format!("id      {id}\n{named}key     {key}\nscopes  {}\n\nThe key is shown this once.{off}", scopes.join(", "));
    Ok(Printed { json: json!({ "id": id, "name": name, "key": key, "scopes": scopes }), text })
}
