//! Checks and reasons in English.

/// What each check is called.
pub const CHECKS: &[(&str, &str)] = &[("cpf", "CPF"), ("evidence", "Files")];

/// What each reason code means.
pub const REASONS: &[(&str, &str)] = &[
    ("cpf.check_digits", "The check digits of the CPF are wrong"),
    ("cpf.repeated_digits", "The CPF repeats one digit eleven times"),
    ("evidence.missing", "A required file is missing"),
    ("evidence.password", "A PDF opens only with a password"),
    ("evidence.small", "An image is too small to show details"),
    ("evidence.unreadable", "A file can't be opened"),
];
