//! Brazilian Portuguese.

use super::texts::PostedWords;

pub(super) static WORDS: PostedWords = PostedWords {
    not_json: "Isto não é JSON: veja a linha {line}, coluna {column}",
    required: "esta chave é obrigatória",
    unknown: "esta chave não existe",
    twice: "esta chave aparece duas vezes",
    object: "use um objeto, { … }",
    text: "use um texto entre aspas",
    number: "use um número sem aspas",
    id: "use de 1 a 128 letras, algarismos e _ . : -",
    amount: "use um número inteiro de centavos ou da menor unidade, como 125000 para 1.250,00 BRL",
    currency: "use o código de uma moeda em uso, como BRL",
    direction: "use IN ou OUT",
    word: "use letras maiúsculas, algarismos e sublinhados, como PIX",
    country: "use o código de duas letras de um país, como BR",
    ip: "use um endereço IPv4 ou IPv6",
    time: "use uma data e hora como 2026-11-30T12:00:00Z",
    too_far: "use uma data e hora de até 90 dias atrás e até 5 minutos à frente",
    locale: "use pt-BR, en ou es",
    metadata: "use um texto, um número, true ou false",
    metadata_key: "use uma chave como segment: letras, algarismos e sublinhados, começando com letra minúscula",
    metadata_keys: "use no máximo 20 chaves",
    metadata_bytes: "use no máximo 4 KiB",
    empty: "informe um texto ou omita a chave",
    long: "texto longo demais: um id ou dispositivo tem no máximo 128 caracteres; outro texto, 200",
    unseen: "retire os caracteres de controle",
    other: "isto não é possível ({reason})",
};
