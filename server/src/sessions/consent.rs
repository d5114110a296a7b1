//! Keeps proof of each box ticked on a CONSENT step: the SHA-256 of the step's text as shown, its language and the server's time.
//! The proof commits in the same transaction as the answer.

use sha2::{Digest as _, Sha256};
use shared::{
    answers::Answers,
    api::RawUserData,
    field_value::Answer,
    flow::{FieldType, Step, StepType},
    language::Language,
    session::Timestamp,
};

use super::open::Opened;
use crate::{
    model::Consent,
    store::{self, StoreError, Tx},
};

/// The text to hash: the step's text exactly as `GET /public` returns it, or its title if it has no text.
fn text_of(step: &Step) -> &str {
    step.text.as_deref().unwrap_or(&step.title)
}

/// For each sent field of a CONSENT step: writes the proof if its box is ticked, else removes it.
pub async fn note(tx: &mut Tx, opened: &Opened, sent: &RawUserData, after: &Answers, language: Language, agreed_at: Timestamp) -> Result<(), StoreError> {
    let session = opened.session.r#ref;
    let steps = opened.flow.definition.steps(language);
    for step in steps.iter().filter(|step| step.r#type == StepType::Consent) {
        for field in step.fields.iter().filter(|field| field.r#type == FieldType::Boolean && sent.contains_key(&field.name)) {
            if after.get(&field.name) == Some(&Answer::Flag(true)) {
                let text_sha256 = Sha256::digest(text_of(step)).into();
                store::consents::put(tx, session, &Consent { field: field.name.clone(), text_sha256, language, agreed_at }).await?;
            } else {
                store::consents::remove(tx, session, &field.name).await?;
            }
        }
    }
    Ok(())
}
