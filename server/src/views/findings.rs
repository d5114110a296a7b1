//! What checks found in detail, for operators. It is sealed, and no webhook carries it.

use std::collections::BTreeMap;

use crate::{
    ids::SessionRef,
    sealed,
    store::{self, Db, StoreError},
    vault::{self, Key},
};

/// The refs of the other sessions that each reason names, by check and code. Details that do not open name none.
pub(super) async fn named_sessions(db: &mut Db, session: SessionRef, key: &Key) -> Result<BTreeMap<(String, String), Vec<String>>, StoreError> {
    let mut named: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for found in store::checks::details(db, session).await? {
        let place = sealed::reason_details(session, &found.check, found.number);
        let details = vault::open_text(key, &place, &found.details).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
        let refs = details.iter().filter_map(|details| details["sessions"].as_array()).flatten();
        let refs = refs.filter_map(|one| Some(one.as_str()?.parse::<SessionRef>().ok()?.to_string()));
        let known = named.entry((found.check, found.code)).or_default();
        for one in refs {
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }
    Ok(named)
}
