//! Operators manage and review sessions; they never own them. These tests search everything that people read for phrases that
//! say or imply otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Engine, TestApp, on_each_engine};

/// Phrases that imply ownership, in each language, in lower case with plain apostrophes.
const PHRASES: [&str; 44] = [
    "operator's session",
    "operators' session",
    "operator's own session",
    "operator session",
    "operator-owned",
    "session of an operator",
    "session of the operator",
    "sessions of an operator",
    "sessions of the operator",
    "sessions of operators",
    "session owner",
    "session's owner",
    "owner of the session",
    "owner of a session",
    "owns the session",
    "owns a session",
    "own sessions",
    "my session",
    "our sessions",
    "your sessions",
    "reviewer's session",
    "agent's session",
    "administrator's session",
    "assigned to you",
    "belongs to an operator",
    "belong to an operator",
    "sessão do operador",
    "sessões do operador",
    "sessões dos operadores",
    "sessão de operador",
    "dono da sessão",
    "minha sessão",
    "minhas sessões",
    "suas sessões",
    "nossas sessões",
    "sesión del operador",
    "sesiones del operador",
    "sesiones de los operadores",
    "sesión de operador",
    "dueño de la sesión",
    "mi sesión",
    "mis sesiones",
    "sus sesiones",
    "nuestras sesiones",
];

/// Normalizes text like the phrases: lower case, single spaces, plain apostrophes.
fn plain(text: &str) -> String {
    let text = text.to_lowercase().replace(['’', '`', '*', '_'], "'").replace("&#x27;", "'").replace("&#39;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The phrases that occur in this text at the start of a word.
fn found(text: &str) -> Vec<&'static str> {
    let text = plain(text);
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphabetic);
    let begins = |at: usize| !is_letter(text[..at].chars().next_back());
    PHRASES.into_iter().filter(|phrase| text.match_indices(phrase).any(|(at, _)| begins(at))).collect()
}

/// Files with this extension in a folder and its subfolders.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path, ending)
            } else if path.extension().is_some_and(|is| is == ending) {
                vec![path]
            } else {
                vec![]
            }
        })
        .collect()
}

#[track_caller]
fn assert_clean(source: &str, text: &str) {
    assert!(found(text).is_empty(), "{source} implies that operators own sessions: {:?}", found(text));
}

#[test]
fn no_text_implies_that_operators_own_sessions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let sources = [
        files(&root.join("docs"), "md"),
        files(&root.join("app/src"), "rs"),
        files(&root.join("server/flows"), "json"),
        files(&root.join("server/src"), "rs"),
        vec![root.join("README.md")],
    ];
    for path in &sources {
        assert!(!path.is_empty(), "there are files to read");
    }
    for path in sources.iter().flatten() {
        assert_clean(&path.display().to_string(), &fs::read_to_string(path).expect("text"));
    }
}

#[test]
fn the_search_finds_what_is_planted() {
    for phrase in PHRASES {
        for planted in
            [format!("words, {phrase}s and more"), phrase.to_uppercase(), phrase.replace(' ', "\n    "), phrase.replace('\'', "’"), format!("<b>{phrase}</b>")]
        {
            assert!(found(&planted).contains(&phrase), "{planted}");
        }
    }
    for harmless in
        ["an operator reviews a session", "the session's own key", "Your session is over", "sua sessão terminou", "operators create sessions", "tu sesión"]
    {
        assert_eq!(found(harmless), Vec::<&str>::new(), "{harmless}");
    }
}

/// Every command that the help lists, with its subcommands.
async fn commands(app: &TestApp, of: &[&str]) -> Vec<Vec<String>> {
    let help = app.operator.run(&[of, &["--help"]].concat()).await;
    assert_eq!(help.code, Some(0), "{of:?}: {help:?}");
    assert_clean(&format!("{of:?} --help"), &help.stdout);
    let mut all = vec![of.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()];
    let listed = help.stdout.split("\nCommands:\n").nth(1).unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap_or_default();
        if name != "help" && line.starts_with("  ") && !line.starts_with("   ") {
            all.extend(Box::pin(commands(app, &[of, &[name]].concat())).await);
        }
    }
    all
}

on_each_engine!(no_help_and_no_page_implies_that_operators_own_sessions);
async fn no_help_and_no_page_implies_that_operators_own_sessions(app: TestApp) {
    if app.installation.engine == Engine::Sqlite {
        let all = commands(&app, &[]).await;
        let wanted: [&[&str]; 3] = [&["serve"], &["link", "create"], &["session", "show"]];
        assert!(wanted.iter().all(|wanted| all.iter().any(|known| known == wanted)), "{all:?}");
    }
    for language in ["pt-BR", "en", "es"] {
        let customer = app.customer_with(&["--locale", language]).await;
        let mut pages = vec![
            customer.page("/identity").await.expect(200),
            customer.page("/selfie").await.expect(200),
            customer.post_form("identity", &[]).await.expect(422),
        ];
        pages.push(app.stranger("sess_nonsense").get(&format!("/verify/sess_nonsense?lang={language}")).await.expect(404));
        customer.finish().await;
        pages.push(customer.page("").await.expect(200));
        for page in pages {
            assert_clean(&format!("a page in {language}"), &page.text());
        }
    }
}
