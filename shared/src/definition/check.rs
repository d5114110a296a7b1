//! The rules for a new flow, besides the types of its values: names, limits, colours, addresses, and checks and weights that exist.
//! `fields.rs` has those for its fields. Every rule is checked, even if another one is broken.

use std::collections::BTreeSet;

use super::{
    document::{BrandingDefinition, Definition},
    settings,
};
use crate::{
    catalogue::Catalogue,
    duration,
    flow::StepType,
    reading::{
        faults::{Collector, path_of},
        text::illegible,
    },
    return_url,
};

const MAX_STEPS: usize = 30;
const MAX_FIELDS: usize = 100;

/// Notes a fault for every rule that the flow breaks.
pub(super) fn check(flow: &Definition, catalogue: &Catalogue, faults: &Collector) {
    check_flow(flow, faults);
    check_addresses(flow, faults);
    check_branding(&flow.branding.clone().unwrap_or_default(), faults);
    check_choice_of_checks(flow, catalogue, faults);
    settings::check(flow, faults);
    check_steps(flow, faults);
}

fn check_flow(flow: &Definition, faults: &Collector) {
    if !is_flow_name(&flow.name) {
        faults.note("name", format!("{:?}; allowed is [a-z][a-z0-9-]{{0,63}}", flow.name));
    }
    if flow.steps.is_empty() || flow.steps.len() > MAX_STEPS {
        faults.note("steps", format!("{} steps; allowed are 1 to {MAX_STEPS}", flow.steps.len()));
    }
    let fields = flow.fields().count();
    if fields > MAX_FIELDS {
        faults.note("steps", format!("{fields} fields; at most {MAX_FIELDS} are allowed"));
    }
    if let Some(Err(reason)) = flow.timeout.as_deref().map(duration::parse_seconds) {
        faults.note("timeout", reason);
    }
    if flow.bands.is_some_and(|bands| bands.review > bands.reject) && faults.was_read("bands") {
        faults.note("bands", "review must not be above reject");
    }
}

fn check_addresses(flow: &Definition, faults: &Collector) {
    for (at, origin) in flow.allowed_origins().iter().enumerate() {
        let host = origin.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)) {
            faults.note(&format!("allowedOrigins[{at}]"), format!("{origin:?}; allowed is https://host, without a path"));
        }
    }
    for (at, url) in flow.return_urls().iter().enumerate() {
        if !return_url::is_allowed(url) {
            faults.note(&format!("returnUrls[{at}]"), format!("{url:?}; {}", return_url::ALLOWED));
        }
    }
}

fn check_branding(branding: &BrandingDefinition, faults: &Collector) {
    if let Some(reason) = branding.company_name.as_deref().and_then(illegible) {
        faults.note("branding.companyName", reason);
    }
    let is_color = |c: &str| c.len() == 7 && c.starts_with('#') && c.bytes().skip(1).all(|b| b.is_ascii_hexdigit());
    for (path, color) in [
        ("branding.primaryColor", &branding.primary_color),
        ("branding.accentColor", &branding.accent_color),
        ("branding.backgroundColor", &branding.background_color),
    ] {
        if let Some(color) = color.as_deref().filter(|color| !is_color(color)) {
            faults.note(path, format!("{color:?}; allowed is #rrggbb"));
        }
    }
    if let Some(url) = branding.privacy_url.as_deref().filter(|url| !return_url::is_https(url)) {
        faults.note("branding.privacyUrl", format!("{url:?}; allowed is an https URL"));
    }
    let is_contact = |contact: &str| {
        return_url::is_https(contact) || ["mailto:", "tel:"].iter().any(|start| contact.starts_with(start)) || (contact.contains('@') && !contact.contains(':'))
    };
    if let Some(contact) = branding.contact.as_deref().filter(|contact| !is_contact(contact)) {
        faults.note("branding.contact", format!("{contact:?}; allowed is an e-mail address, or a link that begins with https://, mailto: or tel:"));
    }
}

fn check_choice_of_checks(flow: &Definition, catalogue: &Catalogue, faults: &Collector) {
    let mut known = BTreeSet::new();
    for (at, name) in flow.checks.iter().flatten().enumerate() {
        if !known.insert(name) {
            faults.note(&format!("checks[{at}]"), format!("{name:?} is named twice"));
        }
        if catalogue.find(name).is_none() {
            faults.note(&format!("checks[{at}]"), format!("{name:?} is not a check; allowed are {}", listed(catalogue.names())));
        }
    }
    let allowed = || listed(catalogue.reasons().map(|reason| reason.code));
    for code in flow.weights.iter().flat_map(|weights| weights.keys()) {
        if catalogue.reason(code).is_none() {
            faults.note(&path_of("weights", code), format!("no check has this reason; allowed are {}", allowed()));
        }
    }
    let mut decisive = BTreeSet::new();
    for (at, code) in flow.decisive.iter().flatten().enumerate() {
        let path = format!("decisive[{at}]");
        if !decisive.insert(code) {
            faults.note(&path, format!("{code:?} is named twice"));
        }
        if catalogue.reason(code).is_none() {
            faults.note(&path, format!("{code:?}: no check has this reason; allowed are {}", allowed()));
        }
    }
}

fn check_steps(flow: &Definition, faults: &Collector) {
    let mut ids = BTreeSet::new();
    for (at, step) in flow.steps.iter().enumerate() {
        let path = format!("steps[{at}]");
        if !is_name(&step.id, "_-") {
            faults.note(&format!("{path}.id"), format!("{:?}; allowed is [a-z][a-z0-9_-]{{0,63}}", step.id));
        }
        if !ids.insert(&step.id) {
            faults.note(&format!("{path}.id"), format!("{:?} is used twice", step.id));
        }
        if step.r#type == StepType::Review && (at + 1 != flow.steps.len() || !step.fields().is_empty()) {
            faults.note(&format!("{path}.type"), "a REVIEW is the last step and has no fields");
        }
    }
}

/// Lists what is allowed, for a sentence: each once.
pub(super) fn listed<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut items = Vec::new();
    for item in all {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// Whether a flow may have this name: `[a-z][a-z0-9-]{0,63}`.
pub fn is_flow_name(text: &str) -> bool {
    is_name(text, "-")
}

/// `[a-z][a-z0-9{joiners}]{0,63}`
pub(super) fn is_name(text: &str, joiners: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || joiners.contains(c);
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(fits)
}
