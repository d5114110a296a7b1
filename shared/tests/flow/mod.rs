//! Flows, and a catalogue of checks, for the tests of `shared::definition`.

use shared::{
    catalogue::{Catalogue, CheckInfo, Evidence, Needs, Reason},
    flow::{FieldType, Meaning},
    risk::CheckResult::{Failed, Warning},
};

const CPF: CheckInfo = CheckInfo {
    name: "cpf",
    version: 1,
    reasons: &[Reason { code: "cpf.check_digits", weight: 60, result: Failed }, Reason { code: "cpf.repeated_digits", weight: 80, result: Failed }],
    needs: Needs::Type(FieldType::Cpf),
    examines: &[],
};
const EVIDENCE: CheckInfo = CheckInfo {
    name: "evidence",
    version: 1,
    reasons: &[
        Reason { code: "evidence.missing", weight: 100, result: Failed },
        Reason { code: "evidence.small", weight: 30, result: Warning },
        Reason { code: "evidence.unreadable", weight: 100, result: Failed },
    ],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};
const DUPLICATE: CheckInfo = CheckInfo {
    name: "duplicate",
    version: 1,
    reasons: &[Reason { code: "duplicate.file", weight: 40, result: Warning }, Reason { code: "duplicate.picture", weight: 30, result: Warning }],
    needs: Needs::Type(FieldType::Artifact),
    examines: &[],
};
const DOCUMENT: CheckInfo = CheckInfo {
    name: "document_text",
    version: 1,
    reasons: &[Reason { code: "document.name_differs", weight: 40, result: Failed }],
    needs: Needs::Meanings(&[Meaning::DocumentFront, Meaning::FullName, Meaning::Cpf]),
    examines: &[Evidence::Document],
};

const FACES: CheckInfo = CheckInfo {
    name: "face_match",
    version: 1,
    reasons: &[Reason { code: "face.differs", weight: 60, result: Failed }],
    needs: Needs::Meanings(&[Meaning::Selfie]),
    examines: &[Evidence::Selfie],
};

/// Five checks. The last one runs only where it is named.
pub const CATALOGUE: Catalogue = Catalogue::new(&[&CPF, &EVIDENCE, &DUPLICATE, &DOCUMENT, &FACES]);

/// Whole flows, whose checks are those of the catalogue above.
pub const WHOLE: [&str; 3] = [include_str!("minimal.json"), include_str!("demo.json"), include_str!("example.json")];

/// One step with one field.
pub const SMALLEST: &str =
    r#"{"name":"a","steps":[{"id":"s","type":"FORM","title":"S","fields":[{"name":"n","type":"TEXT","label":{"en":"Name","es":"Nombre"}}]}]}"#;
