//! What a flow has to be, beyond its JSON being of the right form: names, limits, colours, addresses, and fields that fit their
//! type.

use std::collections::BTreeSet;

use super::{DEFAULT_TIMEOUT, Definition, FieldDefinition, MAX_FIELDS, MAX_STEPS, Refused};
use crate::{
    duration,
    flow::{FieldType, IMAGE_TYPES, PDF_TYPE, StepType},
};

pub(super) fn refuse<T>(path: impl Into<String>, reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { path: path.into(), reason: reason.into() })
}

impl Definition {
    /// Refuses the first fault, with its path.
    pub(super) fn check(&self) -> Result<(), Refused> {
        if !is_name(&self.name, '-') {
            return refuse("name", format!("\"{}\"; allowed is [a-z][a-z0-9-]{{0,63}}", self.name));
        }
        if self.steps.is_empty() || self.steps.len() > MAX_STEPS {
            return refuse("steps", format!("{} steps; allowed are 1 to {MAX_STEPS}", self.steps.len()));
        }
        if let Err(reason) = duration::parse_seconds(self.timeout.as_deref().unwrap_or(DEFAULT_TIMEOUT)) {
            return refuse("timeout", reason);
        }
        if self.bands.review > self.bands.reject || self.bands.reject > 101 {
            return refuse("bands", "review must not be above reject");
        }
        if let Some((code, weight)) = self.weights.iter().find(|(_, weight)| **weight > 100) {
            return refuse(format!("weights.{code}"), format!("{weight}; allowed are 0 to 100"));
        }
        self.check_branding()?;
        self.check_steps()
    }

    fn check_branding(&self) -> Result<(), Refused> {
        let branding = &self.branding;
        for (name, color) in
            [("primaryColor", &branding.primary_color), ("accentColor", &branding.accent_color), ("backgroundColor", &branding.background_color)]
        {
            let is_color = |c: &str| c.len() == 7 && c.starts_with('#') && c[1..].bytes().all(|b| b.is_ascii_hexdigit());
            if let Some(color) = color.as_deref().filter(|c| !is_color(c)) {
                return refuse(format!("branding.{name}"), format!("\"{color}\"; allowed is #rrggbb"));
            }
        }
        if let Some(url) = branding.privacy_url.as_deref().filter(|url| !url.starts_with("https://")) {
            return refuse("branding.privacyUrl", format!("\"{url}\"; allowed is an https URL"));
        }
        let is_way =
            |contact: &str| ["https://", "mailto:", "tel:"].iter().any(|start| contact.starts_with(start)) || (contact.contains('@') && !contact.contains(':'));
        if let Some(contact) = branding.contact.as_deref().filter(|contact| !is_way(contact)) {
            return refuse("branding.contact", format!("\"{contact}\"; allowed is an e-mail address, or a link that begins with https://, mailto: or tel:"));
        }
        for (at, origin) in self.allowed_origins.iter().enumerate() {
            let host = origin.strip_prefix("https://").unwrap_or_default();
            if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b)) {
                return refuse(format!("allowedOrigins[{at}]"), format!("\"{origin}\"; allowed is https://host, without a path"));
            }
        }
        for (at, url) in self.return_urls.iter().enumerate() {
            let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
            let app_scheme = scheme.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
                && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+.-".contains(&b));
            if !app_scheme || ["http", "javascript", "data", "file", "blob"].contains(&scheme) {
                return refuse(format!("returnUrls[{at}]"), format!("\"{url}\"; allowed is an https URL or an app's own scheme"));
            }
        }
        Ok(())
    }

    fn check_steps(&self) -> Result<(), Refused> {
        let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
        for (at, step) in self.steps.iter().enumerate() {
            let path = format!("steps[{at}]");
            if !is_name(&step.id.replace('_', "-"), '-') {
                return refuse(format!("{path}.id"), format!("\"{}\"; allowed is [a-z][a-z0-9_-]{{0,63}}", step.id));
            }
            if !ids.insert(&step.id) {
                return refuse(format!("{path}.id"), format!("\"{}\" is used twice", step.id));
            }
            if step.r#type == StepType::Review && (at + 1 != self.steps.len() || !step.fields.is_empty()) {
                return refuse(format!("{path}.type"), "a REVIEW is the last step and has no fields");
            }
            for (number, field) in step.fields.iter().enumerate() {
                let path = format!("{path}.fields[{number}]");
                check_field(field, &path)?;
                if !names.insert(&field.name) {
                    return refuse(format!("{path}.name"), format!("\"{}\" is used twice", field.name));
                }
            }
        }
        if names.len() > MAX_FIELDS {
            return refuse("steps", format!("{} fields; at most {MAX_FIELDS} are allowed", names.len()));
        }
        for (at, step) in self.steps.iter().enumerate() {
            for (number, field) in step.fields.iter().enumerate() {
                if let Some(other) = field.required_when.keys().find(|other| !names.contains(other)) {
                    return refuse(format!("steps[{at}].fields[{number}].requiredWhen"), format!("\"{other}\" is no field of this flow"));
                }
            }
        }
        Ok(())
    }
}

fn check_field(field: &FieldDefinition, path: &str) -> Result<(), Refused> {
    if !is_name(&field.name, '_') {
        return refuse(format!("{path}.name"), format!("\"{}\"; allowed is [a-z][a-z0-9_]{{0,63}}", field.name));
    }
    if (field.r#type == FieldType::Select) == field.options.is_empty() {
        return refuse(format!("{path}.options"), "a SELECT has options, and nothing else has");
    }
    if field.max_length.is_some_and(|n| n == 0 || n > 10_000) {
        return refuse(format!("{path}.maxLength"), "allowed are 1 to 10000");
    }
    if field.calling_code.as_ref().is_some_and(|c| c.is_empty() || c.len() > 3 || !c.bytes().all(|b| b.is_ascii_digit())) {
        return refuse(format!("{path}.callingCode"), "allowed are 1 to 3 digits");
    }
    let known = |kind: &String| IMAGE_TYPES.contains(&kind.as_str()) || kind == PDF_TYPE;
    if field.accept.as_ref().is_some_and(|kinds| kinds.is_empty() || !kinds.iter().all(known)) {
        return refuse(format!("{path}.accept"), format!("allowed are {} and {PDF_TYPE}", IMAGE_TYPES.join(", ")));
    }
    Ok(())
}

/// `[a-z][a-z0-9{joiner}]{0,63}`
fn is_name(text: &str, joiner: char) -> bool {
    text.len() <= 64 && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner)
}
