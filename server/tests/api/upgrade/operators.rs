//! Operators sign in with their old passwords and find timelines, files, answers, dossiers and invitations as before.

use super::{OldInstallation, list, text};
use crate::support::dashboard::path_of;
use crate::support::html::links;
use crate::support::{Browser, Installation, on_each_engine, sha256};

/// The lines of a timeline, sorted: the time, then the action, the actor and any detail.
fn timeline(page: &str) -> Vec<String> {
    let list = page.split(r#"class="timeline""#).nth(1).and_then(|rest| rest.split("</ol>").next()).expect("a timeline");
    let mut lines: Vec<String> = list
        .split("<li")
        .skip(1)
        .map(|item| {
            let at = item.split("datetime=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a time");
            let texts = item.split('<').map(|piece| piece.split_once('>').map_or("", |(_, text)| text).trim()).filter(|text| !text.is_empty());
            let texts: Vec<&str> = texts.collect();
            // The last text repeats the time for people.
            format!("{at} {}", texts[..texts.len() - 1].join(" "))
        })
        .collect();
    lines.sort();
    lines
}

on_each_engine!(operators_find_everything_as_before, Installation);
async fn operators_find_everything_as_before(installation: Installation) {
    let old = OldInstallation::copy_to(installation).await;
    let _app = old.serve().await;
    let stranger = Browser::signed_out(&old.installation);
    assert_ne!(stranger.sign_in(text(&old.facts["admin"]["email"]), "not the password").await.status, 303);
    let admin = old.admin().await;
    for (name, session) in old.sessions().filter(|(_, session)| session["timeline"].is_array()) {
        let path = format!("/dashboard/sessions/{}", text(&session["shown"]["ref"]));
        let page = admin.page(&format!("{path}?lang=en")).await;
        let mut before: Vec<String> = Vec::new();
        for line in list(&session["timeline"]) {
            let texts: Vec<&str> = list(&line["texts"]).iter().map(text).collect();
            before.push(format!("{} {}", text(&line["at"]), texts.join(" ")));
        }
        before.sort();
        assert_eq!(timeline(&page), before, "the timeline of {name}");
        if session["review"].is_object() {
            for shown in [text(&session["review"]["reason"]), text(&old.facts["admin"]["email"])] {
                assert!(page.contains(shown), "{name}: {shown} in {page}");
            }
        }
        for (artifact, digest) in session["files"].as_object().expect("files") {
            let file = admin.get(&format!("{path}/artifacts/{artifact}")).await.expect(200);
            assert_eq!(sha256(&file.body), text(digest), "{name}: {artifact}");
        }
        if let Some(entered) = session["entered"].as_object() {
            let (_, revealed) = admin.reveal(&path, &[]).await;
            assert!(entered.contains_key("name") && revealed.contains(text(&entered["name"])), "{name}: {revealed}");
        }
    }
    for (reference, dossier) in old.facts["dossiers"].as_object().expect("dossiers") {
        let path = text(&dossier["path"]);
        assert_eq!(admin.dossier(reference).await.as_deref(), Some(path));
        let there = links(&admin.page(path).await, "/dashboard/sessions/");
        assert!(list(&dossier["holds"]).iter().all(|link| there.iter().any(|there| there == text(link))), "{reference}: {dossier}, now {there:?}");
    }
    // An open invitation still works.
    let invited = Browser::signed_out(&old.installation);
    assert_eq!(invited.choose_password(&path_of(text(&old.facts["invited"]["inviteUrl"]))).await.see_other(), "/dashboard");
    assert!(invited.is_signed_in().await);
}
