//! The data of the customer's pages. The server fills it in, the page carries it as JSON, and the island
//! reads it back, so that both draw the same step.

use serde::{Deserialize, Serialize};
use shared::{
    by_field::ByField,
    flow::{Step, StepType},
    language::Language,
    problem::FieldFault,
};

use crate::words::{FlowWords, isolated};

/// The id of the element that holds [`FlowData`] as JSON.
pub const DATA: &str = "flow-data";

/// A part of an address: the customer came to this step from the REVIEW, and goes back to it.
pub const CHANGE: &str = "change=1";

/// What the flow is drawn from, on the server and in the browser.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowData {
    /// The session id.
    pub id: String,
    /// The query that every address of the flow keeps, with its `?`. Often empty.
    pub query: String,
    /// The customer came to this step from the REVIEW, and goes back to it.
    pub change: bool,
    /// The language of the texts.
    pub language: Language,
    /// The steps of `GET /public`.
    pub steps: Vec<Step>,
    /// The id of the step on the screen.
    pub step: String,
    /// The answers of all steps: what the last POST sent, over what this device saved. With them, the island shows any step
    /// without asking the server.
    pub answers: ByField<String>,
    /// The fields that another device answered.
    pub elsewhere: Vec<String>,
    /// For a REVIEW: the fields that do not apply, because of what this device answered elsewhere.
    pub idle: Vec<String>,
    /// The faults of the last POST.
    pub errors: Vec<FieldFault>,
    /// The words of the language.
    pub words: FlowWords,
}

impl FlowData {
    /// The step with this id.
    pub fn find(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// Whether this step is a REVIEW, which only the server draws.
    pub fn is_review(&self, id: &str) -> bool {
        self.find(id).is_some_and(|step| step.r#type == StepType::Review)
    }

    /// The title of a step's page. The company's name stands in it as [`isolated`] has it.
    pub fn title(&self, step: &str, company: &str, is_faulty: bool) -> String {
        let step = self.find(step).map_or_else(String::new, |step| isolated(&step.title));
        let title = [&step, company].join(" · ");
        if is_faulty { [self.words.error_title(), &title].join(" ") } else { title }
    }

    /// The address of a step, or of the session itself.
    pub fn address(&self, step: Option<&str>) -> String {
        let (id, query) = (&self.id, &self.query);
        step.map_or_else(|| format!("/verify/{id}{query}"), |step| format!("/verify/{id}/{step}{query}"))
    }

    /// The address of a step with one more part of the query, such as [`CHANGE`].
    pub fn address_with(&self, step: &str, more: &str) -> String {
        let joint = if self.query.is_empty() { '?' } else { '&' };
        format!("{}{joint}{more}", self.address(Some(step)))
    }
}

#[cfg(feature = "ssr")]
impl FlowData {
    /// The JSON that the page carries.
    pub fn json(&self) -> String {
        for_script(self)
    }

    /// The part of [`FlowData::json`] that says what was answered. It is the same in both, character by character.
    pub fn answers_json(&self) -> String {
        #[derive(Serialize)]
        struct Answered<'a> {
            answers: &'a ByField<String>,
            elsewhere: &'a [String],
            idle: &'a [String],
        }
        let json = for_script(&Answered { answers: &self.answers, elsewhere: &self.elsewhere, idle: &self.idle });
        json[1..json.len() - 1].to_owned()
    }
}

/// JSON for a script element. `<` is the only character that could end the element, or begin a comment in it.
#[cfg(feature = "ssr")]
fn for_script(data: &impl Serialize) -> String {
    serde_json::to_string(data).expect("strings, lists and maps serialise").replace('<', "\\u003c")
}

/// What is on the screen.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The id of the step.
    pub step: String,
    /// What the customer typed or saved, by field.
    pub answers: ByField<String>,
    /// What is wrong.
    pub errors: Vec<FieldFault>,
}
