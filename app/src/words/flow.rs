//! The words of the customer's island: all texts of one language, and the few that reach the browser as a list.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// Makes [`FlowTexts`], and [`FlowWords`] as a list in the same order: a struct of forty texts would add kilobytes to the bundle,
/// for the code that reads, copies and drops it.
macro_rules! flow_words {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the customer's island says, in one language. [`crate::words::fill`] replaces each `{…}`.
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
    /// What a page's title begins with while something on it is wrong.
    error_title,
    /// The customer only needs this field with a box ticked: `{label}`
    only_if,
    /// The customer only needs this field without a box ticked: `{label}`
    only_unless,
    /// The button that opens the files, on a field that takes no photo.
    pick_file,
    /// A field that takes no photo has no file: `{label}` or `{Label}`
    add_only_file,
    /// What a field takes: `{kinds}`
    kinds,
    /// This is another kind of file: `{kinds}`
    file_kind_only,
    /// Something between the phone and us takes no file of this size.
    file_too_large_here,
    /// The phone itself cannot read the file any more.
    file_unreadable,
    /// The new file was refused, and the one before still counts.
    kept,
    /// The server has no time for the request.
    busy,
    /// A file waits for the server.
    file_busy,
    /// Something on the network answers in our place.
    intercepted,
}
