//! Judges a new password by how many guesses it would take (zxcvbn), so that common, repeated and personal passwords are refused with the
//! reason. We have no other rules, such as a digit or a capital: people meet those with `Password1!`.

use zxcvbn::{
    Score,
    feedback::Warning,
    matching::{Match, patterns::MatchPattern},
    zxcvbn,
};

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// The most characters of a password.
pub const MAX_CHARS: usize = 128;
/// How many characters we judge. The time grows with the square of their number, and more with replacements such as `4` for `a`. What
/// is hard to guess is so by its first 64.
const JUDGED_CHARS: usize = 64;
/// Shorter parts of an e-mail address or a company's name are in too many words to count.
const MIN_PART: usize = 3;

/// Without the operator's own words, a password that has some has so many letters and digits left.
const MIN_REST: usize = 8;

/// Why a password is too easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer than [`MIN_CHARS`] characters.
    #[error("a password has at least {MIN_CHARS} characters")]
    Short,
    /// More than [`MAX_CHARS`] characters.
    #[error("a password has at most {MAX_CHARS} characters")]
    Long,
    /// Spaces and nothing else.
    #[error("a password of spaces is easy to guess")]
    Spaces,
    /// The same characters or words again and again.
    #[error("a password that repeats itself is easy to guess")]
    Repeated,
    /// Mostly the operator's e-mail address, the company's name or the product's.
    #[error("a password made of your e-mail address or your company's name is easy to guess")]
    Own,
    /// Rows of keys, or sequences such as `abc` and `6543`.
    #[error("rows of keys and sequences are easy to guess")]
    Sequence,
    /// Dates and years.
    #[error("dates and years are easy to guess")]
    Date,
    /// One of the passwords that many people use, or much like one.
    #[error("this password is like one that many people use")]
    Common,
    /// Too few words, or names.
    #[error("this password has too few words")]
    Words,
}

/// Checks a password. `own` are texts that a stranger would try first: the e-mail address and what the company is called.
///
/// # Errors
/// Why it is too easy to guess.
pub fn judge(password: &str, own: &[String]) -> Result<(), Weakness> {
    let length = password.chars().count();
    if length > MAX_CHARS {
        return Err(Weakness::Long);
    }
    if !password.is_empty() && password.chars().all(char::is_whitespace) {
        return Err(Weakness::Spaces);
    }
    if length < MIN_CHARS {
        return Err(Weakness::Short);
    }
    let parts = parts(own);
    if is_mostly_own(password, &parts) {
        return Err(Weakness::Own);
    }
    let head: String = password.chars().take(JUDGED_CHARS).collect();
    let judged = zxcvbn(&head, &parts.iter().map(String::as_str).collect::<Vec<_>>());
    if judged.score() >= Score::Three {
        return Ok(());
    }
    Err(if judged.sequence().iter().any(|part| is_own(part, &parts)) {
        Weakness::Own
    } else {
        of_warning(judged.feedback().and_then(zxcvbn::feedback::Feedback::warning))
    })
}

/// Each text in lower case, whole, its words, and its words together.
fn parts(own: &[String]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for text in own.iter().map(|text| text.to_lowercase()) {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= MIN_PART).collect();
        parts.extend(words.iter().map(|word| (*word).to_owned()));
        parts.push(words.concat());
        parts.push(text);
    }
    parts.retain(|part| part.chars().count() >= MIN_PART);
    parts.sort();
    parts.dedup();
    parts
}

/// Whether little is left of a password without the operator's own words. zxcvbn counts three short words as 10⁸ guesses at least, however
/// near the words are.
fn is_mostly_own(password: &str, own: &[String]) -> bool {
    let mut longest_first: Vec<&String> = own.iter().collect();
    longest_first.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let whole = password.to_lowercase();
    let rest = longest_first.iter().fold(whole.clone(), |rest, part| rest.replace(part.as_str(), " "));
    rest != whole && rest.chars().filter(|c| c.is_alphanumeric()).count() < MIN_REST
}

fn is_own(part: &Match, own: &[String]) -> bool {
    match &part.pattern {
        MatchPattern::Dictionary(word) => own.contains(&word.matched_word),
        MatchPattern::Repeat(repeated) => repeated.base_matches.iter().any(|part| is_own(part, own)),
        _ => false,
    }
}

const fn of_warning(warning: Option<Warning>) -> Weakness {
    match warning {
        Some(Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess) => Weakness::Repeated,
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess | Warning::SequencesLikeAbcAreEasyToGuess) => {
            Weakness::Sequence
        }
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => Weakness::Date,
        Some(
            Warning::ThisIsATop10Password | Warning::ThisIsATop100Password | Warning::ThisIsACommonPassword | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => Weakness::Common,
        Some(Warning::AWordByItselfIsEasyToGuess | Warning::NamesAndSurnamesByThemselvesAreEasyToGuess | Warning::CommonNamesAndSurnamesAreEasyToGuess)
        | None => Weakness::Words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_easy_to_guess_are_refused_with_the_reason() {
        let own = ["ana.souza@empresa-exemplo.com.br".to_owned(), "Banco Horizonte".to_owned(), "flow sessions".to_owned()];
        for (password, weakness) in [
            ("", Weakness::Short),
            ("x9!kQ2#vLm4", Weakness::Short),
            ("            ", Weakness::Spaces),
            ("   ", Weakness::Spaces),
            ("\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}", Weakness::Spaces),
            ("password1234", Weakness::Common),
            ("Passw0rd1234", Weakness::Common),
            ("aaaaaaaaaaaa", Weakness::Repeated),
            ("\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}", Weakness::Repeated),
            ("abcabcabcabcabc", Weakness::Repeated),
            ("çãoçãoçãoção", Weakness::Repeated),
            ("qwertyuiop123", Weakness::Common),
            ("mnopqrstuvwx", Weakness::Sequence),
            ("ana.souza@empresa-exemplo.com.br", Weakness::Own),
            ("Ana.Souza2024", Weakness::Own),
            ("anasouza1234", Weakness::Own),
            ("AnaSouza!Horizonte#9", Weakness::Own),
            ("bancohorizonte", Weakness::Own),
            ("Banco Horizonte 1", Weakness::Own),
            ("flowsessions1", Weakness::Own),
        ] {
            assert_eq!(judge(password, &own), Err(weakness), "{password}");
        }
        assert_eq!(judge(&"x9!kQ2#v".repeat(17), &own), Err(Weakness::Long));
        for password in [
            "correct horse battery staple",
            "cavalo certo bateria grampo",
            "x9!kQ2#vLm4z",
            "ana dança tango no telhado",
            "três tigres comem pão quente",
            "\u{1f600}kq7 lua amarela",
        ] {
            assert_eq!(judge(password, &own), Ok(()), "{password}");
        }
        assert_eq!(judge(&format!("x9!kQ2#vLm4z{}", "é".repeat(116)), &own), Ok(()), "128 characters are 244 bytes");
    }

    #[test]
    fn only_the_beginning_of_a_password_is_judged() {
        let tail = "x9!kQ2#vLm4z t7&wR5*nJc8y";
        for (repeated, weakness) in [("password", Weakness::Repeated), ("qwertyui", Weakness::Repeated)] {
            let head = repeated.repeat(JUDGED_CHARS / 8);
            assert_eq!(judge(&format!("{head}{tail}"), &[]), Err(weakness), "{repeated}");
            assert_eq!(judge(&format!("{}{tail}", &head[..head.len() / 2]), &[]), Ok(()), "{repeated}");
        }
    }

    #[test]
    fn the_longest_password_is_judged_quickly() {
        for password in [
            "a1".repeat(64),
            "qwerty".repeat(21),
            "0123456789".repeat(12),
            "aA4@".repeat(32),
            "4@8({[<3690!1|50$57+%2".repeat(5),
            "p4$5w0rd|1!".repeat(11),
            "!".repeat(128),
        ] {
            let started = std::time::Instant::now();
            let _ = judge(&password, &["ana@example.com".to_owned()]);
            assert!(started.elapsed().as_secs() < 5, "{password}: {:?}", started.elapsed());
        }
    }
}
