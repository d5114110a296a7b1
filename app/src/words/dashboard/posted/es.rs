//! Spanish.

use super::texts::PostedWords;

pub(super) static WORDS: PostedWords = PostedWords {
    not_json: "Esto no es JSON: revise la línea {line}, columna {column}",
    required: "esta clave es obligatoria",
    unknown: "esta clave no existe",
    twice: "esta clave aparece dos veces",
    object: "use un objeto, { … }",
    text: "use un texto entre comillas",
    number: "use un número sin comillas",
    id: "use de 1 a 128 letras, cifras y _ . : -",
    amount: "use un número entero de la unidad menor, como 125000 para 1.250,00 BRL",
    currency: "use el código de una moneda en uso, como BRL",
    direction: "use IN u OUT",
    word: "use letras mayúsculas, cifras y guiones bajos, como PIX",
    country: "use el código de dos letras de un país, como BR",
    ip: "use una dirección IPv4 o IPv6",
    time: "use una fecha y hora como 2026-11-30T12:00:00Z",
    too_far: "use una fecha y hora de hasta 90 días atrás y hasta 5 minutos adelante",
    locale: "use pt-BR, en o es",
    metadata: "use un texto, un número, true o false",
    metadata_key: "use una clave como segment: letras, cifras y guiones bajos, que empiece con minúscula",
    metadata_keys: "use como máximo 20 claves",
    metadata_bytes: "use como máximo 4 KiB",
    empty: "introduzca un texto u omita la clave",
    long: "texto demasiado largo: un id o un dispositivo tiene como máximo 128 caracteres; otro texto, 200",
    unseen: "quite los caracteres de control",
    other: "esto no es posible ({reason})",
};
