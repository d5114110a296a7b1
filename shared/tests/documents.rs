//! What is found in the text of cards, as readers of pictures give it: the table in `documents/cards.json`. All people are invented. Each line
//! has its left and upper edge in pixels; letters are 11 wide and 20 high.

use serde_json::Value;
use shared::{
    day::Day,
    documents::{Area, DocumentField, Documents, Fields, Line, read_fields},
    names::compare,
};

fn today() -> Day {
    Day::of(2026, 12, 1).expect("a day")
}

fn cards() -> Vec<Value> {
    serde_json::from_str(include_str!("documents/cards.json")).expect("a list of cards")
}

fn lines(card: &Value) -> Vec<Line> {
    let line = |row: &Value| {
        let number = |at: usize| row[at].as_i64().and_then(|number| i32::try_from(number).ok()).expect("a number");
        let (left, top, text) = (number(0), number(1), row[2].as_str().expect("a text"));
        let width = text.chars().count() as i32 * 11;
        Line { text: text.to_owned(), area: Area { left, top, right: left + width, bottom: top + 20 } }
    };
    card["lines"].as_array().expect("lines").iter().map(line).collect()
}

fn fields(card: &Value) -> Fields {
    let known = Documents::known();
    read_fields(&lines(card), known.named(card["type"].as_str().expect("a type")), known, today())
}

/// What differs from the card's row.
fn differences(card: &Value) -> Vec<String> {
    let found = fields(card);
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: Option<String>| {
        if found.as_deref() != card[what].as_str() {
            wrong.push(format!("{}: {what} is {found:?}, and not {}", card["card"], card[what]));
        }
    };
    let day = |field| found.days_of(field).next().map(|day| day.to_string());
    expect("cpf", found.cpfs.first().map(|cpf| cpf.value.digits()));
    expect("birth", day(DocumentField::BirthDate));
    expect("issued", day(DocumentField::Issued));
    expect("expiry", day(DocumentField::Expiry));
    expect("number", found.numbers.first().map(|number| number.value.clone()));
    let recognised = Documents::known().recognise(&lines(card)).map(|(kind, layout)| format!("{} {}", kind.name, layout.name));
    expect("recognised", recognised);
    let first = found.names.first().map(|name| name.text.clone()).unwrap_or_default();
    if card["name"].as_str().map_or(!first.is_empty(), |name| !compare(name, &first).is_same()) {
        wrong.push(format!("{}: the name is {first:?}, and not {}", card["card"], card["name"]));
    }
    for other in card["not"].as_array().expect("names of others") {
        let other = other.as_str().expect("a name");
        if found.names.iter().any(|name| compare(other, &name.text).is_same()) {
            wrong.push(format!("{}: {other} is taken for the holder", card["card"]));
        }
    }
    wrong
}

#[test]
fn every_card_says_what_the_table_says() {
    let wrong: Vec<String> = cards().iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{} values:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_cpf_and_no_date_is_found_that_is_not_there() {
    for card in cards() {
        let found = fields(&card);
        let expected = usize::from(card["cpf"].is_string());
        assert_eq!(found.cpfs.len(), expected, "{}", card["card"]);
        for field in [DocumentField::BirthDate, DocumentField::Expiry] {
            assert!(found.days_of(field).count() <= 1, "{}", card["card"]);
        }
    }
}

#[test]
fn a_card_may_be_larger_smaller_or_moved() {
    for card in cards() {
        for (percent, aside) in [(50, 0), (300, 0), (100, 900)] {
            let scaled = |value: i32| value * percent / 100 + aside;
            let area = |area: Area| Area { left: scaled(area.left), top: scaled(area.top), right: scaled(area.right), bottom: scaled(area.bottom) };
            let lines: Vec<Line> = lines(&card).into_iter().map(|line| Line { area: area(line.area), ..line }).collect();
            let known = Documents::known();
            let found = read_fields(&lines, known.named(card["type"].as_str().expect("a type")), known, today());
            assert!(found == fields(&card), "{} at {percent}%", card["card"]);
        }
    }
}
