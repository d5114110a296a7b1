//! A flow as it is written down: JSON with texts in several languages, imported, versioned and never changed afterwards.
//! [`Definition::parse`] refuses what is wrong with its path (the rules are in `check.rs`); [`Definition::steps`] puts it into one language.

mod check;

use std::{collections::BTreeMap, collections::BTreeSet, fmt};

use serde::{Deserialize, Deserializer, Serialize, de};

use self::check::refuse;
use crate::{
    duration,
    flow::{Branding, Choice, Field, FieldType, IMAGE_TYPES, PDF_TYPE, Step, StepType},
    language::Language,
    risk::{Bands, Weights},
};

/// The most a flow may be, in bytes of JSON.
pub const MAX_BYTES: usize = 256 * 1024;
const MAX_STEPS: usize = 30;
const MAX_FIELDS: usize = 100;
const DEFAULT_TIMEOUT: &str = "7d";
const DEFAULT_COLOR: &str = "#0b5fff";

/// A text: one for all languages, or a map by language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(BTreeMap<Language, String>);

impl Text {
    /// The text in this language, else in the flow's own, else in any.
    pub fn get(&self, language: Language, own: Language) -> &str {
        self.0.get(&language).or_else(|| self.0.get(&own)).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    fn everywhere(text: &str) -> Self {
        Self(Language::ALL.into_iter().map(|language| (language, text.to_owned())).collect())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or a map with a string for pt-BR, en or es")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text::everywhere(text))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((language, text)) = map.next_entry::<Language, String>()? {
                    texts.insert(language, text);
                }
                if texts.is_empty() { Err(de::Error::invalid_length(0, &self)) } else { Ok(Text(texts)) }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// The checks there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// A CPF's check digits and repeated digits.
    Cpf,
    /// Every required artifact is there and, where an image, large enough to read.
    Evidence,
}

impl CheckName {
    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpf => "cpf",
            Self::Evidence => "evidence",
        }
    }
}

impl std::str::FromStr for CheckName {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Cpf, Self::Evidence].into_iter().find(|name| name.as_str() == text).ok_or(())
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChoiceDefinition {
    value: String,
    label: Text,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FieldDefinition {
    name: String,
    r#type: FieldType,
    label: Text,
    hint: Option<Text>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    required_when: BTreeMap<String, Vec<String>>,
    max_length: Option<u32>,
    #[serde(default)]
    options: Vec<ChoiceDefinition>,
    accept: Option<Vec<String>>,
    calling_code: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StepDefinition {
    id: String,
    r#type: StepType,
    title: Text,
    text: Option<Text>,
    #[serde(default)]
    fields: Vec<FieldDefinition>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BrandingDefinition {
    company_name: Option<String>,
    logo: Option<String>,
    primary_color: Option<String>,
    accent_color: Option<String>,
    background_color: Option<String>,
    privacy_url: Option<String>,
    contact: Option<String>,
}

/// A flow with all its languages and rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// `[a-z][a-z0-9-]{0,63}`
    pub name: String,
    title: Option<Text>,
    /// The language it falls back to.
    #[serde(default)]
    pub locale: Language,
    timeout: Option<String>,
    #[serde(default)]
    branding: BrandingDefinition,
    #[serde(default)]
    return_urls: Vec<String>,
    #[serde(default)]
    allowed_origins: Vec<String>,
    steps: Vec<StepDefinition>,
    checks: Option<BTreeSet<CheckName>>,
    #[serde(default)]
    weights: Weights,
    /// Where review and rejection begin.
    #[serde(default)]
    pub bands: Bands,
}

/// What is wrong with a flow, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct Refused {
    /// Such as `steps[1].fields[0].name`.
    pub path: String,
    /// What was wrong and what is allowed.
    pub reason: String,
}

impl Definition {
    /// Reads and checks a flow.
    ///
    /// # Errors
    /// The first fault, with its path.
    pub fn parse(json: &str) -> Result<Self, Refused> {
        if json.len() > MAX_BYTES {
            return refuse("flow", format!("{} bytes; at most {MAX_BYTES} are allowed", json.len()));
        }
        let mut reader = serde_json::Deserializer::from_str(json);
        let flow: Self =
            serde_path_to_error::deserialize(&mut reader).map_err(|error| Refused { path: error.path().to_string(), reason: error.inner().to_string() })?;
        reader.end().map_err(|error| Refused { path: "flow".into(), reason: error.to_string() })?;
        flow.check()?;
        Ok(flow)
    }

    /// How long a session of it stays open, in seconds.
    pub fn timeout_seconds(&self) -> i64 {
        duration::parse_seconds(self.timeout.as_deref().unwrap_or(DEFAULT_TIMEOUT)).unwrap_or(7 * 86_400)
    }

    /// Its title.
    pub fn title(&self, language: Language) -> String {
        self.title.as_ref().map_or(self.name.as_str(), |title| title.get(language, self.locale)).to_owned()
    }

    /// The origins that may frame its pages.
    pub fn allowed_origins(&self) -> &[String] {
        &self.allowed_origins
    }

    /// Where a session of it may send its customer once it is over.
    pub fn return_urls(&self) -> &[String] {
        &self.return_urls
    }

    /// The logo as it was given: a data URI.
    pub fn logo(&self) -> Option<&str> {
        self.branding.logo.as_deref()
    }

    /// The company's look; `logo_url` is where the server offers the logo.
    pub fn branding(&self, logo_url: Option<String>) -> Branding {
        let own = &self.branding;
        Branding {
            company_name: own.company_name.clone().unwrap_or_else(|| self.name.clone()),
            logo_url: own.logo.as_ref().and(logo_url),
            primary_color: own.primary_color.clone().unwrap_or_else(|| DEFAULT_COLOR.to_owned()),
            accent_color: own.accent_color.clone(),
            background_color: own.background_color.clone(),
            privacy_url: own.privacy_url.clone(),
            contact: own.contact.clone(),
        }
    }

    /// The weights of its reasons: the built-in ones, and over them its own.
    pub fn weights(&self) -> Weights {
        crate::risk::weights(&self.weights)
    }

    /// The checks that run: those it names, else every one whose fields it collects.
    pub fn checks(&self) -> BTreeSet<CheckName> {
        let collects = |kind| self.steps.iter().flat_map(|s| &s.fields).any(|f| f.r#type == kind);
        let fitting = [(CheckName::Cpf, FieldType::Cpf), (CheckName::Evidence, FieldType::Artifact)];
        self.checks.clone().unwrap_or_else(|| fitting.into_iter().filter(|(_, kind)| collects(*kind)).map(|(name, _)| name).collect())
    }

    /// Its steps in one language.
    pub fn steps(&self, language: Language) -> Vec<Step> {
        let say = |text: &Text| text.get(language, self.locale).to_owned();
        let field = |step: StepType, field: &FieldDefinition| Field {
            name: field.name.clone(),
            r#type: field.r#type,
            label: say(&field.label),
            hint: field.hint.as_ref().map(say),
            required: field.required,
            required_when: field.required_when.clone(),
            max_length: (field.r#type == FieldType::Text).then(|| field.max_length.unwrap_or(crate::flow::DEFAULT_MAX_LENGTH)),
            options: field.options.iter().map(|o| Choice { value: o.value.clone(), label: say(&o.label) }).collect(),
            accept: if field.r#type == FieldType::Artifact { field.accept.clone().unwrap_or_else(|| accepted_by(step)) } else { Vec::new() },
            calling_code: (field.r#type == FieldType::Phone).then(|| field.calling_code.clone().unwrap_or_else(|| "55".to_owned())),
        };
        self.steps
            .iter()
            .map(|step| Step {
                id: step.id.clone(),
                r#type: step.r#type,
                title: say(&step.title),
                text: step.text.as_ref().map(say),
                fields: step.fields.iter().map(|f| field(step.r#type, f)).collect(),
            })
            .collect()
    }
}

fn accepted_by(step: StepType) -> Vec<String> {
    let pdf = (step == StepType::Proof).then_some(PDF_TYPE);
    IMAGE_TYPES.into_iter().chain(pdf).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str =
        r#"{"name":"a","steps":[{"id":"s","type":"FORM","title":"S","fields":[{"name":"n","type":"TEXT","label":{"en":"Name","es":"Nombre"}}]}]}"#;

    #[test]
    fn the_smallest_flow_has_every_default() {
        let flow = Definition::parse(SMALLEST).expect("valid");
        assert_eq!((flow.title(Language::En), flow.timeout_seconds(), flow.locale), ("a".into(), 604_800, Language::PtBr));
        assert_eq!(flow.branding(None).company_name, "a");
        assert_eq!(flow.steps(Language::Es)[0].fields[0].label, "Nombre");
        assert_eq!(flow.steps(Language::PtBr)[0].fields[0].label, "Name", "a language that is missing falls back");
        assert!(flow.checks().is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_path() {
        for (from, to, path) in [
            (r#""name":"a""#, r#""name":"A""#, "name"),
            (r#""name":"a","#, r#""name":"a","nmae":1,"#, "nmae"),
            (r#""type":"TEXT""#, r#""type":"TEX""#, "steps[0].fields[0].type"),
            (r#""type":"TEXT""#, r#""type":"SELECT""#, "steps[0].fields[0].options"),
            (r#""name":"n""#, r#""name":"_n""#, "steps[0].fields[0].name"),
            (r#""name":"n""#, r#""name":"n","color":1"#, "steps[0].fields[0].color"),
            (r#""id":"s""#, r#""id":"s/../x""#, "steps[0].id"),
            (r#""name":"a","#, r#""name":"a","timeout":"31d","#, "timeout"),
            (r#""name":"a","#, r#""name":"a","returnUrls":["javascript://x"],"#, "returnUrls[0]"),
            (r#""name":"a","#, r#""name":"a","branding":{"primaryColor":"red"},"#, "branding.primaryColor"),
            (r#""name":"a","#, r#""name":"a","branding":{"contact":"javascript:alert(1)"},"#, "branding.contact"),
            (r#""name":"a","#, r#""name":"a","allowedOrigins":["https://a b; script-src *"],"#, "allowedOrigins[0]"),
            (r#""name":"n""#, r#""name":"n","requiredWhen":{"m":["x"]}"#, "steps[0].fields[0].requiredWhen"),
        ] {
            let json = SMALLEST.replace(from, to);
            assert_eq!(Definition::parse(&json).map(|_| ()).map_err(|r| r.path), Err(path.to_owned()), "{json}");
        }
        assert!(Definition::parse("{").is_err() && Definition::parse(r#"{"name":"a","steps":[]}"#).is_err());
    }
}
