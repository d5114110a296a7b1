//! `operator`: invites operators.

use clap::Subcommand;
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    operators::{self, Invited},
};
use shared::role::Role;

use super::printed::{Printed, failed};

/// The commands about operators.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Invite somebody; prints the link, open for 7 days
    Add {
        /// Their e-mail
        email: String,
        /// ADMIN, REVIEWER, AGENT or AUDITOR
        #[arg(long)]
        role: Role,
    },
}

/// Invites somebody.
pub async fn add(app: &App, email: &str, role: Role) -> Result<Printed, CommandError> {
    let Invited { email, role, url } = operators::invite(&app.kit, email, role, Actor::CommandLine).await.map_err(failed)?;
    let text = format!("{url}\nlets {email} in as {} once, within 7 days", role.as_str());
    Ok(Printed { json: json!({ "email": email, "role": role.as_str(), "inviteUrl": url }), text })
}
