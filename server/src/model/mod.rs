//! The domain types that only the server uses, as the store reads and writes them. No IO.

mod artifacts;
mod backtests;
mod change;
mod checks;
mod customers;
mod duplicates;
mod flows;
mod operators;
mod pdf;
mod rules;
mod seen;
mod sessions;
mod subject;
mod transactions;
mod visits;
mod webhooks;

pub use artifacts::Artifact;
pub use backtests::{Backtest, BacktestStatus, Day, Shown, Tally};
pub use change::{Change, ChangeKind};
pub use checks::{CheckRow, CheckRun, Finding, FoundReason, Verdict};
pub use customers::Customer;
pub use duplicates::{DUPLICATE, Likeness, Person, Twin};
pub use flows::{Flow, FlowCache, FlowVersion};
pub use operators::{ApiKey, KeyName, LinkKind, Operator, OwnSignIn, Recorded, Review, Scope, SignIn};
pub use pdf::PdfState;
pub use rules::{List, RuleCache, RuleSet, RuleVersion};
pub use seen::{Place, SeenFaces, SeenText};
pub use sessions::{Consent, Device, SavedAnswer, Session, Submission};
pub use subject::Subject;
pub use transactions::{By, Details, Entry, Origin, Reason, State, Stored};
pub use visits::{Counted, Seen, VELOCITY, Visit};
pub use webhooks::{Attempt, Claim, Delivery, DeliveryStatus, Endpoint, Failing, HandedDelivery, Health, Outgoing};
