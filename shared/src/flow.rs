//! A flow as one customer sees it: steps and fields in one language, as `GET /kyc-sessions/:id/public` returns them and the pages draw
//! them. [`crate::definition`] has the JSON of a flow, with all its languages.

use serde::{Deserialize, Serialize};

use crate::by_field::ByField;
pub use crate::field_type::{FieldType, Meaning};

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
    /// Shows what was entered, to check before submitting. Always the last step.
    Review,
}

impl StepType {
    /// Every way to show a step.
    pub const ALL: [Self; 6] = [Self::Consent, Self::Form, Self::Document, Self::Selfie, Self::Proof, Self::Review];

    /// The type as a flow's JSON writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "CONSENT",
            Self::Form => "FORM",
            Self::Document => "DOCUMENT",
            Self::Selfie => "SELFIE",
            Self::Proof => "PROOF",
            Self::Review => "REVIEW",
        }
    }
}

/// The default of `maxLength`, in Unicode scalar values.
pub const DEFAULT_MAX_LENGTH: u32 = 200;

/// The image types that every ARTIFACT field accepts by default.
pub const IMAGE_TYPES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// The type that fields of a PROOF step also accept by default.
pub const PDF_TYPE: &str = "application/pdf";

/// One choice of a SELECT.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The stored value.
    pub value: String,
    /// The text that the customer sees.
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
    /// The text beside the input.
    pub label: String,
    /// A line of help.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether it needs a value, if [`Field::required_when`] is fulfilled. For BOOLEAN: whether it must be true.
    pub required: bool,
    /// Other fields and the values that they may have. The field applies only if all match; until then it is not shown, and what is
    /// sent for it is not kept. If empty, the field always applies.
    #[serde(skip_serializing_if = "ByField::is_empty")]
    pub required_when: ByField<Vec<String>>,
    /// TEXT: the most Unicode scalar values it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// SELECT: the choices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// ARTIFACT: the media types that it accepts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// DATE: the first day that it takes, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// DATE: the last day that it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// PHONE: the country of a number without `+`, such as `BR`. Only the server uses it.
    #[cfg_attr(feature = "server", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(not(feature = "server"), serde(skip))]
    pub region: Option<String>,
    /// PHONE: the calling code of that country.
    #[cfg_attr(feature = "server", serde(skip_serializing_if = "Option::is_none"))]
    #[cfg_attr(not(feature = "server"), serde(skip))]
    pub calling_code: Option<String>,
    /// The meaning that the flow sets. It is not part of any public body, because customers do not need it.
    #[serde(skip)]
    pub is: Option<Meaning>,
}

impl Field {
    /// The meaning of the value: the one that the flow sets, or the one that follows from the type.
    pub fn meaning(&self) -> Option<Meaning> {
        self.is.or_else(|| Meaning::of_type(self.r#type))
    }
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

/// The company's look on the pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Branding {
    /// The company's name.
    pub company_name: String,
    /// The logo's path on this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// `#rrggbb`. Pages show a corrected colour if its contrast is too low.
    pub primary_color: String,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// `#rrggbb`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background_color: Option<String>,
    /// The company's privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// How to reach the company: an e-mail address or a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

impl Step {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// The step after step `id`; `None` after the last step, when the session is completed. A customer who came from the REVIEW to change an
/// answer (`from_review`) goes back to it, which is the last step.
pub fn next_step<'a>(steps: &'a [Step], id: &str, from_review: bool) -> Option<&'a Step> {
    let at = steps.iter().position(|step| step.id == id)?;
    let later = steps.get(at + 1..)?;
    if from_review { later.last() } else { later.first() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_leads_to_the_next_one_or_back_to_the_review() {
        let steps = ["consent", "identity", "review"].map(|id| Step { id: id.to_owned(), ..Step::default() });
        for (id, from_review, next) in [
            ("consent", false, Some("identity")),
            ("consent", true, Some("review")),
            ("identity", true, Some("review")),
            ("review", false, None),
            ("review", true, None),
            ("unknown", false, None),
        ] {
            assert_eq!(next_step(&steps, id, from_review).map(|step| step.id.as_str()), next, "{id} {from_review}");
        }
    }
}
