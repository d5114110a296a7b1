//! What people enter beside what a document says: the table in `names.json`. Each row has the entered name, the read name (a
//! machine-readable zone's field if it has fillers), the outcome, and the ways in which the same name is written.

use std::collections::BTreeSet;

use proptest::{
    prelude::*,
    sample::{select, subsequence},
};
use shared::{
    letters::folded,
    mrz,
    names::{Verdict, Writing, compare, compare_mrz},
};

type Row = (String, String, String, String);

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("names.json")).expect("a list of rows")
}

fn verdict(entered: &str, read: &str) -> Verdict {
    if read.contains('<') { compare_mrz(entered, &mrz::Name::read(read)) } else { compare(entered, read) }
}

fn ways(written: &str) -> BTreeSet<Writing> {
    written.split_whitespace().map(|way| serde_json::from_value(way.into()).expect("a way of writing")).collect()
}

#[test]
fn every_pair_has_the_outcome_of_the_table() {
    let mut wrong = Vec::new();
    for (entered, read, outcome, how) in rows() {
        let found = verdict(&entered, &read);
        let is_right = match (&found, outcome.as_str()) {
            (Verdict::Same, "same") | (Verdict::Near { .. }, "near") | (Verdict::Different { .. }, "different") => true,
            (Verdict::Written { ways: found, .. }, "written") => *found == ways(&how),
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{entered} | {read}: {outcome} {how}, but found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} pairs:\n{}", wrong.len(), rows().len(), wrong.join("\n"));
}

/// Given names and surnames that are common, each another person's. Some are a letter apart.
const GIVEN: &str = "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Gabriel Rafael Daniel Marcelo Bruno Eduardo Felipe \
Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Vera Larissa Cláudia \
Beatriz Rita Sônia Renata Eliane Marina Mário Adriano Fernando Renato Cláudio Júlio Hans Peter Jürgen Klaus Ursula Karin Søren Lars Åse Björn \
Małgorzata Łukasz Michał Michael Agnieszka Katarzyna Carmen Dolores Pilar Javier Íñigo Diego John Mary James Linda Emily Jack Harry Charlotte";
const SURNAMES: &str = "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Vieira \
Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Müller Schmidt Schneider Fischer Weber Meyer \
Wagner Becker Hoffmann Hansen Jensen Nielsen Larsen Andersson Nowak Kowalski Wiśniewski Lewandowski García Fernández López Martínez Sánchez Pérez Gómez \
Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke";

#[test]
fn two_people_are_never_one() {
    let (mut pairs, mut near) = (0, Vec::new());
    for (list, rest) in [(GIVEN, "Azevedo"), (SURNAMES, "Otávio")] {
        let names: Vec<&str> = list.split_whitespace().collect();
        for (at, one) in names.iter().enumerate() {
            for other in &names[..at] {
                pairs += 1;
                let found = compare(&format!("{one} {rest}"), &format!("{} {rest}", other.to_uppercase()));
                assert!(!found.is_same(), "{one} and {other}: {found:?}");
                if matches!(found, Verdict::Near { .. }) {
                    near.push(format!("{one}/{other}"));
                }
            }
        }
    }
    assert!(pairs > 5_000 && near.len() * 500 < pairs, "{} of {pairs} are near: {}", near.len(), near.join(", "));
}

fn full_name() -> impl Strategy<Value = Vec<String>> {
    let one_of = |list: &'static str| select(list.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    (subsequence(GIVEN.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), 1..4), one_of(SURNAMES), one_of(SURNAMES))
        .prop_map(|(given, one, other)| given.into_iter().chain([one, other]).collect())
}

proptest! {
    #[test]
    fn a_name_is_itself_however_it_is_written(parts in full_name(), turned in 0usize..3) {
        let name = parts.join(" ");
        prop_assert_eq!(compare(&name, &folded(&name)), Verdict::Same);
        prop_assert_eq!(compare(&name, &name.to_uppercase()), Verdict::Same);
        let mut other = parts.clone();
        other.rotate_left(turned);
        prop_assert!(compare(&name, &folded(&other.join(" "))).is_same());
        let (given, surnames) = parts.split_at(parts.len() - 2);
        let field = format!("{}<<{}<", surnames.join("<"), given.join("<"));
        prop_assert!(compare_mrz(&name, &mrz::Name::read(&folded(&field))).is_same());
        let cut: String = folded(&field).chars().take(30).collect();
        if cut.contains("<<") && surnames[0] != surnames[1] {
            prop_assert!(compare_mrz(&name, &mrz::Name::read(&cut)).is_same(), "{} {}", name, cut);
        }
    }

    #[test]
    fn both_sides_are_judged_alike(one in full_name(), other in full_name()) {
        let (one, other) = (one.join(" "), other.join(" "));
        prop_assert_eq!(compare(&one, &other).is_same(), compare(&other, &one).is_same());
    }

    #[test]
    fn any_text_is_compared(one: String, other in "[A-Za-zäÑ.,ª'<|0-9 -]{0,60}") {
        compare(&one, &other);
        compare(&other, &one);
        compare_mrz(&one, &mrz::Name::read(&other));
    }
}
