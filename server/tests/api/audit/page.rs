//! Reads the tables of `docs/audit.md`, and the sources that they are held against.

use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../../../../docs/audit.md");
const ROUTER: &str = include_str!("../../../src/router.rs");
const ACTOR: &str = include_str!("../../../src/actor/act.rs");

/// What a row of a table promises: the acts that may appear, or why none does.
#[derive(Debug)]
pub struct Promise {
    pub acts: BTreeSet<String>,
}

/// The cells of each row of the table under a heading.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let section = PAGE.split("\n## ").find(|section| section.starts_with(heading)).unwrap_or_else(|| panic!("a section {heading}"));
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('|').trim()).collect()).collect()
}

/// The words in backquotes.
fn quoted(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The promises of the table under a heading, by what they are about. A row without acts says why.
pub fn promises(heading: &str) -> BTreeMap<String, Promise> {
    let mut found = BTreeMap::new();
    for cells in table(heading) {
        let [subject, acts, why] = cells.as_slice() else { panic!("three cells: {cells:?}") };
        let acts = quoted(acts);
        assert!(!acts.is_empty() || !why.is_empty(), "{subject} has no act and no reason");
        let subject = subject.trim_matches('`').to_owned();
        assert!(found.insert(subject.clone(), Promise { acts }).is_none(), "{subject} stands twice");
    }
    found
}

/// The acts of the first table.
fn listed_acts() -> BTreeSet<String> {
    table("Acts").iter().flat_map(|cells| quoted(cells[0])).collect()
}

/// The acts that the source has.
fn acts_of_the_source() -> BTreeSet<String> {
    let as_str = ACTOR.split("impl Act {").nth(1).and_then(|rest| rest.split("\n    }\n").next()).expect("the words of the acts");
    as_str.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// The methods and paths of the route table.
pub fn routes_of_the_router() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for route in ROUTER.split(".route(").skip(1) {
        let (path, handlers) = route.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"')).expect("a route begins with its path");
        let handlers = handlers.split([';', '\n']).next().unwrap_or_default();
        let methods: Vec<&str> = ["get", "post", "put", "patch", "delete"].into_iter().filter(|method| handlers.contains(&format!("{method}("))).collect();
        assert!(!methods.is_empty(), "no method of {path} was understood: {handlers}");
        found.extend(methods.into_iter().map(|method| format!("{} {path}", method.to_uppercase())));
    }
    found
}

#[test]
fn the_page_lists_every_act_and_every_route_and_where_each_act_comes_from() {
    assert_eq!(listed_acts(), acts_of_the_source(), "the acts of the page and of act.rs");
    assert!(listed_acts().len() > 25);
    let routes = promises("Routes");
    assert_eq!(routes.keys().cloned().collect::<BTreeSet<_>>(), routes_of_the_router(), "the routes of the page and of router.rs");
    let by_itself = table("By the server itself").into_iter().flat_map(|cells| quoted(cells[1]));
    let named: BTreeSet<String> = routes.into_values().chain(promises("Commands").into_values()).flat_map(|promise| promise.acts).chain(by_itself).collect();
    assert_eq!(named, listed_acts(), "each act comes from a route, a command or the server itself");
}
