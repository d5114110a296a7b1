//! The name field of a machine-readable zone: `SURNAME<<GIVEN<NAMES` (ICAO 9303-3 section 4.6).

/// The name of a holder, in capital letters without accents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// The primary identifier: the surnames, separated by spaces.
    pub surname: String,
    /// The secondary identifier: the given names, separated by spaces. Empty if the holder has one name, or if it is not told apart.
    pub given: String,
    /// Whether the field is full to its last character, so that the name may be longer than it.
    pub may_be_cut: bool,
}

impl Name {
    /// Reads the name field, with its fillers.
    pub fn read(field: &str) -> Self {
        let (surname, given) = field.split_once("<<").unwrap_or((field, ""));
        let words = |text: &str| text.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        Self { surname: words(surname), given: words(given), may_be_cut: !field.ends_with('<') }
    }

    /// The name as people say it: given names, then surnames.
    pub fn in_order(&self) -> String {
        format!("{} {}", self.given, self.surname).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        for (field, surname, given, may_be_cut) in [
            ("ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "ERIKSSON", "ANNA MARIA", false),
            ("VAN<DER<MUELLEN<<JOHANNES<CORNELIUS<J<P", "VAN DER MUELLEN", "JOHANNES CORNELIUS J P", true),
            ("ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "ARKFREITH", "", false),
            ("<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "", "", false),
        ] {
            assert_eq!(Name::read(field), Name { surname: surname.into(), given: given.into(), may_be_cut }, "{field}");
        }
    }
}
