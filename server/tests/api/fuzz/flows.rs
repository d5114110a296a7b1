//! Flows, as a company imports them.

use ::server::checks::CATALOGUE;
use ::server::flows;
use ::shared::definition::Definition;
use ::shared::language::Language;
use proptest::prelude::*;

use super::{JSON, target};

const WORDS: &[&[u8]] = &[
    b"\"requiredWhen\":{\"field\":\"name\",\"is\":\"x\"},",
    b"\"type\":\"CONSENT\",",
    b"\"type\":\"SELECT\",",
    b"\"options\":[],",
    b"\"is\":\"fullName\",",
    b"\"region\":\"ZZ\",",
    b"\"maxLength\":0,",
    b"\"min\":\"0000-00-00\",",
    b"\"bands\":{\"review\":0,\"reject\":0},",
    b"\"weights\":{\"cpf.checksum\":101},",
    b"\"checks\":[\"cpf\",\"cpf\"],",
    b"\"branding\":{\"primary\":\"#GGGGGG\",\"logo\":\"data:image/png;base64,AAAA\"},",
    b"\"timeout\":\"P1Y\",",
    b"\"allowedOrigins\":[\"https://*\"],",
    b"\"returnUrls\":[\"javascript:1\"],",
];

fn real() -> Vec<Vec<u8>> {
    [include_str!("../../../flows/demo.json"), include_str!("../../../flows/minimal.json"), include_str!("../../../../shared/tests/flow/example.json")]
        .map(|json| json.as_bytes().to_vec())
        .to_vec()
}

/// A flow is refused with its faults, each with a path; or it is what every later build can open, and can be shown in every language.
#[test]
fn a_damaged_flow_is_refused_or_opens_for_ever() {
    target("flows", 600, real(), &[JSON, WORDS].concat(), |bytes| {
        let Ok(json) = str::from_utf8(bytes) else { return Ok(()) };
        let imported = match flows::check(&CATALOGUE, json) {
            Ok(imported) => imported,
            Err(faults) => {
                prop_assert!(faults.iter().all(|fault| !fault.path.is_empty() && !fault.reason.is_empty()) && faults.iter().next().is_some());
                return Ok(());
            }
        };
        let stored = Definition::stored(json).map_err(|faults| TestCaseError::fail(format!("what was imported does not open: {faults}")))?;
        prop_assert_eq!(&stored, &imported);
        let (steps, resolved) = (imported.steps(Language::default()).len(), imported.resolve(&CATALOGUE));
        for language in Language::ALL {
            prop_assert_eq!(stored.steps(language).len(), steps);
            prop_assert!(!stored.title(language).is_empty());
        }
        prop_assert!(steps > 0);
        prop_assert!(serde_json::to_string(&resolved).is_ok());
        flows::notes(&CATALOGUE, &stored);
        Ok(())
    });
}
