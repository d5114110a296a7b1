//! Machine-readable zones of sample documents: TD1 and TD3 with their check digits (ICAO 9303, parts 3 to 5).

use super::{Day, Person, people::plain};

/// The three lines of 30 characters of a card (ICAO 9303-5, section 4.2).
pub(super) fn td1(person: &Person) -> [String; 3] {
    let number = &person.number;
    let first = filled(&format!("I<BRA{number}{}{}", check(number), person.cpf), 30);
    let (born, expires) = (short(person.born), short(person.expires));
    let dates = format!("{born}{}{}{expires}{}", check(&born), person.sex, check(&expires));
    let second = filled(&format!("{dates}BRA"), 29);
    // Everything of the two lines but their first five characters, the sex and the nationality.
    let all = format!("{}{born}{}{expires}{}{}", &first[5..], check(&born), check(&expires), &second[18..]);
    [first, format!("{second}{}", check(&all)), filled(&names(person), 30)]
}

/// The two lines of 44 characters of a passport (ICAO 9303-4, section 4.2).
pub(super) fn td3(person: &Person) -> [String; 2] {
    let (number, born, expires) = (&person.number, short(person.born), short(person.expires));
    let personal = filled(&person.cpf, 14);
    let begin = format!("{number}{}", check(number));
    let end = format!("{expires}{}{personal}{}", check(&expires), check(&personal));
    let all = format!("{begin}{born}{}{end}", check(&born));
    let second = format!("{begin}BRA{born}{}{}{end}{}", check(&born), person.sex, check(&all));
    [filled(&format!("P<BRA{}", names(person)), 44), second]
}

/// The check digit: weights 7, 3, 1 over digits, letters as 10 to 35, fillers as 0 (ICAO 9303-3, section 4.9).
pub(super) fn check(text: &str) -> u32 {
    let value = |c: char| c.to_digit(36).unwrap_or(0);
    text.chars().zip([7, 3, 1].into_iter().cycle()).map(|(c, weight)| value(c) * weight).sum::<u32>() % 10
}

fn names(person: &Person) -> String {
    let written = |name: &str| name.chars().map(|c| if c == ' ' { '<' } else { plain(c) }).collect::<String>();
    format!("{}<<{}", written(&person.family), written(&person.given))
}

/// Cut or filled up to its length.
fn filled(text: &str, length: usize) -> String {
    text.chars().chain(std::iter::repeat('<')).take(length).collect()
}

fn short(day: Day) -> String {
    format!("{:02}{:02}{:02}", day.year % 100, day.month, day.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_the_standard() {
        // ICAO 9303-3, appendix A to part 3, and the specimen of part 4.
        assert_eq!((check("520727"), check("AB2134<<<"), check("L898902C3")), (3, 5, 6));
    }

    #[test]
    fn lines_have_their_lengths() {
        let person = Person::any(&mut super::super::Dice::new(1));
        assert!(td1(&person).iter().all(|line| line.len() == 30));
        assert!(td3(&person).iter().all(|line| line.len() == 44));
    }
}
