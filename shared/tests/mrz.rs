//! Machine-readable zones: the specimens of ICAO 9303 parts 4, 5 and 6, what readers of pictures make of them, and random ones.

use proptest::prelude::*;
use shared::{
    day::Day,
    mrz::{Fault, Field, Format, Sex, Unread, Zone, check_digit, read},
};

const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const LONG_TD1: &str = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<";
const LONG_TD2: &str = "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\nD23145890<UTO3407127M95071227349<<<8";
const GERMAN: &str = "IDD<<T220001293<<<<<<<<<<<<<<<\n6408125<2010315D<<<<<<<<<<<<<4\nMUSTERMANN<<ERIKA<<<<<<<<<<<<<";

fn today() -> Day {
    Day::of(2026, 12, 1).expect("a day")
}

fn zone(text: &str) -> Zone {
    read(text.lines(), today()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_specimens_are_valid() {
    for (text, format, number, given, birth, expiry) in [
        (TD3, Format::Td3, "L898902C3", "ANNA MARIA", "1974-08-12", "2012-04-15"),
        (TD2, Format::Td2, "D23145890", "ANNA MARIA", "1974-08-12", "2012-04-15"),
        (TD1, Format::Td1, "D23145890", "ANNA MARIA", "1974-08-12", "2012-04-15"),
        (LONG_TD1, Format::Td1, "D23145890734", "PETER JOHN", "1934-07-12", "1995-07-12"),
        (LONG_TD2, Format::Td2, "D23145890734", "PETER JOHN", "1934-07-12", "1995-07-12"),
        (GERMAN, Format::Td1, "T22000129", "ERIKA", "1964-08-12", "2020-10-31"),
    ] {
        let zone = zone(text);
        assert_eq!(zone.faults, [], "{text}");
        assert_eq!((zone.format, zone.number.as_str(), zone.name.given.as_str(), zone.repaired), (format, number, given, 0), "{text}");
        assert_eq!((zone.birth, zone.expiry), (Day::parse(birth), Day::parse(expiry)), "{text}");
    }
    let passport = zone(TD3);
    assert_eq!((passport.optional.as_str(), passport.issuer.as_str(), passport.sex), ("ZE184226B", "UTO", Sex::Female));
    assert_eq!((zone(GERMAN).nationality.as_str(), zone(GERMAN).sex), ("DEU", Sex::Unspecified));
    assert_eq!(zone(LONG_TD1).optional, "");
}

#[test]
fn what_a_reader_does_to_a_zone_is_repaired() {
    for text in [
        // Fillers are lost or added, spaces and lower case come in, another line stands above.
        "P<UTOERIKSSON<<ANNA<MARIA\nL898902C36UTO7408122F1204159ZE184226B<<<10",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<<<10",
        "PASSPORT UTOPIA\nP < UTO ERIKSSON << ANNA < MARIA <<<<<<<<<<<<\nl898902c36UTO7408122F1204159ZE184226B<<<<<10\n",
        "P<UTOERIKSSON«ANNA<MARIA<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        // Letters and digits are mistaken for each other.
        "P<UT0ER1K550N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74O8I22F12O4IS9ZE184226B<<<<<1O",
        // Letters are seen in the fillers.
        "P<UTOERIKSSON<<ANNA<MARIA<<<<K<<<<C<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ] {
        let found = zone(text);
        assert_eq!(found.faults, [], "{text}");
        assert_eq!(found.lines, TD3.lines().collect::<Vec<_>>(), "{text}");
    }
    let card = "I<UTOD231458907\n7408122F1204159UT0<<<<<6\nERIKSSON<<ANNA<MARIA";
    assert_eq!(zone(&card.replace("907\n", "907<<<<\n")).lines, TD1.lines().collect::<Vec<_>>());
}

#[test]
fn each_fault_names_its_field() {
    let digit = |field, read, expected| Fault::CheckDigit { field, read, expected };
    for (text, faults) in [
        (TD3.replace("L898902C36", "L898902C46"), vec![digit(Field::Number, '6', '7'), digit(Field::Composite, '0', '1')]),
        (TD3.replace("7408122F", "7408132F"), vec![digit(Field::Birth, '2', '3'), digit(Field::Composite, '0', '7')]),
        (TD3.replace("<10", "<20"), vec![digit(Field::Optional, '2', '1'), digit(Field::Composite, '0', '1')]),
        (TD3.replace("<10", "<17"), vec![digit(Field::Composite, '7', '0')]),
        (TD3.replace("UTO7408122F", "UTO7408122W"), vec![Fault::Characters { field: Field::Sex, read: "W".into() }]),
        (TD3.replace("6UTO", "6U<O"), vec![Fault::Characters { field: Field::Nationality, read: "U<O".into() }]),
        (TD1.replace("1204159UTO", "1204159UT3"), vec![Fault::Characters { field: Field::Nationality, read: "UT3".into() }]),
        (LONG_TD1.replace("<7349<", "<7348<"), vec![digit(Field::Number, '8', '9'), digit(Field::Composite, '2', '9')]),
    ] {
        assert_eq!(zone(&text).faults, faults, "{text}");
    }
    let no_day = zone(&TD1.replace("1204159", "1213157"));
    assert!(no_day.faults.contains(&Fault::NoDay { field: Field::Expiry, read: "121315".into() }), "{:?}", no_day.faults);
    assert!(no_day.faults.iter().any(|fault| fault.to_string() == "expiry: 121315 is no day"));
    let unknown = TD1.replace("7408122", "74<<<<1");
    assert_eq!((zone(&unknown).birth, zone(&unknown).faults.first().map(Fault::field)), (None, Some(Field::Composite)), "{:?}", zone(&unknown).faults);
}

#[test]
fn what_is_no_zone_is_not_read() {
    for (text, error) in [
        ("", Unread::Missing),
        ("REPUBLICA FEDERATIVA DO BRASIL\nCARTEIRA NACIONAL DE HABILITACAO\n17/05/1990", Unread::Missing),
        ("12345678901234567890\n529982247255299822472", Unread::Missing),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", Unread::Incomplete),
        ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<", Unread::Visa),
    ] {
        assert_eq!(read(text.lines(), today()), Err(error), "{text}");
    }
}

#[derive(Clone, Debug)]
struct Written {
    format: Format,
    lines: Vec<String>,
    number: String,
}

fn padded(text: &str, length: usize) -> String {
    format!("{text:<<length$}").chars().take(length).collect()
}

/// Writes a zone as the standard lays it out, not as our tables do.
fn write(format: Format, number: &str, name: &str, birth: &str, expiry: &str, optional: &str) -> Written {
    let with_digit = |text: &str| format!("{text}{}", check_digit([text]));
    let (birth, expiry) = (with_digit(birth), with_digit(expiry));
    let is_long = number.len() > 9;
    let field = if is_long { format!("{}<", &number[..9]) } else { with_digit(&padded(number, 9)) };
    let more = if is_long { format!("{}{}", &number[9..], check_digit([number])) } else { optional.to_owned() };
    let lines = match format {
        Format::Td1 => {
            let upper = padded(&format!("{field}{more}"), 25);
            let composite = check_digit([upper.as_str(), &birth, &expiry, &padded("", 11)]);
            vec![format!("IDBRA{upper}"), format!("{birth}F{expiry}BRA{}{composite}", padded("", 11)), padded(name, 30)]
        }
        Format::Td2 => {
            let more = padded(&more, 7);
            let composite = check_digit([field.as_str(), &birth, &expiry, &more]);
            vec![format!("I<BRA{}", padded(name, 31)), format!("{field}BRA{birth}M{expiry}{more}{composite}")]
        }
        Format::Td3 => {
            let more = with_digit(&padded(optional, 14));
            let composite = check_digit([field.as_str(), &birth, &expiry, &more]);
            vec![format!("P<BRA{}", padded(name, 39)), format!("{field}BRA{birth}<{expiry}{more}{composite}")]
        }
    };
    Written { format, lines, number: number.to_owned() }
}

fn written() -> impl Strategy<Value = Written> {
    let format = prop_oneof![Just(Format::Td1), Just(Format::Td2), Just(Format::Td3)];
    let date = "[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])";
    (format, "[A-Z0-9]{5,13}", "[A-Z]{2,12}(<[A-Z]{2,9})?<<[A-Z]{2,9}(<[A-Z]{1,9}){0,3}<", date, date, "[A-Z0-9]{0,7}").prop_map(
        |(format, number, name, birth, expiry, optional)| {
            let most = match format {
                Format::Td1 => 13,
                Format::Td2 => 12,
                Format::Td3 => 9,
            };
            write(format, &number[..number.len().min(most)], &name, &birth, &expiry, &optional)
        },
    )
}

proptest! {
    #[test]
    fn a_written_zone_is_read_back(written in written()) {
        let zone = read(written.lines.iter().map(String::as_str), today()).expect("a zone");
        prop_assert_eq!(&zone.faults, &[]);
        prop_assert_eq!((zone.format, &zone.number, &zone.lines), (written.format, &written.number, &written.lines));
        prop_assert!(zone.birth.is_some_and(|day| day <= today()) && zone.expiry.is_some());
    }

    #[test]
    fn one_other_digit_is_found(written in written(), at in 0usize..44, digit in b'0'..=b'9') {
        let line = if written.format == Format::Td1 { at % 2 } else { 1 };
        let mut lines = written.lines;
        let at = at % lines[line].len();
        let old = lines[line].as_bytes()[at];
        prop_assume!(old.is_ascii_digit() && old != digit);
        lines[line].replace_range(at..=at, &char::from(digit).to_string());
        let zone = read(lines.iter().map(String::as_str), today()).expect("a zone");
        prop_assert!(!zone.is_valid(), "{:?}", lines);
    }

    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec("[A-Z0-9<«a ]{0,50}", 0..6), text: String) {
        let _ = read(lines.iter().map(String::as_str), today());
        let _ = read(text.lines(), today());
    }
}
