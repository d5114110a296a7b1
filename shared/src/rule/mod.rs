//! Rules over transactions: what a company posts, what a rule says of it, and what follows. Everything here is pure: what a rule needs to
//! know comes in as [`Facts`], and the same rule and facts give the same [`Evaluation`] for ever, natively and in the browser.
//!
//! A transaction: [`Posted`] reads it. A rule: [`Rule::import`] reads it, [`Needs`] says what to find out, [`Rule::evaluate`] judges it, and
//! [`decide`] makes the outcome of all rules. [`Rule::sentence`] and [`Evaluation::texts`] say it to people.

mod aggregate;
mod answer;
mod canonical;
mod condition;
mod country;
mod currency;
mod decide;
mod draft;
mod evaluate;
mod facts;
mod import;
mod keys;
mod known;
mod lines;
mod list;
mod list_fault;
mod measured;
mod model;
mod network;
mod operator;
mod posted;
mod posted_why;
pub mod presets;
mod read_aggregate;
mod read_condition;
mod read_field;
mod read_session;
mod seen;
mod sentence;
mod shown;
mod span;
mod stored;
mod subject;
mod transaction;
mod value;
mod words;
mod write;

pub use self::{
    aggregate::{Aggregate, AggregateKey, DistinctField, Filter, Match, Measure},
    answer::{MatchedRule, PassedOver, StoredMatch, stored_matches},
    condition::{Condition, DecisionTest, Field, Leaf, SessionTest, Test},
    country::Country,
    currency::Currency,
    decide::{Hit, TransactionStatus, Verdict, decide},
    draft::{Draft, DraftFault, Edit, Entry, GroupKind, Inputs, Node, Op, ROOT, What, Why, id_of, name_of},
    evaluate::{Evaluation, Line},
    facts::{Facts, LastSession, ListField, ListKey, Needs, WallClock},
    import::{MAX_AGGREGATES, MAX_BYTES, MAX_CONDITIONS, MAX_RULES},
    known::Known,
    lines::Because,
    list::{ListKind, is_name},
    list_fault::{ListFault, MOST_NOTE},
    measured::{Measured, measure},
    model::{Action, ActionKind, Mode, OnExpired, Rule, StepUp},
    network::Network,
    posted::{BATCH, Posted, Purpose},
    posted_why::PostedWhy,
    read_condition::MAX_DEPTH,
    seen::Seen,
    shown::Style,
    span::{Span, Unit},
    transaction::{Counterparty, Direction, MAX_AMOUNT, Transaction, is_id},
    value::{Order, Value},
};
