//! The words of the customer's island: all texts of one language, and the few that reach the browser as a list. It also says
//! each fault in the customer's words, because the server and the island must say the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use shared::{
    cpf::Cpf,
    email,
    flow::{DEFAULT_MAX_LENGTH, Field, FieldType, PDF_TYPE},
    problem::{Code, FieldCode, FieldFault},
};

use crate::words::fill::{fill, fill_date};

/// Makes [`FlowTexts`], and [`FlowWords`] as a list in the same order: a struct of forty texts would add kilobytes to the bundle,
/// for the code that reads, copies and drops it.
macro_rules! flow_words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the customer's island says, in one language. [`fill`] replaces each `{…}`.
        #[derive(Clone, Copy, Debug)]
        pub struct FlowTexts {
            $($(#[$doc])* pub $name: &'static str,)*
        }

        impl FlowTexts {
            /// The names of all words, in order.
            #[cfg(test)]
            pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// All words, in the order of their names.
            pub(crate) fn all(&self) -> Vec<String> {
                vec![$(self.$name.to_owned()),*]
            }

            /// The words as the island gets them.
            pub fn for_island(&self) -> FlowWords {
                FlowWords::from(self.all())
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

/// The words of [`FlowTexts`] as the island gets them: a list, which every part of a page can hold at no cost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<String>")]
pub struct FlowWords(Arc<Vec<String>>);

impl From<Vec<String>> for FlowWords {
    fn from(words: Vec<String>) -> Self {
        Self(Arc::new(words))
    }
}

impl Serialize for FlowWords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (*self.0).serialize(serializer)
    }
}

impl FlowWords {
    fn at(&self, at: At) -> &str {
        self.0.get(at as usize).map_or("", String::as_str)
    }
}

flow_words! {
    /// Where the customer is: `{at}`, `{of}`
    step_of,
    /// The button of every step but the last.
    go_on,
    /// The button of the last step.
    submit,
    /// The button while it works.
    sending,
    /// Beside the label of a field that the customer may leave out.
    optional,
    /// The heading of the list of faults, where there is one.
    one_fault,
    /// The same for several: `{n}`
    many_faults,
    /// A field has no value: `{label}` inside a sentence, or `{Label}` as the flow writes it.
    enter,
    /// A field has no choice: `{label}` or `{Label}`
    choose,
    /// A field has no file: `{label}` or `{Label}`
    add_file,
    /// The customer has to tick a box.
    agree,
    /// A text is too long: `{max}`
    too_long,
    /// A CPF with fewer or more than eleven digits.
    cpf_malformed,
    /// There is no such day.
    date_malformed,
    /// The field takes no such day: `{min}`, `{max}`
    date_between,
    /// The field takes no day before `{min}`.
    date_from,
    /// The field takes no day after `{max}`.
    date_until,
    /// A day in such a sentence: `{day}`, `{month}`, `{year}`
    date,
    /// The twelve months, separated by commas.
    months,
    /// This is not an e-mail address.
    email_malformed,
    /// This is not a phone number.
    phone_malformed,
    /// The text has a character that is not allowed and cannot be seen: what stands before it, `{text}`
    hidden_after,
    /// The same where that character comes first.
    hidden_first,
    /// The hint of a CPF.
    cpf_hint,
    /// The check digits of a CPF are wrong: a warning, not a fault.
    cpf_warning,
    /// An e-mail address looks mistyped; this one was probably meant: `{email}`
    did_you_mean,
    /// The button that opens the camera.
    take_photo,
    /// The same button once there is a photo.
    retake_photo,
    /// The button that opens the files.
    choose_file,
    /// The server has the file.
    saved,
    /// Another device saved the answer.
    saved_elsewhere,
    /// How much of a file is sent: `{percent}`
    uploading,
    /// The text for the picture of the customer's own photo.
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
    /// The field takes images only, and this is another kind of file.
    file_kind,
    /// The field takes images and PDFs only, and this is another kind of file.
    file_kind_pdf,
    /// The file cannot be used.
    file_bad,
    /// The end of the file is missing.
    file_truncated,
    /// The file did not arrive.
    file_lost,
    /// The server or the network does not answer.
    connection_lost,
    /// The customer only needs this field for these choices of another: `{options}`
    only_for,
    /// First tip before a sheet of paper.
    tip_recent,
    /// A file waits for a connection.
    file_waiting,
    /// The browser has no network.
    offline,
    /// Too many requests in a short time.
    too_many,
    /// No page of a PDF opens.
    document_bad,
    /// A PDF was taken that opens only with a password.
    pdf_password,
}

impl FlowWords {
    /// A fault in the customer's words. It says what to do, not what is wrong.
    pub fn fault(&self, field: &Field, fault: &FieldFault) -> String {
        if let Some(problem) = fault.refused {
            return self.file_refused(field, problem);
        }
        let label = [("Label", field.label.as_str()), ("label", &inside_a_sentence(&field.label))];
        let plain = match (fault.code, field.r#type) {
            (FieldCode::Required, FieldType::Boolean) => self.agree(),
            (FieldCode::Required | FieldCode::NotAnOption | FieldCode::WrongType, FieldType::Select) => return fill(self.choose(), &label),
            (_, FieldType::Artifact) => return fill(self.add_file(), &label),
            (FieldCode::TooLong, _) => return fill(self.too_long(), &[("max", &field.max_length.unwrap_or(DEFAULT_MAX_LENGTH).to_string())]),
            (FieldCode::Malformed, FieldType::Cpf) => self.cpf_malformed(),
            (FieldCode::Malformed, FieldType::Date) => return self.bad_date(field),
            (FieldCode::Malformed, FieldType::Email) => self.email_malformed(),
            (FieldCode::Malformed, FieldType::Phone) => self.phone_malformed(),
            (FieldCode::Malformed, _) => match fault.after.as_deref() {
                Some(text) if !text.is_empty() => return fill(self.hidden_after(), &[("text", text)]),
                _ => self.hidden_first(),
            },
            _ => return fill(self.enter(), &label),
        };
        plain.to_owned()
    }

    /// Which days a DATE field takes.
    fn bad_date(&self, field: &Field) -> String {
        let day = |date: &Option<String>| date.as_ref().map(|date| fill_date(self.date(), date, self.months()));
        match (day(&field.min), day(&field.max)) {
            (Some(min), Some(max)) => fill(self.date_between(), &[("min", &min), ("max", &max)]),
            (Some(min), None) => fill(self.date_from(), &[("min", &min)]),
            (None, Some(max)) => fill(self.date_until(), &[("max", &max)]),
            (None, None) => self.date_malformed().to_owned(),
        }
    }

    /// What looks mistyped in a value that the server takes. It warns, and stops nobody.
    pub fn doubt(&self, kind: FieldType, text: &str) -> Option<String> {
        match kind {
            FieldType::Cpf => Cpf::parse(text).filter(|cpf| !cpf.is_plausible()).map(|_| self.cpf_warning().to_owned()),
            FieldType::Email => email::meant(text).map(|email| fill(self.did_you_mean(), &[("email", &email)])),
            _ => None,
        }
    }

    /// Why the server refused a file, in the customer's words.
    pub fn file_refused(&self, field: &Field, problem: Code) -> String {
        match problem {
            Code::TooLarge => self.file_too_large(),
            Code::UnsupportedMedia if field.accept.iter().any(|kind| kind == PDF_TYPE) => self.file_kind_pdf(),
            Code::UnsupportedMedia => self.file_kind(),
            Code::BadImage => self.file_bad(),
            Code::BadDocument => self.document_bad(),
            Code::Truncated => self.file_truncated(),
            Code::RateLimited => self.too_many(),
            _ => self.file_lost(),
        }
        .to_owned()
    }

    /// A hint: the choices of another field for which the customer needs this one.
    pub fn when_asked(&self, field: &Field, others: &[Field]) -> Option<String> {
        let (other, values) = field.required_when.iter().next()?;
        let options = &others.iter().find(|known| known.name == *other)?.options;
        let labels: Vec<&str> = options.iter().filter(|option| values.contains(&option.value)).map(|option| option.label.as_str()).collect();
        Some(fill(self.only_for(), &[("options", &labels.join(", "))]))
    }
}

/// A label as it reads inside a sentence: "Full name" becomes "full name", and "CPF" stays.
fn inside_a_sentence(label: &str) -> String {
    let mut text = label.to_owned();
    let mut after_first = label.bytes().take_while(|byte| *byte != b' ').skip(1).peekable();
    let is_word = after_first.peek().is_some() && after_first.all(|byte| !byte.is_ascii_uppercase());
    if let (true, Some(first)) = (is_word, text.get_mut(..1)) {
        first.make_ascii_lowercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;
    use shared::language::Language;

    #[test]
    fn a_fault_says_what_to_do_or_why_a_file_was_refused() {
        let field = |kind, label: &str| Field { name: "it".to_owned(), r#type: kind, label: label.to_owned(), ..Field::default() };
        let (text, photo) = (field(FieldType::Text, "Full name"), field(FieldType::Artifact, "Front"));
        let required = FieldFault::new("it", FieldCode::Required, "This is required.");
        let too_large = FieldFault::refused_file("it", Code::TooLarge);
        for (language, field, fault, said) in [
            (Language::En, &text, &required, "Enter full name"),
            (Language::PtBr, &text, &required, "Preencha o campo “Full name”"),
            (Language::Es, &text, &required, "Complete el campo “Full name”"),
            (Language::En, &photo, &required, "Take a photo or choose a file for “Front”"),
            (Language::En, &photo, &too_large, words(Language::En).flow.file_too_large),
        ] {
            assert_eq!(words(language).flow.for_island().fault(field, fault), said);
        }
    }

    #[test]
    fn a_label_inside_a_sentence_keeps_its_abbreviations() {
        for (label, inside) in [
            ("Full name", "full name"),
            ("E-mail", "e-mail"),
            ("CPF", "CPF"),
            ("RG number", "RG number"),
            ("iPhone model", "iPhone model"),
            ("N", "N"),
            ("Última empresa", "Última empresa"),
            ("名前", "名前"),
            ("", ""),
        ] {
            assert_eq!(inside_a_sentence(label), inside);
        }
    }
}
