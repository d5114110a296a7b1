//! The words of the operators' dashboard, in each language; beside them, how each state and problem reads. They never leave the
//! server, except for the few that an island gets.

mod account;
mod backtests;
mod bad_url;
mod done;
mod en;
mod es;
mod failure;
mod history;
mod languages;
mod lists;
mod posted;
mod presets;
mod problem;
mod pt_br;
mod records;
mod refusal;
mod rules;
mod states;
mod texts;
mod transactions;

pub use self::{
    account::{AccountWords, OperatorEvent, WeakPassword, account_words},
    backtests::{BacktestWords, backtest_words},
    bad_url::BadUrl,
    done::{Done, done_of},
    failure::WhyFailed,
    history::{DoneBy, Happened},
    languages::words,
    lists::{ListRefusal, ListWords, list_words},
    posted::{PostedWords, posted_words},
    presets::{PresetRefusal, PresetWords, preset_words},
    problem::PageProblem,
    records::RecordWords,
    refusal::{Refusal, refusal_of},
    rules::{RuleWords, rule_words},
    states::DeliveryState,
    texts::DashboardWords,
    transactions::{TransactionWords, WhyStatus, transaction_words},
};
