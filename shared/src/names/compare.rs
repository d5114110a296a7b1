//! Compares two names in every order in which they can be written, and judges the order that fits best.

use super::{
    align::{Aligned, align},
    near::distance,
    part::{Parts, parts_of},
    verdict::{Verdict, Writing},
};
use crate::mrz;

/// The most misread letters of two names that are near.
const MOST_MISREAD: usize = 2;
/// What another order costs, so that the same order is preferred.
const ORDER: u32 = 3;

/// Whether two words in capital letters differ only in one letter that is easily misread.
pub(crate) fn is_misread(one: &str, other: &str) -> bool {
    distance(one, other) == Some(1)
}

/// Compares a name as entered with a name as printed on a document.
pub fn compare(entered: &str, read: &str) -> Verdict {
    let (entered, read) = (parts_of(entered), parts_of(read));
    let is_reordered = entered.has_comma != read.has_comma;
    judge(&entered, rotations(&read, is_reordered), false)
}

/// Compares a name as entered with the name of a machine-readable zone, which has the surname first and no accents.
pub fn compare_mrz(entered: &str, read: &mrz::Name) -> Verdict {
    let entered = parts_of(entered);
    if read.given.is_empty() {
        return judge(&entered, rotations(&parts_of(&read.surname), entered.has_comma), read.may_be_cut);
    }
    let in_order = parts_of(&format!("{} {}", read.given, read.surname));
    let surname_first = parts_of(&format!("{} {}", read.surname, read.given));
    judge(&entered, vec![(in_order, entered.has_comma), (surname_first, true)], read.may_be_cut)
}

/// The name from each of its parts on, and whether that is another order than it is written in.
fn rotations(name: &Parts, is_reordered: bool) -> Vec<(Parts, bool)> {
    let turned = |by: usize| {
        let mut turned = name.clone();
        turned.all.rotate_left(by);
        (turned, is_reordered || by > 0)
    };
    (0..name.all.len().max(1)).map(turned).collect()
}

/// The best verdict on any of the orders.
fn judge(entered: &Parts, orders: Vec<(Parts, bool)>, is_cut: bool) -> Verdict {
    let first_and_last = orders.first().map(|(read, _)| ends(read)).unwrap_or_default();
    let judged = orders.into_iter().map(|(read, is_reordered)| {
        let mut aligned = align(&entered.all, &read.all, is_cut);
        if is_reordered {
            aligned.ways.insert(Writing::Order);
            aligned.cost += ORDER;
        }
        let is_one = is_one_name(entered, &read, &aligned, &first_and_last);
        ((!is_one, aligned.cost), verdict(entered, &read, aligned, is_one))
    });
    judged.min_by_key(|(rank, _)| *rank).map_or(Verdict::Different { entered: Vec::new(), read: Vec::new() }, |(_, verdict)| verdict)
}

/// The first and the last name, as they are written.
fn ends(name: &Parts) -> Vec<String> {
    let mut names = name.all.iter().filter(|part| part.is_name()).map(|part| part.shown.clone());
    names.next().into_iter().chain(names.next_back()).collect()
}

/// Whether two names that lie side by side are one name. Where one of them has further names, they agree at its first or its last, because
/// those are what people keep.
fn is_one_name(entered: &Parts, read: &Parts, aligned: &Aligned, read_ends: &[String]) -> bool {
    let names = |name: &Parts| name.all.iter().filter(|part| part.is_name()).count();
    let is_enough = aligned.matched >= 2 || (names(entered) == 1 && names(read) == 1);
    let keeps_end = |name: &Parts, ends: &[String], left_out: &[usize]| {
        left_out.is_empty() || ends.iter().any(|end| !left_out.iter().any(|at| name.all[*at].shown == *end))
    };
    let one_has_all = aligned.only_entered.is_empty() || aligned.only_read.is_empty();
    aligned.whole >= 1
        && is_enough
        && one_has_all
        && !aligned.suffixes_differ
        && aligned.misread <= MOST_MISREAD
        && keeps_end(entered, &ends(entered), &aligned.only_entered)
        && keeps_end(read, read_ends, &aligned.only_read)
}

fn verdict(entered: &Parts, read: &Parts, aligned: Aligned, is_one: bool) -> Verdict {
    let shown = |name: &Parts, numbers: &[usize]| numbers.iter().map(|at| name.all[*at].shown.clone()).collect::<Vec<_>>();
    let (entered, read) = (shown(entered, &aligned.only_entered), shown(read, &aligned.only_read));
    match aligned {
        _ if !is_one => Verdict::Different { entered, read },
        Aligned { misread: 0, ways, .. } if ways.is_empty() => Verdict::Same,
        Aligned { misread: 0, ways, .. } => Verdict::Written { ways, left_out: [entered, read].concat() },
        Aligned { misread, ways, .. } => Verdict::Near { letters: misread, ways },
    }
}
