//! Checks and reasons in Brazilian Portuguese.

/// What each check is called.
pub const CHECKS: &[(&str, &str)] = &[
    ("age", "Idade"),
    ("blocklist", "Listas"),
    ("cpf", "CPF"),
    ("duplicate", "Duplicidade"),
    ("evidence", "Arquivos"),
    ("metadata", "Dados dos arquivos"),
    ("velocity", "Número de sessões"),
];

/// What each reason code means.
pub const REASONS: &[(&str, &str)] = &[
    ("age.implausible", "A data de nascimento está no futuro ou há mais de 120 anos"),
    ("age.too_old", "A pessoa passa da idade máxima deste fluxo"),
    ("age.too_young", "A pessoa não tem a idade mínima deste fluxo"),
    ("blocklist.hit", "O cliente está em uma lista"),
    ("cpf.check_digits", "Os dígitos verificadores do CPF estão errados"),
    ("cpf.repeated_digits", "O CPF repete um único dígito onze vezes"),
    ("duplicate.cpf_other_customer", "Outro cliente usou o mesmo CPF"),
    ("duplicate.document_other_customer", "Outro cliente usou o mesmo número de documento"),
    ("duplicate.file", "O mesmo arquivo foi enviado duas vezes ou por outra pessoa"),
    ("duplicate.picture", "Outra pessoa enviou quase a mesma imagem"),
    ("evidence.missing", "Falta um arquivo obrigatório"),
    ("evidence.password", "Um PDF só abre com senha"),
    ("evidence.small", "Uma imagem é pequena demais para mostrar detalhes"),
    ("evidence.unreadable", "Um arquivo não abre"),
    ("metadata.date", "Uma foto foi tirada muito antes da sessão, ou depois"),
    ("metadata.edited", "Uma foto foi salva por um editor de imagens"),
    ("metadata.screenshot", "Uma foto é uma captura de tela"),
    ("velocity.customer", "O cliente concluiu muitas sessões em pouco tempo"),
    ("velocity.device", "Muitas sessões foram concluídas neste dispositivo em pouco tempo"),
    ("velocity.network", "Muitas sessões vieram desta rede em pouco tempo"),
];
