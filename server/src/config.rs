//! Configuration: flags and `FLOW_*` variables, all optional. They are read once, and all checked before anything is changed. An error is
//! one line that names the setting, its value and what is allowed.

use std::{ffi::OsString, net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use url::Url;

/// The settings as given, not checked yet.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "FLOW_LISTEN", global = true, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Where customers reach this server [default: http://{listen}]
    #[arg(long, env = "FLOW_PUBLIC_URL", global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Data folder: database, key and files [default: data]
    #[arg(long, env = "FLOW_DATA_DIR", global = true, value_name = "FOLDER")]
    pub data_dir: Option<String>,
    /// sqlite://PATH or postgres://… [default: sqlite://{data}/flow-sessions.db]
    #[arg(long, env = "FLOW_DATABASE_URL", global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where uploaded files go [default: file://{data}/artifacts]
    #[arg(long, env = "FLOW_ARTIFACTS_URL", global = true, value_name = "URL")]
    pub artifacts_url: Option<String>,
    /// The master key; made where the database is new [default: {data}/master.key]
    #[arg(long, env = "FLOW_KEY_FILE", global = true, value_name = "FILE")]
    pub key_file: Option<String>,
    /// Serve the site from this folder instead of from inside the binary
    #[arg(long, env = "FLOW_SITE_DIR", global = true, value_name = "FOLDER")]
    pub site_dir: Option<String>,
    /// Networks that webhooks may be sent to although they are not public, http included: CIDRs, comma-separated
    #[arg(long, env = "FLOW_WEBHOOK_ALLOW_NETS", global = true, value_name = "CIDR,…")]
    pub webhook_allow_nets: Option<String>,
    /// Proxies that are trusted to set forwarded headers: CIDRs, comma-separated
    #[arg(long, env = "FLOW_TRUSTED_PROXIES", global = true, value_name = "CIDR,…")]
    pub trusted_proxies: Option<String>,
    /// Limits on requests a minute: on, or off for load tests [default: on]
    #[arg(long, env = "FLOW_RATE_LIMITS", global = true, value_name = "on|off")]
    pub rate_limits: Option<String>,
    /// What is logged of this server: error, warn, info, debug or trace [default: info]
    #[arg(long, env = "FLOW_LOG", global = true, value_name = "LEVEL")]
    pub log: Option<String>,
}

/// Where sessions are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A PostgreSQL server, by its whole URL.
    Postgres(Url),
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Where customers reach this server, without a slash at the end. `None` means http and the address that the server listens on.
    pub public_url: Option<Url>,
    /// The folder for the server's data.
    pub data_dir: PathBuf,
    /// Where sessions are stored.
    pub database: Database,
    /// Folder for uploaded files.
    pub artifacts_dir: PathBuf,
    /// The master key's file.
    pub key_file: PathBuf,
    /// A folder to serve the site from; `None` serves it from inside the binary.
    pub site_dir: Option<PathBuf>,
    /// Networks that are not public, but that webhooks may be sent to.
    pub webhook_allow_nets: Vec<IpNet>,
    /// Proxies whose `X-Forwarded-For` we believe.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether requests a minute are limited.
    pub rate_limits: bool,
    /// The log level of this server's own crates.
    pub log: tracing::Level,
}

/// How long running requests may take to end after SIGTERM.
pub const SHUTDOWN_GRACE: Duration = Duration::from_secs(20);

/// A setting that cannot be used. Its text is one line for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: \"{value}\" {reason}")]
pub struct WrongSetting {
    /// The `FLOW_*` name, also if the setting was given as a flag.
    pub setting: &'static str,
    /// Its value, with passwords masked.
    pub value: String,
    /// What is wrong and what is allowed.
    pub reason: String,
}

impl WrongSetting {
    /// An error about a setting.
    pub fn new(setting: &'static str, value: impl Into<String>, reason: impl Into<String>) -> Self {
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { setting, value: one_line(value.into()), reason: one_line(reason.into()) }
    }
}

/// Masks the password in a URL, so that it can be shown. Also works on a text that is not a valid URL.
pub fn masked(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else {
        let scheme = url.find("://").map_or(0, |at| at + 3);
        return url.rfind('@').filter(|at| *at >= scheme).map_or_else(|| url.to_owned(), |at| format!("{}***{}", &url[..scheme], &url[at..]));
    };
    if parsed.password().is_some() {
        let _ = parsed.set_password(Some("***"));
    }
    if parsed.query_pairs().any(|(name, _)| name.contains("password")) {
        parsed.set_query(Some("***"));
    }
    parsed.to_string()
}

impl Settings {
    /// Checks every setting, including defaults. Changes nothing.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn check(&self) -> Result<Config, WrongSetting> {
        let listen = self.listen.as_deref().unwrap_or("127.0.0.1:3000");
        let listen = listen
            .parse()
            .map_err(|_| WrongSetting::new("FLOW_LISTEN", listen, "is not an address and port; allowed is such as 127.0.0.1:3000 or [::]:3000"))?;
        let data_dir = path("FLOW_DATA_DIR", self.data_dir.as_deref().unwrap_or("data"))?;
        let log = self.log.as_deref().unwrap_or("info");
        Ok(Config {
            listen,
            public_url: self.public_url.as_deref().map(public_url).transpose()?,
            database: match &self.database_url {
                Some(url) => database(url)?,
                None => Database::Sqlite(data_dir.join("flow-sessions.db")),
            },
            artifacts_dir: match &self.artifacts_url {
                Some(url) => artifacts_dir(url)?,
                None => data_dir.join("artifacts"),
            },
            key_file: self.key_file.as_deref().map_or_else(|| Ok(data_dir.join("master.key")), |given| path("FLOW_KEY_FILE", given))?,
            site_dir: self.site_dir.as_deref().map(site_dir).transpose()?,
            webhook_allow_nets: nets("FLOW_WEBHOOK_ALLOW_NETS", self.webhook_allow_nets.as_deref())?,
            trusted_proxies: nets("FLOW_TRUSTED_PROXIES", self.trusted_proxies.as_deref())?,
            rate_limits: match self.rate_limits.as_deref().unwrap_or("on") {
                "on" => true,
                "off" => false,
                other => return Err(WrongSetting::new("FLOW_RATE_LIMITS", other, "is neither; allowed are on and off")),
            },
            log: ["error", "warn", "info", "debug", "trace"]
                .contains(&log)
                .then(|| log.parse().ok())
                .flatten()
                .ok_or_else(|| WrongSetting::new("FLOW_LOG", log, "is not a level; allowed are error, warn, info, debug and trace"))?,
            data_dir,
        })
    }
}

fn public_url(given: &str) -> Result<Url, WrongSetting> {
    let refused = |reason: &str| WrongSetting::new("FLOW_PUBLIC_URL", masked(given), reason);
    let url = Url::parse(given).map_err(|_| refused("is not a URL; allowed is such as https://verify.example.com"))?;
    if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
        return Err(refused("is not an http or https URL"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(refused("has more than scheme, host and port; allowed is such as https://verify.example.com"));
    }
    Ok(url)
}

/// The file that `SSL_CERT_FILE` names, which the TLS library trusts in place of the system's certificates. It is no setting of ours.
pub fn ssl_cert_file() -> Option<OsString> {
    std::env::var_os("SSL_CERT_FILE")
}

/// A path as it was given, whatever characters are in it.
fn path(setting: &'static str, given: &str) -> Result<PathBuf, WrongSetting> {
    if given.is_empty() { Err(WrongSetting::new(setting, given, "is empty; allowed is a path")) } else { Ok(PathBuf::from(given)) }
}

/// The path in a URL, where `%20` is a space.
fn path_in_url(encoded: &str) -> Option<PathBuf> {
    percent_decode_str(encoded).decode_utf8().ok().filter(|path| !path.is_empty() && !path.contains('\0')).map(|path| PathBuf::from(&*path))
}

fn database(given: &str) -> Result<Database, WrongSetting> {
    let refused =
        || WrongSetting::new("FLOW_DATABASE_URL", masked(given), "is not a database; allowed are sqlite://PATH and postgres://USER:PASSWORD@HOST/NAME");
    if let Some(path) = given.strip_prefix("sqlite://") {
        return path_in_url(path).filter(|_| !path.contains(['?', '#'])).map(Database::Sqlite).ok_or_else(refused);
    }
    let url = Url::parse(given).map_err(|_| refused())?;
    if ["postgres", "postgresql"].contains(&url.scheme()) && url.has_host() { Ok(Database::Postgres(url)) } else { Err(refused()) }
}

fn artifacts_dir(given: &str) -> Result<PathBuf, WrongSetting> {
    let path = given.strip_prefix("file://").and_then(path_in_url);
    path.ok_or_else(|| WrongSetting::new("FLOW_ARTIFACTS_URL", masked(given), "is not a place for files; allowed is file://FOLDER"))
}

fn site_dir(given: &str) -> Result<PathBuf, WrongSetting> {
    let path = PathBuf::from(given);
    if path.join("build").is_file() {
        Ok(path)
    } else {
        Err(WrongSetting::new("FLOW_SITE_DIR", given, "holds no built site; allowed is a folder that `make build` made, such as target/site"))
    }
}

fn nets(setting: &'static str, given: Option<&str>) -> Result<Vec<IpNet>, WrongSetting> {
    let parse = |text: &str| text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    let each = given.unwrap_or_default().split(',').map(str::trim).filter(|text| !text.is_empty());
    each.map(|text| parse(text).map_err(|_| WrongSetting::new(setting, text, "is not a network; allowed are CIDRs, comma-separated, such as 10.0.0.0/8")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_as_documented() {
        let config = Settings::default().check().expect("defaults are valid");
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database, Database::Sqlite("data/flow-sessions.db".into()));
        assert_eq!((config.key_file, config.artifacts_dir), ("data/master.key".into(), "data/artifacts".into()));
    }

    #[test]
    fn a_folder_is_a_path_and_a_url_is_decoded() {
        for name in ["a b", "a%20b", "data?x", "data#x", "dados-ção", "../../data", "é\u{301} 日本", "100%", "a;b&c=d", "'\"\\"] {
            let config = Settings { data_dir: Some(name.to_owned()), ..Settings::default() }.check().unwrap();
            assert_eq!(config.database, Database::Sqlite(PathBuf::from(name).join("flow-sessions.db")));
            assert_eq!(config.artifacts_dir, PathBuf::from(name).join("artifacts"));
        }
        for (url, path) in [("a%20b/x.db", "a b/x.db"), ("a b/x.db", "a b/x.db"), ("/v/100%/x", "/v/100%/x"), ("%3Fx", "?x"), ("./x", "./x")] {
            let settings = Settings { database_url: Some(format!("sqlite://{url}")), artifacts_url: Some(format!("file://{url}")), ..Settings::default() };
            let config = settings.check().unwrap();
            assert_eq!((config.database, config.artifacts_dir), (Database::Sqlite(path.into()), path.into()), "{url}");
        }
    }

    #[test]
    fn every_error_is_one_line_that_names_the_setting() {
        let given = |set: fn(&mut Settings, String), value: &str| {
            let mut settings = Settings::default();
            set(&mut settings, value.to_owned());
            settings.check().map(|_| ()).map_err(|error| error.to_string())
        };
        for (name, set, value) in [
            ("FLOW_LISTEN", (|s, v| s.listen = Some(v)) as fn(&mut Settings, String), "nonsense"),
            ("FLOW_PUBLIC_URL", |s, v| s.public_url = Some(v), "ftp://x"),
            ("FLOW_PUBLIC_URL", |s, v| s.public_url = Some(v), "https://x/path"),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "mysql://u:secret@h/x"),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "postgres://u:secret@h:99999/x"),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "postgres://u:se/cret@h/x"),
            ("FLOW_LISTEN", |s, v| s.listen = Some(v), "a\nb"),
            ("FLOW_ARTIFACTS_URL", |s, v| s.artifacts_url = Some(v), "ftp://x"),
            ("FLOW_SITE_DIR", |s, v| s.site_dir = Some(v), "/nowhere"),
            ("FLOW_WEBHOOK_ALLOW_NETS", |s, v| s.webhook_allow_nets = Some(v), "10.0.0.0/8,me"),
            ("FLOW_TRUSTED_PROXIES", |s, v| s.trusted_proxies = Some(v), "10.0.0.0/99"),
            ("FLOW_RATE_LIMITS", |s, v| s.rate_limits = Some(v), "maybe"),
            ("FLOW_LOG", |s, v| s.log = Some(v), "loud"),
            ("FLOW_DATA_DIR", |s, v| s.data_dir = Some(v), ""),
            ("FLOW_KEY_FILE", |s, v| s.key_file = Some(v), ""),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "sqlite://a?b"),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "sqlite://a%ff"),
            ("FLOW_DATABASE_URL", |s, v| s.database_url = Some(v), "sqlite://a%00b"),
            ("FLOW_ARTIFACTS_URL", |s, v| s.artifacts_url = Some(v), "file://"),
        ] {
            let complaint = given(set, value).expect_err("refused");
            assert!(complaint.starts_with(name) && !complaint.contains('\n') && complaint.contains("allowed") | complaint.contains("http"), "{complaint}");
            assert!(!complaint.contains("secret") && !complaint.contains("se/cret"), "{complaint}");
        }
    }
}
