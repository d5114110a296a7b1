//! `rule`: imports, lists, exports and disables rules, and prints those that come with the product as presets.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde_json::json;
use server::{
    actor::Actor,
    app::App,
    error::CommandError,
    model::RuleVersion,
    rules::{self, Imported},
};
use shared::{
    language::Language,
    rule::{MAX_BYTES, presets},
};

use super::printed::{Printed, failed, usage};

/// The commands about rules.
#[derive(Debug, Subcommand)]
pub enum RuleCommand {
    /// Import a rule; a known name gets a new version, unless nothing changed
    Import {
        /// The rule as JSON
        file: PathBuf,
    },
    /// List the rules with their mode and priority
    List,
    /// Print a rule's newest version as JSON
    Export {
        /// The rule's name
        name: String,
    },
    /// Disable a rule
    Disable {
        /// The rule's name
        name: String,
    },
    /// Judge a draft on the transactions of the past, each as of its own arrival; changes nothing. Ctrl-C cancels it
    Backtest {
        /// The draft as JSON
        file: PathBuf,
    },
    /// List the presets with their settings, or print one as JSON that an import reads
    Presets {
        /// The preset's name
        name: Option<String>,
        /// A setting to fill in; the others have their defaults
        #[arg(long, value_name = "KEY=VALUE", requires = "name", value_parser = setting)]
        set: Vec<(String, String)>,
    },
}

fn setting(text: &str) -> Result<(String, String), &'static str> {
    text.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned())).ok_or("a setting is written as KEY=VALUE")
}

/// Reads a file, unless it is too large to be a rule.
pub(super) fn read(file: &Path) -> Result<String, CommandError> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| failed(format!("{shown}: {error}")))?.len();
    if size > MAX_BYTES as u64 {
        return Err(failed(format!("{shown}: {size} bytes; a rule has at most {MAX_BYTES} bytes")));
    }
    std::fs::read_to_string(file).map_err(|error| failed(format!("{shown}: {error}")))
}

/// Imports a rule.
pub async fn import(app: &App, file: &Path) -> Result<Printed, CommandError> {
    let shown = file.display();
    let Imported { version, .. } = rules::import(&app.kit, &read(file)?, Actor::CommandLine).await.map_err(|error| failed(format!("{shown}: {error}")))?;
    let (name, version) = (&version.rule.name, version.version);
    Ok(Printed { text: format!("Imported {name}, version {version}."), json: json!({ "name": name, "version": version }) })
}

/// Lists the rules, as they decide: by priority, then name.
pub async fn list(app: &App) -> Result<Printed, CommandError> {
    let all = rules::list(&app.kit).await.map_err(failed)?;
    let line = |version: &RuleVersion| {
        let rule = &version.rule;
        format!("{:<24} {:<8} priority {:<7} version {:<4} {}", rule.name, rule.mode().as_str(), rule.priority(), version.version, rule.title(Language::En))
    };
    let text = all.iter().map(|version| line(version)).collect::<Vec<_>>().join("\n");
    let entry = |version: &RuleVersion| {
        let rule = &version.rule;
        json!({ "name": rule.name, "version": version.version, "mode": rule.mode().as_str(), "priority": rule.priority() })
    };
    let text = if text.is_empty() { "There are no rules.".to_owned() } else { text };
    Ok(Printed { text, json: all.iter().map(|version| entry(version)).collect() })
}

/// Exports a rule's newest version, as it was imported.
pub async fn export(app: &App, name: &str) -> Result<Printed, CommandError> {
    let version = rules::export(&app.kit, name, Actor::CommandLine).await.map_err(failed)?;
    let text = serde_json::to_string_pretty(&version.rule).map_err(failed)?;
    Ok(Printed { text, json: serde_json::to_value(&version.rule).map_err(failed)? })
}

/// Disables a rule.
pub async fn disable(app: &App, name: &str) -> Result<Printed, CommandError> {
    let version = rules::disable(&app.kit, name, Actor::CommandLine).await.map_err(failed)?;
    let (name, mode, version) = (&version.rule.name, version.rule.mode().as_str(), version.version);
    Ok(Printed { text: format!("Disabled {name}: version {version}."), json: json!({ "name": name, "version": version, "mode": mode }) })
}

/// Lists the presets, or prints one with its settings filled in. It opens nothing.
pub fn print_presets(name: Option<&str>, settings: Vec<(String, String)>) -> Result<Printed, CommandError> {
    if let Some(name) = name {
        let preset = presets::named(name).ok_or_else(|| usage(format!("there is no preset {name:?}; rule presets lists them")))?;
        let rule = preset.rule(&settings.into_iter().collect()).map_err(usage)?;
        let text = serde_json::to_string_pretty(&rule).map_err(failed)?;
        return Ok(Printed { text, json: serde_json::to_value(&rule).map_err(failed)? });
    }
    let (mut text, mut json) = (Vec::new(), Vec::new());
    for preset in presets::all() {
        let rule = preset.rule(&BTreeMap::new()).map_err(failed)?;
        let (title, sentence) = (rule.title(Language::En), rule.sentence(Language::En));
        text.push(format!("{}: {title}\n    {sentence}", preset.name));
        text.extend(preset.source.map(|source| format!("    Source: {source}")));
        text.extend(preset.settings.iter().map(|setting| format!("    --set {}={}  {}", setting.key, setting.default, setting.takes.allowed())));
        let settings = preset.settings.iter().map(|setting| json!({ "key": setting.key, "default": setting.default, "allowed": setting.takes.allowed() }));
        let settings: Vec<_> = settings.collect();
        json.push(json!({ "name": preset.name, "title": title, "sentence": sentence, "source": preset.source, "settings": settings }));
    }
    Ok(Printed { text: text.join("\n"), json: json.into() })
}
