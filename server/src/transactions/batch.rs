//! Posts a batch. Each transaction is decided as if it had been posted alone, and sees those before it; different customers do not wait for each
//! other.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
};

use futures::{StreamExt as _, stream};
use shared::rule::{Posted, Purpose};

use super::post::{Answered, PostError, post};
use crate::{kit::Kit, model::ApiKey};

/// How many groups are decided at once.
const AT_ONCE: usize = 16;
/// How many bytes the answers have before no further transaction is posted: explanations by many rules may have megabytes each.
const MOST_ANSWERS: usize = 16 * 1024 * 1024;

/// Posts transactions. The answers are in their order.
pub async fn post_all(kit: &Kit, batch: &[Posted], by: &ApiKey) -> Vec<Result<Answered, PostError>> {
    let (groups, answered) = (stream::iter(grouped(kit, batch)), &AtomicUsize::new(0));
    let done = groups.map(|group| async move {
        let mut answers = Vec::with_capacity(group.len());
        for place in group {
            let is_full = answered.load(Ordering::Relaxed) >= MOST_ANSWERS;
            let answer = if is_full { Err(PostError::AnswersTooLong) } else { post(kit, &batch[place], by, None).await };
            answered.fetch_add(answer.as_ref().map_or(0, |answer| answer.body.len()), Ordering::Relaxed);
            answers.push((place, answer));
        }
        answers
    });
    let mut answers: Vec<_> = done.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().flatten().collect();
    answers.sort_by_key(|(place, _)| *place);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// The places of transactions that have to be posted one after the other: those of one customer, or with one id.
fn grouped(kit: &Kit, batch: &[Posted]) -> Vec<Vec<usize>> {
    let now = kit.ambient.now();
    let names = batch.iter().map(|posted| {
        let customer = posted.read(now, Purpose::Decision).ok().map(|transaction| format!("customer {}", transaction.customer_id));
        let id = posted.transaction_id().map(|id| format!("id {id}"));
        [customer, id]
    });
    joined(names)
}

/// Groups whose members share a name, themselves or through others.
fn joined(all: impl Iterator<Item = [Option<String>; 2]>) -> Vec<Vec<usize>> {
    let (mut group_of, mut groups): (HashMap<String, usize>, Vec<Vec<usize>>) = (HashMap::new(), Vec::new());
    for (place, names) in all.enumerate() {
        let names: Vec<String> = names.into_iter().flatten().collect();
        let mut known: Vec<usize> = names.iter().filter_map(|name| group_of.get(name).copied()).collect();
        known.sort_unstable();
        known.dedup();
        let into = known.first().copied().unwrap_or_else(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        for other in known.into_iter().skip(1) {
            let moved = std::mem::take(&mut groups[other]);
            groups[into].extend(moved);
            group_of.values_mut().filter(|group| **group == other).for_each(|group| *group = into);
        }
        groups[into].push(place);
        group_of.extend(names.into_iter().map(|name| (name, into)));
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_share_a_customer_or_an_id_stay_in_order() {
        let named = |customer: &str, id: &str| [customer, id].map(|name| (!name.is_empty()).then(|| name.to_owned()));
        let all = [named("a", "1"), named("b", "2"), named("a", "3"), named("", ""), named("c", "2"), named("b", "3"), named("", "9")];
        assert_eq!(joined(all.into_iter()), [vec![0, 1, 2, 4, 5], vec![3], vec![6]]);
    }
}
