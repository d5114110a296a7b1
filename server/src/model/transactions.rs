//! A transaction as it is stored.

use serde::{Deserialize, Serialize};
use shared::{
    rule::{Country, Currency, Direction, OnExpired, TransactionStatus},
    session::Timestamp,
};

use crate::ids::{CustomerId, SessionRef, TransactionRef};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$about])* $variant),*
        }

        impl $name {
            /// As stored and sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }
    };
}

words! {
    /// Where a transaction came from.
    Origin {
        /// A program posted it, and it was decided.
        Api = "API",
        /// It was imported as history, and not decided.
        Import = "IMPORT",
    }
}

words! {
    /// Who gave a transaction its status.
    By {
        /// The rules.
        Rule = "rule",
        /// The session that it waited for.
        Session = "session",
        /// An operator.
        Operator = "operator",
        /// The import.
        Import = "import",
    }
}

words! {
    /// Why a transaction has its status.
    Reason {
        /// The rules said so.
        Rule = "rule",
        /// The session was approved.
        SessionApproved = "session.approved",
        /// The session was rejected.
        SessionRejected = "session.rejected",
        /// A person decides on the session.
        SessionReview = "session.review",
        /// The session expired.
        SessionExpired = "session.expired",
        /// An operator decided.
        Operator = "operator",
        /// The customer was asked often enough for one day.
        StepUpLimit = "step_up.limit",
        /// The session was made without the return URL of the request, because its flow does not list it.
        ReturnUrl = "return_url.not_listed",
        /// It was imported.
        Import = "import",
    }
}

/// One entry of a transaction's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The status from then on.
    pub status: TransactionStatus,
    /// Since when.
    pub at: Timestamp,
    /// Who gave it.
    pub by: By,
    /// Why.
    pub reason: Reason,
    /// How many of the customer's transactions had arrived by then. Only of one that was blocked after it had waited: those that arrived
    /// before have counted it.
    pub after: Option<i64>,
}

/// What may change of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its status.
    pub status: TransactionStatus,
    /// The session that it waits or waited for.
    pub session: Option<SessionRef>,
    /// Every status that it has had, the first one first. It is never empty.
    pub history: Vec<Entry>,
    /// When it became final.
    pub settled_at: Option<Timestamp>,
}

/// A transaction as it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its row.
    pub r#ref: TransactionRef,
    /// The HMAC of the company's id.
    pub id_index: Vec<u8>,
    /// The customer.
    pub customer: CustomerId,
    /// Its number among the customer's transactions, in the order in which they arrived.
    pub arrival: i64,
    /// The HMAC of the body that it was posted with.
    pub body_index: Vec<u8>,
    /// [`Details`], sealed with the customer's data key.
    pub details: Vec<u8>,
    /// In minor units.
    pub amount: i64,
    /// The currency.
    pub currency: Currency,
    /// Which way the money goes.
    pub direction: Direction,
    /// The company's word for its kind.
    pub r#type: String,
    /// The company's word for where it came from.
    pub channel: Option<String>,
    /// The country that it was made in.
    pub country: Option<Country>,
    /// The counterparty's country.
    pub counterparty_country: Option<Country>,
    /// The HMAC of the counterparty's id with the customer's key.
    pub counterparty_index: Option<Vec<u8>>,
    /// The HMAC of the device with the customer's key.
    pub device_index: Option<Vec<u8>>,
    /// Where it came from.
    pub origin: Origin,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it arrived.
    pub created_at: Timestamp,
    /// The score of the rules that matched, 0 to 100.
    pub risk_score: u8,
    /// The rule that decided.
    pub decided_by: Option<String>,
    /// What becomes of it if its session expires.
    pub on_expired: Option<OnExpired>,
    /// The number of the newest version of any rule when it was decided; `None` if no rules judged it.
    pub rules_number: Option<i64>,
    /// What may change.
    pub state: State,
}

/// What of a transaction is sealed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Details {
    /// The company's id.
    #[serde(rename = "i")]
    pub transaction_id: String,
    /// The counterparty's id.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub counterparty_id: Option<String>,
    /// The counterparty's name.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub counterparty_name: Option<String>,
    /// The device.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The address.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// The metadata, as JSON.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<serde_json::Value>,
    /// The rules that matched, with what their conditions saw: `Verdict::to_stored`.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
}
