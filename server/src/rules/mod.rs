//! Rules over transactions: imports them, looks them up, and disables them. A version never changes, so a parsed one stays in the cache.

mod known;

pub use self::known::KnownNames;

use std::sync::Arc;

use shared::{
    problem::FieldCode,
    reading::faults::{Faults, Refused},
    rule::{MAX_RULES, Mode, Rule, is_name},
    session::Timestamp,
};

use crate::{
    actor::{Act, Actor, Entry},
    failure::Failure,
    ids::RuleId,
    kit::Kit,
    model::{RuleSet, RuleVersion},
    store::{
        self, Db, StoreError, Tx,
        rules::{Dated, StoredRule},
    },
};

/// Why a rule was not found, imported or disabled.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The JSON is not a valid rule.
    #[error("the rule is refused:\n{0}")]
    Refused(#[from] Faults),
    /// There is no rule with this name.
    #[error("there is no rule of this name")]
    Unknown,
    /// The import names a version that is not the newest.
    #[error("the rule was changed meanwhile: its newest version is {newest}")]
    OldVersion {
        /// The number of the newest version; 0 if there is none.
        newest: u32,
    },
    /// The store or the vault.
    #[error(transparent)]
    Failure(#[from] Failure),
}

crate::holds_failure!(RuleError);

fn parsed(kit: &Kit, stored: StoredRule) -> Result<Arc<RuleVersion>, Failure> {
    let StoredRule { id, name, version, definition } = stored;
    if let Some(known) = kit.rules.version(&name, version).filter(|known| known.id == id) {
        return Ok(known);
    }
    let rule = Rule::stored(&definition).map_err(|_| Failure::Store(store::rules::damaged(id).into()))?;
    let version = Arc::new(RuleVersion { id, version, rule });
    kit.rules.keep_version(&version);
    Ok(version)
}

/// The rules in force. A damaged one is an error: decisions never go on without a rule.
///
/// # Errors
/// If the store does not answer, or a rule is damaged.
pub async fn in_force(kit: &Kit, db: &mut Db) -> Result<Arc<RuleSet>, Failure> {
    let newest = store::rules::newest_of_all(db).await?;
    if let Some(set) = kit.rules.set(newest) {
        return Ok(set);
    }
    let mut rules = newest_of_each(kit, db).await?;
    rules.retain(|version| version.rule.mode() != Mode::Disabled);
    let set = Arc::new(set(db, newest, rules).await?);
    kit.rules.keep_set(&set);
    Ok(set)
}

/// These rules, with the lists that they may ask.
///
/// # Errors
/// If the store does not answer.
pub async fn set(db: &mut Db, newest: Option<(i64, RuleId)>, rules: Vec<Arc<RuleVersion>>) -> Result<RuleSet, StoreError> {
    let lists = store::lists::all(db).await?.into_iter().map(|list| (list.name.clone(), list)).collect();
    Ok(RuleSet { newest, rules, lists })
}

async fn newest_of_each(kit: &Kit, db: &mut Db) -> Result<Vec<Arc<RuleVersion>>, Failure> {
    store::rules::newest_of_each(db, &kit.vault).await?.into_iter().map(|stored| parsed(kit, stored)).collect()
}

/// One version of a rule.
///
/// # Errors
/// If the store does not answer, or the version is damaged.
pub async fn version(kit: &Kit, db: &mut Db, name: &str, version: u32) -> Result<Option<Arc<RuleVersion>>, Failure> {
    // Not from the cache alone: it may have a version of this number that was read before its import failed.
    store::rules::version(db, &kit.vault, name, version).await?.map(|stored| parsed(kit, stored)).transpose()
}

/// The newest version of a rule, for somebody who reads it. Writes an audit row.
///
/// # Errors
/// [`RuleError::Unknown`]
pub async fn export(kit: &Kit, name: &str, by: Actor) -> Result<Arc<RuleVersion>, RuleError> {
    let stored = store::rules::newest(&mut *kit.store.read().await?, &kit.vault, name).await?.ok_or(RuleError::Unknown)?;
    let version = parsed(kit, stored)?;
    kit.audit_read(by, Act::RuleExported(version.id)).await?;
    Ok(version)
}

/// The newest version of each rule, as they decide: by priority, then name.
///
/// # Errors
/// If the store does not answer, or a rule is damaged.
pub async fn list(kit: &Kit) -> Result<Vec<Arc<RuleVersion>>, Failure> {
    let mut all = newest_of_each(kit, &mut *kit.store.read().await?).await?;
    all.sort_by(|one, other| (one.rule.priority(), &one.rule.name).cmp(&(other.rule.priority(), &other.rule.name)));
    Ok(all)
}

/// What an import made.
#[derive(Debug)]
pub struct Imported {
    /// The version that is the newest now.
    pub version: Arc<RuleVersion>,
    /// Whether the rule is new.
    pub is_new: bool,
}

/// Checks a rule without importing it.
///
/// # Errors
/// Every fault, each with its path; [`RuleError::OldVersion`].
pub async fn check(kit: &Kit, json: &str) -> Result<Rule, RuleError> {
    let mut db = kit.store.read().await?;
    let (rule, _) = checked(kit, &mut db, json).await?;
    Ok(rule)
}

/// Reads a draft, and checks it against what there is. It need not say which version it would be, and may be of any mode.
///
/// # Errors
/// Every fault, each with its path.
pub async fn draft(db: &mut Db, json: &str) -> Result<Rule, RuleError> {
    let known = known::KnownNames::read(db).await?;
    Ok(Rule { version: None, ..Rule::import(json, &known)? })
}

/// The version of a rule that was ACTIVE last, and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActiveTime {
    /// The version.
    pub version: u32,
    /// Its number among the versions of all rules, and when it was imported.
    pub from: (i64, Timestamp),
    /// The same of the version after it; `None` if it is the newest.
    pub until: Option<(i64, Timestamp)>,
}

/// The version of this name that was ACTIVE last; `None` if none ever was.
///
/// # Errors
/// If the store does not answer, or a version is damaged.
pub async fn last_active(kit: &Kit, db: &mut Db, name: &str) -> Result<Option<ActiveTime>, Failure> {
    let mut until = None;
    for Dated { stored, number, created_at } in store::rules::versions(db, &kit.vault, name).await? {
        let version = parsed(kit, stored)?;
        if version.rule.mode() == Mode::Active {
            return Ok(Some(ActiveTime { version: version.version, from: (number, created_at), until }));
        }
        until = Some((number, created_at));
    }
    Ok(None)
}

/// Imports a rule: makes the next version of its name, unless the newest says the same.
///
/// # Errors
/// Every fault, each with its path; [`RuleError::OldVersion`]. Then nothing was written.
pub async fn import(kit: &Kit, json: &str, by: Actor) -> Result<Imported, RuleError> {
    import_over(kit, json, None, by).await
}

/// Imports a rule over this version, which has to be the newest; over 0, it has to be new.
///
/// # Errors
/// As [`import`].
pub async fn save(kit: &Kit, json: &str, over: u32, by: Actor) -> Result<Imported, RuleError> {
    import_over(kit, json, Some(over), by).await
}

async fn import_over(kit: &Kit, json: &str, over: Option<u32>, by: Actor) -> Result<Imported, RuleError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let (rule, newest) = checked(kit, tx.db().await?, json).await?;
    let number = newest.as_ref().map_or(0, |newest| newest.version);
    if over.is_some_and(|over| over != number) {
        return Err(RuleError::OldVersion { newest: number });
    }
    if let Some(newest) = newest.as_ref().filter(|newest| newest.rule.is_same(&rule)) {
        return Ok(Imported { version: Arc::clone(newest), is_new: false });
    }
    let version = insert(kit, &mut tx, rule, by).await?;
    tx.commit().await?;
    Ok(Imported { version, is_new: newest.is_none() })
}

/// Disables a rule: makes a version that is DISABLED, unless the newest is.
///
/// # Errors
/// [`RuleError::Unknown`]
pub async fn disable(kit: &Kit, name: &str, by: Actor) -> Result<Arc<RuleVersion>, RuleError> {
    disable_over(kit, name, None, by).await
}

/// It is not checked: what is wrong with a rule by now must not keep it in force.
async fn disable_over(kit: &Kit, name: &str, over: Option<u32>, by: Actor) -> Result<Arc<RuleVersion>, RuleError> {
    let mut tx = kit.store.write().await?;
    store::rules::hold(&mut tx).await?;
    let newest = parsed(kit, store::rules::newest(tx.db().await?, &kit.vault, name).await?.ok_or(RuleError::Unknown)?)?;
    if over.is_some_and(|over| over != newest.version) {
        return Err(RuleError::OldVersion { newest: newest.version });
    }
    if newest.rule.mode() == Mode::Disabled {
        return Ok(newest);
    }
    let rule = Rule { mode: Some(Mode::Disabled), ..newest.rule.clone() };
    let version = insert(kit, &mut tx, rule, by).await?;
    tx.commit().await?;
    Ok(version)
}

/// Gives a rule another mode: makes a version over this one, which has to be the newest.
///
/// # Errors
/// [`RuleError::Unknown`]; [`RuleError::OldVersion`]; the faults that the rule has by now, for example because a flow is gone.
pub async fn change_mode(kit: &Kit, name: &str, mode: Mode, over: u32, by: Actor) -> Result<Imported, RuleError> {
    if !is_name(name) {
        return Err(RuleError::Unknown);
    }
    if mode == Mode::Disabled {
        return Ok(Imported { version: disable_over(kit, name, Some(over), by).await?, is_new: false });
    }
    let known = version(kit, &mut *kit.store.read().await?, name, over).await?.ok_or(RuleError::Unknown)?;
    let rule = Rule { mode: Some(mode), ..known.rule.clone() };
    save(kit, &serde_json::to_string(&rule).expect("texts and numbers serialise"), over, by).await
}

/// The newest version of a rule.
///
/// # Errors
/// [`RuleError::Unknown`]
pub async fn newest(kit: &Kit, db: &mut Db, name: &str) -> Result<Arc<RuleVersion>, RuleError> {
    if !is_name(name) {
        return Err(RuleError::Unknown);
    }
    Ok(parsed(kit, store::rules::newest(db, &kit.vault, name).await?.ok_or(RuleError::Unknown)?)?)
}

/// What a rule may name: the flows, and the lists with their kinds.
///
/// # Errors
/// If the store does not answer.
pub async fn known(db: &mut Db) -> Result<KnownNames, Failure> {
    Ok(KnownNames::read(db).await?)
}

/// Reads a rule, and checks it against what there is. Returns the newest version of its name as well.
async fn checked(kit: &Kit, db: &mut Db, json: &str) -> Result<(Rule, Option<Arc<RuleVersion>>), RuleError> {
    let known = KnownNames::read(db).await?;
    let rule = Rule::import(json, &known)?;
    let all = newest_of_each(kit, db).await?;
    let newest = all.iter().find(|version| version.rule.name == rule.name);
    let newest_number = newest.map_or(0, |newest| newest.version);
    if rule.version.is_some_and(|version| version != newest_number) {
        return Err(RuleError::OldVersion { newest: newest_number });
    }
    let others = all.iter().filter(|version| version.rule.name != rule.name && version.rule.mode() != Mode::Disabled).count();
    if rule.mode() != Mode::Disabled && others >= MAX_RULES {
        let reason = format!("there are {others} rules that are not DISABLED; at most {MAX_RULES} are allowed");
        return Err(Faults::from(Refused { path: "rule".to_owned(), code: FieldCode::Malformed, reason }).into());
    }
    let newest = newest.cloned();
    Ok((Rule { version: None, ..rule }, newest))
}

async fn insert(kit: &Kit, tx: &mut Tx, rule: Rule, by: Actor) -> Result<Arc<RuleVersion>, RuleError> {
    let definition = serde_json::to_string(&rule).expect("texts and numbers serialise");
    let (id, now) = (kit.ambient.id(), kit.ambient.now());
    let version = store::rules::insert(tx, &kit.vault, id, &rule.name, &definition, now).await?;
    tx.audit(Entry::new(&kit.ambient, now, by, Act::RuleImported(id))).await?;
    Ok(Arc::new(RuleVersion { id, version: u32::try_from(version).unwrap_or(u32::MAX), rule }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::testing::kit;

    fn rule(weight: u8) -> Rule {
        let when = r#"{"field":"amount","atLeast":1,"currency":"BRL"}"#;
        Rule::stored(&format!(r#"{{"name":"r","weight":{weight},"when":{when},"then":{{"action":"BLOCK"}}}}"#)).expect("a rule")
    }

    async fn weights(kit: &Kit, db: &mut Db) -> Vec<u8> {
        in_force(kit, db).await.expect("rules").rules.iter().map(|version| version.rule.weight()).collect()
    }

    /// On SQLite, a transaction reads what an earlier one of the same commit wrote, and that commit may fail.
    #[tokio::test]
    async fn a_version_that_was_not_committed_leaves_nothing_in_the_cache() {
        let (kit, _folder) = kit().await;
        let mut tx = kit.store.write().await.unwrap();
        insert(&kit, &mut tx, rule(1), Actor::CommandLine).await.unwrap();
        assert_eq!(weights(&kit, tx.db().await.unwrap()).await, [1]);
        drop(tx);
        assert_eq!(weights(&kit, &mut kit.store.read().await.unwrap()).await, [0_u8; 0]);

        let mut tx = kit.store.write().await.unwrap();
        insert(&kit, &mut tx, rule(2), Actor::CommandLine).await.unwrap();
        tx.commit().await.unwrap();
        let mut db = kit.store.read().await.unwrap();
        assert_eq!(version(&kit, &mut db, "r", 1).await.unwrap().map(|version| version.rule.weight()), Some(2));
        assert_eq!(weights(&kit, &mut db).await, [2]);
    }
}
