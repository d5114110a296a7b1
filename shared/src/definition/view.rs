//! What the rest of the program reads from a flow: values with defaults filled in, and texts in one language.

use super::document::{Definition, FieldDefinition};
use crate::{
    color::DEFAULT_COLOR,
    day::{Bound, Day},
    duration,
    flow::{Branding, Choice, DEFAULT_MAX_LENGTH, Field, FieldType, IMAGE_TYPES, Meaning, PDF_TYPE, Step, StepType},
    language::Language,
    phone::plans,
    reading::text::Text,
    session::Timestamp,
};

const DEFAULT_TIMEOUT_S: i64 = 7 * 86_400;
const DEFAULT_REGION: &str = "BR";
const DEFAULT_CALLING_CODE: &str = "55";
/// The bounds of a date of birth, unless the flow says otherwise. Nobody alive was born before 1900.
const BORN: (&str, &str) = ("1900-01-01", "today");

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

    /// Whether it has a step with this id.
    pub fn has_step(&self, id: &str) -> bool {
        self.steps.iter().any(|step| step.id == id)
    }

    /// Its steps in one language, without the bounds of its dates: to draw, name or count what it asks, not to check values.
    pub fn steps(&self, language: Language) -> Vec<Step> {
        self.steps_with(language, &|_| None)
    }

    /// Its steps in one language, with the bounds of its dates as they are at this time. It may be two days at once on Earth, and both
    /// count as today.
    pub fn steps_at(&self, language: Language, now: Timestamp) -> Vec<Step> {
        self.steps_with(language, &|field| Some(bounds(field, now)))
    }

    fn steps_with(&self, language: Language, bounds: &dyn Fn(&FieldDefinition) -> Option<Bounds>) -> Vec<Step> {
        self.steps
            .iter()
            .map(|step| Step {
                id: step.id.clone(),
                r#type: step.r#type,
                title: self.say(&step.title, language),
                text: step.text.as_ref().map(|text| self.say(text, language)),
                fields: step.fields().iter().map(|field| self.field(field, step.r#type, language, bounds(field).unwrap_or_default())).collect(),
            })
            .collect()
    }

    fn field(&self, field: &FieldDefinition, step: StepType, language: Language, bounds: Bounds) -> Field {
        let (region, calling_code) = if field.r#type == FieldType::Phone { numbering(field) } else { (None, None) };
        Field {
            name: field.name.clone(),
            r#type: field.r#type,
            label: self.say(&field.label, language),
            hint: field.hint.as_ref().map(|hint| self.say(hint, language)),
            required: field.required.unwrap_or_default(),
            required_when: field.required_when.clone().unwrap_or_default().into_iter().collect(),
            max_length: (field.r#type == FieldType::Text).then(|| field.max_length.unwrap_or(DEFAULT_MAX_LENGTH)),
            options: field.options().iter().map(|o| Choice { value: o.value.clone(), label: self.say(&o.label, language) }).collect(),
            accept: if field.r#type == FieldType::Artifact { field.accept.clone().unwrap_or_else(|| accepted_by(step)) } else { Vec::new() },
            min: bounds.0,
            max: bounds.1,
            region,
            calling_code,
            is: field.is,
        }
    }

    fn say(&self, text: &Text, language: Language) -> String {
        text.get(language, self.locale()).to_owned()
    }
}

/// The first and the last day that a DATE field takes.
type Bounds = (Option<String>, Option<String>);

fn bounds(field: &FieldDefinition, now: Timestamp) -> Bounds {
    if field.r#type != FieldType::Date {
        return Bounds::default();
    }
    let born = field.is == Some(Meaning::BirthDate);
    let day = |written: &Option<String>, default: &'static str, today: Day| {
        let bound = written.as_deref().or(born.then_some(default)).and_then(Bound::parse)?;
        Some(bound.on(today).to_string())
    };
    (day(&field.min, BORN.0, Day::earliest_today(now)), day(&field.max, BORN.1, Day::latest_today(now)))
}

/// The region of a PHONE field and its calling code. A calling code names its main region; one that no region has names none, and then a
/// number needs its `+`.
fn numbering(field: &FieldDefinition) -> (Option<String>, Option<String>) {
    match (&field.region, &field.calling_code) {
        (Some(region), code) => (Some(region.clone()), code.clone().or_else(|| plans::calling_code(region))),
        (None, Some(code)) => (plans::region(code), Some(code.clone())),
        (None, None) => (Some(DEFAULT_REGION.to_owned()), Some(DEFAULT_CALLING_CODE.to_owned())),
    }
}

fn accepted_by(step: StepType) -> Vec<String> {
    let pdf = (step == StepType::Proof).then_some(PDF_TYPE);
    IMAGE_TYPES.into_iter().chain(pdf).map(str::to_owned).collect()
}
