//! Several rows in one statement. The number of rows is rounded up to a power of two, so that there are few texts of each statement, and
//! a connection keeps them all prepared. The rows that are too many have NULL in their first column, which every statement leaves out.

/// The most rows of one statement.
pub const MOST: usize = 64;

/// So many rows as the text of a statement has for `rows` rows.
pub const fn width(rows: usize) -> usize {
    rows.next_power_of_two()
}

/// The list of a `VALUES` clause with this many rows of this many columns: `($1, $2), ($3, $4)`.
pub fn values(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_through_all_rows() {
        assert_eq!(values(1, 3), "($1, $2, $3)");
        assert_eq!(values(2, 2), "($1, $2), ($3, $4)");
        assert_eq!([1, 2, 3, 33, 64].map(width), [1, 2, 4, 64, 64]);
    }
}
