//! Webhook events: what they are called and exactly what they carry.

use serde::Serialize;

use crate::{ids::SessionId, session::Status};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// The last check is done.
    SessionCompleted,
    /// The time ran out before the customer submitted.
    SessionExpired,
}

impl EventType {
    /// As stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionCompleted => "session.completed",
            Self::SessionExpired => "session.expired",
        }
    }

    const fn status(self) -> Status {
        match self {
            Self::SessionCompleted => Status::Completed,
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
}

/// The body of an event of a session, to the byte as it is signed and sent: `type` and `data`, nothing else.
pub fn session_body(event: EventType, id: &SessionId, customer_id: Option<&str>, risk_score: Option<u8>) -> String {
    let data = SessionData { session_id: id.expose(), status: event.status(), customer_id, risk_score };
    serde_json::to_string(&Envelope { r#type: event.as_str(), data }).expect("strings and numbers serialise")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_exactly_as_documented() {
        let id = SessionId::from_random([1; 26]);
        assert_eq!(
            session_body(EventType::SessionCompleted, &id, Some("c-1"), Some(60)),
            format!(r#"{{"type":"session.completed","data":{{"sessionId":"{}","status":"COMPLETED","customerId":"c-1","riskScore":60}}}}"#, id.expose())
        );
        assert_eq!(
            session_body(EventType::SessionExpired, &id, None, None),
            format!(r#"{{"type":"session.expired","data":{{"sessionId":"{}","status":"EXPIRED","customerId":null,"riskScore":null}}}}"#, id.expose())
        );
    }
}
