//! A completion that is sent again after the session was submitted: whether it gets the first answer again. The device that submitted may
//! word the same outcome as it likes, as long as it sends nothing that another device entered. Anybody else has to send the very same request, with at most ten that differ, so that nobody who
//! only has the link can find out by guessing what was answered.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::{
    answers,
    api::RawUserData,
    field_value,
    flow::{Field, Step},
    ids::ArtifactId,
    problem::FieldCode,
};

use super::{
    open::Opened,
    saved::{self, Saved, find_artifact},
    transition::hold,
};
use crate::{
    failure::Failure,
    kit::Kit,
    model::{Device, Submission},
    store,
};

/// How many requests may differ from the submitted one. Further ones are refused without a comparison.
const WRONG_TRIES: i64 = 10;

/// The purpose of the MAC of a request, beside other uses of the session's key.
const LABEL: &str = "flow-sessions submitted request";

/// What a request is, apart from how it is written: each value in the form in which it would be stored, and an artifact by its id. A value
/// that could not be stored stays as it is.
fn normalised(kit: &Kit, opened: &Opened, steps: &[Step], sent: &RawUserData) -> Vec<u8> {
    let prefix = opened.artifact_prefix(kit);
    let lookup = |_: &Field, text: &str| text.strip_prefix(&prefix).unwrap_or(text).parse::<ArtifactId>().map_err(|_| FieldCode::NotYourArtifact);
    let value = |(name, raw): (&String, &Value)| {
        let field = steps.iter().find_map(|step| step.field(name));
        let read = field.and_then(|field| field_value::read(field, raw, &lookup).ok());
        let value = read.map_or_else(|| json!([raw]), |answer| answer.map_or(Value::Null, |answer| answer.to_json()));
        (name.clone(), value)
    };
    let values: BTreeMap<String, Value> = sent.iter().map(value).collect();
    serde_json::to_vec(&values).expect("JSON values serialise")
}

/// What we keep of the request that submits a session.
pub(super) fn submission(kit: &Kit, opened: &Opened, steps: &[Step], sent: &RawUserData, device: Option<Device>) -> Submission {
    Submission { by: device, mac: Some(opened.key.mac(LABEL, &normalised(kit, opened, steps, sent))), wrong_tries: 0 }
}

/// Whether this request is the one that submitted the session, sent again. The answer depends on nothing else that was entered, unless the
/// request comes from the device that entered it.
pub(super) async fn is_repeated(kit: &Kit, opened: &Opened, steps: &[Step], sent: &RawUserData, device: Option<Device>) -> Result<bool, Failure> {
    let session = opened.session.r#ref;
    // The row is locked until the wrong try is counted, so that many guesses at once, to several processes, count as many.
    let mut tx = kit.store.write().await?;
    if hold(&mut tx, session, None).await?.is_none() {
        return Ok(false);
    }
    let first = store::sessions::submission(tx.db().await?, session).await?;
    // A session that an earlier build submitted does not know its device; then it is the one that entered everything.
    let may_reword = device.is_some() && (first.by == device || first.mac.is_none());
    let submitted = if may_reword { Some(saved::load(tx.db().await?, session, &opened.key).await?) } else { None };
    if let Some(submitted) = &submitted {
        let entered_all = !submitted.writers.is_empty() && submitted.writers.values().all(|writer| *writer == device);
        if first.by != device && !entered_all {
            return Ok(false);
        }
    }
    // A device that completed what another one had entered has only read that it was entered.
    let entered_what_it_sends = |submitted: &Saved| sent.keys().all(|name| submitted.writers.get(name) == Some(&device));
    if let Some(submitted) = submitted.filter(entered_what_it_sends) {
        let artifacts = store::artifacts::of_session(tx.db().await?, &kit.vault, session).await?;
        let prefix = opened.artifact_prefix(kit);
        let outcome = answers::check_all(steps, sent, &submitted.answers, &|field, text| find_artifact(field, text, &prefix, &artifacts));
        return Ok(outcome.is_ok_and(|outcome| outcome == submitted.answers));
    }
    let Some(mac) = first.mac.filter(|_| first.wrong_tries < WRONG_TRIES) else { return Ok(false) };
    if opened.key.is_mac(LABEL, &normalised(kit, opened, steps, sent), &mac) {
        return Ok(true);
    }
    store::sessions::count_wrong_try(&mut tx, session).await?;
    tx.commit().await?;
    Ok(false)
}
