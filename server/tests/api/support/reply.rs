//! A complete answer of the server, and the assertions that many tests make on answers.

use reqwest::header::HeaderMap;

use super::Value;

/// Status, headers and the bytes of the body.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// Expects this status, and shows the body on failure.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:?}\n{}", self.headers, self.text());
        self
    }

    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("not JSON: {error}: {}", self.text()))
    }

    /// The value of a header that occurs once.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert_eq!(values.len(), 1, "{name} in {} {:?}", self.status, self.headers);
        values[0].to_str().expect("a header of visible ASCII")
    }

    /// The path that a 303 redirects to.
    #[track_caller]
    pub fn see_other(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        let location = self.header("location");
        match location.strip_prefix("http://").and_then(|rest| rest.split_once('/')) {
            Some((_, path)) => format!("/{path}"),
            None => location.to_owned(),
        }
    }

    /// Expects a complete RFC 9457 problem with this status and code, and returns its body.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.any_problem();
        assert_eq!((self.status, body["type"].as_str()), (status, Some(&*format!("/problems/{code}"))), "{body}");
        body
    }

    /// Expects any complete RFC 9457 problem, and returns its body.
    #[track_caller]
    pub fn any_problem(&self) -> Value {
        assert!((400..500).contains(&self.status), "{} {}", self.status, self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body: Value = serde_json::from_slice(&self.body).expect("a problem is JSON");
        assert_eq!(body["status"], self.status, "{body}");
        for key in ["type", "title", "detail"] {
            assert!(body[key].as_str().is_some_and(|text| !text.is_empty()), "no {key} in {body}");
        }
        body
    }

    /// The field and code of each fault of a 422, sorted.
    #[track_caller]
    pub fn faults(&self) -> Vec<(String, String)> {
        let body = self.any_problem();
        let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {body}"));
        let mut faults: Vec<_> = errors
            .iter()
            .map(|error| {
                assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "no message in {error}");
                let text = |key: &str| error[key].as_str().unwrap_or_else(|| panic!("no {key} in {error}")).to_owned();
                (text("field"), text("code"))
            })
            .collect();
        faults.sort();
        faults
    }

    /// The code of one field's fault.
    #[track_caller]
    pub fn fault_of(&self, field: &str) -> String {
        let faults = self.faults();
        let found = faults.iter().find(|(name, _)| name == field);
        found.unwrap_or_else(|| panic!("no fault of {field} in {faults:?}")).1.clone()
    }

    /// Status, headers and body, to compare answers that must be indistinguishable. Leaves out the two headers that always
    /// differ: the date, and the policy with its nonce.
    pub fn comparable(&self) -> (u16, String, String) {
        let mut headers: Vec<String> = self
            .headers
            .iter()
            .filter(|(name, _)| *name != "date" && *name != "content-security-policy")
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
            .collect();
        headers.sort();
        (self.status, headers.join("\n"), self.text())
    }
}
