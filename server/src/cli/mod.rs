//! The commands and their arguments, one file a noun. A command opens what the settings name, calls one use case and prints the result.

mod api_key;
mod backtest;
mod bar;
mod check;
mod flow;
mod link;
mod list;
mod operator;
mod printed;
mod rule;
mod samples;
mod serve;
mod session;
mod settings;
mod transaction;
mod webhook;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use serde_json::json;
use server::{
    app::App,
    clock::Ambient,
    config::{Config, Settings},
    error::CommandError,
    installation::Purpose,
    operators, webhooks,
    worker::Kind,
};
use tracing_subscriber::EnvFilter;

use self::{
    api_key::ApiKeyCommand,
    flow::FlowCommand,
    link::LinkCommand,
    list::ListCommand,
    operator::OperatorCommand,
    printed::{Printed, usage},
    rule::RuleCommand,
    samples::Samples,
    session::SessionCommand,
    settings::SettingsCommand,
    transaction::TransactionCommand,
    webhook::WebhookCommand,
};

/// Hosted identity-verification sessions, self-hosted.
#[derive(Debug, Parser)]
#[command(name = "flow-sessions", version)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    /// Print one JSON value and nothing else on stdout
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve customers, run checks and send webhooks
    Serve {
        /// Only on this machine: print a customer link to try, and a one-time link to the dashboard
        #[arg(long)]
        demo: bool,
        /// Send no webhooks from this process; events are kept, and sent by another process or after the next start without this
        #[arg(long)]
        no_webhooks: bool,
    },
    /// Bring the database to this version
    Migrate,
    /// Check, import and export flows
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Create links for customers
    #[command(subcommand)]
    Link(LinkCommand),
    /// Look at sessions
    #[command(subcommand)]
    Session(SessionCommand),
    /// Import, list, export, disable and backtest rules over transactions, and print presets
    #[command(subcommand)]
    Rule(RuleCommand),
    /// Import, export and edit lists that rules ask
    #[command(subcommand)]
    List(ListCommand),
    /// Import transactions as history
    #[command(subcommand)]
    Transaction(TransactionCommand),
    /// Manage webhook endpoints
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Manage API keys
    #[command(subcommand)]
    ApiKey(ApiKeyCommand),
    /// Manage operators
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Change settings that are kept in the database
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Look at images as the checks do, and print what they see as JSON
    Check {
        /// JPEG, PNG or WebP
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Draw documents and faces of people who do not exist, to try flows with `"sandbox": true`
    SampleDocuments(Samples),
    /// What the server starts to read an uploaded file
    #[command(hide = true)]
    Worker {
        /// What it reads
        #[arg(value_parser = |name: &str| Kind::named(name).ok_or("no such worker"))]
        kind: Kind,
    },
}

/// How a command ended that has printed its result.
pub enum Finished {
    /// Exit code 0.
    Success,
    /// Exit code 1: for example, `flow check` found faults and printed them.
    Failure,
}

impl Cli {
    /// The kind of worker that this process is to be. Such a process opens nothing and starts no thread.
    pub fn worker(&self) -> Option<Kind> {
        if let Command::Worker { kind } = self.command { Some(kind) } else { None }
    }

    /// Runs the command.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self) -> Result<Finished, CommandError> {
        let config = self.settings.check()?;
        log_to_stderr(&config);
        match self.command {
            Command::Serve { demo, no_webhooks } => serve::serve(config, demo, !no_webhooks, self.json).await?,
            Command::Flow(FlowCommand::Check { file }) => {
                let (printed, is_good) = flow::check(&file)?;
                printed.print(self.json)?;
                return Ok(if is_good { Finished::Success } else { Finished::Failure });
            }
            Command::Check { files } => {
                let (printed, is_good) = check::check(&files).await?;
                printed.print(self.json)?;
                return Ok(if is_good { Finished::Success } else { Finished::Failure });
            }
            Command::SampleDocuments(samples) => samples::draw(&samples)?.print(self.json)?,
            Command::Rule(RuleCommand::Presets { name, set }) => rule::print_presets(name.as_deref(), set)?.print(self.json)?,
            Command::Transaction(TransactionCommand::Import { file }) => {
                let app = App::open(config, Ambient::system(), Purpose::Use).await?;
                let imported = transaction::import(&app, &file).await;
                app.kit.store.close().await;
                let (printed, is_whole) = imported?;
                printed.print(self.json)?;
                return Ok(if is_whole { Finished::Success } else { Finished::Failure });
            }
            command => {
                command.check()?;
                let app = App::open(config, Ambient::system(), command.purpose()).await?;
                let printed = command.run(&app).await;
                app.kit.store.close().await;
                printed?.print(self.json)?;
            }
        }
        Ok(Finished::Success)
    }
}

impl Command {
    /// Only `serve` and `migrate` make an installation. A typing mistake in `FLOW_DATA_DIR` must not make an empty one.
    const fn purpose(&self) -> Purpose {
        match self {
            Self::Migrate | Self::Serve { .. } => Purpose::Make,
            _ => Purpose::Use,
        }
    }

    /// Checks arguments before anything is opened. Clap does not check the URL, because its error would show a password in it.
    fn check(&self) -> Result<(), CommandError> {
        match self {
            Self::Webhook(WebhookCommand::Add { url }) => webhooks::typed::read(url).map(drop).map_err(usage),
            Self::Operator(OperatorCommand::Add { email, .. } | OperatorCommand::Reset { email }) => operators::normalised(email).map(drop).map_err(usage),
            _ => Ok(()),
        }
    }

    async fn run(self, app: &App) -> Result<Printed, CommandError> {
        match self {
            Self::Migrate => Ok(Printed { json: json!({ "migrated": true }), text: "The database is at this version.".into() }),
            Self::Serve { .. }
            | Self::Worker { .. }
            | Self::Check { .. }
            | Self::SampleDocuments(_)
            | Self::Flow(FlowCommand::Check { .. })
            | Self::Rule(RuleCommand::Presets { .. })
            | Self::Transaction(_) => unreachable!("these open nothing, or open it themselves"),
            Self::Flow(FlowCommand::Import { file }) => flow::import(app, &file).await,
            Self::Flow(FlowCommand::Export { name }) => flow::export(app, &name).await,
            Self::Link(LinkCommand::Create(link)) => link::create(app, link).await,
            Self::Session(SessionCommand::Show { session }) => session::show(app, &session).await,
            Self::Rule(RuleCommand::Import { file }) => rule::import(app, &file).await,
            Self::Rule(RuleCommand::List) => rule::list(app).await,
            Self::Rule(RuleCommand::Export { name }) => rule::export(app, &name).await,
            Self::Rule(RuleCommand::Disable { name }) => rule::disable(app, &name).await,
            Self::Rule(RuleCommand::Backtest { file }) => backtest::run(app, &file).await,
            Self::List(command) => command.run(app).await,
            Self::Webhook(WebhookCommand::Add { url }) => webhook::add(app, &url).await,
            Self::ApiKey(ApiKeyCommand::Create { scopes, name }) => api_key::create(app, name, scopes).await,
            Self::Operator(OperatorCommand::Add { email, role }) => operator::add(app, &email, role).await,
            Self::Operator(OperatorCommand::Reset { email }) => operator::reset(app, &email).await,
            Self::Settings(SettingsCommand::Set { name, value }) => settings::set(app, name, value).await,
        }
    }
}

/// Logs our crates at the configured level, and everything else at warn, because dependencies log paths, and a path contains a session id.
fn log_to_stderr(config: &Config) {
    let level = config.log.as_str().to_lowercase();
    let filter = EnvFilter::new(format!("{},server={level},flow_sessions={level}", if level == "error" { "error" } else { "warn" }));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
