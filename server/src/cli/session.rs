//! `session`: shows sessions.

use clap::Subcommand;
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    sessions::show::{self, Shown},
};

use super::printed::{Printed, failed};

/// The commands about sessions.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// Show a session's status, score, checks, artifacts and deliveries
    Show {
        /// The session's id or ref
        #[arg(value_name = "ID|REF")]
        session: String,
    },
}

/// Shows a session.
pub async fn show(app: &App, session: &str) -> Result<Printed, CommandError> {
    let shown = show::show(&app.kit, session, Actor::CommandLine).await.map_err(failed)?;
    Ok(Printed { text: lines(&shown), json: serde_json::to_value(&shown).map_err(failed)? })
}

/// The lines that show a session to a person.
fn lines(shown: &Shown) -> String {
    let mut out = format!("ref         {}\nstatus      {}\n", shown.r#ref, shown.status.as_str());
    if let (Some(decision), Some(score)) = (shown.decision, shown.risk_score) {
        out += &format!("decision    {}\nrisk score  {score}\n", decision.as_str());
    }
    out += &format!("created     {}\nexpires     {}\n", shown.created_at, shown.expires_at);
    for check in &shown.checks {
        let result = check.result.map_or("running", shared::risk::CheckResult::as_str);
        out += &format!("check       {:<9} {result}  {}\n", check.name, check.reasons.join(", "));
    }
    for consent in &shown.consents {
        out += &format!("consent     {}  {}  {}  sha256 {}\n", consent.field, consent.agreed_at, consent.language.tag(), consent.text_sha256);
    }
    for artifact in &shown.artifacts {
        out += &format!("artifact    {}  {}  {} bytes  {}\n", artifact.id, artifact.media_type, artifact.size, artifact.field.as_deref().unwrap_or("-"));
    }
    for delivery in &shown.deliveries {
        out += &format!("delivery    {}  {}  {}  to {}\n", delivery.event_id, delivery.r#type, delivery.status, delivery.endpoint_id);
        for attempt in &delivery.attempts {
            let answer = attempt.status_code.map_or_else(|| attempt.error.clone().unwrap_or_default(), |code| code.to_string());
            out += &format!("  attempt   {}  {}  {} ms  {answer}\n", attempt.number, attempt.at, attempt.duration_ms);
        }
    }
    out.trim_end().to_owned()
}
