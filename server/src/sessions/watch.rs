//! Following a session: what changed since one looked last. A look is one keyed read, until something was saved; so it does
//! not matter which process changed it.

use shared::{api::Progress, flow::Step, language::Language, session::Status, session::Timestamp};

use super::{SessionError, open::Opened, open::progress};
use crate::{app::App, store};

/// Somebody who follows a session.
pub struct Watch {
    opened: Opened,
    steps: Vec<Step>,
    status: Option<Status>,
    /// The last look at a session that was open: when it was last written, and what was told of it.
    told: Option<(Timestamp, Progress)>,
}

/// What is new.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The status, where it is another.
    pub status: Option<Status>,
    /// How far the customer is, where that is another. Nothing is told of a session that is over.
    pub progress: Option<Progress>,
}

impl Watch {
    /// Follows this session from its beginning: the first look tells everything.
    pub fn new(opened: Opened) -> Self {
        let steps = opened.flow.definition.steps(Language::default());
        Self { opened, steps, status: None, told: None }
    }

    /// Whether nothing can follow any more.
    pub fn is_over(&self) -> bool {
        self.status.is_some_and(Status::is_terminal)
    }

    /// Looks once.
    ///
    /// # Errors
    /// Where the store does not answer, or the session is gone.
    pub async fn look(&mut self, app: &App) -> Result<News, SessionError> {
        let mut db = app.store.read().await?;
        let session = store::sessions::by_ref(&mut db, self.opened.session.r#ref).await?.ok_or(SessionError::NotFound)?;
        let touched_at = session.touched_at;
        let status = session.state.status_at(app.ambient.now());
        let mut news = News { status: (self.status != Some(status)).then_some(status), progress: None };
        let is_as_told = news.status.is_none() && self.told.as_ref().is_some_and(|(at, _)| *at == touched_at);
        if !is_as_told && !status.is_terminal() {
            let progress = if status == Status::Pending { progress(&mut db, &self.opened, &self.steps).await? } else { Progress::default() };
            if self.told.as_ref().is_none_or(|(_, told)| *told != progress) {
                news.progress = Some(progress.clone());
            }
            self.told = Some((touched_at, progress));
        }
        self.status = Some(status);
        Ok(news)
    }
}
