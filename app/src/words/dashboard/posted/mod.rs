//! The words about a transaction that was pasted as JSON, in each language.

mod en;
mod es;
mod pt_br;
mod texts;

use shared::{language::Language, problem::FieldFault, rule::PostedWhy};

pub use self::texts::PostedWords;
use crate::words::fill;

/// The words about a pasted transaction of a language.
pub const fn posted_words(language: Language) -> &'static PostedWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}

impl PostedWords {
    /// What is wrong with the transaction: the key, and what it takes.
    pub fn fault(&self, fault: &FieldFault) -> String {
        let why = PostedWhy::of(fault).and_then(|why| self.why(why)).map_or_else(|| fill(self.other, &[("reason", &fault.message)]), str::to_owned);
        // The whole of it has no key.
        if fault.field == "transaction" { why } else { format!("{}: {why}", fault.field) }
    }

    /// `None` if only a batch or an import is refused so.
    const fn why(&self, why: PostedWhy) -> Option<&'static str> {
        Some(match why {
            PostedWhy::Required => self.required,
            PostedWhy::Unknown => self.unknown,
            PostedWhy::Twice => self.twice,
            PostedWhy::Object => self.object,
            PostedWhy::Text => self.text,
            PostedWhy::Number => self.number,
            PostedWhy::Id => self.id,
            PostedWhy::Amount => self.amount,
            PostedWhy::Currency => self.currency,
            PostedWhy::Direction => self.direction,
            PostedWhy::Word => self.word,
            PostedWhy::Country => self.country,
            PostedWhy::Ip => self.ip,
            PostedWhy::Time => self.time,
            PostedWhy::TooFar => self.too_far,
            PostedWhy::Locale => self.locale,
            PostedWhy::Metadata => self.metadata,
            PostedWhy::MetadataKey => self.metadata_key,
            PostedWhy::MetadataKeys => self.metadata_keys,
            PostedWhy::MetadataBytes => self.metadata_bytes,
            PostedWhy::Empty => self.empty,
            PostedWhy::Long => self.long,
            PostedWhy::Unseen => self.unseen,
            PostedWhy::List | PostedWhy::NotPast | PostedWhy::Batch => return None,
        })
    }
}
