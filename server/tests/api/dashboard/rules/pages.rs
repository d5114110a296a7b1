//! The page of a rule: its modes, its trial, and who sees it.

use super::{Desk, LARGE, NEW, large, with};
use crate::support::html::text_of;
use crate::support::{TestApp, json, on_each_engine};

on_each_engine!(the_mode_is_changed_from_the_page_over_the_version_that_it_shows);
async fn the_mode_is_changed_from_the_page_over_the_version_that_it_shows(app: TestApp) {
    let desk = Desk::of(app).await;
    desk.admin.post(NEW, &with(large("1,000.00"), &[("_action", "save"), ("_over", "0")])).await.expect(303);
    let mode = format!("{LARGE}/mode");
    assert_eq!(desk.admin.post(&mode, &[("mode", "TEST"), ("_over", "1")]).await.see_other(), format!("{LARGE}?done=mode-changed"));
    assert_eq!(desk.post("a", 100_000).await["status"], "APPROVED");
    let stale = desk.admin.post(&mode, &[("mode", "ACTIVE"), ("_over", "1")]).await.expect(409).text();
    assert!(stale.contains("Somebody changed this rule meanwhile"), "{stale}");
    desk.admin.post(&mode, &[("mode", "ACTIVE"), ("_over", "2")]).await.expect(303);
    assert_eq!(desk.post("b", 100_000).await["status"], "REVIEW");
    desk.admin.post(&mode, &[("mode", "DISABLED"), ("_over", "3")]).await.expect(303);
    assert_eq!((desk.rule("large").await["mode"].clone(), desk.versions().await), (json!("DISABLED"), 4));
    desk.admin.post(&mode, &[("mode", "ON"), ("_over", "4")]).await.problem(422, "invalid-request");
    desk.admin.post("/dashboard/rules/by-name/none/mode", &[("mode", "TEST"), ("_over", "1")]).await.problem(404, "not-found");
}

on_each_engine!(a_rule_is_tried_and_nothing_is_written_but_that_a_transaction_was_read);
async fn a_rule_is_tried_and_nothing_is_written_but_that_a_transaction_was_read(app: TestApp) {
    let desk = Desk::of(app).await;
    let database = &desk.app.installation.database;
    desk.post("a", 40_000).await;
    desk.post("b", 70_000).await;
    let sum = [
        ("name", "sum"),
        ("w.kind", "all"),
        ("w.0.what", "sum"),
        ("w.0.op", "atLeast"),
        ("w.0.value", "1,500.00"),
        ("w.0.currency", "BRL"),
        ("w.0.within", "24h"),
        ("w.1.kind", "not"),
        ("w.1.0.what", "type"),
        ("w.1.0.op", "is"),
        ("w.1.0.value", "TED"),
        ("action", "BLOCK"),
        ("mode", "DISABLED"),
        ("_action", "test"),
    ];
    let before = (database.number("SELECT COUNT(*) FROM transactions").await, database.number("SELECT COUNT(*) FROM audit").await);
    let posted = r#"{"transactionId":"c","customerId":"c-1","amount":40000,"currency":"BRL","direction":"OUT","type":"PIX"}"#;
    let page = text_of(&desk.admin.post(NEW, &with(sum.to_vec(), &[("posted", posted)])).await.expect(200).text());
    assert!(page.contains("Tried on c") && page.contains("The rule matches."), "{page}");
    assert!(page.contains("sum of amount, 24h: 1,500.00 BRL ≥ 1,500.00 BRL") && page.contains("type PIX ≠ TED"), "{page}");
    let stranger = posted.replace("c-1", "c-new");
    let page = text_of(&desk.admin.post(NEW, &with(sum.to_vec(), &[("posted", &*stranger)])).await.expect(200).text());
    assert!(page.contains("sum of amount, 24h: 400.00 BRL < 1,500.00 BRL") && page.contains("The rule does not match."), "{page}");
    let searches = database.number("SELECT COUNT(*) FROM audit WHERE action = 'search'").await;
    assert_eq!((database.number("SELECT COUNT(*) FROM transactions").await, database.number("SELECT COUNT(*) FROM audit").await - searches), before);
    assert_eq!((database.number("SELECT COUNT(*) FROM customers").await, searches), (1, 2), "each trial may tell something of a customer");

    // A stored one counts once, whether it is named by the company's id or by its ref.
    let stored = database.texts("SELECT ref FROM transactions ORDER BY ref DESC").await.remove(0);
    for named in ["b", stored.as_str()] {
        let page = text_of(&desk.admin.post(NEW, &with(sum.to_vec(), &[("stored", named)])).await.expect(200).text());
        assert!(page.contains("sum of amount, 24h: 1,100.00 BRL < 1,500.00 BRL"), "{named}: {page}");
    }
    let reads = "SELECT COUNT(DISTINCT subject) FROM audit WHERE action = 'transaction.read' AND actor = 'operator'";
    assert_eq!(database.number(reads).await, 1);
    for (input, text, why) in [
        ("stored", "nothing", "There is no such transaction"),
        ("stored", "", "Enter a stored transaction or paste one"),
        ("posted", "{", "This is not JSON: see line 1, column 1"),
        ("posted", "{}", "transactionId: this key is required"),
        ("posted", "[]", "use an object"),
    ] {
        let page = text_of(&desk.admin.post(NEW, &with(sum.to_vec(), &[(input, text)])).await.expect(422).text());
        assert!(page.contains(why), "{input} {text}: {page}");
    }
    // The page of a saved rule tries it as well.
    desk.admin.post(NEW, &with(large("700"), &[("_action", "save"), ("_over", "0")])).await.expect(303);
    let led = desk.admin.submit(&format!("{LARGE}/test"), &[("stored", "b")]).await.see_other();
    let page = text_of(&desk.admin.page(&led).await);
    assert!(page.contains("Tried on b") && page.contains("amount 700.00 BRL ≥ 700.00 BRL"), "{page}");
    // In the reader's language, each by its key.
    let wrong =
        r#"{"transactionId":"..","amount":1.5,"currency":"XXX","direction":"UP","type":"pix","foo":1,"counterparty":{"country":"Brazil"},"metadata":{"X":[]}}"#;
    let page = text_of(&desk.admin.post(&format!("{LARGE}/test?lang=pt-BR"), &[("posted", wrong)]).await.expect(422).text());
    for fault in [
        "transactionId: use de 1 a 128 letras",
        "customerId: esta chave é obrigatória",
        "amount: use um número inteiro",
        "currency: use o código de uma moeda",
        "direction: use IN ou OUT",
        "type: use letras maiúsculas",
        "counterparty.country: use o código de duas letras",
        "metadata.X: use uma chave como segment",
        "foo: esta chave não existe",
    ] {
        assert!(page.contains(fault), "{fault}: {page}");
    }
}

on_each_engine!(roles_see_and_change_rules_as_the_contract_says);
async fn roles_see_and_change_rules_as_the_contract_says(app: TestApp) {
    let desk = Desk::of(app).await;
    desk.admin.post(NEW, &with(large("1,000.00"), &[("_action", "save"), ("_over", "0")])).await.expect(303);
    let auditor = desk.app.browser("AUDITOR").await;
    let page = auditor.page(LARGE).await;
    assert!(page.contains("Large payments") && !page.contains("large/edit") && !page.contains("large/mode") && !page.contains("large/test"), "{page}");
    assert!(!auditor.page("/dashboard/rules").await.contains(NEW));
    for role in ["REVIEWER", "AGENT"] {
        let other = desk.app.browser(role).await;
        assert!(!other.page("/dashboard/links").await.contains("/dashboard/rules"), "{role}");
        other.get(LARGE).await.expect(403);
    }
    // A name may be any of the words in our own addresses.
    for name in ["new", "backtests", "by-name", "edit"] {
        let form = with(large("1"), &[("name", name), ("_action", "save"), ("_over", "0")]);
        let form: Vec<_> = form.into_iter().skip(1).collect();
        assert_eq!(desk.admin.post(NEW, &form).await.see_other(), format!("/dashboard/rules/by-name/{name}?done=rule-saved"));
        desk.admin.get(&format!("/dashboard/rules/by-name/{name}/edit")).await.expect(200);
    }
}
