//! What was entered that tells one person from another: CPFs and the number of a document. Their HMACs are written when a session is
//! submitted, so that the check `duplicate` finds them in later ones. Of two sessions that are submitted at once, at least the one that
//! commits last finds the other.

use std::collections::BTreeSet;

use shared::{
    answers::Answers,
    flow::{Field, Meaning, Step},
};

use crate::{
    ids::SessionRef,
    kit::Kit,
    model::Person,
    store::{self, StoreError, Tx},
};

/// Bytes of an index value.
const SHORT: usize = 16;
/// The fewest characters of a document's number. What people write who have none is shorter.
const LEAST_NUMBER: usize = 5;

/// The index value of what was entered for a field; `None` if it tells nobody apart.
pub fn index(kit: &Kit, field: &Field, steps: &[Step], answers: &Answers) -> Option<Vec<u8>> {
    let entered = |field: &Field| answers.get(&field.name).map(|answer| plain(answer.text()));
    let mut value = match field.meaning()? {
        Meaning::Cpf => kit.vault.index("fingerprints.cpf", &entered(field).filter(|cpf| !cpf.is_empty())?),
        Meaning::DocumentNumber => {
            let number = entered(field).filter(|number| number.len() >= LEAST_NUMBER)?;
            // Two kinds of document may have the same number.
            let kind = steps.iter().flat_map(|step| &step.fields).find(|field| field.meaning() == Some(Meaning::DocumentType)).and_then(entered);
            kit.vault.index("fingerprints.document", &format!("{}/{number}", kind.unwrap_or_default()))
        }
        _ => return None,
    };
    value.truncate(SHORT);
    Some(value)
}

/// Letters and digits only, so that punctuation makes no other number of one.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// The index values of each CPF that was entered.
pub fn cpfs(kit: &Kit, steps: &[Step], answers: &Answers) -> Vec<Vec<u8>> {
    let fields = steps.iter().flat_map(|step| &step.fields).filter(|field| field.meaning() == Some(Meaning::Cpf));
    fields.filter_map(|field| index(kit, field, steps, answers)).collect()
}

/// Writes what was entered in a session that is being submitted.
pub(super) async fn note(kit: &Kit, tx: &mut Tx, session: SessionRef, steps: &[Step], answers: &Answers) -> Result<(), StoreError> {
    let values: BTreeSet<Vec<u8>> = steps.iter().flat_map(|step| &step.fields).filter_map(|field| index(kit, field, steps, answers)).collect();
    store::fingerprints::put(tx, session, values.into_iter().collect()).await
}

/// The sessions of other customers in which each of these values was entered. A session without a customer says nothing: it may be the same
/// person.
///
/// # Errors
/// If the store does not answer.
pub async fn of_other_customers(kit: &Kit, person: &Person, values: &[Vec<u8>]) -> Result<Vec<Vec<SessionRef>>, StoreError> {
    let mut found = vec![Vec::new(); values.len()];
    if person.customer.is_none() {
        return Ok(found);
    }
    for holder in store::fingerprints::holders(&mut *kit.store.read().await?, values).await? {
        if holder.customer.is_some_and(|customer| Some(customer) != person.customer) {
            found[holder.value].push(holder.session);
        }
    }
    Ok(found)
}
