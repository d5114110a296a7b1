//! The check digits of machine-readable zones: modulus 10, weights 7, 3, 1 (ICAO 9303-3 section 4.9).

/// The check digit of some fields, one after another. A filler counts 0, `A` 10 and `Z` 35.
pub fn check_digit<'f>(fields: impl IntoIterator<Item = &'f str>) -> char {
    let values = fields.into_iter().flat_map(str::chars).map(|c| c.to_digit(36).unwrap_or(0));
    let sum: u32 = values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    char::from_digit(sum % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        for (fields, digit) in [
            (&["520727"][..], '3'),
            (&["AB2134<<<"], '5'),
            (&["HA672242<6", "5802254", "9601086<<<<<<<<<<<<<<0"], '8'),
            (&["D231458907<<<<<<<<<<<<<<<", "3407127", "9507122", "<<<<<<<<<<<"], '2'),
            (&["D23145890734"], '9'),
        ] {
            assert_eq!(check_digit(fields.iter().copied()), digit, "{fields:?}");
        }
    }
}
