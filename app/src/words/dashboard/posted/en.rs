//! English.

use super::texts::PostedWords;

pub(super) static WORDS: PostedWords = PostedWords {
    not_json: "This is not JSON: see line {line}, column {column}",
    required: "this key is required",
    unknown: "there is no such key",
    twice: "this key is written twice",
    object: "use an object, { … }",
    text: "use a string in quotes",
    number: "use a number without quotes",
    id: "use 1 to 128 letters, digits and _ . : -",
    amount: "use a whole number of minor units, such as 125000 for 1,250.00 BRL",
    currency: "use the code of a currency in use, such as BRL",
    direction: "use IN or OUT",
    word: "use capital letters, digits and underscores, such as PIX",
    country: "use a country's code of two letters, such as BR",
    ip: "use an IPv4 or IPv6 address",
    time: "use a time such as 2026-11-30T12:00:00Z",
    too_far: "use a time at most 90 days back and 5 minutes ahead",
    locale: "use pt-BR, en or es",
    metadata: "use a string, a number, true or false",
    metadata_key: "use a key such as segment: letters, digits and underscores, with a lower-case letter first",
    metadata_keys: "use at most 20 keys",
    metadata_bytes: "use at most 4 KiB",
    empty: "enter a text, or leave the key out",
    long: "this is too long: an id or a device has at most 128 characters, another text 200",
    unseen: "leave out control characters",
    other: "this is not possible ({reason})",
};
