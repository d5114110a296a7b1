//! `settings`: changes settings in the database.

use clap::Subcommand;
use serde_json::json;
use server::{actor::Actor, api_keys, app::App, error::CommandError};

use super::printed::Printed;

/// The commands about settings that are kept in the database.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Change a setting, in a running server at once
    Set {
        /// session-api
        #[arg(value_parser = ["session-api"])]
        name: String,
        /// on or off
        #[arg(value_parser = ["on", "off"])]
        value: String,
    },
}

/// Changes a setting.
pub async fn set(app: &App, name: String, value: String) -> Result<Printed, CommandError> {
    api_keys::switch_session_api(&app.kit, value == "on", Actor::CommandLine).await?;
    Ok(Printed { text: format!("{name} is {value}."), json: json!({ name: value }) })
}
