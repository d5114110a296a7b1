//! Brazilian Portuguese.

use super::texts::PresetWords;

pub(super) static WORDS: PresetWords = PresetWords {
    about: "Preencha os valores. A regra começa em teste: ela registra o que faria e não muda nada até que você a ative.",
    settings: "Valores do modelo",
    source: "Fonte",
    no_lists: "Ainda não há lista com esse tipo de valor.",
    make_list: "Criar uma lista",
    amounts_hint: "Um por linha, como 1.000,00",
    time_hint: "De {least} a {most}, como 24h ou 30d",
    number_hint: "De {least} a {most}",
    save: "Salvar como regra em teste",
    open: "Abrir no editor",
    missing: "Informe um valor",
    bad_amounts: "Use até 20 valores como 1.000,00, um por linha, todos acima de 0",
    bad_amount: "Use um valor como 1.000,00, acima de 0, sem mais casas decimais do que a moeda tem",
    bad_number: "Use um número inteiro de {least} a {most}",
    bad_time: "Use um número e s, m, h ou d, de {least} a {most}",
    not_below: "Use um valor abaixo do limite",
    preset: "Modelo: {title}",
};
