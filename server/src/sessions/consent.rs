//! Proof of what was agreed to: of each box ticked on a CONSENT step the SHA-256 of the step's text as it was shown, its
//! language and the server's time. It commits with the answer.

use sha2::{Digest as _, Sha256};
use shared::{
    answers::Answers,
    api::RawUserData,
    field_value::Answer,
    flow::{FieldType, Step, StepType},
    language::Language,
    session::Timestamp,
};

use super::{SessionError, open::Opened};
use crate::{
    model::Consent,
    store::{self, Tx},
};

/// What is hashed: the step's text, exactly as `GET /public` returns it; its title where it has no text.
fn text_of(step: &Step) -> &str {
    step.text.as_deref().unwrap_or(&step.title)
}

/// Notes what was agreed to, and what no longer is, of the fields that were sent.
pub(crate) async fn note(
    tx: &mut Tx,
    opened: &Opened,
    sent: &RawUserData,
    after: &Answers,
    language: Language,
    agreed_at: Timestamp,
) -> Result<(), SessionError> {
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
