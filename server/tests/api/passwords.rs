//! New passwords are judged by how easily they are guessed. Operators change their own, and see and end their own sign-ins.

use crate::support::dashboard::{PASSWORD, path_of};
use crate::support::html::{attribute, inputs, is_linked, tags};
use crate::support::{Browser, Installation, TestApp, on_each_engine};

const ACCOUNT: &str = "/dashboard/account";
const CHANGE: &str = "/dashboard/account/password";
const SIGN_INS: &str = "/dashboard/account/sign-ins";
const NEW: &str = "three purple kettles sing";

async fn change(browser: &Browser, current: &str, new: &str) -> crate::support::Reply {
    browser.post(&format!("{CHANGE}?lang=en"), &[("password_current", current), ("password", new), ("password_again", new)]).await
}

/// Another browser in which the same operator signs in.
async fn elsewhere(app: &TestApp, browser: &Browser, password: &str) -> Browser {
    let other = Browser::signed_out(&app.installation);
    other.sign_in(&browser.email, password).await.expect(303);
    other
}

on_each_engine!(a_password_that_is_easy_to_guess_is_refused_with_the_reason);
async fn a_password_that_is_easy_to_guess_is_refused_with_the_reason(app: TestApp) {
    let email = "marina.teixeira@banco-horizonte.example";
    let path = path_of(&app.operator.invite(email, "AGENT").await);
    let nobody = Browser::signed_out(&app.installation);
    let long = "x9!kQ2#v".repeat(17);
    for (password, why) in [
        ("password1234", ["Many people use", "Muita gente usa", "Mucha gente usa"]),
        ("            ", ["Spaces", "Espaços", "Los espacios"]),
        ("aaaaaaaaaaaa", ["Repeated", "repetidas", "repetidas"]),
        ("abcabcabcabc", ["Repeated", "repetidas", "repetidas"]),
        (email, ["Your e-mail", "O seu e-mail", "Su correo"]),
        ("MarinaTeixeira1", ["Your e-mail", "O seu e-mail", "Su correo"]),
        ("mnopqrstuvwx", ["Keys in a row", "Teclas em fila", "Las teclas en fila"]),
        ("x9!kQ2#v", ["at least 12", "pelo menos 12", "al menos 12"]),
        (long.as_str(), ["at most 128", "no máximo 128", "como máximo 128"]),
    ] {
        for (language, why) in ["en", "pt-BR", "es"].into_iter().zip(why) {
            let form = [("password", password), ("password_again", password)];
            let page = nobody.post(&format!("{path}?lang={language}"), &form).await.expect(422).text();
            assert!(page.contains(why) && is_linked(&page, "password"), "{password} in {language}: {page}");
            assert!(attribute(inputs(&page, "password")[0], "value").unwrap_or_default().is_empty(), "the page keeps no password");
        }
    }
    let accents = "x9!kQ2#vLm4z".to_owned() + &"é".repeat(116);
    nobody.post(&path, &[("password", &accents), ("password_again", &accents)]).await.expect(303);
    nobody.sign_in(email, &accents).await.expect(303);
}

on_each_engine!(an_operator_changes_the_password_and_other_sign_ins_end);
async fn an_operator_changes_the_password_and_other_sign_ins_end(app: TestApp) {
    let agent = app.browser("AGENT").await;
    let other = elsewhere(&app, &agent, PASSWORD).await;
    for (current, new, input) in [("not the password", NEW, "password_current"), ("", NEW, "password_current"), (PASSWORD, "password1234", "password")] {
        let page = change(&agent, current, new).await.expect(422).text();
        assert!(is_linked(&page, input) && !page.contains(NEW), "{input}: {page}");
    }
    let differ = [("password_current", PASSWORD), ("password", NEW), ("password_again", "another")];
    agent.post(CHANGE, &differ).await.expect(422);
    assert!(other.is_signed_in().await, "what was refused ended nothing");
    let reset = app.operator.json(&["operator", "reset", &agent.email]).await;
    assert_eq!(change(&agent, PASSWORD, NEW).await.see_other(), format!("{ACCOUNT}?done=password-changed"));
    assert!(agent.is_signed_in().await && !other.is_signed_in().await);
    agent.get(&path_of(reset["resetUrl"].as_str().expect("a link"))).await.expect(410);
    other.sign_in(&agent.email, PASSWORD).await.expect(422);
    other.sign_in(&agent.email, NEW).await.expect(303);
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'operator.password_changed'").await, 1);
}

on_each_engine!(tries_at_the_current_password_are_limited, Installation);
async fn tries_at_the_current_password_are_limited(installation: Installation) {
    let app = TestApp::at(installation.with("FLOW_RATE_LIMITS", Some("on"))).await;
    let agent = app.browser("AGENT").await;
    for _ in 0..10 {
        change(&agent, "a guess", NEW).await.expect(422);
    }
    let database = &app.installation.database;
    let rows = async || database.number("SELECT COUNT(*) FROM audit WHERE action = 'operator.refused' AND source IS NOT NULL").await;
    assert_eq!(rows().await, 10, "a row for each wrong password");
    for _ in 0..10 {
        change(&agent, PASSWORD, NEW).await.problem(429, "rate-limited");
    }
    assert_eq!(rows().await, 11, "after ten, only the 20th has a row");
    let times = database.number("SELECT MAX(times) FROM audit WHERE action = 'operator.refused'").await;
    assert_eq!(times, 20, "tries too many are counted with wrong ones");
}

on_each_engine!(an_operator_sees_and_ends_own_sign_ins_only);
async fn an_operator_sees_and_ends_own_sign_ins_only(app: TestApp) {
    let (agent, eva) = (app.browser("AGENT").await, app.browser("AGENT").await);
    let phone = Browser::signed_out(&app.installation);
    let form = phone.form("/dashboard/sign-in", &[("email", agent.email.as_str()), ("password", PASSWORD)]);
    let form = form.header("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1 SECRET");
    phone.send(form.header("sec-fetch-site", "same-origin")).await.expect(303);
    let third = elsewhere(&app, &agent, PASSWORD).await;
    let ids = async |browser: &Browser| -> Vec<String> {
        let page = browser.page(&format!("{ACCOUNT}?lang=en")).await;
        inputs(&page, "sign_in").into_iter().filter_map(|input| attribute(input, "value")).collect()
    };
    let page = agent.page(&format!("{ACCOUNT}?lang=en")).await;
    assert!(page.contains("Safari, iOS") && page.contains("this browser") && page.contains("127.0.0.1") && !page.contains("SECRET"), "{page}");
    assert_eq!(tags(&page, "tr").len(), 4, "a head and three sign-ins");
    let (of_agent, of_eva) = (ids(&agent).await, ids(&eva).await);
    assert_eq!((of_agent.len(), of_eva.len()), (2, 0), "all but the one that shows the page");
    let foreign = ids(&phone).await.into_iter().find(|id| !of_agent.contains(id)).expect("the agent's first browser");
    for id in [foreign.as_str(), of_agent[0].as_str(), "nonsense"] {
        eva.post(SIGN_INS, &[("sign_in", id)]).await.problem(409, "conflict");
    }
    assert!(agent.is_signed_in().await && phone.is_signed_in().await && third.is_signed_in().await);
    let last = of_agent.last().expect("two").as_str();
    assert_eq!(agent.post(SIGN_INS, &[("sign_in", last)]).await.see_other(), format!("{ACCOUNT}?done=sign-ins-ended"));
    assert_ne!(phone.is_signed_in().await, third.is_signed_in().await, "one of the two");
    agent.post(SIGN_INS, &[("sign_in", last)]).await.problem(409, "conflict");
    agent.post(SIGN_INS, &[]).await.expect(303);
    assert!(!phone.is_signed_in().await && !third.is_signed_in().await && agent.is_signed_in().await && eva.is_signed_in().await);
}

on_each_engine!(a_wrong_current_password_is_audited);
async fn a_wrong_current_password_is_audited(app: TestApp) {
    let agent = app.browser("AGENT").await;
    let new = "wooden harbour lantern quietly";
    for guess in ["not the password", "another guess at it"] {
        let form = [("password_current", guess), ("password", new), ("password_again", new)];
        agent.post("/dashboard/account/password", &form).await.expect(422);
    }
    assert_eq!(app.installation.database.number("SELECT COUNT(*) FROM audit WHERE action = 'operator.refused'").await, 2);
}
