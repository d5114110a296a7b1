//! Watches a session for an event stream: each look returns what changed since the last one. A look reads the row from the
//! database, so it also sees what other processes changed. It reads the answers only if `touched_at` changed.

use shared::{api::Progress, flow::Step, language::Language, session::Status, session::Timestamp};

use super::open::{OpenError, Opened, progress};
use crate::{kit::Kit, store};

/// One watcher of a session.
pub struct Watch {
    opened: Opened,
    steps: Vec<Step>,
    status: Option<Status>,
    /// What the last look reported: the session's `touched_at`, and the progress.
    reported: Option<(Timestamp, Progress)>,
}

/// What changed since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The new status, if it changed.
    pub status: Option<Status>,
    /// The new progress, if it changed. A session that is over has none.
    pub progress: Option<Progress>,
}

impl Watch {
    /// A watcher whose first look reports the present status and progress.
    pub fn new(opened: Opened) -> Self {
        let steps = opened.flow.definition.steps(Language::default());
        Self { opened, steps, status: None, reported: None }
    }

    /// Whether the last look saw a terminal status, so that nothing can change any more.
    pub fn is_over(&self) -> bool {
        self.status.is_some_and(Status::is_terminal)
    }

    /// Reads the session once and returns what changed.
    ///
    /// # Errors
    /// If the store does not answer, or the session does not exist any more.
    pub async fn look(&mut self, kit: &Kit) -> Result<News, OpenError> {
        let mut db = kit.store.read().await?;
        let session = store::sessions::by_ref(&mut db, self.opened.session.r#ref).await?.ok_or(OpenError::NotFound)?;
        let touched_at = session.touched_at;
        let status = session.state.status_at(kit.ambient.now());
        let mut news = News { status: (self.status != Some(status)).then_some(status), progress: None };
        let is_as_reported = news.status.is_none() && self.reported.as_ref().is_some_and(|(at, _)| *at == touched_at);
        if !is_as_reported && !status.is_terminal() {
            let progress = if status == Status::Pending { progress(&mut db, &self.opened, &self.steps).await? } else { Progress::default() };
            if self.reported.as_ref().is_none_or(|(_, reported)| *reported != progress) {
                news.progress = Some(progress.clone());
            }
            self.reported = Some((touched_at, progress));
        }
        self.status = Some(status);
        Ok(news)
    }
}
