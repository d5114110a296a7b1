//! The rules for a new flow, besides the types of its values: names, limits, colours, addresses, checks and weights that exist, and fields
//! that match each other. Every rule is checked, even if another one is broken.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    document::{BrandingDefinition, Definition, FieldDefinition},
    faults::{Collector, path_of},
};
use crate::{
    catalogue::Catalogue,
    duration,
    flow::{FieldType, IMAGE_TYPES, PDF_TYPE, StepType},
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
    check_steps(flow, faults);
    let fields = fields_of(flow);
    check_names(&fields, faults);
    for (path, field) in &fields {
        check_field(field, path, faults);
    }
    check_meanings(&fields, faults);
    check_conditions(&fields, faults);
}

/// The path of a field, and the field.
type Placed<'f> = (String, &'f FieldDefinition);

fn fields_of(flow: &Definition) -> Vec<Placed<'_>> {
    let mut fields = Vec::new();
    for (at, step) in flow.steps.iter().enumerate() {
        fields.extend(step.fields().iter().enumerate().map(|(number, field)| (format!("steps[{at}].fields[{number}]"), field)));
    }
    fields
}

fn check_flow(flow: &Definition, faults: &Collector) {
    if !is_name(&flow.name, "-") {
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
    for (at, name) in flow.checks.iter().flatten().enumerate() {
        if catalogue.find(name).is_none() {
            faults.note(&format!("checks[{at}]"), format!("{name:?} is not a check; allowed are {}", listed(catalogue.names())));
        }
    }
    for code in flow.weights.iter().flat_map(|weights| weights.keys()) {
        if catalogue.reason(code).is_none() {
            let allowed = listed(catalogue.reasons().map(|reason| reason.code));
            faults.note(&path_of("weights", code), format!("no check has this reason; allowed are {allowed}"));
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

fn check_names(fields: &[Placed<'_>], faults: &Collector) {
    let mut names = BTreeSet::new();
    for (path, field) in fields {
        if !is_name(&field.name, "_") {
            faults.note(&format!("{path}.name"), format!("{:?}; allowed is [a-z][a-z0-9_]{{0,63}}", field.name));
        }
        if !names.insert(&field.name) {
            faults.note(&format!("{path}.name"), format!("{:?} is used twice", field.name));
        }
    }
}

fn check_field(field: &FieldDefinition, path: &str, faults: &Collector) {
    if (field.r#type == FieldType::Select) == field.options().is_empty() && faults.was_read(&format!("{path}.type")) {
        faults.note(&format!("{path}.options"), "a SELECT has options, and nothing else has");
    }
    if field.calling_code.as_ref().is_some_and(|c| c.is_empty() || c.len() > 3 || !c.bytes().all(|b| b.is_ascii_digit())) {
        faults.note(&format!("{path}.callingCode"), "allowed are 1 to 3 digits");
    }
    let allowed = || format!("allowed are {} and {PDF_TYPE}", IMAGE_TYPES.join(", "));
    if field.accept.as_ref().is_some_and(Vec::is_empty) {
        faults.note(&format!("{path}.accept"), format!("an empty list; {}", allowed()));
    }
    for (at, kind) in field.accept.iter().flatten().enumerate() {
        if !IMAGE_TYPES.contains(&kind.as_str()) && kind != PDF_TYPE {
            faults.note(&format!("{path}.accept[{at}]"), format!("{kind:?}; {}", allowed()));
        }
    }
}

/// A meaning belongs to a field of the right type, and to one field only.
fn check_meanings(fields: &[Placed<'_>], faults: &Collector) {
    let mut known = BTreeMap::new();
    for (path, field) in fields {
        let Some(meaning) = field.is else { continue };
        let (at, name, kind) = (format!("{path}.is"), meaning.as_str(), meaning.field_type());
        if field.r#type != kind && faults.was_read(&format!("{path}.type")) {
            faults.note(&at, format!("{name:?} is on a field of type {}; allowed is {}", field.r#type.as_str(), kind.as_str()));
        }
        match known.get(&meaning) {
            Some(other) => faults.note(&at, format!("{name:?} is already the meaning of {other}; allowed is one field a meaning")),
            None => drop(known.insert(meaning, path)),
        }
    }
}

/// `requiredWhen` names fields that the flow has, and values that they can have.
fn check_conditions(fields: &[Placed<'_>], faults: &Collector) {
    let by_name: BTreeMap<&str, &Placed<'_>> = fields.iter().rev().map(|placed| (placed.1.name.as_str(), placed)).collect();
    for (path, field) in fields {
        for (name, wanted) in field.required_when.iter().flatten() {
            let at = path_of(&format!("{path}.requiredWhen"), name);
            let Some((other_path, other)) = by_name.get(name.as_str()) else {
                let allowed = listed(fields.iter().map(|(_, field)| field.name.as_str()).filter(|known| *known != field.name));
                faults.note(&at, format!("no field of this flow has this name; allowed are {allowed}"));
                continue;
            };
            let possible: Vec<&str> = match other.r#type {
                FieldType::Select => other.options().iter().map(|option| option.value.as_str()).collect(),
                FieldType::Boolean => vec!["true", "false"],
                _ => continue,
            };
            if !faults.was_read(&format!("{other_path}.options")) {
                continue;
            }
            for (number, value) in wanted.iter().enumerate().filter(|(_, value)| !possible.contains(&value.as_str())) {
                let allowed = listed(possible.iter().copied());
                faults.note(&format!("{at}[{number}]"), format!("{value:?} is not a value of {other_path}; allowed are {allowed}"));
            }
        }
    }
}

/// Lists what is allowed, for a sentence.
fn listed<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// `[a-z][a-z0-9{joiners}]{0,63}`
fn is_name(text: &str, joiners: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || joiners.contains(c);
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(fits)
}
