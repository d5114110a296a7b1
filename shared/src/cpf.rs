//! CPF, the Brazilian taxpayer number. It has eleven digits; the last two are check digits (modulus 11, weights 10 to 2 and 11 to 2;
//! Receita Federal, Instrução Normativa RFB 2172/2024).

use crate::text;

/// Eleven digits. Its check digits may be wrong: a wrong CPF fails a check, but is not a malformed answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Cpf([u8; 11]);

impl Cpf {
    /// Reads eleven digits, and ignores punctuation and spaces. `None` if there are letters, digits of another script, or another number
    /// of digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = [0; 11];
        let mut count = 0;
        for character in text.chars() {
            match character.to_digit(10) {
                Some(digit) => {
                    *digits.get_mut(count)? = u8::try_from(digit).ok()?;
                    count += 1;
                }
                None if !is_between(character) => return None,
                None => {}
            }
        }
        (count == 11).then_some(Self(digits))
    }

    /// Only the eleven digits: `52998224725`.
    pub fn digits(&self) -> String {
        self.0.iter().map(|&d| char::from(b'0' + d)).collect()
    }

    /// As people write it: `529.982.247-25`.
    pub fn formatted(&self) -> String {
        let d = self.digits();
        format!("{}.{}.{}-{}", &d[..3], &d[3..6], &d[6..9], &d[9..])
    }

    /// Whether both check digits match the first nine digits.
    pub fn check_digits_hold(&self) -> bool {
        let digit = |count: usize| {
            let sum: u32 = self.0[..count].iter().zip((2..=count as u32 + 1).rev()).map(|(&d, weight)| u32::from(d) * weight).sum();
            match sum % 11 {
                0 | 1 => 0,
                rest => 11 - rest,
            }
        };
        u32::from(self.0[9]) == digit(9) && u32::from(self.0[10]) == digit(10)
    }

    /// Whether all eleven digits are the same. Such a number has correct check digits, but is never issued.
    pub fn is_repeated(&self) -> bool {
        self.0.iter().all(|&d| d == self.0[0])
    }

    /// Whether it can be a real CPF. A page uses this to warn before the server checks.
    pub fn is_plausible(&self) -> bool {
        self.check_digits_hold() && !self.is_repeated()
    }
}

/// Whether a character may stand between the digits: a space, punctuation, or one that cannot be seen. Letters and digits of other scripts
/// may not. We list what may, because Unicode's tables of letters would weigh kilobytes in the bundle.
fn is_between(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_alphabetic() } else { text::is_hidden(c) || "‐‑‒–—―−－．／·•".contains(c) }
}

/// Formats the digits that were typed so far, at most eleven: `5299822` becomes `529.982.2`.
pub fn mask(typed: &str) -> String {
    let mut out = String::new();
    for (at, digit) in typed.chars().filter(char::is_ascii_digit).take(11).enumerate() {
        match at {
            3 | 6 => out.push('.'),
            9 => out.push('-'),
            _ => {}
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cases() {
        for (text, plausible) in [
            ("529.982.247-25", true),
            ("52998224725", true),
            (" 529 982 247 25 ", true),
            ("123.456.789-09", true),
            ("123.456.789-00", false),
            ("111.111.111-11", false),
            ("000.000.000-00", false),
        ] {
            assert_eq!(Cpf::parse(text).map(|cpf| cpf.is_plausible()), Some(plausible), "{text}");
        }
        for text in ["", "1234567890", "123456789012", "12345678a01", "abc", "١٢٣٤٥٦٧٨٩٠١", "52998224725²", "529982247٢25"] {
            assert!(Cpf::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn repeated_digits_have_correct_check_digits() {
        let cpf = Cpf::parse("111.111.111-11").expect("eleven digits");
        assert!(cpf.check_digits_hold() && cpf.is_repeated());
    }

    #[test]
    fn the_mask_formats_the_digits_so_far() {
        for (typed, shown) in [("", ""), ("529", "529"), ("5299", "529.9"), ("5299822472", "529.982.247-2"), ("529.982.247-25999", "529.982.247-25")] {
            assert_eq!(mask(typed), shown);
        }
    }

    proptest! {
        #[test]
        fn exactly_one_pair_of_check_digits_holds(first_nine in 0u32..1_000_000_000) {
            let holding = (0..100).filter(|pair| Cpf::parse(&format!("{first_nine:09}{pair:02}")).is_some_and(|c| c.check_digits_hold())).count();
            prop_assert_eq!(holding, 1);
        }

        #[test]
        fn formatting_changes_nothing(number in 0u64..100_000_000_000) {
            let cpf = Cpf::parse(&format!("{number:011}")).expect("eleven digits");
            prop_assert!(Cpf::parse(&cpf.formatted()) == Some(cpf));
            prop_assert_eq!(mask(&cpf.digits()), cpf.formatted());
        }
    }
}
