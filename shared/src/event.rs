//! Webhook events: what they are called and exactly what they carry.

use serde::Serialize;

use crate::{ids::SessionId, risk::Decision, session::Status};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// The last check is done.
    SessionCompleted,
    /// The time ran out before the customer submitted.
    SessionExpired,
    /// A person decided.
    SessionReviewed,
}

impl EventType {
    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionCompleted => "session.completed",
            Self::SessionExpired => "session.expired",
            Self::SessionReviewed => "session.reviewed",
        }
    }

    const fn status(self) -> Status {
        match self {
            Self::SessionCompleted | Self::SessionReviewed => Status::Completed,
            Self::SessionExpired => Status::Expired,
        }
    }
}

#[derive(Serialize)]
struct Envelope<'a> {
    r#type: &'static str,
    data: SessionData<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionData<'a> {
    session_id: &'a str,
    status: Status,
    customer_id: Option<&'a str>,
    risk_score: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
}

/// What an event says of its session beyond who and where.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// 0 to 100, where there is one.
    pub risk_score: Option<u8>,
    /// What a person decided; of a review alone.
    pub decision: Option<Decision>,
}

/// The body of an event of a session, to the byte as it is signed and sent: `type` and `data`, nothing else.
pub fn session_body(event: EventType, id: &SessionId, customer_id: Option<&str>, told: Told) -> String {
    let data = SessionData { session_id: id.expose(), status: event.status(), customer_id, risk_score: told.risk_score, decision: told.decision };
    serde_json::to_string(&Envelope { r#type: event.as_str(), data }).expect("strings and numbers serialise")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_exactly_as_documented() {
        let id = SessionId::from_random([1; 26]);
        assert_eq!(
            session_body(EventType::SessionCompleted, &id, Some("c-1"), Told { risk_score: Some(60), decision: None }),
            format!(r#"{{"type":"session.completed","data":{{"sessionId":"{}","status":"COMPLETED","customerId":"c-1","riskScore":60}}}}"#, id.expose())
        );
        assert_eq!(
            session_body(EventType::SessionExpired, &id, None, Told::default()),
            format!(r#"{{"type":"session.expired","data":{{"sessionId":"{}","status":"EXPIRED","customerId":null,"riskScore":null}}}}"#, id.expose())
        );
        assert_eq!(
            session_body(EventType::SessionReviewed, &id, None, Told { risk_score: Some(0), decision: Some(Decision::Rejected) }),
            format!(
                r#"{{"type":"session.reviewed","data":{{"sessionId":"{}","status":"COMPLETED","customerId":null,"riskScore":0,"decision":"REJECTED"}}}}"#,
                id.expose()
            )
        );
    }
}
