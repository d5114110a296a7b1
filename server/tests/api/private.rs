//! What a customer enters is nobody's to find: not in the log at its most talkative, not in the database, not in the
//! folder of artifacts, plain or in any usual spelling. The same holds for the id, which is the capability.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::support::{Customer, Engine, Place, SOON, World, hex, json, on_each_engine, photos};

const NAME: &str = "Quetzalmoor";
const CPF: &str = "52998224725";
const CUSTOMER: &str = "crm-Wintermaerz-77";

/// Every way in which these bytes are usually written.
fn spellings(secret: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![secret.to_vec()];
    // In base64 the letters depend on where the secret begins; the ends are mixed with their neighbours.
    for skipped in 0..3.min(secret.len()) {
        let inner = &secret[skipped..];
        let whole = &inner[..inner.len() / 3 * 3];
        found.push(STANDARD_NO_PAD.encode(whole).into_bytes());
        found.push(URL_SAFE_NO_PAD.encode(whole).into_bytes());
    }
    let in_hex: Vec<_> = found.iter().map(|bytes| hex(bytes)).collect();
    found.extend(in_hex.iter().map(|text| text.clone().into_bytes()));
    found.extend(in_hex.iter().map(|text| text.to_uppercase().into_bytes()));
    found.retain(|bytes| bytes.len() >= 8);
    found
}

fn holds(haystack: &[u8], secret: &[u8]) -> bool {
    spellings(secret).iter().any(|spelling| {
        let first = spelling[0];
        let mut rest = haystack;
        while let Some(at) = rest.iter().position(|byte| *byte == first) {
            rest = &rest[at..];
            if rest.starts_with(spelling) {
                return true;
            }
            rest = &rest[1..];
        }
        false
    })
}

/// Everything that is kept: each file of the data folder and, of PostgreSQL, each row.
async fn kept(place: &Place) -> Vec<(String, Vec<u8>)> {
    let files = place.contents().into_keys().filter(|path| path.is_file());
    let mut kept: Vec<_> = files.map(|path| (path.display().to_string(), fs::read(&path).unwrap_or_default())).collect();
    if place.engine == Engine::Postgres {
        kept.push(("every row".to_owned(), place.database.every_row().await.into_bytes()));
    }
    kept
}

#[track_caller]
fn is_nowhere(kept: &[(String, Vec<u8>)], what: &str, secret: &[u8]) {
    for (place, bytes) in kept {
        assert!(!holds(bytes, secret), "{what} is in {place}");
    }
}

/// A whole story with everything in it that must not be found; answers the customer.
async fn story(world: &World) -> Customer {
    let (company, secret) = world.company().await;
    let customer = world.customer_with(&["--customer", CUSTOMER]).await;
    let values = json!({ "name": format!("{NAME} da Silva"), "cpf": "529.982.247-25" });
    customer.save("identity", json!({ "name": NAME, "cpf": "1" })).await.expect(422);
    customer.save("identity", values.clone()).await.expect(204);
    customer.post_form("identity", &[("name", NAME), ("cpf", CPF)]).await.expect(303);
    customer.post_form("identity", &[("name", NAME), ("cpf", "52998224725x")]).await.expect(422);
    customer.page("/identity").await.expect(200);
    customer.answers().await.expect(200);
    let selfie = customer.selfie().await;
    customer.complete(json!({ "name": 5, "cpf": CPF })).await.expect(422);
    customer.complete(json!({ "name": values["name"], "cpf": CPF, "selfie_url": selfie })).await.expect(202);
    customer.reaches("COMPLETED", SOON).await;
    company.only_event(&secret, SOON).await;
    world.operator.session(&customer.id).await;
    let expiring = world.customer_with(&["--ttl", "1s", "--customer", CUSTOMER]).await;
    expiring.reaches("EXPIRED", SOON).await;
    company.requests(2, SOON).await;
    customer
}

fn secrets(customer: &Customer) -> Vec<(&'static str, Vec<u8>)> {
    let id = customer.id.strip_prefix("sess_").expect("a session id").as_bytes().to_vec();
    let cookies = customer.cookies();
    let cookie = cookies.iter().find(|(name, _)| name.starts_with("fs_")).expect("the resume cookie").1;
    let middle = photos::selfie().len() / 2;
    vec![
        ("the name", NAME.into()),
        ("the CPF", CPF.into()),
        ("the CPF with its punctuation", b"529.982.247-25".to_vec()),
        ("the company's reference", CUSTOMER.into()),
        ("the session id", id),
        ("the resume cookie", cookie.clone().into_bytes()),
        ("the photo", photos::selfie()[middle..middle + 64].to_vec()),
    ]
}

on_each_engine!(nothing_that_is_kept_tells_what_was_entered);
async fn nothing_that_is_kept_tells_what_was_entered(mut world: World) {
    let customer = story(&world).await;
    let while_running = kept(&world.place).await;
    assert_eq!(world.server.sigterm().await.0.code(), Some(0));
    let after = kept(&world.place).await;
    for (what, secret) in secrets(&customer) {
        is_nowhere(&while_running, what, &secret);
        is_nowhere(&after, what, &secret);
    }
}

on_each_engine!(the_log_tells_refs_and_no_people);
async fn the_log_tells_refs_and_no_people(mut world: World) {
    let customer = story(&world).await;
    let session_ref = world.operator.session_ref(&customer.id).await;
    assert_eq!(world.server.sigterm().await.0.code(), Some(0));
    let log = world.place.log.text();
    assert!(log.contains(&session_ref), "at trace the log speaks of the session by its ref");
    for (what, secret) in secrets(&customer) {
        let told = holds(log.as_bytes(), &secret);
        assert!(!told, "{what} is in the log: {:?}", log.lines().find(|line| holds(line.as_bytes(), &secret)));
    }
}

on_each_engine!(the_search_finds_what_is_planted);
async fn the_search_finds_what_is_planted(world: World) {
    let planted = async |canary: &str, text: &str| {
        is_nowhere(&kept(&world.place).await, canary, canary.as_bytes());
        world.place.database.plant(&format!("some words before {text} and after")).await;
        let kept = kept(&world.place).await;
        assert!(kept.iter().any(|(_, bytes)| holds(bytes, canary.as_bytes())), "{canary} as {text}");
    };
    for number in 10..10 + spellings(b"canary 10, planted").len() {
        let canary = format!("canary {number}, planted");
        let spelling = spellings(canary.as_bytes()).swap_remove(number - 10);
        planted(&canary, &String::from_utf8(spelling).expect("text")).await;
    }
    for (shift, canary) in ["", "1", "22"].into_iter().zip(["canary 90, shifted", "canary 91, shifted", "canary 92, shifted"]) {
        planted(canary, &STANDARD_NO_PAD.encode(format!("{shift}{canary} and more"))).await;
    }
    let (folder, canary) = (world.place.data().join("artifacts"), b"canary 99, in a file");
    fs::create_dir_all(&folder).expect("the folder of artifacts");
    fs::write(folder.join("planted"), canary).expect("plants a file");
    let kept = kept(&world.place).await;
    assert!(kept.iter().any(|(place, bytes)| place.ends_with("planted") && holds(bytes, canary)));
}
