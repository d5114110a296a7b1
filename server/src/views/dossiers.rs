//! Reads dossiers, and the artifacts that are in none.

use app::dashboard::{
    dossiers::{Dossier, Unresolved},
    parts::Newest,
};
use shared::ids::ArtifactId;

use super::{
    Result, Views, mask,
    paging::{limit, newest, next, one_more},
};
use crate::{customers, dossiers, ids::CustomerId, store};

/// The most sessions, and the most artifacts, that a dossier shows.
const SHOWN: usize = 100;
/// The most unresolved artifacts that we count.
const MAX_COUNT: i64 = 100;

impl Views<'_> {
    /// The number of artifacts in no dossier, or 100 if there are more.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn unresolved_count(self) -> Result<u32> {
        let counted = store::artifacts::count_unresolved(&mut *self.kit.store.read().await?, MAX_COUNT).await?;
        Ok(u32::try_from(counted).unwrap_or_default())
    }

    /// A customer's dossier. The reference is masked unless `revealed`; the caller has then written the audit row.
    ///
    /// # Errors
    /// [`super::ViewError::NotFound`]
    pub async fn dossier(self, customer: CustomerId, revealed: bool) -> Result<Dossier> {
        let dossiers::Dossier { customer, sessions, artifacts } = dossiers::open(self.kit, customer, one_more(SHOWN)).await?;
        let (sessions, artifacts) = (newest(sessions, SHOWN), newest(artifacts, SHOWN));
        let reference = customers::reference(self.kit, &customer)?;
        let reference = if revealed { reference } else { mask::reference(&reference) };
        Ok(Dossier {
            id: customer.id.to_string(),
            reference,
            revealed,
            sessions: Newest { rows: self.session_rows(sessions.rows).await?, cut: sessions.cut },
            artifacts: Newest { rows: self.artifact_rows(artifacts.rows).await?, cut: artifacts.cut },
            waiting: self.waiting_of(customer.id).await?,
        })
    }

    /// Artifacts in no dossier, older than `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn unresolved(self, before: ArtifactId) -> Result<Unresolved> {
        let mut found = store::artifacts::unresolved(&mut *self.kit.store.read().await?, &self.kit.vault, before, limit()).await?;
        let older = next(&mut found, |artifact| artifact.id).map(|last| format!("/dashboard/unresolved?before={last}"));
        Ok(Unresolved { artifacts: self.artifact_rows(found).await?, older })
    }
}
