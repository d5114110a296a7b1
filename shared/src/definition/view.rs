//! What the rest of the program reads from a flow: values with defaults filled in, and texts in one language.

use super::{
    document::{Definition, FieldDefinition},
    text::Text,
};
use crate::{
    duration,
    flow::{Branding, Choice, DEFAULT_MAX_LENGTH, Field, FieldType, IMAGE_TYPES, PDF_TYPE, Step, StepType},
    language::Language,
};

const DEFAULT_TIMEOUT_S: i64 = 7 * 86_400;
const DEFAULT_COLOR: &str = "#0b5fff";
const DEFAULT_CALLING_CODE: &str = "55";

impl Definition {
    /// The flow's own language, used if no other is known.
    pub fn locale(&self) -> Language {
        self.locale.unwrap_or_default()
    }

    /// How long its sessions stay open, in seconds.
    pub fn timeout_seconds(&self) -> i64 {
        self.timeout.as_deref().and_then(|timeout| duration::parse_seconds(timeout).ok()).unwrap_or(DEFAULT_TIMEOUT_S)
    }

    /// Its title.
    pub fn title(&self, language: Language) -> String {
        self.title.as_ref().map_or_else(|| self.name.clone(), |title| self.say(title, language))
    }

    /// The origins that may frame its pages.
    pub fn allowed_origins(&self) -> &[String] {
        self.allowed_origins.as_deref().unwrap_or_default()
    }

    /// The URLs that a session may send its customer to when it is over.
    pub fn return_urls(&self) -> &[String] {
        self.return_urls.as_deref().unwrap_or_default()
    }

    /// The logo as it was given: a data URI.
    pub fn logo(&self) -> Option<&str> {
        self.branding.as_ref()?.logo.as_deref()
    }

    /// The company's look. `logo_url` is the path at which the server serves the logo.
    pub fn branding(&self, logo_url: Option<String>) -> Branding {
        let own = self.branding.clone().unwrap_or_default();
        Branding {
            company_name: own.company_name.unwrap_or_else(|| self.name.clone()),
            logo_url: own.logo.and(logo_url),
            primary_color: own.primary_color.unwrap_or_else(|| DEFAULT_COLOR.to_owned()),
            accent_color: own.accent_color,
            background_color: own.background_color,
            privacy_url: own.privacy_url,
            contact: own.contact,
        }
    }

    /// Its steps in one language.
    pub fn steps(&self, language: Language) -> Vec<Step> {
        self.steps
            .iter()
            .map(|step| Step {
                id: step.id.clone(),
                r#type: step.r#type,
                title: self.say(&step.title, language),
                text: step.text.as_ref().map(|text| self.say(text, language)),
                fields: step.fields().iter().map(|field| self.field(field, step.r#type, language)).collect(),
            })
            .collect()
    }

    fn field(&self, field: &FieldDefinition, step: StepType, language: Language) -> Field {
        Field {
            name: field.name.clone(),
            r#type: field.r#type,
            label: self.say(&field.label, language),
            hint: field.hint.as_ref().map(|hint| self.say(hint, language)),
            required: field.required.unwrap_or_default(),
            required_when: field.required_when.clone().unwrap_or_default(),
            max_length: (field.r#type == FieldType::Text).then(|| field.max_length.unwrap_or(DEFAULT_MAX_LENGTH)),
            options: field.options().iter().map(|o| Choice { value: o.value.clone(), label: self.say(&o.label, language) }).collect(),
            accept: if field.r#type == FieldType::Artifact { field.accept.clone().unwrap_or_else(|| accepted_by(step)) } else { Vec::new() },
            calling_code: (field.r#type == FieldType::Phone).then(|| field.calling_code.clone().unwrap_or_else(|| DEFAULT_CALLING_CODE.to_owned())),
            is: field.is,
        }
    }

    fn say(&self, text: &Text, language: Language) -> String {
        text.get(language, self.locale()).to_owned()
    }
}

fn accepted_by(step: StepType) -> Vec<String> {
    let pdf = (step == StepType::Proof).then_some(PDF_TYPE);
    IMAGE_TYPES.into_iter().chain(pdf).map(str::to_owned).collect()
}
