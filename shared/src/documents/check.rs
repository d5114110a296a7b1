//! Reads the JSON of documents, and checks every rule that it has to keep.

use std::collections::BTreeSet;

use super::model::{DocumentType, Documents, Layout};
use crate::{
    letters::folded,
    problem::FieldCode,
    reading::{
        faults::{Collector, Faults, Reading, Refused},
        json::Node,
        read::{Place, Read as _},
    },
};

/// What a fault of the whole document names.
const WHOLE: &str = "documents";

impl Documents {
    /// Reads the JSON of documents and checks every rule.
    ///
    /// # Errors
    /// Every fault at once, each with its path, in the order of the document.
    pub fn import(json: &str) -> Result<Self, Faults> {
        let node: Node = serde_json::from_str(json).map_err(|error| Refused {
            path: WHOLE.to_owned(),
            code: FieldCode::Malformed,
            reason: format!("this is not JSON: {error}"),
        })?;
        let collector = Collector::new(Reading::New, WHOLE);
        let documents = Self::read(node, &Place::root(&collector));
        check(&documents, &collector);
        collector.finish(documents)
    }
}

fn check(documents: &Documents, faults: &Collector) {
    let mut labels = BTreeSet::new();
    for words in documents.labels.values() {
        for word in words {
            check_word("labels", word, faults);
            if !labels.insert(word) {
                faults.note("labels", format!("{word:?} is written twice"));
            }
        }
    }
    documents.heads.iter().for_each(|word| check_word("heads", word, faults));
    if documents.types.is_empty() {
        faults.note("types", "allowed is at least one type");
    }
    let mut names = BTreeSet::new();
    for (at, kind) in documents.types.iter().enumerate() {
        let path = format!("types[{at}]");
        check_name(&path, &kind.name, |c| c.is_ascii_uppercase(), "[A-Z][A-Z0-9_]{0,31}", faults);
        if !names.insert(&kind.name) {
            faults.note(&format!("{path}.name"), format!("{:?} is used twice", kind.name));
        }
        check_type(&path, kind, faults);
    }
}

fn check_type(path: &str, kind: &DocumentType, faults: &Collector) {
    for (at, shape) in kind.numbers.iter().enumerate() {
        let is_shape = shape.contains('9') && shape.chars().all(|c| c == '9' || c.is_ascii_uppercase() || "-./ ".contains(c));
        if !is_shape {
            faults.note(&format!("{path}.numbers[{at}]"), format!("{shape:?}; allowed are 9 for a digit, A for a letter, capital letters, and - . /"));
        }
    }
    if kind.layouts.is_empty() {
        faults.note(&format!("{path}.layouts"), "allowed is at least one layout");
    }
    let mut names = BTreeSet::new();
    for (at, layout) in kind.layouts.iter().enumerate() {
        let path = format!("{path}.layouts[{at}]");
        check_name(&path, &layout.name, |c| c.is_ascii_lowercase(), "[a-z][a-z0-9_]{0,31}", faults);
        if !names.insert(&layout.name) {
            faults.note(&format!("{path}.name"), format!("{:?} is used twice", layout.name));
        }
        check_layout(&path, layout, faults);
    }
}

fn check_layout(path: &str, layout: &Layout, faults: &Collector) {
    let sides: BTreeSet<_> = layout.sides.iter().collect();
    if layout.sides.is_empty() || sides.len() < layout.sides.len() {
        faults.note(&format!("{path}.sides"), "allowed are FRONT, BACK or both, each once");
    }
    if !faults.was_read(&format!("{path}.sides")) {
        return;
    }
    if layout.fields.keys().any(|side| !sides.contains(side)) {
        faults.note(&format!("{path}.fields"), "a side is not among the layout's sides");
    }
    for (at, code) in layout.codes.iter().enumerate() {
        if !sides.contains(&code.side) {
            faults.note(&format!("{path}.codes[{at}].side"), "the side is not among the layout's sides");
        }
    }
    layout.words.iter().enumerate().for_each(|(at, word)| check_word(&format!("{path}.words[{at}]"), word, faults));
}

fn check_name(path: &str, name: &str, is_letter: fn(char) -> bool, allowed: &str, faults: &Collector) {
    let fits = name.starts_with(is_letter) && name.len() <= 32 && name.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '_');
    if !fits {
        faults.note(&format!("{path}.name"), format!("{name:?}; allowed is {allowed}"));
    }
}

/// Words are compared with text in capital letters without accents, so they are written so.
fn check_word(path: &str, word: &str, faults: &Collector) {
    let is_written_so = !word.is_empty() && folded(word) == *word && word.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
    if !is_written_so {
        faults.note(path, format!("{word:?}; allowed are capital letters without accents, digits and spaces"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::{CodeKind, DocumentField, Side};

    #[test]
    fn the_known_documents_keep_every_rule() {
        let known = Documents::import(include_str!("documents.json")).unwrap_or_else(|faults| panic!("{faults}"));
        let names: Vec<&str> = known.types.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(names, ["RG", "CIN", "CNH", "PASSPORT", "OTHER"]);
        let passport = known.named("PASSPORT").expect("a passport");
        assert!(passport.must_have(CodeKind::Mrz, Side::Front) && !passport.must_have(CodeKind::Mrz, Side::Back));
        let cnh = known.named("CNH").expect("a CNH");
        assert!(!cnh.must_have(CodeKind::Mrz, Side::Back), "the old layout has none");
        assert!(cnh.may_have(DocumentField::Expiry, Side::Front) && !cnh.may_have(DocumentField::Cpf, Side::Back));
        assert!(cnh.layout("new").is_some_and(|layout| layout.codes.len() == 2));
    }

    #[test]
    fn every_fault_has_its_path() {
        let json = r#"{
            "labels": { "full_name": ["NOME", "Nome"], "birth": [] }, "heads": ["NOME"],
            "types": [
                { "name": "rg", "title": "RG", "country": "BRA", "numbers": ["99", "AA", "9é"], "layouts": [
                    { "name": "old", "sides": ["FRONT"], "fields": { "BACK": ["name"] }, "codes": [{ "kind": "MRZ", "side": "BACK", "required": 1 }], "words": ["nome"] },
                    { "name": "old", "sides": [], "fields": {}, "codes": [], "words": [], "new": 1 } ] },
                { "name": "X", "title": "X", "numbers": [], "layouts": [] } ] }"#;
        let faults = Documents::import(json).expect_err("faults");
        let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "labels",
                "labels.birth",
                "types[0].name",
                "types[0].country",
                "types[0].numbers[1]",
                "types[0].numbers[2]",
                "types[0].layouts[0].fields",
                "types[0].layouts[0].fields.BACK[0]",
                "types[0].layouts[0].codes[0].side",
                "types[0].layouts[0].codes[0].required",
                "types[0].layouts[0].words[0]",
                "types[0].layouts[1].name",
                "types[0].layouts[1].sides",
                "types[0].layouts[1].new",
                "types[1].layouts",
            ]
        );
        assert_eq!(Documents::import("{").expect_err("no JSON").iter().next().map(|fault| fault.path.as_str()), Some("documents"));
    }
}
