//! Converts the errors of the use cases about transactions, rules and lists into problems, as `errors.rs` does for the others.

use shared::problem::{Code, FieldCode, FieldFault, Problem};

use super::{
    errors::internal,
    problems::{ApiError, sentence},
};
use crate::{
    lists::ListError,
    rules::RuleError,
    transactions::{backtest::BacktestError, post::PostError, review::ReviewError, show::ShowError},
};

impl From<PostError> for ApiError {
    fn from(error: PostError) -> Self {
        match error {
            PostError::NotJson(detail) => Self::new(Code::InvalidJson, detail),
            PostError::Faults(faults) => {
                Self(Box::new(Problem::new(Code::InvalidRequest, "Some fields need correcting; nothing was decided.").with_errors(faults)))
            }
            PostError::OtherBody => Self::new(Code::Conflict, "This transactionId was posted before with another body."),
            PostError::AnswersTooLong => {
                let detail =
                    "The answers to a batch have at most 16 MiB (16777216 bytes), so this transaction was not posted. Send it again, in another batch.";
                Self::new(Code::TooLarge, detail)
            }
            PostError::Failure(error) => error.into(),
        }
    }
}

impl From<ShowError> for ApiError {
    fn from(error: ShowError) -> Self {
        match error {
            ShowError::NotFound => Self::not_found(),
            ShowError::Failure(error) => error.into(),
        }
    }
}

impl From<RuleError> for ApiError {
    fn from(error: RuleError) -> Self {
        match error {
            RuleError::Unknown => Self::not_found(),
            RuleError::Refused(faults) => {
                Self(Box::new(Problem::new(Code::InvalidRequest, "The rule needs correcting; nothing was changed.").with_errors(faults.of_fields())))
            }
            cause @ RuleError::OldVersion { .. } => Self::new(Code::Conflict, sentence(&cause)),
            RuleError::Failure(error) => error.into(),
        }
    }
}

impl From<BacktestError> for ApiError {
    fn from(error: BacktestError) -> Self {
        match error {
            BacktestError::Unknown => Self::not_found(),
            cause @ (BacktestError::Busy | BacktestError::HasEnded) => Self::new(Code::Conflict, sentence(&cause)),
            BacktestError::Draft(error) => error.into(),
            BacktestError::Failure(error) => error.into(),
        }
    }
}

impl From<ListError> for ApiError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Unknown => Self::not_found(),
            cause @ (ListError::NotThere | ListError::OtherKind(_) | ListError::Known | ListError::Full | ListError::Long | ListError::Taken) => {
                Self::new(Code::Conflict, sentence(&cause))
            }
            cause @ (ListError::Name | ListError::Entry(_) | ListError::Faults(_)) => Self::new(Code::InvalidRequest, sentence(&cause)),
            ListError::Panicked(cause) => internal(&cause),
            ListError::Failure(error) => error.into(),
        }
    }
}

impl From<ReviewError> for ApiError {
    fn from(error: ReviewError) -> Self {
        let of_field = |field: &str, code, cause: &ReviewError| {
            let fault = FieldFault::new(field, code, sentence(cause));
            Self(Box::new(Problem::new(Code::InvalidRequest, "Some fields need correcting; nothing was decided.").with_errors(vec![fault])))
        };
        match error {
            ReviewError::NotFound => Self::not_found(),
            cause @ ReviewError::BadDecision => of_field("decision", FieldCode::NotAnOption, &cause),
            cause @ ReviewError::BadReason => of_field("reason", FieldCode::Malformed, &cause),
            cause @ ReviewError::NotInReview(_) => Self::new(Code::Conflict, sentence(&cause)),
            ReviewError::Failure(error) => error.into(),
        }
    }
}
