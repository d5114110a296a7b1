//! The numbering plans of every country: reads numbers as libphonenumber does, and knows which country has which calling code.

use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType, Region};

/// The kinds of numbers that people have. Freephone and service numbers have other lengths, with which a number without its area code would
/// pass for a whole one.
const OWN: [PhoneNumberType; 4] = [PhoneNumberType::Mobile, PhoneNumberType::FixedLine, PhoneNumberType::VoIP, PhoneNumberType::PersonalNumber];

/// Reads a number as E.164, without guessing: a number that is too short for its country, or lacks its area code, is refused, and so is an
/// extension.
pub fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let number = PHONE_NUMBER_UTIL.parse(text, region.and_then(known)).ok()?;
    let is_whole = OWN.iter().any(|kind| PHONE_NUMBER_UTIL.is_possible_number_for_type_with_reason(&number, *kind) == Ok(NumberLengthType::IsPossible));
    (is_whole && number.extension.is_none()).then(|| PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
}

/// The calling code of a region such as `BR`. `None` if there is no such region.
pub fn calling_code(region: &str) -> Option<String> {
    PHONE_NUMBER_UTIL.get_country_code_for_region(known(region)?).map(|code| code.to_string())
}

/// The main region of a calling code: `US` for `1`. `None` if no region has it.
pub fn region(calling_code: &str) -> Option<String> {
    let code = calling_code.parse().ok().filter(|_| calling_code.bytes().all(|byte| byte.is_ascii_digit()))?;
    PHONE_NUMBER_UTIL.get_region_for_country_code(code).filter(|region| *region != Region::World).map(|region| region.to_string())
}

/// A region that has telephone numbers. Its code is two capital letters.
fn known(region: &str) -> Option<Region> {
    let is_code = region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
    let region = Region::from_code(region).ok().filter(|_| is_code)?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phone::{is_plausible, read};
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_by_the_rules_of_its_country() {
        for (typed, region, expected) in [
            ("11 91234-5678", "BR", Some("+5511912345678")),
            ("011 91234-5678", "BR", Some("+5511912345678")),
            ("0 15 11 91234-5678", "BR", Some("+5511912345678")),
            ("5511912345678", "BR", Some("+5511912345678")),
            ("090ー1234ー5678", "JP", Some("+819012345678")),
            ("+1 (415) 555‑2671", "BR", Some("+14155552671")),
            ("07400 123456", "GB", Some("+447400123456")),
            ("011 15-2345-6789", "AR", Some("+5491123456789")),
            ("91234-5678", "BR", None),
            ("190", "BR", None),
            ("+55", "BR", None),
            ("+999 12345678", "BR", None),
            ("11 91234-5678 / 11 98765-4321", "BR", None),
            ("00351912345678", "BR", None),
            ("1-800-FLOWERS", "US", None),
            ("*144", "BR", None),
            ("11 91234-5678 #12", "BR", None),
            ("\u{202e}8765-43219 11", "BR", None),
        ] {
            assert_eq!(read(typed, Some(region)).as_deref(), expected, "{typed} {region}");
        }
        assert_eq!(read("11 91234-5678", None), None, "nothing says which country");
    }

    #[test]
    fn a_calling_code_names_its_main_region() {
        for (code, main) in
            [("55", Some("BR")), ("1", Some("US")), ("7", Some("RU")), ("44", Some("GB")), ("883", None), ("999", None), ("+55", None), ("", None)]
        {
            assert_eq!(region(code).as_deref(), main, "{code}");
        }
        for (region, code) in [("BR", Some("55")), ("CA", Some("1")), ("KZ", Some("7")), ("br", None), ("ZZ", None), ("001", None), ("", None)] {
            assert_eq!(calling_code(region).as_deref(), code, "{region}");
        }
    }

    proptest! {
        /// The browser refuses nothing of digits and signs that the plans take, and a stored number is read as itself.
        #[test]
        fn the_light_check_never_contradicts(text in "[0-9+() ./\u{200e}\u{2011}-]{0,30}", region in "BR|US|DE|IT|AR") {
            if let Some(number) = e164(&text, Some(&region)) {
                prop_assert!(is_plausible(&text), "{:?}", text);
                prop_assert_eq!(read(&number, None), Some(number));
            }
        }
    }
}
