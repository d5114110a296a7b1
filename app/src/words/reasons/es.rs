//! Checks and reasons in Spanish.

/// What each check is called.
pub const CHECKS: &[(&str, &str)] = &[
    ("age", "Edad"),
    ("blocklist", "Listas"),
    ("cpf", "CPF"),
    ("duplicate", "Duplicados"),
    ("evidence", "Archivos"),
    ("metadata", "Datos de los archivos"),
    ("velocity", "Número de sesiones"),
];

/// What each reason code means.
pub const REASONS: &[(&str, &str)] = &[
    ("age.implausible", "La fecha de nacimiento está en el futuro o hace más de 120 años"),
    ("age.too_old", "La persona supera la edad máxima de este flujo"),
    ("age.too_young", "La persona no alcanza la edad mínima de este flujo"),
    ("blocklist.hit", "El cliente está en una lista"),
    ("cpf.check_digits", "Los dígitos de control del CPF no son correctos"),
    ("cpf.repeated_digits", "El CPF repite un solo dígito once veces"),
    ("duplicate.cpf_other_customer", "Otro cliente usó el mismo CPF"),
    ("duplicate.document_other_customer", "Otro cliente usó el mismo número de documento"),
    ("duplicate.file", "El mismo archivo se envió dos veces o lo envió otra persona"),
    ("duplicate.picture", "Otra persona envió casi la misma imagen"),
    ("evidence.missing", "Falta un archivo obligatorio"),
    ("evidence.password", "Un PDF solo se abre con contraseña"),
    ("evidence.small", "Una imagen es demasiado pequeña para mostrar detalles"),
    ("evidence.unreadable", "Un archivo no se puede abrir"),
    ("metadata.date", "Una foto se tomó mucho antes de la sesión, o después"),
    ("metadata.edited", "Una foto se guardó con un editor de imágenes"),
    ("metadata.screenshot", "Una foto es una captura de pantalla"),
    ("velocity.customer", "El cliente completó muchas sesiones en poco tiempo"),
    ("velocity.device", "Se completaron muchas sesiones en este dispositivo en poco tiempo"),
    ("velocity.network", "Llegaron muchas sesiones de esta red en poco tiempo"),
];
