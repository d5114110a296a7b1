//! Checks and reasons in Spanish.

/// What each check is called.
pub const CHECKS: &[(&str, &str)] = &[("cpf", "CPF"), ("evidence", "Archivos")];

/// What each reason code means.
pub const REASONS: &[(&str, &str)] = &[
    ("cpf.check_digits", "Los dígitos de control del CPF no son correctos"),
    ("cpf.repeated_digits", "El CPF repite un solo dígito once veces"),
    ("evidence.missing", "Falta un archivo obligatorio"),
    ("evidence.password", "Un PDF solo se abre con contraseña"),
    ("evidence.small", "Una imagen es demasiado pequeña para mostrar detalles"),
    ("evidence.unreadable", "Un archivo no se puede abrir"),
];
