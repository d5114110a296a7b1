//! Checks and reasons in English.

/// What each check is called.
pub const CHECKS: &[(&str, &str)] = &[
    ("age", "Age"),
    ("blocklist", "Lists"),
    ("cpf", "CPF"),
    ("duplicate", "Duplicates"),
    ("evidence", "Files"),
    ("metadata", "File details"),
    ("velocity", "Number of sessions"),
];

/// What each reason code means.
pub const REASONS: &[(&str, &str)] = &[
    ("age.implausible", "The date of birth is in the future or more than 120 years ago"),
    ("age.too_old", "The customer is older than this flow accepts"),
    ("age.too_young", "The customer is younger than this flow accepts"),
    ("blocklist.hit", "The customer is on a list"),
    ("cpf.check_digits", "The check digits of the CPF are wrong"),
    ("cpf.repeated_digits", "The CPF repeats one digit eleven times"),
    ("duplicate.cpf_other_customer", "Another customer used the same CPF"),
    ("duplicate.document_other_customer", "Another customer used the same document number"),
    ("duplicate.file", "The same file was sent twice, or by somebody else"),
    ("duplicate.picture", "Somebody else sent almost the same picture"),
    ("evidence.missing", "A required file is missing"),
    ("evidence.password", "A PDF opens only with a password"),
    ("evidence.small", "An image is too small to show details"),
    ("evidence.unreadable", "A file can't be opened"),
    ("metadata.date", "A photo was taken long before, or after, the session"),
    ("metadata.edited", "A photo was saved by an image editor"),
    ("metadata.screenshot", "A photo is a screenshot"),
    ("velocity.customer", "The customer completed many sessions in a short time"),
    ("velocity.device", "Many sessions were completed on this device in a short time"),
    ("velocity.network", "Many sessions came from this network in a short time"),
];
