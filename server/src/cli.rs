//! The commands: what they take, and what they print.

use std::{io::Write as _, path::PathBuf, sync::Arc};

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};
use server::{
    api_keys,
    app::App,
    clock::{Ambient, rfc3339},
    config::{Config, Settings, WrongSetting},
    dossiers::CustomerReference,
    error::CommandError,
    flows::{self, Imported},
    http,
    model::Scope,
    operators::{self, Invited},
    sessions::{self, create::NewSession, show::Shown},
    webhooks,
};
use shared::{duration, language::Language, role::Role};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Hosted identity-verification sessions, self-hosted.
#[derive(Debug, Parser)]
#[command(name = "flow-sessions", version)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    /// Print one JSON value, alone on stdout
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve customers, run checks and send webhooks
    Serve {
        /// On this machine alone: print a customer link to try, and a one-time link to the dashboard
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database to this version
    Migrate,
    /// Import and export flows
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Create links for customers
    #[command(subcommand)]
    Link(LinkCommand),
    /// Look at sessions
    #[command(subcommand)]
    Session(SessionCommand),
    /// Manage webhook endpoints
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Manage keys of the session API
    #[command(subcommand)]
    ApiKey(ApiKeyCommand),
    /// Manage operators
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Change settings that are kept in the database
    #[command(subcommand)]
    Settings(SettingsCommand),
}

#[derive(Debug, Subcommand)]
enum FlowCommand {
    /// Import a flow; a known name gets a new version
    Import {
        /// The flow as JSON
        file: PathBuf,
    },
    /// Print a flow's newest version as JSON
    Export {
        /// The flow's name
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum LinkCommand {
    /// Create a session and print its link
    Create(LinkCreate),
}

#[derive(Debug, Args)]
struct LinkCreate {
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
    /// Where the customer goes once it is over: one of the flow's return URLs
    #[arg(long, value_name = "URL")]
    return_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum SessionCommand {
    /// Show a session's status, score, checks, artifacts and deliveries
    Show {
        /// The session's id or ref
        #[arg(value_name = "ID|REF")]
        session: String,
    },
}

#[derive(Debug, Subcommand)]
enum WebhookCommand {
    /// Send events to this URL from now on; prints the signing secret, this once
    Add {
        /// Where events are POSTed
        url: String,
    },
}

#[derive(Debug, Subcommand)]
enum ApiKeyCommand {
    /// Make a key; it is printed this once
    Create {
        /// What it may do: sessions:create or sessions:read; may be given several times
        #[arg(long = "scope", value_name = "SCOPE", required = true, num_args = 1..)]
        scopes: Vec<Scope>,
    },
}

#[derive(Debug, Subcommand)]
enum OperatorCommand {
    /// Invite somebody; prints the link, open for 7 days
    Add {
        /// Their e-mail
        email: String,
        /// ADMIN, REVIEWER, AGENT or AUDITOR
        #[arg(long)]
        role: Role,
    },
}

#[derive(Debug, Subcommand)]
enum SettingsCommand {
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

/// How audit rows name whoever types these commands.
const ACTOR: &str = "command-line";

fn failed(error: impl std::fmt::Display) -> CommandError {
    CommandError::Failed(error.to_string())
}

fn usage(error: impl std::fmt::Display) -> CommandError {
    CommandError::Usage(error.to_string())
}

impl Cli {
    /// Does what the command says.
    pub async fn run(self) -> Result<(), CommandError> {
        let config = self.settings.check()?;
        log_to_stderr(&config);
        match self.command {
            Command::Serve { demo } => serve(config, demo, self.json).await,
            command => {
                command.check()?;
                let app = App::open(config, Ambient::system()).await?;
                let printed = command.run(&app).await;
                app.store.close().await;
                printed?.print(self.json)
            }
        }
    }
}

/// What a command prints.
struct Printed {
    json: Value,
    text: String,
}

impl Printed {
    fn print(self, as_json: bool) -> Result<(), CommandError> {
        let text = if as_json { self.json.to_string() } else { self.text };
        writeln!(std::io::stdout(), "{text}").map_err(failed)
    }
}

impl Command {
    /// Whether arguments can be meant at all, before anything is opened. It is not clap that says so of a URL, since it would
    /// repeat the password in it.
    fn check(&self) -> Result<(), CommandError> {
        match self {
            Self::Webhook(WebhookCommand::Add { url }) => webhooks::typed::read(url).map(drop).map_err(usage),
            Self::Operator(OperatorCommand::Add { email, .. }) => operators::normalised(email).map(drop).map_err(usage),
            _ => Ok(()),
        }
    }

    async fn run(self, app: &App) -> Result<Printed, CommandError> {
        match self {
            Self::Serve { .. } | Self::Migrate => Ok(Printed { json: json!({ "migrated": true }), text: "The database is at this version.".into() }),
            Self::Flow(FlowCommand::Import { file }) => import(app, &file).await,
            Self::Flow(FlowCommand::Export { name }) => export(app, &name).await,
            Self::Link(LinkCommand::Create(link)) => create_link(app, link).await,
            Self::Session(SessionCommand::Show { session }) => {
                let shown = sessions::show::show(app, &session).await.map_err(failed)?;
                Ok(Printed { text: lines(&shown), json: serde_json::to_value(&shown).map_err(failed)? })
            }
            Self::Webhook(WebhookCommand::Add { url }) => {
                let added = webhooks::add(app, &url, ACTOR).await.map_err(failed)?;
                let (id, url, secret) = (added.id.to_string(), added.url.to_string(), added.secret.expose());
                let text = format!("id      {id}\nurl     {url}\nsecret  {secret}\n\nThe secret is shown this once. Receivers verify signatures with it.");
                Ok(Printed { json: json!({ "id": id, "url": url, "secret": secret }), text })
            }
            Self::ApiKey(ApiKeyCommand::Create { scopes }) => create_key(app, scopes).await,
            Self::Operator(OperatorCommand::Add { email, role }) => {
                let Invited { email, role, url } = operators::invite(app, &email, role, ACTOR).await.map_err(failed)?;
                let text = format!("{url}\nlets {email} in as {} once, within 7 days", role.as_str());
                Ok(Printed { json: json!({ "email": email, "role": role.as_str(), "inviteUrl": url }), text })
            }
            Self::Settings(SettingsCommand::Set { name, value }) => {
                api_keys::switch_session_api(app, value == "on", ACTOR).await?;
                Ok(Printed { text: format!("{name} is {value}."), json: json!({ name: value }) })
            }
        }
    }
}

async fn import(app: &App, file: &std::path::Path) -> Result<Printed, CommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| failed(format!("{shown}: {error}")))?.len();
    if size > shared::definition::MAX_BYTES as u64 {
        return Err(failed(format!("{shown}: {size} bytes; a flow has at most {} bytes", shared::definition::MAX_BYTES)));
    }
    let json = std::fs::read_to_string(file).map_err(|error| failed(format!("{shown}: {error}")))?;
    let Imported { name, version, notes } = flows::import(app, &json).await.map_err(|error| failed(format!("{shown}: {error}")))?;
    let said: String = notes.iter().map(|note| format!("\nnote: {note}")).collect();
    Ok(Printed { text: format!("Imported {name}, version {version}.{said}"), json: json!({ "name": name, "version": version, "notes": notes }) })
}

async fn export(app: &App, name: &str) -> Result<Printed, CommandError> {
    let (_, definition) = flows::newest(app, name).await.map_err(failed)?;
    let json: Value = serde_json::from_str(&definition).map_err(failed)?;
    Ok(Printed { text: definition.trim_end().to_owned(), json })
}

async fn create_key(app: &App, scopes: Vec<Scope>) -> Result<Printed, CommandError> {
    let made = api_keys::create(app, scopes, ACTOR).await?;
    let scopes: Vec<&str> = made.scopes.iter().map(|scope| scope.as_str()).collect();
    let (id, key) = (made.id.to_string(), made.key);
    let off = if api_keys::is_session_api_on(app).await? { "" } else { " The session API is off: settings set session-api on." };
    let text = format!("id      {id}\nkey     {key}\nscopes  {}\n\nThe key is shown this once.{off}", scopes.join(", "));
    Ok(Printed { json: json!({ "id": id, "key": key, "scopes": scopes }), text })
}

async fn create_link(app: &App, link: LinkCreate) -> Result<Printed, CommandError> {
    let new = NewSession { flow: link.flow, customer: link.customer, ttl_seconds: link.ttl, locale: link.locale, return_url: link.return_url };
    let created = sessions::create::create(app, new, ACTOR).await.map_err(failed)?;
    let (url, expires_at) = (created.url, rfc3339(created.session.expires_at));
    let json = json!({ "sessionId": created.id.expose(), "url": url, "expiresAt": expires_at });
    Ok(Printed { text: format!("{url}\nopen until {expires_at}"), json })
}

/// A session for a person.
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

async fn serve(mut config: Config, demo: bool, as_json: bool) -> Result<(), CommandError> {
    if demo {
        refuse_public_demo(&config)?;
    }
    let address = config.listen;
    let busy = |error: std::io::Error| {
        WrongSetting::new("FLOW_LISTEN", address.to_string(), format!("cannot be listened on: {error}; allowed is a free address of this machine"))
    };
    let listener = TcpListener::bind(address).await.map_err(busy)?;
    config.listen = listener.local_addr().map_err(busy)?;
    let address = config.listen;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(failed)?;
    let app = Arc::new(App::open(config, Ambient::system()).await?);
    http::files::raise_limit();
    let link = if demo {
        // A database from before there was a demo has none.
        let flow = if flows::newest(&app, "demo").await.is_ok() { "demo" } else { "minimal" };
        let new = NewSession { flow: flow.into(), customer: None, ttl_seconds: None, locale: None, return_url: None };
        Some(sessions::create::create(&app, new, ACTOR).await.map_err(failed)?.url)
    } else {
        None
    };
    let sign_in = if demo { Some(operators::demo_url(&app).await.map_err(failed)?) } else { None };
    let set_up = if demo { None } else { operators::set_up_url(&app).await.map_err(failed)? };
    let said = [
        ("A customer's link, to try", &link),
        ("The dashboard, signed in once within 15 minutes", &sign_in),
        ("The first administrator is set up at", &set_up),
    ];
    let lines: String = said.iter().filter_map(|(what, url)| Some(format!("\n  {what}:\n  {}\n", url.as_ref()?))).collect();
    let text = format!("listening on http://{address}{}{lines}", if lines.is_empty() { "" } else { "\n" });
    let json = json!({ "listening": format!("http://{address}"), "link": link, "signInUrl": sign_in, "setUpUrl": set_up });
    Printed { json, text }.print(as_json)?;
    server::run(app, listener, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
    .await;
    Ok(())
}

/// A demo gives its link to whoever reads the terminal: it stays on this machine.
fn refuse_public_demo(config: &Config) -> Result<(), WrongSetting> {
    if !config.listen.ip().is_loopback() {
        return Err(WrongSetting::new("FLOW_LISTEN", config.listen.to_string(), "is not loopback; with --demo allowed is such as 127.0.0.1:3000"));
    }
    let is_loopback = |url: &url::Url| match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match &config.public_url {
        Some(url) if !is_loopback(url) => {
            Err(WrongSetting::new("FLOW_PUBLIC_URL", url.as_str(), "is not loopback; with --demo allowed is such as http://localhost:3000"))
        }
        _ => Ok(()),
    }
}

/// Our crates at the level that is set, everything else at warn: dependencies print paths, and a path holds a session id.
fn log_to_stderr(config: &Config) {
    let level = config.log.as_str().to_lowercase();
    let filter = EnvFilter::new(format!("{},server={level},flow_sessions={level}", if level == "error" { "error" } else { "warn" }));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
