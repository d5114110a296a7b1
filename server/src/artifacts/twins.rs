//! Finds files of other sessions that are the same as a file, or near copies of it. What a file is found by are HMACs: one of its content as
//! it is stored, and one of each part of its print. They are written with its row, and go with it. The print itself is sealed with the
//! file's key: who reads the database sees that two files share a part, and nothing about either.

use std::collections::{BTreeMap, HashSet};

use shared::ids::ArtifactId;

use super::{facts::Facts, keys::wrapping_of};
use crate::{
    failure::Failure,
    inspect::NEAR,
    kit::Kit,
    model::{Artifact, Likeness, Person, Twin},
    store::{self, Tx, artifacts::Elsewhere},
    vault::{Key, Unsealable},
};

/// Bytes of an index value.
const SHORT: usize = 16;
/// The most files that one file is compared with: first those of the same content, then those that share most parts.
const MOST_COMPARED: usize = 128;

/// What a file is found by: first its content.
fn values(kit: &Kit, facts: &Facts) -> Vec<Vec<u8>> {
    let content = facts.content.iter().map(|content| kit.vault.index("fingerprints.content", content));
    let bands = facts.print.iter().flat_map(|print| print.bands()).enumerate();
    let bands = bands.map(|(number, band)| kit.vault.index("fingerprints.look", &format!("{number}/{band:08x}")));
    content.chain(bands).map(|value| value[..SHORT].to_vec()).collect()
}

/// Writes what a new file is found by. Its row is written.
pub(super) async fn note(kit: &Kit, tx: &mut Tx, artifact: ArtifactId, facts: &Facts) -> Result<(), Failure> {
    Ok(store::fingerprints::put_file(tx, artifact, values(kit, facts)).await?)
}

/// The content of a file of this key, to compare it with others of its session; `None` if its flow compares nothing.
///
/// # Errors
/// If its facts do not open.
pub fn content(key: &Key, artifact: &Artifact) -> Result<Option<String>, Unsealable> {
    Ok(Facts::open_with(key, artifact)?.content)
}

/// The files of somebody else that are like a file of this key, one of each session, the likest first.
///
/// # Errors
/// If the store does not answer, or the file's facts do not open.
pub async fn of_others(kit: &Kit, person: &Person, key: &Key, artifact: &Artifact) -> Result<Vec<Twin>, Failure> {
    let facts = Facts::open_with(key, artifact)?;
    let mut db = kit.store.read().await?;
    let found = store::fingerprints::files(&mut db, &values(kit, &facts)).await?;
    let (same, ids) = to_compare(found, artifact.id);
    let others = store::artifacts::elsewhere(&mut db, &kit.vault, &ids).await?;
    let mut twins = BTreeMap::new();
    for other in others.into_iter().filter(|other| other.artifact.session != person.session) {
        let likeness = if same.contains(&other.artifact.id) { Some(Likeness::Same) } else { near(kit, &facts, &other) };
        let customer = other.artifact.customer.or(other.session_customer);
        if let Some(likeness) = likeness.filter(|_| person.customer.is_none() || customer != person.customer) {
            let twin = Twin { session: other.artifact.session, customer, likeness };
            let known = twins.entry(twin.session).or_insert(twin);
            *known = if twin.likeness < known.likeness { twin } else { *known };
        }
    }
    // Two customers are two people. Where one is unknown, the same CPF makes them one.
    let unknown: Vec<_> = twins.values().filter(|twin| person.customer.is_none() || twin.customer.is_none()).map(|twin| twin.session).collect();
    for session in store::fingerprints::among(&mut db, &person.cpfs, &unknown).await? {
        twins.remove(&session);
    }
    let mut twins: Vec<Twin> = twins.into_values().collect();
    twins.sort_by_key(|twin| (twin.likeness, std::cmp::Reverse(twin.session)));
    Ok(twins)
}

/// The files with the same content, and the files to compare, of those that share a value.
fn to_compare(found: Vec<(usize, ArtifactId)>, own: ArtifactId) -> (HashSet<ArtifactId>, Vec<ArtifactId>) {
    let mut shared: BTreeMap<ArtifactId, (bool, usize)> = BTreeMap::new();
    for (value, id) in found.into_iter().filter(|(_, id)| *id != own) {
        let (is_same, parts) = shared.entry(id).or_default();
        (*is_same, *parts) = (*is_same || value == 0, *parts + 1);
    }
    let same = shared.iter().filter(|(_, (is_same, _))| *is_same).map(|(id, _)| *id).collect();
    let mut ids: Vec<_> = shared.into_iter().collect();
    ids.sort_by_key(|(id, rank)| std::cmp::Reverse((*rank, *id)));
    (same, ids.into_iter().take(MOST_COMPARED).map(|(id, _)| id).collect())
}

/// Whether another file looks like the one with these facts. One whose facts do not open is like none.
fn near(kit: &Kit, facts: &Facts, other: &Elsewhere) -> Option<Likeness> {
    let opened = wrapping_of(kit, other).and_then(|wrapping| Facts::open(&wrapping, &other.artifact)).ok()?;
    let distance = facts.print?.distance(&opened.print?);
    (distance <= NEAR).then_some(Likeness::Near(distance))
}
