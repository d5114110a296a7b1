//! What the audit log says was done.

use shared::{
    ids::{ArtifactId, EndpointId, KeyId},
    risk::Decision,
    role::Role,
};

use crate::ids::{BacktestId, CustomerId, FlowId, ListId, OperatorId, RuleId, SessionRef, TransactionRef};

/// What was done, and to which rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A session was created.
    SessionCreated(SessionRef),
    /// PENDING → PROCESSING.
    SessionSubmitted(SessionRef),
    /// PROCESSING → COMPLETED.
    SessionCompleted(SessionRef),
    /// PENDING → EXPIRED.
    SessionExpired(SessionRef),
    /// The customer saved a step.
    StepSaved {
        /// The session.
        session: SessionRef,
        /// The step's place in the session's version of its flow, from 1.
        step: u16,
    },
    /// A step was saved, and replaced or removed answers of another device.
    StepOverwritten {
        /// The session.
        session: SessionRef,
        /// The step's place in the session's version of its flow, from 1.
        step: u16,
    },
    /// The session was submitted with answers in place of another device's.
    SessionOverwritten(SessionRef),
    /// The customer uploaded a file.
    ArtifactUploaded {
        /// The session.
        session: SessionRef,
        /// The new file.
        artifact: ArtifactId,
    },
    /// The customer uploaded a file in place of an earlier one.
    ArtifactReplaced {
        /// The session.
        session: SessionRef,
        /// The new file.
        artifact: ArtifactId,
    },
    /// A file was uploaded in place of another device's.
    ArtifactOverwritten {
        /// The session.
        session: SessionRef,
        /// The new file.
        artifact: ArtifactId,
    },
    /// An operator saw a file.
    ArtifactViewed {
        /// The session.
        session: SessionRef,
        /// The file.
        artifact: ArtifactId,
    },
    /// An operator saw a customer's whole link.
    LinkShown(SessionRef),
    /// A program or a command read a session's result.
    SessionRead(SessionRef),
    /// An operator revealed what the customer entered.
    SessionRevealed(SessionRef),
    /// An operator decided.
    SessionReviewed {
        /// The session.
        session: SessionRef,
        /// The operator's decision.
        decision: Decision,
    },
    /// A session was linked to a customer.
    SessionLinked {
        /// The session.
        session: SessionRef,
        /// The customer.
        customer: CustomerId,
    },
    /// A session was unlinked from a customer.
    SessionUnlinked {
        /// The session.
        session: SessionRef,
        /// The customer.
        customer: CustomerId,
    },
    /// A file was put into a dossier.
    ArtifactLinked {
        /// The file's session.
        session: SessionRef,
        /// The file.
        artifact: ArtifactId,
        /// Whose dossier.
        customer: CustomerId,
    },
    /// A file was taken out of a dossier.
    ArtifactUnlinked {
        /// The file's session.
        session: SessionRef,
        /// The file.
        artifact: ArtifactId,
        /// Whose dossier.
        customer: CustomerId,
    },
    /// An operator revealed a customer's whole reference.
    CustomerRevealed(CustomerId),
    /// An operator signed in.
    OperatorSignedIn(OperatorId),
    /// The first administrator was made.
    OperatorAdded(OperatorId),
    /// A one-time link that signs an operator in was made.
    OperatorLinkMade(OperatorId),
    /// Somebody was invited.
    OperatorInvited(OperatorId),
    /// An operator was disabled.
    OperatorDisabled(OperatorId),
    /// An endpoint was added.
    EndpointAdded(EndpointId),
    /// An endpoint was disabled.
    EndpointDisabled(EndpointId),
    /// An API key was made.
    KeyCreated(KeyId),
    /// An API key was disabled.
    KeyDisabled(KeyId),
    /// A version of a flow was imported.
    FlowImported(FlowId),
    /// A flow's newest version was exported.
    FlowExported(FlowId),
    /// A version of a rule was imported, or made to disable it.
    RuleImported(RuleId),
    /// A rule's newest version was exported.
    RuleExported(RuleId),
    /// A backtest of a rule was started.
    BacktestStarted(BacktestId),
    /// A running backtest was cancelled.
    BacktestCancelled(BacktestId),
    /// Somebody saw the transactions that a backtest names.
    BacktestRead(BacktestId),
    /// A list was made, with nothing in it.
    ListCreated(ListId),
    /// What is in a list was replaced.
    ListImported(ListId),
    /// A list was exported.
    ListExported(ListId),
    /// The values on a page of a list were shown.
    ListRevealed(ListId),
    /// A value was added to a list.
    ListEntryAdded(ListId),
    /// A value was removed from a list.
    ListEntryRemoved(ListId),
    /// A transaction may pass, decided by the rules at once.
    TransactionApproved(TransactionRef),
    /// A transaction waits for its customer or for a person.
    TransactionHeld(TransactionRef),
    /// A transaction that waited may pass.
    TransactionReleased(TransactionRef),
    /// A transaction is stopped.
    TransactionBlocked(TransactionRef),
    /// Transactions were imported as history.
    TransactionsImported,
    /// A program read a transaction.
    TransactionRead(TransactionRef),
    /// An operator revealed what is sealed of a transaction.
    TransactionRevealed(TransactionRef),
    /// The session API was switched on.
    SessionApiOn,
    /// The session API was switched off.
    SessionApiOff,
    /// Somebody signed out.
    OperatorSignedOut(OperatorId),
    /// An operator ended sign-ins of their own on other browsers.
    OperatorSignInsEnded(OperatorId),
    /// An operator changed their own password.
    OperatorPasswordChanged(OperatorId),
    /// A link was made with which an operator can choose a new password.
    OperatorResetLinked(OperatorId),
    /// An operator chose a new password with such a link.
    OperatorPasswordReset(OperatorId),
    /// An operator got another role.
    OperatorRoleChanged {
        /// The operator.
        operator: OperatorId,
        /// The new role.
        role: Role,
    },
    /// An operator who was disabled may sign in again.
    OperatorEnabled(OperatorId),
    /// Somebody tried to sign in with a wrong password; `None` if no operator has the e-mail address.
    SignInFailed(Option<OperatorId>),
    /// Somebody tried to sign in more often than allowed; `None` as above.
    SignInLimited(Option<OperatorId>),
    /// Somebody tried to sign in as an operator who is disabled.
    SignInDisabled(OperatorId),
    /// An operator asked for something that their role does not allow, or asked too often.
    OperatorRefused(OperatorId),
    /// An operator searched. The row does not say for what, only which customer it found, if it found one.
    Searched(Option<CustomerId>),
}

impl Act {
    /// The word that is stored in `action`. Pages translate it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SessionCreated(_) => "session.created",
            Self::SessionSubmitted(_) => "session.submitted",
            Self::SessionCompleted(_) => "session.completed",
            Self::SessionExpired(_) => "session.expired",
            Self::StepSaved { .. } => "step.saved",
            Self::StepOverwritten { .. } => "step.overwritten",
            Self::SessionOverwritten(_) => "session.overwritten",
            Self::ArtifactUploaded { .. } => "artifact.uploaded",
            Self::ArtifactReplaced { .. } => "artifact.replaced",
            Self::ArtifactOverwritten { .. } => "artifact.overwritten",
            Self::ArtifactViewed { .. } => "artifact.viewed",
            Self::LinkShown(_) => "link.shown",
            Self::SessionRead(_) => "session.read",
            Self::SessionRevealed(_) => "session.revealed",
            Self::SessionReviewed { .. } => "session.reviewed",
            Self::SessionLinked { .. } => "session.linked",
            Self::SessionUnlinked { .. } => "session.unlinked",
            Self::ArtifactLinked { .. } => "artifact.linked",
            Self::ArtifactUnlinked { .. } => "artifact.unlinked",
            Self::CustomerRevealed(_) => "customer.revealed",
            Self::OperatorSignedIn(_) => "operator.signed_in",
            Self::OperatorAdded(_) => "operator.added",
            Self::OperatorLinkMade(_) => "operator.link_made",
            Self::OperatorInvited(_) => "operator.invited",
            Self::OperatorDisabled(_) => "operator.disabled",
            Self::EndpointAdded(_) => "endpoint.added",
            Self::EndpointDisabled(_) => "endpoint.disabled",
            Self::KeyCreated(_) => "api_key.created",
            Self::KeyDisabled(_) => "api_key.disabled",
            Self::FlowImported(_) => "flow.imported",
            Self::FlowExported(_) => "flow.exported",
            Self::RuleImported(_) => "rule.imported",
            Self::RuleExported(_) => "rule.exported",
            Self::BacktestStarted(_) => "backtest.started",
            Self::BacktestCancelled(_) => "backtest.cancelled",
            Self::BacktestRead(_) => "backtest.read",
            Self::ListCreated(_) => "list.created",
            Self::ListImported(_) => "list.imported",
            Self::ListExported(_) => "list.exported",
            Self::ListRevealed(_) => "list.revealed",
            Self::ListEntryAdded(_) => "list.entry_added",
            Self::ListEntryRemoved(_) => "list.entry_removed",
            Self::TransactionApproved(_) => "transaction.approved",
            Self::TransactionHeld(_) => "transaction.held",
            Self::TransactionReleased(_) => "transaction.released",
            Self::TransactionBlocked(_) => "transaction.blocked",
            Self::TransactionsImported => "transaction.imported",
            Self::TransactionRead(_) => "transaction.read",
            Self::TransactionRevealed(_) => "transaction.revealed",
            Self::SessionApiOn => "session_api.on",
            Self::SessionApiOff => "session_api.off",
            Self::OperatorSignedOut(_) => "operator.signed_out",
            Self::OperatorSignInsEnded(_) => "operator.sign_ins_ended",
            Self::OperatorPasswordChanged(_) => "operator.password_changed",
            Self::OperatorResetLinked(_) => "operator.reset_linked",
            Self::OperatorPasswordReset(_) => "operator.password_reset",
            Self::OperatorRoleChanged { .. } => "operator.role_changed",
            Self::OperatorEnabled(_) => "operator.enabled",
            Self::SignInFailed(_) => "sign_in.failed",
            Self::SignInLimited(_) => "sign_in.limited",
            Self::SignInDisabled(_) => "sign_in.disabled",
            Self::OperatorRefused(_) => "operator.refused",
            Self::Searched(_) => "search",
        }
    }

    /// The operator whom a refusal is about, if there is one.
    pub const fn operator(self) -> Option<OperatorId> {
        match self {
            Self::SignInFailed(operator) | Self::SignInLimited(operator) => operator,
            Self::SignInDisabled(operator) | Self::OperatorRefused(operator) => Some(operator),
            _ => None,
        }
    }

    /// Whether it happens often and changes no outcome. A timeline folds it, so that the other acts stand out.
    pub const fn is_routine(self) -> bool {
        matches!(
            self,
            Self::StepSaved { .. }
                | Self::ArtifactUploaded { .. }
                | Self::ArtifactReplaced { .. }
                | Self::ArtifactViewed { .. }
                | Self::LinkShown(_)
                | Self::SessionRead(_)
                | Self::TransactionRead(_)
        )
    }
}
