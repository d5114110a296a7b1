//! Tests that the sources of the three crates follow the rules of the architecture. It fails with file and line where a file
//! uses a floor above it, where files use each other in a circle, and where SQL, axum, the clock or the environment occurs in
//! a file where it does not belong. `docs/architecture.md` shows the same floors.

mod house {
    pub mod rules;
    pub mod source;
    pub mod tree;

    mod own_tests;
}

use std::fs;
use std::path::{Path, PathBuf};

use house::rules::{self, Floor, Reserved, Sign};
use house::tree::Tree;

/// The floors of the server, from the bottom up. A file uses files of its own floor and of those below.
const SERVER: &[Floor] = &[
    &["kill.rs", "clock.rs", "ids.rs", "config.rs", "config/", "cpu.rs", "handoff/", "inspect/"],
    &["actor.rs", "actor/"],
    &["model/"],
    &["vault.rs"],
    &["sealed.rs"],
    &["store/"],
    &["failure.rs", "error.rs"],
    &["storage.rs", "worker/"],
    &["kit.rs", "installation/"],
    &["objects.rs", "work/", "outbox/", "flows/", "customers/"],
    &["sessions/"],
    &["artifacts/", "checks/", "dossiers/", "webhooks/", "operators/", "api_keys/", "lists/", "rules/", "transactions/"],
    &["views/"],
    &["app.rs"],
    &["http/"],
    &["router.rs"],
    &["lib.rs"],
    &["cli/", "main.rs"],
];

/// The floors of `app`, in the same order.
const APP: &[Floor] = &[&["words/"], &["flow/data.rs"], &["components/"], &["islands/"], &["flow/", "dashboard/"], &["lib.rs"]];

/// How many circles of two files `app` may have.
const CIRCLES_IN_APP: usize = 1;

/// Code that only certain files may contain.
const RESERVED: &[Reserved] = &[
    Reserved { what: "SQL", signs: &[Sign::Crate("sqlx"), Sign::Sql], places: &["server/src/store/"] },
    Reserved { what: "axum", signs: &[Sign::Crate("axum")], places: &["server/src/http/", "server/src/router.rs"] },
    Reserved {
        what: "the clock or chance",
        signs: &[Sign::End("SystemTime::now"), Sign::End("Utc::now"), Sign::End("Uuid::now_v7"), Sign::End("rand::rng")],
        places: &["server/src/clock.rs"],
    },
    Reserved {
        what: "a change of a session's status",
        signs: &[Sign::End("store::sessions::change"), Sign::End("sessions::change")],
        places: &["server/src/sessions/transition.rs"],
    },
    Reserved {
        what: "the environment",
        signs: &[Sign::End("env::var"), Sign::End("env::var_os"), Sign::End("env::vars")],
        places: &["server/src/config.rs", "server/src/kill.rs"],
    },
];

#[test]
fn no_arrow_points_up_in_the_server() {
    assert_no_complaints(&rules::arrows_up(&tree("server"), SERVER));
}

#[test]
fn no_arrow_points_up_in_the_app() {
    assert_no_complaints(&rules::arrows_up(&tree("app"), APP));
}

/// A check is one file. It gets a `Submission`; what it may use besides has no store, clock, key or network.
#[test]
fn a_check_uses_its_submission_and_little_else() {
    const PLUMBING: [&str; 8] = [
        "checks/document.rs",
        "checks/tried.rs",
        "checks/mod.rs",
        "checks/at_once.rs",
        "checks/check.rs",
        "checks/follower.rs",
        "checks/results.rs",
        "checks/runner.rs",
    ];
    const ALLOWED: [&str; 4] = ["checks/check.rs", "checks/document.rs", "model/", "inspect/"];
    let is_check = |path: &str| path.starts_with("checks/") && !PLUMBING.contains(&path);
    let arrows = tree("server").arrows();
    let checks: Vec<_> = arrows.iter().filter(|arrow| is_check(&arrow.from)).collect();
    assert!(checks.len() > 3, "there are checks: {}", checks.len());
    let wrong: Vec<String> = checks
        .iter()
        .filter(|arrow| !ALLOWED.iter().any(|allowed| arrow.to.starts_with(allowed)))
        .map(|arrow| format!("server/src/{}:{} uses {}", arrow.from, arrow.line, arrow.to))
        .collect();
    assert_no_complaints(&wrong);
}

#[test]
fn the_server_has_no_circle() {
    assert_no_complaints(&rules::circles(&tree("server"), 0));
}

#[test]
fn the_app_has_one_circle_of_two_files_at_most() {
    assert_no_complaints(&rules::circles(&tree("app"), CIRCLES_IN_APP));
}

#[test]
fn the_shared_crate_has_no_circle() {
    assert_no_complaints(&rules::circles(&tree("shared"), 0));
}

#[test]
fn reserved_code_is_only_where_it_belongs() {
    let complaints: Vec<String> = ["server", "app", "shared"].into_iter().flat_map(|name| rules::out_of_place(&tree(name), RESERVED)).collect();
    assert_no_complaints(&complaints);
}

#[test]
fn the_architecture_page_shows_the_floors() {
    let page = root().join("docs/architecture.md");
    let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    if let Err(complaint) = rules::shown_floors(&text, "floors of the server", SERVER) {
        panic!("docs/architecture.md: {complaint}");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_owned()
}

fn tree(name: &str) -> Tree {
    Tree::read(name, &root().join(name).join("src"))
}

#[track_caller]
fn assert_no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}
