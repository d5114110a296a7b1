//! Reads the pages of rules.

use std::collections::BTreeMap;

use app::dashboard::rules::{
    diff::Difference,
    editor::data::{Conflict, Options},
    list::RuleRow,
    page::{RuleData, VersionRow},
    trial::TrialForm,
};

use super::{
    Result, ViewError, Views,
    paging::{newest, one_more},
    people::Actors,
};
use crate::{
    clock::rfc3339,
    rules::{self, RuleError},
    store::{self, Db},
    transactions::hits,
};

/// How many days the list counts.
const DAYS: u16 = 30;
/// Microseconds of a day, in UTC.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// Versions that a rule's page shows.
const VERSIONS: usize = 50;

impl From<RuleError> for ViewError {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::Failure(error) => error.into(),
            RuleError::Unknown | RuleError::Refused(_) | RuleError::OldVersion { .. } => Self::NotFound,
        }
    }
}

impl Views<'_> {
    /// Every rule, in the order in which they decide.
    ///
    /// # Errors
    /// If the store does not answer, or a rule is damaged: decisions stop then as well.
    pub async fn rules(self) -> Result<Vec<RuleRow>> {
        let last = self.kit.ambient.now().0.div_euclid(DAY);
        let mut hits: BTreeMap<String, Vec<(u64, u64)>> = BTreeMap::new();
        for of in hits::of_last_days(self.kit, DAYS.into()).await? {
            let days = hits.entry(of.rule).or_insert_with(|| vec![(0, 0); DAYS.into()]);
            if let Some(day) = usize::try_from(of.day - last + i64::from(DAYS) - 1).ok().and_then(|day| days.get_mut(day)) {
                let count = |number: i64| u64::try_from(number).unwrap_or(0);
                *day = (count(of.active.judged) + count(of.test.judged), count(of.active.matched) + count(of.test.matched));
            }
        }
        let row = |version: &crate::model::RuleVersion| RuleRow {
            days: hits.get(&version.rule.name).cloned().unwrap_or_default(),
            name: version.rule.name.clone(),
            title: version.rule.title(self.language).to_owned(),
            mode: version.rule.mode(),
            priority: version.rule.priority(),
            action: version.rule.then.kind(),
            sentence: version.rule.sentence(self.language),
            version: version.version,
        };
        Ok(rules::list(self.kit).await?.iter().map(|version| row(version)).collect())
    }

    /// One rule with its versions, two of them held against each other.
    ///
    /// # Errors
    /// [`ViewError::NotFound`]
    pub async fn rule(self, name: &str, compared: Option<(u32, u32)>, trial: TrialForm) -> Result<RuleData> {
        let mut db = self.kit.store.read().await?;
        let version = rules::newest(self.kit, &mut db, name).await?;
        let versions = self.versions(&mut db, name, one_more(VERSIONS)).await?;
        let difference = match compared {
            Some((from, to)) => self.difference(&mut db, name, from, to).await?,
            None => None,
        };
        Ok(RuleData { rule: version.rule.clone(), version: version.version, versions: newest(versions, VERSIONS), difference, trial })
    }

    async fn versions(self, db: &mut Db, name: &str, limit: i64) -> Result<Vec<VersionRow>> {
        let mut found = Vec::new();
        for (id, number, at) in store::rules::history(db, name, limit).await? {
            found.push((number, at, store::audit::importer_of(db, id).await?));
        }
        let actors = Actors::of(self.kit, db, found.iter().filter_map(|(_, _, by)| *by)).await?;
        Ok(found.into_iter().map(|(number, at, by)| VersionRow { number, at: rfc3339(at), by: by.map(|by| actors.shown(by)) }).collect())
    }

    async fn difference(self, db: &mut Db, name: &str, from: u32, to: u32) -> Result<Option<Difference>> {
        let before = rules::version(self.kit, db, name, from).await?;
        let after = rules::version(self.kit, db, name, to).await?;
        Ok(before.zip(after).map(|(before, after)| Difference::between((from, &before.rule), (to, &after.rule), self.language)))
    }

    /// What was changed over this version by somebody else; nothing if it is the newest.
    ///
    /// # Errors
    /// [`ViewError::NotFound`]
    pub async fn changed_since(self, name: &str, version: u32) -> Result<Option<Conflict>> {
        let mut db = self.kit.store.read().await?;
        let Some(newest) = self.versions(&mut db, name, 1).await?.pop().filter(|newest| newest.number != version) else { return Ok(None) };
        let difference = self.difference(&mut db, name, version, newest.number).await?;
        Ok(difference.map(|difference| Conflict { newest, difference }))
    }

    /// What a rule may name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn rule_options(self) -> Result<Options> {
        let known = rules::known(&mut *self.kit.store.read().await?).await?;
        Ok(Options { flows: known.flows().cloned().collect(), lists: known.lists().map(|(name, kind)| (name.clone(), kind)).collect() })
    }
}
