//! Spanish.

use super::texts::PresetWords;

pub(super) static WORDS: PresetWords = PresetWords {
    about: "Complete los valores. La regla empieza en prueba: registra lo que haría y no cambia nada hasta que usted la active.",
    settings: "Valores del modelo",
    source: "Fuente",
    no_lists: "Todavía no hay ninguna lista con ese tipo de valor.",
    make_list: "Crear una lista",
    amounts_hint: "Uno por línea, como 1.000,00",
    time_hint: "De {least} a {most}, por ejemplo 24h o 30d",
    number_hint: "Entre {least} y {most}",
    save: "Guardar como regla en prueba",
    open: "Abrir en el editor",
    missing: "Introduzca un valor",
    bad_amounts: "Use hasta 20 importes como 1.000,00, uno por línea, todos mayores que 0",
    bad_amount: "Use un importe como 1.000,00, mayor que 0, sin más decimales de los que tiene la moneda",
    bad_number: "Use un número entero entre {least} y {most}",
    bad_time: "Use un número y s, m, h o d, de {least} a {most}",
    not_below: "Use un importe por debajo del límite",
    preset: "Modelo de regla: {title}",
};
