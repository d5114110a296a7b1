//! Settings with which `make soak` makes tests run longer.

/// Reads a whole number from the environment.
pub fn setting(name: &str) -> Option<u64> {
    std::env::var_os(name).map(|value| value.to_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{name} is a whole number")))
}

/// The same, or another number where it is not set.
pub fn setting_or(name: &str, other: usize) -> usize {
    setting(name).map_or(other, |number| usize::try_from(number).expect("a number of this machine"))
}
