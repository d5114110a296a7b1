//! Backtests: judges a draft of a rule on the transactions of the past, each as of its own arrival, and compares it with what the active
//! version of that name decided then. It writes nothing but its result. One runs at a time over all processes, in the background.

mod history;
mod judge;
mod period;
mod results;
mod run;
mod series;
mod sessions;
mod start;
mod totals;

pub use self::{
    results::{NamedTransaction, draft, find, list, named},
    run::{Ended, run, run_apart},
    start::{BacktestError, Running, cancel, start},
};
