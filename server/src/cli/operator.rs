//! `operator`: invites operators, and makes links for a new password.

use clap::Subcommand;
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    operators::{self, Invited, ResetLink},
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
    /// Make a link with which an operator chooses a new password; prints it, open for 1 hour
    Reset {
        /// Their e-mail
        email: String,
    },
}

/// Invites somebody.
pub async fn add(app: &App, email: &str, role: Role) -> Result<Printed, CommandError> {
    let Invited { email, role, url } = operators::invite(&app.kit, email, role, Actor::CommandLine).await.map_err(failed)?;
    let text = format!("{url}\nlets {email} in as {} once, within 7 days", role.as_str());
    Ok(Printed { json: json!({ "email": email, "role": role.as_str(), "inviteUrl": url }), text })
}

/// Makes a link with which an operator chooses a new password.
pub async fn reset(app: &App, email: &str) -> Result<Printed, CommandError> {
    let ResetLink { email, url } = operators::reset_link_of(&app.kit, email, Actor::CommandLine).await.map_err(failed)?;
    let text = format!("{url}\nlets {email} choose a new password once, within 1 hour; that ends every sign-in");
    Ok(Printed { json: json!({ "email": email, "resetUrl": url }), text })
}
