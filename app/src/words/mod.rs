//! Every word of the product's own, in each language: one struct, one `const` a language, so that a missing word does not
//! compile. An island gets [`FlowWords`] of one language as a prop; [`PageWords`] never leave the server.

mod en;
mod es;
mod pt_br;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared::{
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType},
    language::Language,
    problem::FieldCode,
};

/// A word or sentence. `{…}` in it is filled in by [`fill`].
pub type Word = Cow<'static, str>;

/// Makes the struct, and sends it as a list in its own order: a struct of fifty names would cost the bundle kilobytes.
macro_rules! flow_words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the customer's island says.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct FlowWords {
            $($(#[$doc])* pub $name: Word,)*
        }

        impl FlowWords {
            /// The names of all words, in order.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];
        }

        impl Serialize for FlowWords {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq([$(&self.$name),*])
            }
        }

        impl<'de> Deserialize<'de> for FlowWords {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut words = Vec::<String>::deserialize(deserializer)?.into_iter();
                Ok(Self { $($name: Word::Owned(words.next().unwrap_or_default()),)* })
            }
        }
    };
}

flow_words! {
    /// `{at}`, `{of}`
    step_of,
    /// The button of every step but the last.
    go_on,
    /// The button of the last step.
    submit,
    /// The button while it works.
    sending,
    /// Beside the label of a field that may be left out.
    optional,
    /// The summary's heading for one fault.
    one_fault,
    /// `{n}`
    many_faults,
    /// `{label}`
    enter,
    /// `{label}`
    choose,
    /// `{label}`
    add_file,
    /// For a box that has to be ticked.
    agree,
    /// `{max}`
    too_long,
    /// Fewer or more than eleven digits.
    cpf_malformed,
    /// No such day.
    date_malformed,
    /// No address.
    email_malformed,
    /// No number.
    phone_malformed,
    /// Control characters.
    text_malformed,
    /// The help beside a CPF.
    cpf_hint,
    /// The check digits are wrong: a warning, not a fault.
    cpf_warning,
    /// The button that opens the camera.
    take_photo,
    /// The same button once a photo is there.
    retake_photo,
    /// The button that opens the files.
    choose_file,
    /// A file is there.
    saved,
    /// What was saved by another device.
    saved_elsewhere,
    /// `{percent}`
    uploading,
    /// What the picture of the customer's own photo is called.
    your_photo,
    /// First tip before a selfie.
    tip_light,
    /// Second tip before a selfie.
    tip_face,
    /// First tip before a document.
    tip_flat,
    /// Second tip before a document.
    tip_readable,
    /// The file is over the limit.
    file_too_large,
    /// The file is of another kind.
    file_kind,
    /// The file cannot be used.
    file_bad,
    /// The file was cut off.
    file_truncated,
    /// The file did not arrive.
    file_lost,
    /// The server or the network does not answer.
    connection_lost,
    /// The checks run.
    working_title,
    /// What that means.
    working_text,
    /// The checks are done.
    done_title,
    /// `{company}`
    done_text,
    /// The time is up.
    expired_title,
    /// `{company}`, `{time}`
    expired_text,
    /// `{day}`, `{month}`, `{year}`, `{time}`
    date_time,
    /// The twelve months, separated by commas.
    months,
    /// The link to the company's privacy notice.
    privacy,
    /// The link to the company.
    help,
    /// What the language buttons are called together.
    language,
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
        let of = |language| -> Vec<String> { serde_json::from_value(serde_json::to_value(&words(language).flow).unwrap()).unwrap() };
        let english = of(Language::En);
        for language in Language::ALL {
            for ((name, word), reference) in FlowWords::NAMES.iter().zip(of(language)).zip(&english) {
                assert!(!word.trim().is_empty(), "{} {name}", language.tag());
                assert_eq!(places(&word), places(reference), "{} {name}", language.tag());
                assert!(language == Language::En || word != *reference, "{} {name} is not translated", language.tag());
            }
        }
    }
}
