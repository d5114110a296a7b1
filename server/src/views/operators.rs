//! Reads the pages of operators: the list, one operator with what happened, and an operator's own account.

use app::{
    dashboard::{
        account::{Account, SignInRow},
        damaged::Line,
        operator::{HistoryRow, OperatorData},
        operators::OperatorRow,
        parts::{Newest, Rows},
    },
    words::dashboard::OperatorEvent,
};

use super::{
    ViewError, Views,
    paging::{limit, newest, one_more, paged},
    people::Actors,
};
use crate::{
    actor::Act,
    clock::rfc3339,
    ids::{OperatorId, RowId as _},
    model::Operator,
    operators::{self, Happened, OperatorError, SignedIn, Visit},
};

/// The most rows of what happened to an operator that a page shows.
const HISTORY: usize = 200;
/// The most sign-ins that an operator's own page shows.
const SIGN_INS: usize = 50;

impl Views<'_> {
    /// A page of operators, invited before `before`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn operators(self, viewer: &SignedIn, before: Option<OperatorId>) -> Result<Rows<Line<OperatorRow>>, OperatorError> {
        let found = operators::list(self.kit, before.unwrap_or(OperatorId::last()), limit()).await?;
        let row = |(operator, email): (Operator, String)| row(operator, email, viewer);
        Ok(paged("/dashboard/operators", before, found, |(operator, _): &(Operator, String)| operator.id, row))
    }

    /// One operator, with what happened.
    ///
    /// # Errors
    /// [`OperatorError::NotFound`]
    pub async fn operator(self, viewer: &SignedIn, id: OperatorId) -> Result<OperatorData, OperatorError> {
        let (operator, email) = operators::one(self.kit, id).await?;
        let happened = operators::history(self.kit, id, one_more(HISTORY)).await?;
        let acted = happened.iter().map(|(row, _)| row.entry.actor);
        let actors = Actors::of(self.kit, &mut *self.kit.store.read().await?, acted).await?;
        let Newest { rows, cut } = newest(happened, HISTORY);
        let rows = rows.into_iter().filter_map(|happened| history_row(happened, &actors)).collect();
        Ok(OperatorData { operator: row(operator, email, viewer), history: Newest { rows, cut } })
    }

    /// An operator's own account.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn account(self, operator: &SignedIn, visit: &Visit) -> Result<Account, OperatorError> {
        let operators::Account { has_password, sign_ins } = operators::account(self.kit, operator, visit, one_more(SIGN_INS)).await?;
        let Newest { rows: sign_ins, cut } = newest(sign_ins, SIGN_INS);
        let rows = sign_ins.into_iter().map(|own| SignInRow {
            id: own.id,
            browser: own.sign_in.browser,
            source: own.source,
            created_at: rfc3339(own.sign_in.created_at),
            seen_at: rfc3339(own.sign_in.seen_at),
            is_this: own.is_this,
        });
        Ok(Account { has_password, sign_ins: Newest { rows: rows.collect(), cut } })
    }
}

fn row(operator: Operator, email: String, viewer: &SignedIn) -> OperatorRow {
    OperatorRow {
        id: operator.id.to_string(),
        active: operators::has_accepted(&operator, &email),
        is_demo: operators::is_demo(&email),
        email,
        role: operator.role,
        created_at: rfc3339(operator.created_at),
        disabled_at: operator.disabled_at.map(rfc3339),
        is_self: operator.id == viewer.id,
    }
}

fn history_row((row, source): Happened, actors: &Actors) -> Option<HistoryRow> {
    Some(HistoryRow { at: rfc3339(row.entry.at), what: event(row.entry.act)?, who: actors.shown(row.entry.actor), source, times: row.times })
}

/// What a page says of an act that is about an operator; `None` for any other.
const fn event(act: Act) -> Option<OperatorEvent> {
    Some(match act {
        Act::OperatorSignedIn(_) => OperatorEvent::SignedIn,
        Act::OperatorSignedOut(_) => OperatorEvent::SignedOut,
        Act::OperatorSignInsEnded(_) => OperatorEvent::SignInsEnded,
        Act::OperatorAdded(_) => OperatorEvent::Added,
        Act::OperatorLinkMade(_) => OperatorEvent::LinkMade,
        Act::OperatorInvited(_) => OperatorEvent::Invited,
        Act::OperatorDisabled(_) => OperatorEvent::Disabled,
        Act::OperatorEnabled(_) => OperatorEvent::Enabled,
        Act::OperatorPasswordChanged(_) => OperatorEvent::PasswordChanged,
        Act::OperatorResetLinked(_) => OperatorEvent::ResetLinked,
        Act::OperatorPasswordReset(_) => OperatorEvent::PasswordReset,
        Act::OperatorRoleChanged { role, .. } => OperatorEvent::RoleChanged(role),
        Act::OperatorRefused(_) => OperatorEvent::Refused,
        Act::SignInFailed(_) => OperatorEvent::SignInFailed,
        Act::SignInLimited(_) => OperatorEvent::SignInLimited,
        Act::SignInDisabled(_) => OperatorEvent::SignInDisabled,
        _ => return None,
    })
}

impl From<ViewError> for OperatorError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::NotFound => Self::NotFound,
            ViewError::Failure(error) => error.into(),
        }
    }
}
