//! What letters become in capital letters without accents, as data: the base letter, as a reader of documents sees it, and what ICAO 9303-3
//! section 6 writes in machine-readable zones. A list of the letters of names is enough, and needs none of Unicode's tables.

/// The letters that become one capital letter: its base, then every letter that folds to it.
const BASES: [&str; 26] = [
    "AÀÁÂÃÄÅĀĂĄǍẠẢẤẦẨẪẬẮẰẲẴẶª",
    "BḂ",
    "CÇĆĈĊČ",
    "DĎĐÐḌ",
    "EÈÉÊËĒĔĖĘĚẸẺẼẾỀỂỄỆ",
    "FḞ",
    "GĜĞĠĢǦ",
    "HĤĦḤ",
    "IÌÍÎÏĨĪĬĮİǏỈỊı|",
    "JĴ",
    "KĶǨ",
    "LĹĻĽĿŁ",
    "MṀ",
    "NÑŃŅŇŊ",
    "OÒÓÔÕÖØŌŎŐƠǑỌỎỐỒỔỖỘỚỜỞỠỢº",
    "PṖ",
    "Q",
    "RŔŖŘ",
    "SŚŜŞŠȘṠ",
    "TŢŤŦȚṪ",
    "UÙÚÛÜŨŪŬŮŰŲƯǓỤỦỨỪỬỮỰ",
    "V",
    "WŴẀẂẄ",
    "X",
    "YÝŶŸỲỴỶỸ",
    "ZŹŻŽ",
];

/// The letters that become several letters, whoever writes them.
const SEVERAL: [(char, &str); 7] = [('Æ', "AE"), ('Œ', "OE"), ('ß', "SS"), ('ẞ', "SS"), ('Þ', "TH"), ('Ĳ', "IJ"), ('ŉ', "N")];

/// The letters with another writing: how ICAO 9303-3 section 6 writes them first, and its second choice. `Đ` is not in the section as `DJ`;
/// its owners write it so.
const WRITTEN: [(char, &str, &str); 7] =
    [('Ä', "AE", "AE"), ('Å', "AA", "AA"), ('Ö', "OE", "OE"), ('Ø', "OE", "OE"), ('Ü', "UE", "UXX"), ('Ñ', "N", "NXX"), ('Đ', "DJ", "DJ")];

/// The Cyrillic letters of Russian, Ukrainian, Belarusian and Bulgarian (ICAO 9303-3 section 6 B).
const CYRILLIC: [(char, &str); 38] = [
    ('А', "A"),
    ('Б', "B"),
    ('В', "V"),
    ('Г', "G"),
    ('Ґ', "G"),
    ('Д', "D"),
    ('Е', "E"),
    ('Ё', "E"),
    ('Є', "IE"),
    ('Ж', "ZH"),
    ('З', "Z"),
    ('И', "I"),
    ('І', "I"),
    ('Ї', "I"),
    ('Й', "I"),
    ('К', "K"),
    ('Л', "L"),
    ('М', "M"),
    ('Н', "N"),
    ('О', "O"),
    ('П', "P"),
    ('Р', "R"),
    ('С', "S"),
    ('Т', "T"),
    ('У', "U"),
    ('Ў', "U"),
    ('Ф', "F"),
    ('Х', "KH"),
    ('Ц', "TS"),
    ('Ч', "CH"),
    ('Ш', "SH"),
    ('Щ', "SHCH"),
    ('Ъ', "IE"),
    ('Ы', "Y"),
    ('Ь', ""),
    ('Э', "E"),
    ('Ю', "IU"),
    ('Я', "IA"),
];

/// A way to write names in the letters of a machine-readable zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Letters without their accents: `Ü` is `U`.
    Bare,
    /// The first writing of ICAO: `Ü` is `UE`.
    First,
    /// Its second writing: `Ü` is `UXX`.
    Second,
}

/// The letter with the combining mark that follows it, where ICAO writes the two together in a way of their own.
pub(crate) fn composed(letter: char, mark: char) -> Option<char> {
    Some(match (letter, mark) {
        ('A', '\u{308}') => 'Ä',
        ('O', '\u{308}') => 'Ö',
        ('U', '\u{308}') => 'Ü',
        ('A', '\u{30a}') => 'Å',
        ('N', '\u{303}') => 'Ñ',
        _ => return None,
    })
}

/// Whether it is a mark that goes on the letter before it.
pub(crate) const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Writes a capital letter. A letter of an unknown script stays as it is.
pub(crate) fn write(letter: char, scheme: Scheme, out: &mut String) {
    if letter.is_ascii() && letter != '|' {
        out.push(letter);
        return;
    }
    let other = WRITTEN.iter().find(|(written, ..)| *written == letter);
    match (other, scheme) {
        (Some((_, first, _)), Scheme::First) => return out.push_str(first),
        (Some((.., second)), Scheme::Second) => return out.push_str(second),
        _ => {}
    }
    if let Some((_, several)) = SEVERAL.iter().find(|(written, _)| *written == letter) {
        out.push_str(several);
    } else if let Some(base) = BASES.iter().find(|base| base.contains(letter)).and_then(|base| base.chars().next()) {
        out.push(base);
    } else if let Some((_, latin)) = CYRILLIC.iter().find(|(written, _)| *written == letter && scheme != Scheme::Bare) {
        out.push_str(latin);
    } else {
        out.push(letter);
    }
}

/// A text in capital letters without accents, as labels and names are compared: `Data de Emissão` is `DATA DE EMISSAO`.
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().filter(|c| !is_mark(*c)) {
        capitals(letter).for_each(|capital| write(capital, Scheme::Bare, &mut out));
    }
    out
}

/// The capital letters of a letter. `ß` stays, because its capital is two letters that mean something else.
pub(crate) fn capitals(letter: char) -> impl Iterator<Item = char> {
    let stays = matches!(letter, 'ß' | 'ŉ' | 'ı' | 'ª' | 'º');
    let (one, several) = if stays { (Some(letter), None) } else { (None, Some(letter.to_uppercase())) };
    one.into_iter().chain(several.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fold() {
        for (text, expected) in [
            ("Data de Emissão", "DATA DE EMISSAO"),
            ("Straße Łódź İzmir ığ", "STRASSE LODZ IZMIR IG"),
            ("Nguye\u{302}\u{303}n", "NGUYEN"),
            ("ǆ 王 Иван", "Ǆ 王 ИВАН"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }

    #[test]
    fn no_letter_is_listed_twice() {
        let listed: Vec<char> =
            BASES.iter().flat_map(|base| base.chars()).chain(SEVERAL.iter().map(|(c, _)| *c)).chain(CYRILLIC.iter().map(|(c, _)| *c)).collect();
        for (at, letter) in listed.iter().enumerate() {
            assert!(!listed[..at].contains(letter), "{letter}");
        }
    }
}
