//! The catalogue of checks, as the server's registry declares them: the name of each, its reasons with their weights, and what a flow must
//! collect so that the check runs without being named. An import compares a flow with the catalogue, and stores the checks and weights that
//! it resolved. So a later catalogue changes nothing for that version.

use std::{borrow::Cow, collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    field_type::{FieldType, Meaning},
    risk::{self, Bands, CheckResult, Decision, Weights},
};

/// The name of a check, such as `cpf`, as stored and sent: `[a-z][a-z0-9_]{0,31}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckName(Cow<'static, str>);

/// This text cannot be the name of a check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a check's name; allowed is [a-z][a-z0-9_]{{0,31}}")]
pub struct InvalidCheckName(String);

impl CheckName {
    /// The name that a check declares.
    ///
    /// # Panics
    /// If the text does not have the form of a name. In a constant, that is a compile error.
    pub const fn declared(name: &'static str) -> Self {
        assert!(has_form(name), "a check's name is [a-z][a-z0-9_]{{0,31}}");
        Self(Cow::Borrowed(name))
    }

    /// The name as stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn has_form(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let fits = bytes[at].is_ascii_lowercase() || (at > 0 && (bytes[at].is_ascii_digit() || bytes[at] == b'_'));
        if !fits {
            return false;
        }
        at += 1;
    }
    !bytes.is_empty() && bytes.len() <= 32
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CheckName {
    type Error = InvalidCheckName;
    fn try_from(name: String) -> Result<Self, InvalidCheckName> {
        if has_form(&name) { Ok(Self(Cow::Owned(name))) } else { Err(InvalidCheckName(name)) }
    }
}

impl FromStr for CheckName {
    type Err = InvalidCheckName;
    fn from_str(name: &str) -> Result<Self, InvalidCheckName> {
        name.to_owned().try_into()
    }
}

impl From<CheckName> for String {
    fn from(name: CheckName) -> Self {
        name.0.into_owned()
    }
}

/// A reason code with its default weight, which a flow can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The code, such as `cpf.check_digits`.
    pub code: &'static str,
    /// The default weight, 0 to 100.
    pub weight: u8,
    /// The result of a check that gives this reason: WARNING or FAILED.
    pub result: CheckResult,
}

/// What a flow must collect so that a check runs without being named in the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A field of this type.
    Type(FieldType),
    /// A field with each of these meanings.
    Meanings(&'static [Meaning]),
    /// Lists that it names in `lists`.
    Lists,
    /// The numbers that it sets in `velocity`.
    Velocity,
}

/// Evidence that a check or a person must have examined before a session is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// An identity document: an ARTIFACT of a DOCUMENT step, or one that means a side of a document.
    Document,
    /// A photo of the customer's face: an ARTIFACT of a SELFIE step, or one that means a selfie.
    Selfie,
}

/// The declaration of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckInfo {
    /// Its name, see [`CheckName`].
    pub name: &'static str,
    /// The check's version. It grows when the check's result for the same answers and files changes.
    pub version: u32,
    /// Every reason it may give.
    pub reasons: &'static [Reason],
    /// What a flow must collect so that the check runs without being named.
    pub needs: Needs,
    /// What the check examines so well that nobody else must look at it. That a file can be opened is not enough.
    pub examines: &'static [Evidence],
}

impl CheckInfo {
    /// Its name.
    pub const fn check_name(&self) -> CheckName {
        CheckName::declared(self.name)
    }
}

/// All checks.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue(&'static [&'static CheckInfo]);

impl Catalogue {
    /// A catalogue of these checks.
    pub const fn new(checks: &'static [&'static CheckInfo]) -> Self {
        Self(checks)
    }

    /// Every check, in the order in which they were declared.
    pub fn checks(&self) -> impl Iterator<Item = &'static CheckInfo> + use<> {
        self.0.iter().copied()
    }

    /// The check with this name.
    pub fn find(&self, name: &str) -> Option<&'static CheckInfo> {
        self.checks().find(|check| check.name == name)
    }

    /// The name of every check.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.checks().map(|check| check.name)
    }

    /// Every reason of every check.
    pub fn reasons(&self) -> impl Iterator<Item = &'static Reason> + use<> {
        self.checks().flat_map(|check| check.reasons)
    }

    /// The reason with this code.
    pub fn reason(&self, code: &str) -> Option<&'static Reason> {
        self.reasons().find(|reason| reason.code == code)
    }

    /// The default weight of every reason.
    pub fn weights(&self) -> Weights {
        self.reasons().map(|reason| (reason.code.to_owned(), reason.weight)).collect()
    }
}

/// What an import resolved for a version of a flow: its checks, weights and bands. They are stored with the version, so a later catalogue
/// changes nothing for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    /// The checks that run.
    pub checks: BTreeSet<CheckName>,
    /// The weight of every reason.
    pub weights: Weights,
    /// The scores at which review and rejection begin.
    pub bands: Bands,
    /// Reasons that reject by themselves, whatever the score.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub decisive: BTreeSet<String>,
    /// Evidence that the flow collects and no check of it examines. While there is any, a session is REVIEW where it would be APPROVED.
    /// Empty if the flow sets its own bands: then its company has decided what a low score means.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unexamined: BTreeSet<Evidence>,
}

impl Resolved {
    /// The decision for a score and the reasons that were found. `has_error`: a check could not be done. Where the customer declined that faces
    /// are compared, a person looks.
    pub fn decide(&self, score: u8, reasons: &BTreeSet<String>, has_error: bool) -> Decision {
        if !self.decisive.is_disjoint(reasons) {
            return Decision::Rejected;
        }
        risk::decide(score, self.bands, has_error || !self.unexamined.is_empty() || reasons.contains(risk::NO_CONSENT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CPF: CheckInfo = CheckInfo {
        name: "cpf",
        version: 1,
        reasons: &[Reason { code: "cpf.check_digits", weight: 60, result: CheckResult::Failed }],
        needs: Needs::Type(FieldType::Cpf),
        examines: &[],
    };
    const FACE: CheckInfo = CheckInfo {
        name: "face",
        version: 2,
        reasons: &[Reason { code: "face.small", weight: 20, result: CheckResult::Warning }],
        needs: Needs::Meanings(&[Meaning::Selfie]),
        examines: &[Evidence::Selfie],
    };
    const CATALOGUE: Catalogue = Catalogue::new(&[&CPF, &FACE]);

    #[test]
    fn checks_and_reasons_are_found_by_name() {
        assert_eq!(CATALOGUE.find("face"), Some(&FACE));
        assert_eq!(CATALOGUE.find("fac"), None);
        assert_eq!(CATALOGUE.reason("cpf.check_digits").map(|reason| reason.weight), Some(60));
        assert_eq!(CATALOGUE.reason("cpf"), None);
        assert_eq!(CATALOGUE.names().collect::<Vec<_>>(), ["cpf", "face"]);
        assert_eq!(CATALOGUE.weights(), Weights::from([("cpf.check_digits".into(), 60), ("face.small".into(), 20)]));
    }

    #[test]
    fn names_have_a_form() {
        for name in ["cpf", "document_text", "a", "f2", &"a".repeat(32)] {
            assert_eq!(name.parse::<CheckName>().map(String::from), Ok(name.to_owned()));
        }
        for name in ["", "Cpf", "_cpf", "2f", "face-match", "çpf", "a b", &"a".repeat(33)] {
            assert!(name.parse::<CheckName>().is_err(), "{name}");
        }
        const NAME: CheckName = CPF.check_name();
        assert_eq!((NAME.as_str(), NAME.to_string(), serde_json::to_value(NAME).expect("JSON")), ("cpf", "cpf".to_owned(), "cpf".into()));
        assert!(serde_json::from_str::<CheckName>("\"Cpf\"").is_err());
    }

    #[test]
    fn resolved_checks_are_stored_and_read_again() {
        let resolved = Resolved { checks: BTreeSet::from([CPF.check_name()]), weights: CATALOGUE.weights(), ..Resolved::default() };
        let json = serde_json::to_string(&resolved).expect("JSON");
        assert_eq!(json, r#"{"checks":["cpf"],"weights":{"cpf.check_digits":60,"face.small":20},"bands":{"review":25,"reject":70}}"#);
        assert_eq!(serde_json::from_str::<Resolved>(&json).expect("resolved"), resolved);
        let unexamined = Resolved { unexamined: BTreeSet::from([Evidence::Selfie, Evidence::Document]), ..resolved };
        let json = serde_json::to_string(&unexamined).expect("JSON");
        assert!(json.ends_with(r#","unexamined":["document","selfie"]}"#), "{json}");
        assert_eq!(serde_json::from_str::<Resolved>(&json).expect("resolved"), unexamined);
    }

    #[test]
    fn a_decisive_reason_rejects_by_itself() {
        let resolved = Resolved { decisive: BTreeSet::from(["face.small".to_owned()]), ..Resolved::default() };
        let decided = |codes: &[&str], has_error| resolved.decide(20, &codes.iter().map(|code| (*code).to_owned()).collect(), has_error);
        assert_eq!(decided(&["face.small"], false), Decision::Rejected);
        assert_eq!(decided(&["cpf.check_digits", "face.small"], true), Decision::Rejected, "also where a check could not be done");
        assert_eq!((decided(&["cpf.check_digits"], false), decided(&[], true)), (Decision::Approved, Decision::Review));
        let unexamined = Resolved { unexamined: BTreeSet::from([Evidence::Selfie]), ..resolved };
        assert_eq!(unexamined.decide(0, &BTreeSet::new(), false), Decision::Review);
    }
}
