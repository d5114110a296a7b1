//! Every word of the product's own, in each language: one struct, one `const` a language, so that a missing word does not
//! compile. The island gets [`FlowWords`] of one language; [`PageWords`]
//! never leave the server, nor does what operators read.

#[cfg(feature = "ssr")]
pub mod dashboard;
mod en;
mod es;
mod pt_br;

use serde::{Deserialize, Serialize};
use shared::{
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType, PDF_TYPE},
    language::Language,
    problem::FieldCode,
};

/// Makes the struct of the island's words and what the island gets of it: a list in the same order, since a struct of forty
/// texts would cost the bundle kilobytes to read, copy and drop.
macro_rules! flow_words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the customer's island says, in one language. `{…}` is filled in by [`fill`].
        #[derive(Clone, Copy, Debug)]
        pub struct FlowTexts {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        impl FlowTexts {
            /// The names of all words, in order.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// As the island gets them.
            pub fn spoken(&self) -> FlowWords {
                FlowWords(vec![$(self.$name.to_owned()),*])
            }
        }

        #[expect(non_camel_case_types, reason = "the names of the words")]
        enum At { $($name),* }

        impl FlowWords {
            $($(#[$doc])* pub fn $name(&self) -> &str {
                self.at(At::$name)
            })*
        }
    };
}

/// The words of [`FlowTexts`], as a list on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowWords(Vec<String>);

impl FlowWords {
    fn at(&self, at: At) -> &str {
        self.0.get(at as usize).map_or("", String::as_str)
    }
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
    /// The file is of another kind than the images that are taken.
    file_kind,
    /// The file is neither an image that is taken nor a PDF.
    file_kind_pdf,
    /// The file cannot be used.
    file_bad,
    /// The file was cut off.
    file_truncated,
    /// The file did not arrive.
    file_lost,
    /// The server or the network does not answer.
    connection_lost,
    /// `{options}`
    only_for,
    /// First tip before a sheet of paper.
    tip_recent,
    /// A file waits for a connection.
    file_waiting,
    /// There is no network.
    offline,
    /// Too many requests in a short time.
    too_many,
}

/// Makes a struct of what only the server says, and a list of it for tests.
macro_rules! page_words {
    ($(#[$about:meta])* $words:ident: $($(#[$doc:meta])* $name:ident,)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        pub struct $words {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        #[cfg(test)]
        impl $words {
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];

            pub(crate) fn all(&self) -> Vec<String> {
                vec![$(self.$name.to_owned()),*]
            }
        }
    };
}

#[cfg(feature = "ssr")]
use page_words;

page_words! {
    /// What only the server says.
    PageWords:
    /// Beside the company's name.
    secure,
    /// The page's script failed; the forms go on.
    script_failed,
    /// A link that opens nothing.
    unknown_title,
    /// What to do then.
    unknown_text,
    /// The server cannot answer.
    trouble_title,
    /// What to do then.
    trouble_text,
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
    /// The link back to a field.
    change,
    /// A box that is ticked.
    yes,
    /// A box that is not.
    no,
    /// Nothing was entered.
    not_given,
    /// Before the last button.
    confirm,
    /// `{day}`, `{month}`, `{year}`
    day,
    /// The link to where the customer came from. `{company}`
    go_back,
}

/// All the words of a language.
#[derive(Clone, Debug)]
pub struct Words {
    /// The island's.
    pub flow: FlowTexts,
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
    let mut text = String::new();
    for (at, piece) in word.split(['{', '}']).enumerate() {
        let is_name = at % 2 == 1;
        let value = values.iter().find(|(name, _)| is_name && *name == piece).map_or(piece, |(_, value)| value);
        text.push_str(value);
    }
    text
}

impl FlowWords {
    /// A fault in the customer's words: what to do, not what is wrong.
    pub fn fault(&self, field: &Field, code: FieldCode) -> String {
        let label = [("label", field.label.as_str())];
        let plain = match (code, field.r#type) {
            (FieldCode::Required, FieldType::Boolean) => self.agree(),
            (FieldCode::Required | FieldCode::NotAnOption | FieldCode::WrongType, FieldType::Select) => return fill(self.choose(), &label),
            (_, FieldType::Artifact) => return fill(self.add_file(), &label),
            (FieldCode::TooLong, _) => return fill(self.too_long(), &[("max", &field.max_length.unwrap_or(DEFAULT_MAX_LENGTH).to_string())]),
            (FieldCode::Malformed, FieldType::Cpf) => self.cpf_malformed(),
            (FieldCode::Malformed, FieldType::Date) => self.date_malformed(),
            (FieldCode::Malformed, FieldType::Email) => self.email_malformed(),
            (FieldCode::Malformed, FieldType::Phone) => self.phone_malformed(),
            (FieldCode::Malformed, _) => self.text_malformed(),
            _ => return fill(self.enter(), &label),
        };
        plain.to_owned()
    }

    /// For which of another field's options this one is asked.
    pub fn when_asked(&self, field: &Field, others: &[Field]) -> Option<String> {
        let (other, values) = field.required_when.iter().next()?;
        let options = &others.iter().find(|known| known.name == *other)?.options;
        let labels: Vec<&str> = options.iter().filter(|option| values.contains(&option.value)).map(|option| option.label.as_str()).collect();
        Some(fill(self.only_for(), &[("options", &labels.join(", "))]))
    }

    /// Why a file was refused, by problem code, in the customer's words.
    pub fn file_refused(&self, field: &Field, problem: &str) -> String {
        match problem {
            "too-large" => self.file_too_large(),
            "unsupported-media" if field.accept.iter().any(|kind| kind == PDF_TYPE) => self.file_kind_pdf(),
            "unsupported-media" => self.file_kind(),
            "bad-image" => self.file_bad(),
            "truncated" => self.file_truncated(),
            "rate-limited" => self.too_many(),
            _ => self.file_lost(),
        }
        .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No word is empty, and the three languages fill in the same values. These `same` words are the same in two of them.
    fn hold_against_each_other(names: &[&str], of: impl Fn(Language) -> Vec<String>, same: &[&str]) {
        let places = |word: &str| {
            let mut found: Vec<String> = word.split('{').skip(1).filter_map(|rest| rest.split('}').next()).map(str::to_owned).collect();
            found.sort();
            found
        };
        let english = of(Language::En);
        for language in Language::ALL {
            for ((name, word), reference) in names.iter().zip(of(language)).zip(&english) {
                assert!(!word.trim().is_empty(), "{} {name}", language.tag());
                assert_eq!(places(&word), places(reference), "{} {name}", language.tag());
                let is_own = language == Language::En || word != *reference || same.contains(&word.as_str());
                assert!(is_own, "{} {name} is not translated", language.tag());
            }
        }
    }

    #[test]
    fn every_word_is_there_with_the_same_places() {
        let of = |language| -> Vec<String> {
            let Words { flow, page } = words(language);
            [flow.spoken().0, page.all()].concat()
        };
        hold_against_each_other(&[FlowTexts::NAMES, PageWords::NAMES].concat(), of, &["No"]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn every_word_of_the_dashboard_is_there_with_the_same_places() {
        use dashboard::DashboardWords;
        hold_against_each_other(DashboardWords::NAMES, |language| dashboard::words(language).all(), &["Webhooks", "E-mail"]);
    }
}
