//! Rules and explanations in words: the sentences that a compliance officer reads, in three languages.

mod rule;

use rule::{EXAMPLE, NOON, World, facts, rule, rule_when, transaction};
use serde_json::{Value, json};
use shared::{
    language::Language,
    risk::Decision,
    rule::{Facts, LastSession, Rule, Style},
};

const PT: Language = Language::PtBr;
const EN: Language = Language::En;
const ES: Language = Language::Es;

#[test]
fn the_contracts_own_rule_is_a_sentence() {
    let example = Rule::import(EXAMPLE, &World).expect("a rule");
    assert_eq!(
        example.sentence(EN),
        "If the amount is at least 1,000.00 BRL, the sum of the customer's outgoing transactions in the last 24 hours is at least 5,000.00 BRL, and the \
         counterparty is not on the list “known-payees” or is unknown, the transaction is held and the customer is asked for evidence with the flow “step-up”. \
         The customer has 24 hours for it. If the time runs out, the transaction is blocked. A customer whose last session of this flow was approved in the \
         last 30 days is not asked again, and the next rule decides. A match weighs 40 of 100 in the risk score."
    );
    assert_eq!(
        example.sentence(PT),
        "Se o valor é de pelo menos 1.000,00 BRL, a soma das transações de saída do cliente nas últimas 24 horas é de pelo menos 5.000,00 BRL, e a \
         contraparte não está na lista “known-payees” ou não consta, a transação fica retida e o cliente é chamado a apresentar comprovação no fluxo \
         “step-up”. O cliente tem 24 horas para isso. Se o prazo acabar, a transação é bloqueada. Um cliente cuja última sessão deste fluxo foi aprovada há \
         no máximo 30 dias não precisa repeti-la, e a próxima regra decide. Na pontuação de risco, a regra pesa 40 de 100."
    );
    assert_eq!(
        example.sentence(ES),
        "Si el importe es de al menos 1.000,00 BRL, la suma de las transacciones salientes del cliente en las últimas 24 horas es de al menos 5.000,00 BRL, \
         y la contraparte no está en la lista “known-payees” o no consta, la transacción se retiene y se piden pruebas al cliente con el flujo “step-up”. El \
         cliente tiene 24 horas para ello. Si se acaba el plazo, la transacción se bloquea. A un cliente cuya última sesión de este flujo se aprobó hace 30 \
         días como máximo no se le pide de nuevo, y decide la siguiente regla. En la puntuación de riesgo, la regla pesa 40 de 100."
    );
}

fn said(condition: &Value, language: Language) -> String {
    rule_when(condition.clone()).when.sentence("America/Sao_Paulo", language)
}

#[test]
fn each_condition_is_a_clause_and_so_is_its_opposite() {
    for (condition, yes, no) in [
        (
            json!({ "field": "amount", "above": 100, "currency": "JPY" }),
            "the amount is more than 100 JPY",
            "the amount is at most 100 JPY or is in another currency",
        ),
        (
            json!({ "field": "amount", "isNot": 100, "currency": "BRL" }),
            "the amount is in BRL and is not 1.00 BRL",
            "the amount is 1.00 BRL or is in another currency",
        ),
        (json!({ "field": "currency", "in": ["BRL", "USD"] }), "the currency is BRL or USD", "the currency is not BRL or USD"),
        (json!({ "field": "direction", "is": "OUT" }), "the transaction is outgoing", "the transaction is not outgoing"),
        (json!({ "field": "type", "notIn": ["PIX", "TED", "DOC"] }), "the type is not PIX, TED or DOC", "the type is PIX, TED or DOC"),
        (json!({ "field": "country", "isNot": "BR" }), "the country is known and is not BR", "the country is BR or is unknown"),
        (json!({ "field": "country", "is": "BR" }), "the country is BR", "the country is not BR or is unknown"),
        (json!({ "field": "ip", "inList": "nets" }), "the IP address is on the list “nets”", "the IP address is not on the list “nets” or is unknown"),
        (json!({ "field": "deviceId", "present": true }), "the device is given", "the device is not given"),
        (json!({ "field": "metadata.age", "below": 17.5 }), "the metadata “age” is less than 17.5", "the metadata “age” is at least 17.5 or is unknown"),
        (json!({ "field": "metadata.segment", "is": "gold" }), "the metadata “segment” is “gold”", "the metadata “segment” is not “gold” or is unknown"),
        (
            json!({ "field": "hour", "atLeast": 22 }),
            "the hour is 22:00 or later (time of America/Sao_Paulo)",
            "the hour is before 22:00 (time of America/Sao_Paulo)",
        ),
        (
            json!({ "field": "hour", "notIn": [6, 22, 23] }),
            "the hour is 0:00–5:59 or 7:00–21:59 (time of America/Sao_Paulo)",
            "the hour is 6:00–6:59 or 22:00–23:59 (time of America/Sao_Paulo)",
        ),
        (json!({ "field": "amount", "present": true, "currency": "BRL" }), "the amount is in BRL", "the amount is not in BRL"),
        (json!({ "field": "amount", "present": false, "currency": "BRL" }), "the amount is not given", "the amount is given"),
        (
            json!({ "field": "weekday", "above": 5 }),
            "the day is Saturday or Sunday (time of America/Sao_Paulo)",
            "the day is Monday, Tuesday, Wednesday, Thursday or Friday (time of America/Sao_Paulo)",
        ),
        (
            json!({ "count": "transactions", "currency": "BRL", "where": { "direction": "IN", "type": "PIX", "counterparty.id": "same" }, "within": "1h", "atLeast": 5, "blocked": true }),
            "the number of the customer's incoming transactions of type PIX with the same counterparty in BRL (blocked ones included) in the last hour is at least 5",
            "the number of the customer's incoming transactions of type PIX with the same counterparty in BRL (blocked ones included) in the last hour is less than 5",
        ),
        (
            json!({ "max": "amount", "currency": "BRL", "within": "7d", "below": 100 }),
            "the largest amount among the customer's transactions in the last 7 days is less than 1.00 BRL",
            "the largest amount among the customer's transactions in the last 7 days is at least 1.00 BRL or there are none",
        ),
        (
            json!({ "distinct": "counterparty.id", "within": "1d", "above": 9 }),
            "the number of different counterparties in the customer's transactions in the last day is more than 9",
            "the number of different counterparties in the customer's transactions in the last day is at most 9",
        ),
        (
            json!({ "session": "age", "above": "90d", "flow": "step-up" }),
            "the time since the customer's last completed session of the flow “step-up” is more than 90 days",
            "the time since the customer's last completed session of the flow “step-up” is at most 90 days or there is no such session",
        ),
        (
            json!({ "session": "decision", "is": "REJECTED" }),
            "the decision on the customer's last completed session is rejection",
            "the decision on the customer's last completed session is not rejection or there is no such session",
        ),
        (json!({ "session": "none", "is": true }), "the customer has not completed a session", "the customer has completed a session"),
        (
            json!({ "any": [{ "field": "type", "is": "PIX" }, { "all": [{ "field": "type", "is": "TED" }, { "field": "channel", "is": "APP" }] }] }),
            "the type is PIX, or (the type is TED, and the channel is APP)",
            "the type is not PIX, and (the type is not TED, or the channel is not APP or is unknown)",
        ),
    ] {
        assert_eq!(said(&condition, EN), yes);
        assert_eq!(said(&json!({ "not": condition }), EN), no);
        assert_eq!(said(&json!({ "not": { "not": condition } }), EN), yes);
    }
}

#[test]
fn portuguese_and_spanish_agree_with_their_nouns() {
    for (condition, pt, es) in [
        (
            json!({ "field": "counterparty.country", "notIn": ["BR", "PT"] }),
            "o país da contraparte consta e não é BR nem PT",
            "el país de la contraparte consta y no es BR ni PT",
        ),
        (json!({ "field": "direction", "is": "IN" }), "a transação é de entrada", "la transacción es entrante"),
        (
            json!({ "field": "hour", "below": 6 }),
            "a hora é anterior às 6:00 (horário de America/Sao_Paulo)",
            "la hora es anterior a las 6:00 (hora de America/Sao_Paulo)",
        ),
        (json!({ "field": "weekday", "is": 6 }), "o dia é sábado (horário de America/Sao_Paulo)", "el día es sábado (hora de America/Sao_Paulo)"),
        (
            json!({ "average": "amount", "currency": "BRL", "where": { "country": "same", "channel": "APP" }, "within": "1d", "atMost": 1_050 }),
            "o valor médio das transações do cliente pelo canal APP no mesmo país no último dia é de no máximo 10,50 BRL",
            "el importe medio de las transacciones del cliente por el canal APP en el mismo país en el último día es de 10,50 BRL como máximo",
        ),
        (
            json!({ "distinct": "deviceId", "within": "30d", "atLeast": 3 }),
            "o número de dispositivos diferentes nas transações do cliente nos últimos 30 dias é de pelo menos 3",
            "el número de dispositivos diferentes en las transacciones del cliente en los últimos 30 días es de al menos 3",
        ),
        (
            json!({ "not": { "session": "decision", "is": "APPROVED" } }),
            "a decisão sobre a última sessão concluída do cliente não é aprovação ou não há tal sessão",
            "la decisión sobre la última sesión completada del cliente no es aprobación o no hay tal sesión",
        ),
    ] {
        assert_eq!((said(&condition, PT), said(&condition, ES)), (pt.to_owned(), es.to_owned()));
    }
}

#[test]
fn a_rule_says_what_follows_and_that_it_is_only_tested() {
    let of = |mode: &str, then: Value| rule(json!({ "name": "r", "mode": mode, "when": { "field": "type", "is": "PIX" }, "then": then })).sentence(EN);
    assert_eq!(of("ACTIVE", json!({ "action": "BLOCK" })), "If the type is PIX, the transaction is blocked.");
    assert_eq!(of("ACTIVE", json!({ "action": "ALLOW" })), "If the type is PIX, the transaction is approved.");
    assert_eq!(of("DISABLED", json!({ "action": "REVIEW" })), "If the type is PIX, a person decides on the transaction. The rule is switched off.");
    let released = of("TEST", json!({ "action": "STEP_UP", "flow": "step-up", "onExpired": "RELEASE" }));
    assert!(
        released.ends_with("If the time runs out, the transaction is released. The rule is being tested: a match is recorded and changes nothing."),
        "{released}"
    );
}

/// The line of one condition, for the API and on a page in Portuguese.
fn line(condition: &Value, facts: &Facts) -> [String; 2] {
    let rule = rule_when(condition.clone());
    let evaluation = rule.evaluate(facts);
    [Style::Api, Style::Page(PT)].map(|style| evaluation.texts(&rule, style).remove(0).text)
}

#[test]
fn a_line_says_what_is_true() {
    let mut known = facts(&[], transaction(json!({ "channel": null })), &[]);
    known.sessions.insert(None, LastSession { completed_at: NOON.plus_seconds(-86_460), score: 40, decision: Decision::Approved });
    for (condition, api, page) in [
        (json!({ "field": "amount", "atLeast": 100_000, "currency": "BRL" }), "amount 125000 BRL ≥ 100000 BRL", "valor 1.250,00 BRL ≥ 1.000,00 BRL"),
        (json!({ "field": "amount", "below": 100_000, "currency": "BRL" }), "amount 125000 BRL ≥ 100000 BRL", "valor 1.250,00 BRL ≥ 1.000,00 BRL"),
        (json!({ "field": "amount", "above": 1, "currency": "USD" }), "amount 125000 BRL is not in USD", "valor 1.250,00 BRL não está em USD"),
        (json!({ "field": "type", "is": "PIX" }), "type PIX = PIX", "tipo PIX = PIX"),
        (json!({ "field": "type", "isNot": "TED" }), "type PIX ≠ TED", "tipo PIX ≠ TED"),
        (json!({ "field": "type", "in": ["TED", "DOC"] }), "type PIX is none of TED, DOC", "tipo PIX não está entre TED, DOC"),
        (json!({ "field": "type", "in": ["PIX", "A", "B", "C", "D", "E"] }), "type PIX is one of PIX, A, B, C, D, …", "tipo PIX está entre PIX, A, B, C, D, …"),
        (json!({ "field": "channel", "is": "APP" }), "channel: none", "canal: nada"),
        (json!({ "field": "metadata.age", "above": 30.5 }), "metadata age 31 > 30.5", "metadado age 31 > 30,5"),
        (json!({ "field": "metadata.segment", "above": 30 }), "metadata segment: none", "metadado segment: nada"),
        (json!({ "field": "country", "inList": "risky" }), "country not on the list “risky”", "país fora da lista “risky”"),
        (
            json!({ "session": "age", "below": "30d" }),
            "time since the last completed session: 1d 1m < 30d",
            "tempo desde a última sessão concluída: 1d 1m < 30d",
        ),
        (
            json!({ "session": "decision", "in": ["APPROVED", "REVIEW"] }),
            "decision on the last completed session: approval is one of approval, review",
            "decisão sobre a última sessão concluída: aprovação está entre aprovação, análise",
        ),
        (
            json!({ "session": "score", "above": 70, "flow": "step-up" }),
            "risk score of the last completed session of the flow “step-up”: none",
            "pontuação de risco da última sessão concluída do fluxo “step-up”: nada",
        ),
        (json!({ "session": "none", "is": true }), "a completed session", "uma sessão concluída"),
        (
            json!({ "session": "none", "is": true, "flow": "step-up" }),
            "no completed session of the flow “step-up”",
            "nenhuma sessão concluída do fluxo “step-up”",
        ),
    ] {
        assert_eq!(line(&condition, &known), [api, page], "{condition}");
    }
}

#[test]
fn a_line_about_an_aggregate_has_its_filter_and_its_value() {
    let history: Vec<_> = (0..9).map(|at| (transaction(json!({ "amount": 100_000 + at, "counterparty": { "id": format!("a{at}") } })), false)).collect();
    for (condition, api, page) in [
        (
            json!({ "sum": "amount", "currency": "BRL", "where": { "direction": "OUT", "type": "PIX", "counterparty.id": "same" }, "within": "24h", "atLeast": 500_000 }),
            "sum of amount, OUT, of type PIX, with the same counterparty, 24h: 125000 BRL < 500000 BRL",
            "soma dos valores, OUT, do tipo PIX, com a mesma contraparte, 24h: 1.250,00 BRL < 5.000,00 BRL",
        ),
        (json!({ "count": "transactions", "within": "1h", "above": 5 }), "number of transactions, 1h: 10 > 5", "número de transações, 1h: 10 > 5"),
        (
            json!({ "distinct": "counterparty.id", "within": "1h", "atLeast": 5 }),
            "number of different counterparties, 1h: 6+ ≥ 5",
            "número de contrapartes diferentes, 1h: 6+ ≥ 5",
        ),
        (
            json!({ "average": "amount", "currency": "BRL", "within": "1h", "above": 102_503 }),
            "average amount, 1h: 102503.60 BRL > 102503 BRL",
            "valor médio, 1h: 1.025,0360 BRL > 1.025,03 BRL",
        ),
        (json!({ "max": "amount", "currency": "EUR", "within": "1h", "above": 1 }), "largest amount, 1h: none", "maior valor, 1h: nada"),
    ] {
        let rule = rule_when(condition.clone());
        assert_eq!(line(&condition, &facts(&[&rule], transaction(json!({})), &history)), [api, page]);
    }
}

#[test]
fn a_rule_that_is_being_written_is_said_as_far_as_it_goes() {
    let of = |json: Value| Rule::draft(&json.to_string(), &World);
    let (rule, faults) = of(json!({ "when": { "all": [{ "field": "type", "is": "PIX" }, { "field": "amount" }, {}] }, "then": { "action": "BLOCK" } }));
    assert_eq!(rule.sentence(EN), "If the type is PIX, …, and …, the transaction is blocked.");
    let paths: Vec<String> = faults.expect("faults").iter().map(|fault| fault.path.clone()).collect();
    assert_eq!(paths, ["name", "when.all[1].currency", "when.all[1]", "when.all[2]"]);
    let (rule, faults) = of(json!(7));
    assert_eq!((rule.sentence(PT), faults.is_some()), ("Se …, a transação é aprovada.".to_owned(), true));
    assert!(of(serde_json::from_str(EXAMPLE).expect("JSON")).1.is_none());
}
