//! The words for what rules are made of: modes, actions, subjects and comparisons.

use shared::rule::{ActionKind, Mode, OnExpired, Op, What};

use super::texts::RuleWords;

impl RuleWords {
    /// A mode.
    pub const fn mode_of(&self, mode: Mode) -> &'static str {
        match mode {
            Mode::Active => self.active,
            Mode::Test => self.test,
            Mode::Disabled => self.disabled,
        }
    }

    /// What a mode means.
    pub const fn mode_text(&self, mode: Mode) -> &'static str {
        match mode {
            Mode::Active => self.active_text,
            Mode::Test => self.test_text,
            Mode::Disabled => self.disabled_text,
        }
    }

    /// An action.
    pub const fn action_of(&self, action: ActionKind) -> &'static str {
        match action {
            ActionKind::Allow => self.allow,
            ActionKind::Review => self.review,
            ActionKind::StepUp => self.step_up,
            ActionKind::Block => self.block,
        }
    }

    /// What an action means.
    pub const fn action_text(&self, action: ActionKind) -> &'static str {
        match action {
            ActionKind::Allow => self.allow_text,
            ActionKind::Review => self.review_text,
            ActionKind::StepUp => self.step_up_text,
            ActionKind::Block => self.block_text,
        }
    }

    /// What becomes of a transaction whose session expires.
    pub const fn expired_of(&self, then: OnExpired) -> &'static str {
        match then {
            OnExpired::Block => self.expire_block,
            OnExpired::Review => self.expire_review,
            OnExpired::Release => self.expire_release,
        }
    }

    /// What a condition is about.
    pub const fn what_of(&self, what: What) -> &'static str {
        match what {
            What::Amount => self.amount,
            What::Currency => self.currency,
            What::Direction => self.direction,
            What::Type => self.r#type,
            What::Channel => self.channel,
            What::Country => self.country,
            What::CounterpartyId => self.counterparty,
            What::CounterpartyCountry => self.counterparty_country,
            What::DeviceId => self.device,
            What::Ip => self.ip,
            What::Hour => self.hour,
            What::Weekday => self.weekday,
            What::Metadata => self.metadata,
            What::Count => self.count,
            What::Sum => self.sum,
            What::Max => self.max,
            What::Average => self.average,
            What::Distinct => self.distinct,
            What::Age => self.session_age,
            What::Score => self.session_score,
            What::Decision => self.session_decision,
            What::NoSession => self.session_none,
        }
    }

    /// A comparison. An hour is not at least another one, but from it on.
    pub const fn op_of(&self, op: Op, what: What) -> &'static str {
        match (op, what) {
            (Op::AtLeast, What::Hour) => self.from_hour,
            (Op::Is, _) => self.is,
            (Op::IsNot, _) => self.is_not,
            (Op::In, _) => self.one_of,
            (Op::NotIn, _) => self.none_of,
            (Op::InList, _) => self.in_list,
            (Op::AtLeast, _) => self.at_least,
            (Op::Above, _) => self.above,
            (Op::AtMost, _) => self.at_most,
            (Op::Below, _) => self.below,
            (Op::Present, _) => self.present,
            (Op::Absent, _) => self.absent,
        }
    }
}
