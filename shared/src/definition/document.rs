//! The keys of a flow's JSON: their names and types, and which are required. An absent key stays absent, so that exporting a flow gives the
//! JSON that was imported. `view.rs` fills in defaults.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    ages::Ages,
    biometrics::{Covered, WithoutBiometrics},
    velocity::VelocityDefinition,
};
use crate::{
    flow::{FieldType, Meaning, StepType},
    language::Language,
    reading::{
        json::Node,
        read::{Object, Place, Read, entries, number, one_of},
        text::Text,
    },
    risk::{Bands, Weights},
};

/// A flow's JSON, with all its languages and rules. It serialises to the JSON that it was read from.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    /// `[a-z][a-z0-9-]{0,63}`
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) locale: Option<Language>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timeout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) branding: Option<BrandingDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) return_urls: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) allowed_origins: Option<Vec<String>>,
    pub(super) steps: Vec<StepDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) checks: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) weights: Option<Weights>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bands: Option<Bands>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decisive: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) age: Option<Ages>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lists: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) velocity: Option<VelocityDefinition>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) without_biometrics: Option<WithoutBiometrics>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sandbox: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BrandingDefinition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StepDefinition {
    pub id: String,
    pub r#type: StepType,
    pub title: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<FieldDefinition>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FieldDefinition {
    pub name: String,
    pub r#type: FieldType,
    pub label: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<Meaning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covers: Option<Vec<Covered>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_when: Option<BTreeMap<String, Vec<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<ChoiceDefinition>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling_code: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct ChoiceDefinition {
    pub value: String,
    pub label: Text,
}

impl Definition {
    /// Every field, with its step.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&StepDefinition, &FieldDefinition)> {
        self.steps.iter().flat_map(|step| step.fields().iter().map(move |field| (step, field)))
    }
}

impl StepDefinition {
    pub fn fields(&self) -> &[FieldDefinition] {
        self.fields.as_deref().unwrap_or_default()
    }
}

impl FieldDefinition {
    pub fn options(&self) -> &[ChoiceDefinition] {
        self.options.as_deref().unwrap_or_default()
    }

    /// The meaning: the one that is written, or the one that follows from the type.
    pub fn meaning(&self) -> Option<Meaning> {
        self.is.or_else(|| Meaning::of_type(self.r#type))
    }
}

impl Read for Definition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            name: keys.required("name"),
            title: keys.optional("title"),
            locale: keys.optional("locale"),
            timeout: keys.optional("timeout"),
            branding: keys.optional("branding"),
            return_urls: keys.optional("returnUrls"),
            allowed_origins: keys.optional("allowedOrigins"),
            steps: keys.required("steps"),
            checks: keys.optional("checks"),
            weights: keys.optional_by("weights", read_weights),
            bands: keys.optional("bands"),
            decisive: keys.optional("decisive"),
            age: keys.optional("age"),
            lists: keys.optional("lists"),
            velocity: keys.optional("velocity"),
            without_biometrics: keys.optional("withoutBiometrics"),
            sandbox: keys.optional("sandbox"),
        };
        keys.finish();
        read
    }
}

impl Read for StepType {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &Self::ALL.map(|kind| (kind.as_str(), kind))).unwrap_or_default()
    }
}

impl Read for FieldType {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &Self::ALL.map(|kind| (kind.as_str(), kind))).unwrap_or_default()
    }
}

fn read_meaning(node: Node, place: &Place<'_>) -> Option<Meaning> {
    one_of(node, place, &Meaning::WRITTEN.map(|meaning| (meaning.as_str(), meaning)))
}

fn read_weights(node: Node, place: &Place<'_>) -> Weights {
    entries(node, place).into_iter().map(|(code, weight, place)| (code, number(&weight, &place, &(0..=100)))).collect()
}

impl Read for Bands {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let band = |node: Node, place: &Place<'_>| number(&node, place, &(0..=101));
        let read = Self { review: keys.required_by("review", band), reject: keys.required_by("reject", band) };
        keys.finish();
        read
    }
}

impl Read for BrandingDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            company_name: keys.optional("companyName"),
            logo: keys.optional("logo"),
            primary_color: keys.optional("primaryColor"),
            accent_color: keys.optional("accentColor"),
            background_color: keys.optional("backgroundColor"),
            privacy_url: keys.optional("privacyUrl"),
            contact: keys.optional("contact"),
        };
        keys.finish();
        read
    }
}

impl Read for StepDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            id: keys.required("id"),
            r#type: keys.required("type"),
            title: keys.required("title"),
            text: keys.optional("text"),
            fields: keys.optional("fields"),
        };
        keys.finish();
        read
    }
}

impl Read for FieldDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self {
            name: keys.required("name"),
            r#type: keys.required("type"),
            label: keys.required("label"),
            is: keys.optional_by("is", read_meaning).flatten(),
            covers: keys.optional("covers"),
            hint: keys.optional("hint"),
            required: keys.optional("required"),
            required_when: keys.optional("requiredWhen"),
            max_length: keys.optional_by("maxLength", |node, place| number(&node, place, &(1..=10_000))),
            options: keys.optional("options"),
            accept: keys.optional("accept"),
            min: keys.optional("min"),
            max: keys.optional("max"),
            region: keys.optional("region"),
            calling_code: keys.optional("callingCode"),
        };
        keys.finish();
        read
    }
}

impl Read for ChoiceDefinition {
    fn read(node: Node, place: &Place<'_>) -> Self {
        let mut keys = Object::open(node, place);
        let read = Self { value: keys.required("value"), label: keys.required("label") };
        keys.finish();
        read
    }
}
