//! A flow as one customer meets it: steps and fields in one language, as `GET /kyc-sessions/:id/public` returns them and
//! as the pages draw them. How a flow is written down, in all its languages, is in [`crate::definition`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use crate::field_value::FieldType;

/// How a step is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StepType {
    /// A text to agree to.
    Consent,
    /// Fields to fill in.
    #[default]
    Form,
    /// An identity document, photographed.
    Document,
    /// A photo of the customer.
    Selfie,
    /// A supporting document, as a photo or a PDF.
    Proof,
    /// What was entered, to check before it is sent. Always last.
    Review,
}

/// The longest text a field takes unless it says otherwise, in Unicode scalar values.
pub const DEFAULT_MAX_LENGTH: u32 = 200;

/// The image types every ARTIFACT field takes.
pub const IMAGE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// What a PROOF step takes besides.
pub const PDF_TYPE: &str = "application/pdf";

/// One choice of a SELECT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// One thing a step collects.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Field {
    /// The key in `userData`: `[a-z][a-z0-9_]{0,63}`.
    pub name: String,
    /// What it collects.
    pub r#type: FieldType,
    /// What it is called.
    pub label: String,
    /// A line of help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether it has to be there, where [`Field::required_when`] holds. For BOOLEAN: whether it has to be true.
    pub required: bool,
    /// Values of other fields, all of which must hold for `required` to count. Empty: it always counts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub required_when: BTreeMap<String, Vec<String>>,
    /// TEXT: the most Unicode scalar values it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// SELECT: the choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// ARTIFACT: the media types it takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// PHONE: the country calling code put before a number without `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calling_code: Option<String>,
}

/// One screen's worth of work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Step {
    /// Its id, unique in the flow and part of its page's address.
    pub id: String,
    /// How it is shown.
    pub r#type: StepType,
    /// Its heading.
    pub title: String,
    /// A paragraph under the heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What it collects, in order.
    pub fields: Vec<Field>,
}

/// How the company shows itself on the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Branding {
    /// The company's name.
    pub company_name: String,
    /// The logo's address, on this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// `#rrggbb`, readable under white or black text.
    pub primary_color: String,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// Where the company says what it does with personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// How to reach the company: an e-mail address or a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

impl Step {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
