//! What checks found in detail, for operators. It is sealed, and no webhook carries it.

use std::collections::BTreeMap;

use app::dashboard::findings::{Finding, SeenOn};
use serde::Deserialize;
use shared::flow::Step;

use super::{mask, rows::label};
use crate::{
    ids::SessionRef,
    model::{Artifact, Place},
    sealed,
    store::{self, Db, StoreError},
    vault::{self, Key},
};

/// The details of a reason, as checks write them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Details {
    sessions: Vec<String>,
    read: Option<String>,
    entered: Option<String>,
    distance: Option<f64>,
    seen: Vec<On>,
}

#[derive(Deserialize)]
struct On {
    on: String,
    at: Vec<Place>,
}

/// What the reasons of a session name, by check and code.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<(String, String), Vec<Details>>);

impl Findings {
    /// Reads them. Details that do not open name nothing.
    pub async fn of(db: &mut Db, session: SessionRef, key: &Key) -> Result<Self, StoreError> {
        let mut all: BTreeMap<(String, String), Vec<Details>> = BTreeMap::new();
        for found in store::checks::details(db, session).await? {
            let place = sealed::reason_details(session, &found.check, found.number);
            let details = vault::open_text(key, &place, &found.details).ok().and_then(|text| serde_json::from_str(&text).ok());
            all.entry((found.check, found.code)).or_default().extend(details);
        }
        Ok(Self(all))
    }

    fn details(&self, check: &str, code: &str) -> &[Details] {
        self.0.get(&(check.to_owned(), code.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// The refs of other sessions that a reason names.
    pub fn sessions(&self, check: &str, code: &str) -> Vec<String> {
        let refs = self.details(check, code).iter().flat_map(|details| &details.sessions).filter_map(|text| text.parse::<SessionRef>().ok());
        let mut known = Vec::new();
        for one in refs.map(|one| one.to_string()) {
            if !known.contains(&one) {
                known.push(one);
            }
        }
        known
    }

    /// What a reason says of texts and photos. Texts are hidden unless they are revealed.
    pub fn shown(&self, check: &str, code: &str, photos: &Photos<'_>, revealed: bool) -> Vec<Finding> {
        let text = |text: &Option<String>| text.as_ref().map(|text| if revealed { text.clone() } else { mask::hidden(text) });
        let shown = |details: &Details| Finding {
            read: text(&details.read),
            entered: text(&details.entered),
            distance: details.distance,
            photos: details.seen.iter().filter(|seen| !seen.at.is_empty()).filter_map(|seen| photos.with(seen)).collect(),
        };
        let is_empty = |finding: &Finding| finding.read.is_none() && finding.distance.is_none() && finding.photos.is_empty();
        self.details(check, code).iter().map(shown).filter(|finding| !is_empty(finding)).collect()
    }
}

/// The photos of a session, by the field that each answers.
pub(super) struct Photos<'s> {
    pub session: SessionRef,
    pub artifacts: Vec<&'s Artifact>,
    pub steps: &'s [Step],
}

impl Photos<'_> {
    /// The photo of a field, with places on it.
    fn with(&self, seen: &On) -> Option<SeenOn> {
        let artifact = self.artifacts.iter().find(|artifact| artifact.field.as_deref() == Some(seen.on.as_str()))?;
        let file = format!("/dashboard/sessions/{}/artifacts/{}", self.session, artifact.id);
        Some(SeenOn { file, label: label(self.steps, &seen.on), places: seen.at.clone() })
    }
}
