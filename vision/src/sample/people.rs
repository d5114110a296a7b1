//! People who do not exist. Their CPF has valid check digits; whether somebody was given that number nobody can know from it.

use std::fmt::{Display, Formatter, Result};

use super::Dice;

/// A date, written as day/month/year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// Such as 1990.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 28.
    pub day: u8,
}

/// What is written on a document.
#[derive(Clone, Debug)]
pub struct Person {
    /// In capitals, with accents.
    pub given: String,
    /// In capitals, with accents.
    pub family: String,
    /// In capitals.
    pub mother: String,
    /// Eleven digits.
    pub cpf: String,
    /// Of the document: nine characters.
    pub number: String,
    /// `M` or `F`.
    pub sex: char,
    /// Between 18 and 80 years before 2026.
    pub born: Day,
    /// 2015 to 2024.
    pub issued: Day,
    /// 2027 to 2035.
    pub expires: Day,
}

const WOMEN: &[&str] = &["ANA", "MARIA", "JÚLIA", "BEATRIZ", "LETÍCIA", "CONCEIÇÃO", "HELOÍSA", "FERNANDA", "LUÍZA", "CAMILA", "TATIANE", "REGINA"];
const MEN: &[&str] = &["JOÃO", "JOSÉ", "PEDRO", "CAUÊ", "ANDRÉ", "LUIZ", "RAFAEL", "VINÍCIUS", "ANTÔNIO", "MARCOS", "FÁBIO", "EDUARDO"];
const SECOND: &[&str] = &["", "", "CRISTINA", "HENRIQUE", "APARECIDA", "AUGUSTO", "DE FÁTIMA", "GABRIEL"];
const FAMILIES: &[&str] = &[
    "SILVA",
    "SOUZA",
    "ARAÚJO",
    "GONÇALVES",
    "DOS SANTOS",
    "DE OLIVEIRA",
    "PEREIRA",
    "MAGALHÃES",
    "LIMA",
    "DA COSTA",
    "ROCHA",
    "FREITAS",
    "QUEIROZ",
    "BRANDÃO",
];

impl Person {
    /// Somebody.
    #[must_use]
    pub fn any(dice: &mut Dice) -> Self {
        let woman = dice.below(2) == 0;
        let mut name = |all: &[&'static str]| dice.one_of(all).unwrap_or_default().to_owned();
        let (first, second) = (name(if woman { WOMEN } else { MEN }), name(SECOND));
        let (one, two) = (name(FAMILIES), name(FAMILIES));
        let mother = format!("{} {one}", name(WOMEN));
        let day = |dice: &mut Dice, from: u16, years: u32| Day {
            year: from + dice.below(years) as u16,
            month: 1 + dice.below(12) as u8,
            day: 1 + dice.below(28) as u8,
        };
        let letters: String = (0..2).map(|_| char::from(b'A' + dice.below(26) as u8)).collect();
        Self {
            given: format!("{first} {second}").trim().to_owned(),
            family: format!("{one} {two}"),
            mother,
            cpf: cpf(dice),
            number: format!("{letters}{}", dice.digits(7)),
            sex: if woman { 'F' } else { 'M' },
            born: day(dice, 1946, 62),
            issued: day(dice, 2015, 10),
            expires: day(dice, 2027, 9),
        }
    }

    /// Given names, then family names.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    /// As it is written: 123.456.789-09.
    #[must_use]
    pub fn cpf_written(&self) -> String {
        let part = |range| self.cpf.get(range).unwrap_or_default();
        format!("{}.{}.{}-{}", part(0..3), part(3..6), part(6..9), part(9..11))
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{:02}/{:02}/{}", self.day, self.month, self.year)
    }
}

/// Nine digits and their two check digits.
fn cpf(dice: &mut Dice) -> String {
    let mut digits: Vec<u32> = (0..9).map(|_| dice.below(10)).collect();
    for _ in 0..2 {
        let sum: u32 = digits.iter().rev().zip(2..).map(|(digit, weight)| digit * weight).sum();
        digits.push(sum * 10 % 11 % 10);
    }
    digits.iter().filter_map(|digit| char::from_digit(*digit, 10)).collect()
}

/// Without accents, as machine-readable zones and our comparisons have it.
pub(super) fn plain(c: char) -> char {
    match c {
        'Á' | 'À' | 'Â' | 'Ã' => 'A',
        'É' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Ô' | 'Õ' => 'O',
        'Ú' | 'Ü' => 'U',
        'Ç' => 'C',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_person_with_a_valid_cpf() {
        for seed in 0..50 {
            let person = Person::any(&mut Dice::new(seed));
            assert_eq!(person.name(), Person::any(&mut Dice::new(seed)).name());
            // Both check digits make the weighted sums divisible by 11, or leave 10 where the digit is 0 (Receita Federal).
            let digits: Vec<u32> = person.cpf.chars().filter_map(|c| c.to_digit(10)).collect();
            for end in [9, 10] {
                let sum: u32 = digits[..end].iter().zip((2..=end as u32 + 1).rev()).map(|(digit, weight)| digit * weight).sum();
                assert_eq!(sum * 10 % 11 % 10, digits[end], "{}", person.cpf);
            }
        }
    }
}
