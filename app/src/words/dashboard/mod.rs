//! The words of the operators' dashboard, in each language; beside them, how each state and problem reads. They never leave the
//! server, except for the few that an island gets.

mod bad_url;
mod done;
mod en;
mod es;
mod failure;
mod history;
mod problem;
mod pt_br;
mod records;
mod refusal;
mod states;
mod texts;

use shared::language::Language;

pub use self::{
    bad_url::BadUrl,
    done::Done,
    failure::WhyFailed,
    history::{DoneBy, Happened},
    problem::PageProblem,
    records::RecordWords,
    refusal::Refusal,
    states::DeliveryState,
    texts::DashboardWords,
};

/// The words of a language.
pub fn words(language: Language) -> &'static DashboardWords {
    match language {
        Language::PtBr => &pt_br::WORDS,
        Language::En => &en::WORDS,
        Language::Es => &es::WORDS,
    }
}
