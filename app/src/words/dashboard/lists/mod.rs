//! The words about lists, in each language, and how each kind of value and each fault of an entry reads.

mod en;
mod es;
mod pt_br;
mod texts;

use serde::{Deserialize, Serialize};
use shared::{
    language::Language,
    rule::{ListFault, ListKind, MOST_NOTE},
};

pub use self::texts::ListWords;
use crate::words::fill;

/// The words about lists of a language.
pub fn list_words(language: Language) -> &'static ListWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

/// Why a form about a list was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListRefusal {
    /// The name is malformed.
    BadName,
    /// There is a list of this name.
    Taken,
    /// The value is on the list.
    Known,
    /// The list has as many entries as it may have.
    Full,
    /// What was typed has this fault.
    Fault(ListFault),
    /// No file was chosen.
    NoFile,
    /// The file is larger than this many MiB.
    LargeFile(usize),
    /// The file is not UTF-8.
    NotText,
    /// A line of the file has this fault.
    Line(usize, ListFault),
    /// The file has this many faults more.
    More(usize),
}

impl ListWords {
    /// What a kind of values is called.
    pub const fn kind_of(&self, kind: ListKind) -> &'static str {
        match kind {
            ListKind::Text => self.kind_text,
            ListKind::Country => self.kind_country,
            ListKind::Account => self.kind_account,
            ListKind::Device => self.kind_device,
            ListKind::Ip => self.kind_ip,
            ListKind::Cpf => self.kind_cpf,
            ListKind::Email => self.kind_email,
            ListKind::Phone => self.kind_phone,
            ListKind::Document => self.kind_document,
        }
    }

    /// Why a form was refused.
    pub fn refusal_of(&self, refusal: &ListRefusal) -> String {
        let plain = match refusal {
            ListRefusal::Fault(fault) => return capital(&self.fault_of(fault)),
            ListRefusal::Line(line, fault) => return fill(self.line, &[("line", &line.to_string()), ("fault", &self.fault_of(fault))]),
            ListRefusal::More(n) => return fill(self.more, &[("n", &n.to_string())]),
            ListRefusal::LargeFile(mib) => return fill(self.large_file, &[("mib", &mib.to_string())]),
            ListRefusal::BadName => self.bad_name,
            ListRefusal::Taken => self.taken,
            ListRefusal::Known => self.known,
            ListRefusal::Full => self.full,
            ListRefusal::NoFile => self.no_file,
            ListRefusal::NotText => self.not_text,
        };
        plain.to_owned()
    }

    fn fault_of(&self, fault: &ListFault) -> String {
        let plain = match fault {
            ListFault::Columns { found, named } => return fill(self.bad_columns, &[("found", &found.to_string()), ("named", &named.to_string())]),
            ListFault::Time(column) => return fill(self.bad_time, &[("column", column)]),
            ListFault::Often(most) => return fill(self.too_often, &[("most", &most.to_string())]),
            ListFault::Note => return fill(self.long_note, &[("most", &MOST_NOTE.to_string())]),
            ListFault::Header => self.bad_header,
            ListFault::NoValue => self.no_value,
            ListFault::Quote => self.open_quote,
            ListFault::Ends => self.ends_first,
            ListFault::Twice => self.twice,
            ListFault::Value(kind) => match kind {
                ListKind::Text | ListKind::Document => self.bad_text,
                ListKind::Account | ListKind::Device => self.bad_id,
                ListKind::Country => self.bad_country,
                ListKind::Ip => self.bad_ip,
                ListKind::Cpf => self.bad_cpf,
                ListKind::Email => self.bad_email,
                ListKind::Phone => self.bad_phone,
            },
        };
        plain.to_owned()
    }
}

/// The text with a capital first.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
