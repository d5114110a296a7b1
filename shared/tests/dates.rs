//! Dates as people and documents write them: the table in `dates.json`. Each row has the text, the rule for years of two digits, and the day,
//! or null where the text is no date. Today is 2026-12-01.

use proptest::prelude::*;
use shared::{
    dates::{Century, find, parse},
    day::Day,
};

fn today() -> Day {
    Day::of(2026, 12, 1).expect("a day")
}

#[test]
fn every_text_is_the_day_of_the_table() {
    let rows: Vec<(String, String, Option<String>)> = serde_json::from_str(include_str!("dates.json")).expect("a list of rows");
    let mut wrong = Vec::new();
    for (text, century, day) in &rows {
        let century = if century == "past" { Century::Past(today()) } else { Century::Near(today()) };
        let found = parse(text, century).map(|day| day.to_string());
        if found != *day {
            wrong.push(format!("{text:?}: {day:?}, but found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} texts:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn a_day_is_read_in_every_writing(year in 1900u32..2100, month in 1u32..13, day in 1u32..32) {
        let Some(expected) = Day::of(year, month, day) else { return Ok(()) };
        let word = ["JAN", "FEV/FEB", "março", "abril", "MAY", "Jun.", "julio", "AGO/AUG", "SET", "oct", "NOV", "DEZ/DEC"][month as usize - 1];
        for text in [
            format!("{day:02}/{month:02}/{year}"),
            format!("{day}.{month}.{year}"),
            expected.to_string(),
            format!("{day} {word} {year}"),
            format!("{day} de {word} de {year}"),
        ] {
            prop_assert_eq!(parse(&text, Century::Past(today())), Some(expected), "{}", text);
            let line = format!("Nome {text} fim");
            prop_assert_eq!(find(&line, Century::Past(today())).first().map(|found| found.day), Some(expected), "{}", line);
        }
    }

    #[test]
    fn any_text_is_read(text: String, near in "[0-9OlISde/. -]{0,24}") {
        for text in [text, near] {
            parse(&text, Century::Near(today()));
            for found in find(&text, Century::Past(today())) {
                prop_assert!(text.get(found.start..found.end).is_some_and(|text| !text.is_empty()));
            }
        }
    }
}
