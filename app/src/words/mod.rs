//! Every word of the product's own, in each language: one struct, one `const` a language, so that a missing word does not
//! compile. An island gets [`FlowWords`] of one language as a prop; [`PageWords`] never leave the server.

mod en;
mod es;
mod pt_br;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use shared::{
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType},
    language::Language,
    problem::FieldCode,
};

/// A word or sentence. `{…}` in it is filled in by [`fill`].
pub type Word = Cow<'static, str>;

/// What the customer's island says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowWords {
    /// `{at}`, `{of}`
    pub step_of: Word,
    /// The button of every step but the last.
    pub go_on: Word,
    /// The button of the last step.
    pub submit: Word,
    /// The button while it works.
    pub sending: Word,
    /// Beside the label of a field that may be left out.
    pub optional: Word,
    /// The summary's heading for one fault.
    pub one_fault: Word,
    /// `{n}`
    pub many_faults: Word,
    /// `{label}`
    pub enter: Word,
    /// `{label}`
    pub choose: Word,
    /// `{label}`
    pub add_file: Word,
    /// For a box that has to be ticked.
    pub agree: Word,
    /// `{max}`
    pub too_long: Word,
    /// Fewer or more than eleven digits.
    pub cpf_malformed: Word,
    /// No such day.
    pub date_malformed: Word,
    /// No address.
    pub email_malformed: Word,
    /// No number.
    pub phone_malformed: Word,
    /// Control characters.
    pub text_malformed: Word,
    /// The help beside a CPF.
    pub cpf_hint: Word,
    /// The check digits are wrong: a warning, not a fault.
    pub cpf_warning: Word,
    /// The button that opens the camera.
    pub take_photo: Word,
    /// The button that opens the files.
    pub choose_file: Word,
    /// A file is there.
    pub saved: Word,
    /// What was saved by another device.
    pub saved_elsewhere: Word,
    /// `{percent}`
    pub uploading: Word,
    /// What the picture of the customer's own photo is called.
    pub your_photo: Word,
    /// First tip before a selfie.
    pub tip_light: Word,
    /// Second tip before a selfie.
    pub tip_face: Word,
    /// First tip before a document.
    pub tip_flat: Word,
    /// Second tip before a document.
    pub tip_readable: Word,
    /// The file is over the limit.
    pub file_too_large: Word,
    /// The file is of another kind.
    pub file_kind: Word,
    /// The file cannot be used.
    pub file_bad: Word,
    /// The file was cut off.
    pub file_truncated: Word,
    /// The file did not arrive.
    pub file_lost: Word,
    /// The server or the network does not answer.
    pub connection_lost: Word,
    /// The checks run.
    pub working_title: Word,
    /// What that means.
    pub working_text: Word,
    /// The checks are done.
    pub done_title: Word,
    /// `{company}`
    pub done_text: Word,
    /// The time is up.
    pub expired_title: Word,
    /// `{company}`, `{time}`
    pub expired_text: Word,
    /// The link to the company's privacy notice.
    pub privacy: Word,
    /// The link to the company.
    pub help: Word,
    /// What the language buttons are called together.
    pub language: Word,
}

/// What only the server says.
#[derive(Clone, Copy, Debug)]
pub struct PageWords {
    /// Beside the company's name.
    pub secure: &'static str,
    /// The page's script failed; the forms go on.
    pub script_failed: &'static str,
    /// A link that opens nothing.
    pub unknown_title: &'static str,
    /// What to do then.
    pub unknown_text: &'static str,
    /// The server cannot answer.
    pub trouble_title: &'static str,
    /// What to do then.
    pub trouble_text: &'static str,
}

/// All the words of a language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The island's.
    pub flow: FlowWords,
    /// The server's.
    pub page: PageWords,
}

/// The words of a language.
pub fn words(language: Language) -> &'static Words {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Fills `{name}` in.
pub fn fill(word: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(word.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

impl FlowWords {
    /// A fault in the customer's words: what to do, not what is wrong.
    pub fn fault(&self, field: &Field, code: FieldCode) -> String {
        let label = [("label", field.label.as_str())];
        match (code, field.r#type) {
            (FieldCode::Required, FieldType::Boolean) => self.agree.to_string(),
            (FieldCode::Required | FieldCode::NotAnOption | FieldCode::WrongType, FieldType::Select) => fill(&self.choose, &label),
            (_, FieldType::Artifact) => fill(&self.add_file, &label),
            (FieldCode::TooLong, _) => fill(&self.too_long, &[("max", &field.max_length.unwrap_or(DEFAULT_MAX_LENGTH).to_string())]),
            (FieldCode::Malformed, FieldType::Cpf) => self.cpf_malformed.to_string(),
            (FieldCode::Malformed, FieldType::Date) => self.date_malformed.to_string(),
            (FieldCode::Malformed, FieldType::Email) => self.email_malformed.to_string(),
            (FieldCode::Malformed, FieldType::Phone) => self.phone_malformed.to_string(),
            (FieldCode::Malformed, _) => self.text_malformed.to_string(),
            _ => fill(&self.enter, &label),
        }
    }

    /// Why a file was refused, by problem code, in the customer's words.
    pub fn file_refused(&self, problem: &str) -> String {
        match problem {
            "too-large" => &self.file_too_large,
            "unsupported-media" => &self.file_kind,
            "bad-image" => &self.file_bad,
            "truncated" => &self.file_truncated,
            _ => &self.file_lost,
        }
        .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No word is empty, and the three languages fill in the same values.
    #[test]
    fn every_word_is_there_with_the_same_places() {
        let places = |word: &str| {
            let mut found: Vec<String> = word.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
            found.sort();
            found
        };
        let of = |language| serde_json::to_value(&words(language).flow).unwrap();
        let english = of(Language::En);
        for language in Language::ALL {
            for (name, word) in of(language).as_object().unwrap() {
                let (word, reference) = (word.as_str().unwrap(), english[name].as_str().unwrap());
                assert!(!word.trim().is_empty(), "{} {name}", language.tag());
                assert_eq!(places(word), places(reference), "{} {name}", language.tag());
                assert!(language == Language::En || word != reference || ["help"].contains(&name.as_str()), "{} {name} is not translated", language.tag());
            }
        }
    }
}
