//! Converts each error of a use case into a problem, with one match for each use case. It also logs the cause of each 500 and 503, once.

use std::fmt::Display;

use shared::problem::{Code, FieldCode, FieldFault, Problem};
use tracing::error;

use super::problems::{ApiError, RETRY_AFTER, sentence};
use crate::{
    api_keys::KeyCreateError,
    artifacts::{ReadError, file::FileError},
    dossiers::DossierError,
    failure::Failure,
    flows::FlowError,
    inspect::Fault,
    operators::OperatorError,
    sessions::{
        advance::AdvanceError,
        complete::CompleteError,
        create::CreateError,
        expire::ExpireError,
        open::OpenError,
        review::{RevealError, ReviewError},
        save::{Invalid, SaveError},
        transition::{Closed, TransitionError},
    },
    storage::StorageError,
    store::StoreError,
    views::ViewError,
};

fn unavailable(cause: &dyn Display) -> ApiError {
    error!(%cause, "a request could not be answered");
    let detail = "The service cannot answer right now. Nothing that was saved is lost.";
    ApiError(Box::new(Problem::new(Code::Unavailable, detail).with_retry_after(RETRY_AFTER)))
}

pub(super) fn internal(cause: &dyn Display) -> ApiError {
    error!(%cause, "a request failed");
    ApiError::new(Code::Internal, "Something went wrong on our side. Nothing that was saved is lost.")
}

impl From<Failure> for ApiError {
    fn from(error: Failure) -> Self {
        match error {
            Failure::Store(StoreError::Conflict) => Self::new(Code::Conflict, "Another request was first; nothing was saved."),
            Failure::Store(StoreError::Unavailable(cause)) => unavailable(&cause),
            Failure::Store(cause @ StoreError::Inconsistent(_)) => internal(&cause),
            Failure::Sealed(cause) => internal(&cause),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}

impl From<Closed> for ApiError {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Expired => Self::new(Code::Expired, "This session has expired; nothing more can be sent to it."),
            Closed::Submitted => Self::new(Code::Conflict, "This session was submitted before; what you sent was not saved."),
        }
    }
}

impl From<Invalid> for ApiError {
    fn from(Invalid { faults, missing_steps }: Invalid) -> Self {
        let detail = match faults.len() {
            1 => "One answer needs correcting; nothing was saved.".to_owned(),
            n => format!("{n} answers need correcting; nothing was saved."),
        };
        let mut problem = Problem::new(Code::InvalidUserData, detail).with_errors(faults);
        problem.missing_steps = missing_steps;
        Self(Box::new(problem))
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotFound => Self::not_found(),
            OpenError::Failure(error) => error.into(),
        }
    }
}

impl From<SaveError> for ApiError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Closed(closed) => closed.into(),
            SaveError::UnknownStep => Self::new(Code::UnknownStep, "The session's flow has no step of this id."),
            SaveError::Invalid(invalid) => invalid.into(),
            SaveError::Failure(error) => error.into(),
        }
    }
}

impl From<CompleteError> for ApiError {
    fn from(error: CompleteError) -> Self {
        match error {
            CompleteError::Closed(closed) => closed.into(),
            CompleteError::Invalid(invalid) => invalid.into(),
            CompleteError::Transition(error) => error.into(),
            CompleteError::Failure(error) => error.into(),
        }
    }
}

impl From<AdvanceError> for ApiError {
    fn from(error: AdvanceError) -> Self {
        match error {
            AdvanceError::Save(error) => error.into(),
            AdvanceError::Complete(error) => error.into(),
        }
    }
}

impl From<TransitionError> for ApiError {
    fn from(error: TransitionError) -> Self {
        match error {
            TransitionError::Refused(_) => Failure::from(StoreError::Conflict).into(),
            cause @ TransitionError::Follower { .. } => internal(&cause),
            TransitionError::Failure(error) => error.into(),
        }
    }
}

impl From<CreateError> for ApiError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Flow(cause @ FlowError::Unknown { .. }) => field_fault("flow", FieldCode::NotAnOption, &cause),
            CreateError::Flow(FlowError::Failure(error)) | CreateError::Failure(error) => error.into(),
            CreateError::Flow(cause @ FlowError::Refused(_)) => internal(&cause),
            cause @ CreateError::ReturnUrl { .. } => field_fault("returnUrl", FieldCode::NotAnOption, &cause),
        }
    }
}

impl From<KeyCreateError> for ApiError {
    fn from(error: KeyCreateError) -> Self {
        match error {
            KeyCreateError::Create(error) => error.into(),
            KeyCreateError::OtherBody => Self::new(Code::Conflict, "This Idempotency-Key was used with another body; nothing was created."),
            KeyCreateError::Failure(error) => error.into(),
        }
    }
}

impl From<ExpireError> for ApiError {
    fn from(error: ExpireError) -> Self {
        match error {
            ExpireError::NotFound => Self::not_found(),
            ExpireError::Transition(error) => error.into(),
            ExpireError::Failure(error) => error.into(),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::NotFound => Self::not_found(),
            cause @ ReviewError::BadReason => Self::new(Code::InvalidRequest, sentence(&cause)),
            ReviewError::Transition(error) => error.into(),
            ReviewError::Failure(error) => error.into(),
        }
    }
}

impl From<RevealError> for ApiError {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::NotFound => Self::not_found(),
            RevealError::Store(error) => error.into(),
        }
    }
}

impl From<DossierError> for ApiError {
    fn from(error: DossierError) -> Self {
        match error {
            DossierError::NotFound => Self::not_found(),
            DossierError::Failure(error) => error.into(),
        }
    }
}

impl From<ViewError> for ApiError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::NotFound => Self::not_found(),
            ViewError::Failure(error) => error.into(),
        }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        match error {
            cause @ StorageError::Gone => internal(&cause),
            StorageError::Unavailable(cause) => unavailable(&cause),
            cause @ StorageError::NotOurs => unavailable(&cause),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::NotFound => Self::not_found(),
            ReadError::Storage(error) => error.into(),
            ReadError::Failure(error) => error.into(),
        }
    }
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Closed(closed) => closed.into(),
            FileError::Fault(fault) => Self::new(code_of(&fault), sentence(&fault)),
            FileError::NotAccepted(accepted) => {
                Self::new(Code::UnsupportedMedia, format!("This field takes {accepted}; we tell a file's kind by its content."))
            }
            FileError::Full(limit) => Self::new(Code::TooLarge, limit.to_string()),
            // Not logged, because it is no error of ours.
            FileError::Busy(busy) => Self::new(Code::Unavailable, busy.to_string()),
            FileError::Struck { seconds } => {
                Self::rate_limited("After two PDFs that took too much time or memory to read, this session's PDFs wait for a minute.", seconds)
            }
            FileError::Spent { seconds } => Self::rate_limited("This session's files took 10 s of CPU time, so the next one waits.", seconds),
            FileError::Field(fault) => {
                Self(Box::new(Problem::new(Code::InvalidRequest, "A part of the request is missing or wrong.").with_errors(vec![fault])))
            }
            FileError::Storage(error) => error.into(),
            FileError::Io(cause) => unavailable(&cause),
            FileError::Panicked(cause) => internal(&cause),
            FileError::Worker(cause) => unavailable(&cause),
            FileError::Failure(error) => error.into(),
        }
    }
}

const fn code_of(fault: &Fault) -> Code {
    match fault {
        Fault::UnsupportedMedia => Code::UnsupportedMedia,
        Fault::TooManyPixels { .. } | Fault::BadImage(_) => Code::BadImage,
        Fault::BadDocument => Code::BadDocument,
        Fault::Truncated => Code::Truncated,
    }
}

impl From<OperatorError> for ApiError {
    fn from(error: OperatorError) -> Self {
        match error {
            OperatorError::Failure(error) => error.into(),
            OperatorError::Busy(busy) => unavailable(&busy),
            OperatorError::NotFound => Self::not_found(),
            cause => internal(&cause),
        }
    }
}

/// The problem of a session that was not created because of one field of the request.
fn field_fault(field: &str, code: FieldCode, message: &dyn Display) -> ApiError {
    not_created(vec![FieldFault::new(field, code, sentence(message))])
}

/// The problem of a session that was not created because of these fields of the request.
pub fn not_created(faults: Vec<FieldFault>) -> ApiError {
    ApiError(Box::new(Problem::new(Code::InvalidRequest, "Some fields need correcting; nothing was created.").with_errors(faults)))
}

#[cfg(test)]
mod tests {
    use axum::{http::header, response::IntoResponse as _};

    use super::*;

    #[test]
    fn a_problem_that_may_pass_has_retry_after() {
        let unavailable = || ApiError::from(StoreError::Unavailable(sqlx::Error::PoolTimedOut));
        for (error, seconds) in [
            (unavailable(), Some("5")),
            (ApiError::new(Code::Unavailable, "The storage does not answer."), Some("5")),
            (ApiError::rate_limited("So many a minute.", 42), Some("42")),
            (ApiError::not_found(), None),
        ] {
            let response = error.into_response();
            assert_eq!(response.headers().get(header::RETRY_AFTER).map(|value| value.to_str().unwrap()), seconds);
        }
    }
}
