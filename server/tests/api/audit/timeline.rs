//! The timeline of a session shows what is audited, names API keys, and folds what happens often.

use crate::support::html::tags;
use crate::support::{ApiClient, Customer, TestApp, json, on_each_engine, photos};

/// The words for a key, a step that another device overwrote, an upload, and folded entries, in each language.
const WORDS: [(&str, [&str; 4]); 3] = [
    ("en", ["API key Billing", "Step saved over another device's answers", "File uploaded", "Routine entries: 3"]),
    ("pt-BR", ["Chave de API Billing", "Etapa salva sobre as respostas de outro aparelho", "Arquivo enviado", "Entradas de rotina: 3"]),
    ("es", ["Clave de API Billing", "Paso guardado sobre las respuestas de otro dispositivo", "Archivo subido", "Entradas de rutina: 3"]),
];

on_each_engine!(the_timeline_shows_what_is_audited_and_folds_what_is_routine);
async fn the_timeline_shows_what_is_audited_and_folds_what_is_routine(app: TestApp) {
    app.operator.set_session_api("on").await;
    let key = app.operator.json(&["api-key", "create", "--scope", "sessions:create", "--name", "Billing"]).await;
    let text = |name: &str| key[name].as_str().expect("a text").to_owned();
    let program = ApiClient { id: text("id"), key: text("key"), http: Customer::at(&app.installation, "") };
    let created = program.create(&json!({ "flow": "minimal" })).await.expect(201).json();
    let phone = app.stranger(created["sessionId"].as_str().expect("an id"));
    for name in ["Ana", "Ana Lima"] {
        phone.save("identity", json!({ "name": name, "cpf": "39053344705" })).await.expect(204);
    }
    phone.upload("selfie_url", photos::selfie()).await.expect(201);
    phone.on_another_device().save("identity", json!({ "name": "Zé", "cpf": "39053344705" })).await.expect(204);
    phone.upload("selfie_url", photos::other_selfie()).await.expect(201);
    let session_ref = app.installation.database.texts("SELECT ref FROM sessions").await.remove(0);
    let admin = app.browser("ADMIN").await;
    let path = format!("/dashboard/sessions/{session_ref}");
    for (language, words) in WORDS {
        let page = admin.page(&format!("{path}?lang={language}")).await;
        let timeline = page.split("class=\"timeline\"").skip(1).collect::<String>();
        let timeline = timeline.split("</section>").next().expect("its end");
        for word in words {
            assert!(timeline.contains(word), "{language}: {word} in {timeline}");
        }
        // Created; three folded in one entry; overwritten; a single routine entry.
        assert_eq!(tags(timeline, "li").len(), 7, "{timeline}");
        assert_eq!(tags(timeline, "details").len(), 1, "{timeline}");
        let folded = timeline.split("<details").nth(1).and_then(|rest| rest.split("</details>").next()).expect("the fold");
        assert!(folded.contains(words[2]) && !folded.contains(words[1]), "what another device overwrote stands out: {folded}");
    }
    let flood = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO audit (id, at, actor, action, subject, step, routine) \
         SELECT '00000000-0000-7000-8000-' || (100000000000 + i), 4000000000000000 + i, 'customer', 'step.saved', '{session_ref}', 1, 1 FROM n"
    );
    app.installation.database.change(&flood).await;
    let page = admin.page(&format!("{path}?lang=en")).await;
    assert!(page.contains("API key Billing") && page.contains(WORDS[0].1[1]), "thousands of saves hide nothing else");
    assert!(page.contains("only the newest 1000"), "and the page says that there are more");
}
