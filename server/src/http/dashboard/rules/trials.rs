//! Tries a rule for a page, and says in the reader's words why it could not.

use app::{
    dashboard::rules::trial::{POSTED, STORED, TrialForm, TrialShown},
    words::{
        dashboard::{posted_words, rule_words},
        fill,
    },
};
use shared::rule::Rule;

use super::super::{page::Page, searches};
use crate::{
    http::problems::ApiError,
    operators::Visit,
    transactions::trial::{Trial, TrialError, Tried, judge},
};

/// What came of trying the rule on what is typed.
///
/// # Errors
/// If the store does not answer.
pub async fn tried(page: &Page, rule: &Rule, form: TrialForm) -> Result<TrialForm, ApiError> {
    let (words, about) = (rule_words(page.language), posted_words(page.language));
    let (stored, posted) = (form.stored.trim().to_owned(), form.posted.trim().to_owned());
    let (input, tried) = match (stored.as_str(), posted.as_str()) {
        ("", "") => return Ok(TrialForm { faults: vec![(STORED, words.trial_none.to_owned())], ..form }),
        ("", json) => (POSTED, Tried::Posted(json)),
        (named, _) => (STORED, Tried::Stored(named)),
    };
    let faults = match judge(&page.context.app.kit, rule, tried, page.operator.actor()).await {
        Ok(trial) => {
            let Trial { transaction_id, evaluation, passed_over } = trial;
            let shown = TrialShown { transaction_id, is_stored: input == STORED, rule: rule.clone(), evaluation, passed_over };
            return Ok(TrialForm { shown: Some(shown), ..form });
        }
        Err(TrialError::NotFound) => vec![words.trial_unknown.to_owned()],
        Err(TrialError::NotJson(line, column)) => vec![fill(about.not_json, &[("line", &line.to_string()), ("column", &column.to_string())])],
        Err(TrialError::Faults(faults)) => faults.iter().map(|fault| about.fault(fault)).collect(),
        Err(TrialError::Failure(error)) => return Err(error.into()),
    };
    Ok(TrialForm { faults: faults.into_iter().map(|fault| (input, fault)).collect(), ..form })
}

/// Counts a trial as a search and audits it, before a browser is led to the page that shows what came of it: with a rule about lists or sums,
/// a made-up transaction tells whether somebody is on a list, or what they paid.
///
/// # Errors
/// 429 if the operator has reached the searches of this minute; or if the store does not answer.
pub async fn audit(page: &Page, visit: &Visit, rule: &Rule, stored: &str) -> Result<(), ApiError> {
    searches::count(page, visit).await?;
    if stored.trim().is_empty() {
        return searches::audit(page, None).await;
    }
    tried(page, rule, TrialForm { stored: stored.to_owned(), ..TrialForm::default() }).await.map(drop)
}
