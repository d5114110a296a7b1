//! The places of a statement's values, for statements with as many values as there are rows. The same number always makes the same text,
//! so that a connection prepares few different statements.

/// `$1, $2, …` for this many values.
pub fn list(values: usize) -> String {
    (1..=values).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// The most rows of one statement of the outbox.
pub const MOST: usize = 64;

/// The number of rows rounded up to a power of two, for statements that leave out a row whose first value is NULL: so there are few texts,
/// and a connection keeps them all prepared.
pub const fn width(rows: usize) -> usize {
    rows.next_power_of_two()
}

/// `($1, $2), ($3, $4), …` for this many rows, each of this many values.
pub fn rows(rows: usize, values: usize) -> String {
    let row = |row: usize| format!("({})", (1..=values).map(|place| format!("${}", row * values + place)).collect::<Vec<_>>().join(", "));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_are_numbered_across_the_rows() {
        assert_eq!(super::list(3), "$1, $2, $3");
        assert_eq!(super::rows(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!([1, 2, 3, 33, 64].map(super::width), [1, 2, 4, 64, 64]);
    }
}
