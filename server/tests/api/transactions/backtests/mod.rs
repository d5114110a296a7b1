//! Backtests: they agree with what was decided, count what a draft would change, run one at a time, and end when they are cancelled or their
//! process dies.

mod agreement;
mod drafts;
mod lists;
mod pages;
mod runs;
mod story;
