//! Webhook events: their types and their exact bodies.

use serde::Serialize;

use crate::{risk::Decision, session::Status};

/// The type of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// The last check is done.
    SessionCompleted,
    /// The session's time was up, or an operator expired it, before the customer submitted.
    SessionExpired,
    /// An operator decided.
    SessionReviewed,
    /// A transaction waits for its customer or for a person.
    TransactionHeld,
    /// A transaction that waited may pass.
    TransactionReleased,
    /// A transaction is stopped.
    TransactionBlocked,
}

impl EventType {
    /// The type as stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionCompleted => "session.completed",
            Self::SessionExpired => "session.expired",
            Self::SessionReviewed => "session.reviewed",
            Self::TransactionHeld => "transaction.held",
            Self::TransactionReleased => "transaction.released",
            Self::TransactionBlocked => "transaction.blocked",
        }
    }
}

/// The data of an event. Each kind of subject has its own type.
pub trait Payload: Serialize {
    /// The event's type.
    fn event_type(&self) -> EventType;

    /// The body, exactly as it is signed and sent: `type`, `timestamp` (RFC 3339, when the change happened) and `data`.
    fn body(&self, timestamp: &str) -> String {
        let envelope = Envelope { r#type: self.event_type().as_str(), timestamp, data: self };
        serde_json::to_string(&envelope).expect("strings and numbers serialise")
    }
}

#[derive(Serialize)]
struct Envelope<'a, P: ?Sized> {
    r#type: &'static str,
    timestamp: &'a str,
    data: &'a P,
}

/// The data of an event about a session. The first four keys are the documented ones, and stay first.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionEvent<'a> {
    /// The event's type. The body has it outside `data`.
    #[serde(skip)]
    pub event_type: EventType,
    /// The session's id.
    pub session_id: &'a str,
    /// The session's status after the change.
    pub status: Status,
    /// The company's reference for the customer, if known.
    pub customer_id: Option<&'a str>,
    /// The risk score, 0 to 100, if the session is COMPLETED.
    pub risk_score: Option<u8>,
    /// The session's ref, which logs and the dashboard use.
    pub r#ref: &'a str,
    /// The decision by the score or by an operator, if the session is COMPLETED.
    pub decision: Option<Decision>,
    /// The number of the event among the session's events, from 1.
    pub sequence: i64,
    /// The session's flow takes sample documents for real. Absent where it does not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
}

impl Payload for SessionEvent<'_> {
    fn event_type(&self) -> EventType {
        self.event_type
    }
}

/// The data of an event about a transaction.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TransactionEvent<'a> {
    /// The event's type. The body has it outside `data`.
    #[serde(skip)]
    pub event_type: EventType,
    /// The company's id of the transaction.
    pub transaction_id: &'a str,
    /// Its status after the change.
    pub status: &'static str,
    /// The company's reference for the customer.
    pub customer_id: &'a str,
    /// The risk score, 0 to 100.
    pub risk_score: u8,
    /// The id of the session that asked for evidence, if there was one.
    pub session_id: Option<&'a str>,
    /// The name of the rule that decided, if one did.
    pub rule: Option<&'a str>,
    /// Why the status changed, such as `session.approved`.
    pub reason: &'static str,
    /// The number of the event among the transaction's events, from 1.
    pub sequence: i64,
}

impl Payload for TransactionEvent<'_> {
    fn event_type(&self) -> EventType {
        self.event_type
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_exactly_as_documented() {
        let completed = SessionEvent {
            event_type: EventType::SessionCompleted,
            session_id: "sess_1",
            status: Status::Completed,
            customer_id: Some("c-1"),
            risk_score: Some(60),
            r#ref: "01a209dc-4b46-75d5-8d08-bc412d4ef4ba",
            decision: Some(Decision::Review),
            sequence: 1,
            sandbox: false,
        };
        let expired = SessionEvent {
            event_type: EventType::SessionExpired,
            status: Status::Expired,
            customer_id: None,
            risk_score: None,
            decision: None,
            ..completed.clone()
        };
        let reviewed = SessionEvent { event_type: EventType::SessionReviewed, decision: Some(Decision::Rejected), sequence: 2, ..completed.clone() };
        let sandbox = SessionEvent { sandbox: true, ..expired.clone() };
        let at = "2026-11-30T12:00:00Z";
        let row = r#""ref":"01a209dc-4b46-75d5-8d08-bc412d4ef4ba""#;
        for (event, name, data) in [
            (completed, "session.completed", r#""status":"COMPLETED","customerId":"c-1","riskScore":60,REF,"decision":"REVIEW","sequence":1"#),
            (expired, "session.expired", r#""status":"EXPIRED","customerId":null,"riskScore":null,REF,"decision":null,"sequence":1"#),
            (sandbox, "session.expired", r#""status":"EXPIRED","customerId":null,"riskScore":null,REF,"decision":null,"sequence":1,"sandbox":true"#),
            (reviewed, "session.reviewed", r#""status":"COMPLETED","customerId":"c-1","riskScore":60,REF,"decision":"REJECTED","sequence":2"#),
        ] {
            let data = data.replace("REF", row);
            assert_eq!(event.body(at), format!(r#"{{"type":"{name}","timestamp":"{at}","data":{{"sessionId":"sess_1",{data}}}}}"#));
        }
    }
}
