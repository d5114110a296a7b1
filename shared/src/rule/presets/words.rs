//! What people call the settings of presets, in three languages.

use crate::language::Language;

/// Each key, with its label in Portuguese, English and Spanish.
const LABELS: [(&str, [&str; 3]); 18] = [
    ("age", ["Conta nova até", "New for", "Nueva durante"]),
    ("amount", ["A partir do valor", "From this amount", "A partir del importe"]),
    ("amounts", ["Valores redondos", "Round amounts", "Importes redondos"]),
    ("count", ["Quantidade mínima", "At least how many", "Cantidad mínima"]),
    ("currency", ["Moeda", "Currency", "Moneda"]),
    ("floor", ["Perto do limite a partir de", "Near the limit from", "Cerca del límite desde"]),
    ("flow", ["Fluxo da sessão", "Flow of the session", "Flujo de la sesión"]),
    ("from", ["Noite a partir das (hora)", "Night begins at (hour)", "La noche empieza a las (hora)"]),
    ("in", ["Entradas a partir de", "Money in, from", "Entradas desde"]),
    ("limit", ["Limite", "Limit", "Límite"]),
    ("list", ["Lista", "List", "Lista"]),
    ("mode", ["Modo", "Mode", "Modo"]),
    ("out", ["Saídas a partir de", "Money out, from", "Salidas desde"]),
    ("quiet", ["Tempo sem transações", "Time without transactions", "Tiempo sin transacciones"]),
    ("timezone", ["Fuso horário", "Time zone", "Zona horaria"]),
    ("to", ["Noite até as (hora)", "Night ends at (hour)", "La noche termina a las (hora)"]),
    ("type", ["Tipo da transação", "Transaction type", "Tipo de transacción"]),
    ("within", ["Dentro de", "Within", "Dentro de"]),
];

/// The label of a setting.
pub(super) fn label(key: &str, language: Language) -> &'static str {
    let place = match language {
        Language::PtBr => 0,
        Language::En => 1,
        Language::Es => 2,
    };
    LABELS.iter().find(|(known, _)| *known == key).map_or("", |(_, labels)| labels[place])
}
