//! Tests of the rules themselves on small made-up crates: each rule finds what it forbids and accepts what is allowed.

use super::rules::{self, Floor, Reserved, Sign};
use super::tree::Tree;

const FLOORS: &[Floor] = &[&["low.rs"], &["store/"], &["high.rs", "other.rs"], &["lib.rs"], &["main.rs", "cli/"]];

const RESERVED: &[Reserved] = &[
    Reserved { what: "SQL", signs: &[Sign::Crate("sqlx"), Sign::Sql], places: &["made/src/store/"] },
    Reserved { what: "the clock", signs: &[Sign::End("SystemTime::now")], places: &["made/src/low.rs"] },
];

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree::of("made", files.iter().copied())
}

/// The uses between files, each as `from:line to`.
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    tree(files).arrows().into_iter().map(|arrow| format!("{}:{} {}", arrow.from, arrow.line, arrow.to)).collect()
}

/// The same for one file among empty files.
fn arrows_of(path: &str, text: &str) -> Vec<String> {
    let silent = ["lib.rs", "low.rs", "high.rs", "other.rs", "store/mod.rs", "store/rows.rs"];
    let mut files: Vec<(&str, &str)> = silent.into_iter().filter(|other| *other != path).map(|other| (other, "")).collect();
    files.push((path, text));
    arrows(&files)
}

/// Complaints about uses of a higher floor, where every floor has files.
fn arrows_up(path: &str, text: &str) -> Vec<String> {
    let silent = ["lib.rs", "main.rs", "cli/mod.rs", "low.rs", "high.rs", "other.rs", "store/mod.rs", "store/rows.rs"];
    let mut files: Vec<(&str, &str)> = silent.into_iter().filter(|other| *other != path).map(|other| (other, "")).collect();
    files.push((path, text));
    rules::arrows_up(&tree(&files), FLOORS)
}

#[test]
fn every_way_to_name_another_file_counts_as_a_use() {
    let ways = [
        "use crate::high::Thing;",
        "use crate::{low, high::{self, Thing}};",
        "use crate::high as tall;",
        "use crate::high::*;",
        "pub use crate::high::Thing;",
        "pub(crate) use super::super::high::Thing;",
        "fn f() { crate::high::g(); }",
        "fn f(thing: &super::super::high::Thing) {}",
        "use crate::high; fn f() { high::g(); }",
        "use crate as root; fn f() { root::high::g(); }",
        "use super::super::*; fn f() { high::g(); }",
        "fn f() { println!(\"{}\", crate::high::LIMIT); }",
        "#[derive(crate::high::Derive)] struct Thing;",
        "mod within { fn f() { super::super::super::high::g(); } }",
        "impl crate::high::Trait for u8 {}",
        "fn f() -> Vec<crate::high::Thing> { Vec::<crate::high::Thing>::new() }",
        "macro_rules! m { () => { $crate::high::g() } }",
    ];
    for text in ways {
        assert!(arrows_of("store/rows.rs", text).contains(&"store/rows.rs:1 high.rs".to_owned()), "{text}: {:?}", arrows_of("store/rows.rs", text));
    }
}

#[test]
fn text_that_names_no_other_file_is_no_use() {
    let ways = [
        "mod high;",
        "//! See [`crate::high::Thing`].",
        "// use crate::high::Thing;",
        "/// As `crate::high` does.\nfn f() {}",
        "const TEXT: &str = \"crate::high::Thing\";",
        "pub(crate) fn f() {}",
        "pub(in crate::store) fn f() {}",
        "use high::Thing;",
        "use ::high::Thing;",
        "fn f() { ::high::g(); }",
        "fn f(high: u8) -> u8 { high }",
        "use self::inner::A; mod inner { pub struct A; }",
        "use std::fmt::{self, Debug as _};",
        "fn f() -> impl Iterator<Item = u8> + use<'_> { g() }",
    ];
    for text in ways {
        assert_eq!(arrows_of("store/rows.rs", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_path_counts_as_a_use_of_the_deepest_file_it_names() {
    assert_eq!(arrows_of("high.rs", "use crate::store::rows::Row;"), ["high.rs:1 store/rows.rs"]);
    assert_eq!(arrows_of("high.rs", "use crate::store::Row;"), ["high.rs:1 store/mod.rs"]);
    assert_eq!(arrows_of("store/mod.rs", "mod rows;\npub use rows::Row;"), ["store/mod.rs:2 store/rows.rs"]);
    assert_eq!(arrows_of("high.rs", "\n\nuse crate::{\n    low,\n    store::rows,\n};"), ["high.rs:4 low.rs", "high.rs:5 store/rows.rs"]);
    assert_eq!(arrows_of("high.rs", "use crate::run;"), ["high.rs:1 lib.rs"]);
}

#[test]
fn the_program_uses_the_library_by_its_name() {
    let files =
        [("lib.rs", "pub mod low;"), ("low.rs", ""), ("main.rs", "mod cli;\nuse crate::cli::Cli;"), ("cli/mod.rs", "use made::low::Thing;\nuse made::run;")];
    assert_eq!(arrows(&files), ["cli/mod.rs:2 lib.rs", "cli/mod.rs:1 low.rs", "main.rs:2 cli/mod.rs"]);
}

#[test]
fn a_macro_of_the_root_is_no_use() {
    let files = [("lib.rs", "macro_rules! twice { () => {} }"), ("low.rs", "crate::twice!();")];
    assert_eq!(arrows(&files), Vec::<String>::new());
}

#[test]
fn a_use_of_a_higher_floor_is_found() {
    assert_eq!(arrows_up("low.rs", "\nuse crate::high::Thing;"), ["made/src/low.rs:2 uses high.rs, which is above it (high.rs, other.rs is above low.rs)"]);
    assert_eq!(arrows_up("high.rs", "use crate::{low, store::Row, other};"), Vec::<String>::new());
}

#[test]
fn every_file_has_a_floor_and_every_floor_its_files() {
    assert_eq!(arrows_up("attic.rs", ""), ["made/src/attic.rs:1 is on no floor"]);
    assert_eq!(rules::arrows_up(&tree(&[("low.rs", "")]), &[&["low.rs"], &["gone/"]]), ["made/src/gone/ is on a floor, but is not there"]);
}

#[test]
fn a_file_can_leave_the_floor_of_its_folder() {
    let files = [("store/mod.rs", ""), ("store/rows.rs", "use crate::high::Thing;"), ("high.rs", "")];
    let floors: &[Floor] = &[&["store/"], &["high.rs"], &["store/rows.rs"]];
    assert_eq!(rules::arrows_up(&tree(&files), floors), Vec::<String>::new());
}

#[test]
fn test_code_does_not_count() {
    let ways = [
        "#[cfg(test)]\nmod tests { use crate::high::Thing; }",
        "#[cfg(test)] use crate::high::{Thing, Other};",
        "#[cfg(all(test, unix))] fn f() { crate::high::g() }",
        "struct A; impl A { #[cfg(test)] fn f() { crate::high::g() } }",
    ];
    for text in ways {
        assert_eq!(arrows_of("low.rs", text), Vec::<String>::new(), "{text}");
    }
    let counts =
        ["#[cfg(not(test))] use crate::high::Thing;", "#[cfg(any(test, unix))] use crate::high::Thing;", "#[cfg(test)] use std::fmt;\nuse crate::high::Thing;"];
    for text in counts {
        assert_eq!(arrows_of("low.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn a_test_file_does_not_count() {
    let files = [
        ("lib.rs", ""),
        ("low.rs", "#[cfg(test)]\nmod cases;"),
        ("low/cases.rs", "use crate::high::Thing;"),
        ("low/cases/more.rs", "use crate::high::Thing;"),
        ("low/tests.rs", "use crate::high::Thing;"),
        ("high.rs", ""),
    ];
    assert_eq!(arrows(&files), Vec::<String>::new());
}

#[test]
fn a_circle_is_found() {
    let files = [
        ("store/mod.rs", "mod rows;\nmod pool;\nfn f() { rows::read(); }"),
        ("store/rows.rs", "use super::pool::Pool;"),
        ("store/pool.rs", "use super::Error;"),
        ("high.rs", "use crate::store::Error;"),
    ];
    let complaints = rules::circles(&tree(&files), 1);
    assert_eq!(complaints.len(), 1);
    let lines = ["store/mod.rs:3 uses store/rows.rs", "store/pool.rs:1 uses store/mod.rs", "store/rows.rs:1 uses store/pool.rs"];
    assert!(
        complaints[0].starts_with("3 files") && lines.iter().all(|line| complaints[0].contains(line)) && !complaints[0].contains("high.rs"),
        "{complaints:?}"
    );
}

#[test]
fn only_the_allowed_number_of_small_circles_passes() {
    let files = [("low.rs", "use crate::high::A;"), ("high.rs", "use crate::low::B;"), ("lib.rs", "use crate::low::B;")];
    assert_eq!(rules::circles(&tree(&files), 1), Vec::<String>::new());
    assert_eq!(rules::circles(&tree(&files), 0).len(), 1);
}

#[test]
fn code_out_of_place_is_found() {
    let ways = [
        "use sqlx::Row;",
        "fn f() { sqlx::query(TEXT); }",
        "fn f() { run(\"SELECT id\n FROM things\"); }",
        "const A: &str = r#\"INSERT INTO things (id) VALUES ($1)\"#;",
        "const A: &str = \"\\\n    UPDATE things\\\n    SET id = 1\";",
        "fn f() { format!(\"DELETE FROM {table}\") }",
        "use std::time::SystemTime; fn f() { SystemTime::now(); }",
        "use std::time::SystemTime as Time; fn f() { Time::now(); }",
        "use std::time; fn f() { time::SystemTime::now(); }",
    ];
    for text in ways {
        let complaints = rules::out_of_place(&tree(&[("high.rs", text)]), RESERVED);
        assert!(complaints.len() == 1 && complaints[0].starts_with("made/src/high.rs:1 has "), "{text}: {complaints:?}");
    }
    let fine = ["const A: &str = \"Select one from the list\";", "//! UPDATE a SET b\n/// INSERT INTO\nfn f() {}", "#[cfg(test)] mod tests { use sqlx::Row; }"];
    for text in fine {
        assert_eq!(rules::out_of_place(&tree(&[("high.rs", text)]), RESERVED), Vec::<String>::new(), "{text}");
    }
    assert_eq!(rules::out_of_place(&tree(&[("store/rows.rs", "use sqlx::Row;")]), RESERVED), Vec::<String>::new());
}

#[test]
fn the_page_must_show_the_floors_in_order() {
    let floors: &[Floor] = &[&["low.rs", "lower.rs"], &["store/"]];
    let page = |lines: &str| format!("# A page\n\n```rust\nlow.rs\n```\n\n```\nfloors of it, from the bottom up\n{lines}\n```\n");
    let shown = |lines: &str| rules::shown_floors(&page(lines), "floors of it", floors);
    assert_eq!(shown("low.rs, lower.rs  what is small\nstore/"), Ok(()));
    for lines in ["store/\nlow.rs, lower.rs", "low.rs, lower.rs", "low.rs, lower.rs\nstore/\nmore/", "low.rs, lower.rs, more.rs\nstore/"] {
        assert!(shown(lines).is_err(), "{lines}");
    }
}
