//! What is audited: `docs/audit.md` lists every act, route and command, and these tests hold the page against the product.

mod acts;
mod commands;
mod page;
mod routes;
mod timeline;

use crate::support::{Installation, TestApp};

/// The acts in the audit log, without those of the server's own jobs, oldest first.
async fn acts(installation: &Installation) -> Vec<String> {
    let done = "SELECT action FROM audit WHERE actor <> 'system' ORDER BY at, id";
    installation.database.texts(done).await
}

/// The acts that were added while a future ran.
async fn added<T>(installation: &Installation, meanwhile: impl Future<Output = T>) -> (T, Vec<String>) {
    let before = acts(installation).await.len();
    let done = meanwhile.await;
    (done, acts(installation).await.split_off(before))
}

/// The audit rows about a session that are not about its making: each act with what it names, oldest first.
async fn rows_of(app: &TestApp, session_ref: &str) -> Vec<String> {
    let rows = format!(
        "SELECT actor || ' ' || action || COALESCE(' ' || CAST(step AS TEXT), '') || COALESCE(' ' || artifact, '') AS row FROM audit \
         WHERE subject = '{session_ref}' AND action NOT IN ('session.created', 'session.read') AND actor <> 'system' ORDER BY at, id"
    );
    app.installation.database.texts(&rows).await
}
