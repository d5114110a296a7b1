//! A rule: when it matches, and what follows. What its JSON leaves out stays absent, so that it serialises to what was imported; the methods
//! fill in the defaults.

use serde::{Deserialize, Serialize};

use super::{condition::Condition, span::Span};
use crate::{language::Language, reading::text::Text, session::Timestamp};

const DEFAULT_PRIORITY: u32 = 100;
const DEFAULT_TIMEZONE: &str = "UTC";

/// A rule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// `[a-z][a-z0-9-]{0,63}`
    pub name: String,
    /// The version that somebody read and changed. An import that names another than the newest is refused. It is no part of the rule.
    pub version: Option<u32>,
    /// What people call it.
    pub title: Option<Text>,
    /// Whether it decides.
    pub mode: Option<Mode>,
    /// Its place among the rules: lower first.
    pub priority: Option<u32>,
    /// What it adds to the score, 0 to 100.
    pub weight: Option<u8>,
    /// The IANA name of the time zone of its hours and days.
    pub timezone: Option<String>,
    /// When it matches.
    pub when: Condition,
    /// What follows.
    pub then: Action,
}

/// Whether a rule decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// It does.
    #[default]
    Active,
    /// It is evaluated and recorded, and changes nothing.
    Test,
    /// It is not evaluated.
    Disabled,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Active, Self::Test, Self::Disabled];

    /// As written and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Test => "TEST",
            Self::Disabled => "DISABLED",
        }
    }
}

/// What follows where a rule matches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// The transaction passes.
    #[default]
    Allow,
    /// A person decides.
    Review,
    /// The customer is asked for evidence first.
    StepUp(StepUp),
    /// It is stopped.
    Block,
}

/// The name of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ActionKind {
    /// `ALLOW`
    Allow,
    /// `REVIEW`
    Review,
    /// `STEP_UP`
    StepUp,
    /// `BLOCK`
    Block,
}

impl ActionKind {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Allow, Self::Review, Self::StepUp, Self::Block];

    /// As written, stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "ALLOW",
            Self::Review => "REVIEW",
            Self::StepUp => "STEP_UP",
            Self::Block => "BLOCK",
        }
    }
}

impl Action {
    /// Its name.
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::Allow => ActionKind::Allow,
            Self::Review => ActionKind::Review,
            Self::StepUp(_) => ActionKind::StepUp,
            Self::Block => ActionKind::Block,
        }
    }
}

/// The session that asks for evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepUp {
    /// The flow that it executes.
    pub flow: String,
    /// How long it stays open; the flow's timeout if absent.
    pub ttl: Option<Span>,
    /// For how long a customer who passed the flow is not asked again.
    pub grace: Option<Span>,
    /// What becomes of the transaction if nobody completes it.
    pub on_expired: Option<OnExpired>,
}

impl StepUp {
    /// What becomes of the transaction if nobody completes the session.
    pub fn on_expired(&self) -> OnExpired {
        self.on_expired.unwrap_or_default()
    }

    /// Whether a session that was completed and approved then spares the customer this one. Its last moment is included.
    pub fn spares(&self, completed_at: Timestamp, now: Timestamp) -> bool {
        self.grace.as_ref().is_some_and(|grace| now.0.saturating_sub(completed_at.0) <= grace.micros())
    }
}

/// What becomes of a held transaction whose session expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnExpired {
    /// It is blocked.
    #[default]
    Block,
    /// A person decides.
    Review,
    /// It is released.
    Release,
}

impl OnExpired {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Block, Self::Review, Self::Release];

    /// As written and stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::Review => "REVIEW",
            Self::Release => "RELEASE",
        }
    }
}

impl Rule {
    /// What people call it: its title in this language, in English or in any, or else its name.
    pub fn title(&self, language: Language) -> &str {
        self.title.as_ref().map_or(&self.name, |title| title.get(language, Language::En))
    }

    /// Whether it decides.
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or_default()
    }

    /// Its place among the rules: lower first.
    pub fn priority(&self) -> u32 {
        self.priority.unwrap_or(DEFAULT_PRIORITY)
    }

    /// What it adds to the score, 0 to 100.
    pub fn weight(&self) -> u8 {
        self.weight.unwrap_or_default()
    }

    /// The time zone of its hours and days.
    pub fn timezone(&self) -> &str {
        self.timezone.as_deref().unwrap_or(DEFAULT_TIMEZONE)
    }

    /// What it asks for where it matches, if it does.
    pub const fn step_up(&self) -> Option<&StepUp> {
        if let Action::StepUp(step_up) = &self.then { Some(step_up) } else { None }
    }

    /// Whether an import of the other one would make no new version: the two say the same, whether or not they write the defaults.
    pub fn is_same(&self, other: &Self) -> bool {
        self.filled_in() == other.filled_in()
    }

    fn filled_in(&self) -> Self {
        let then = match &self.then {
            Action::StepUp(step_up) => Action::StepUp(StepUp { on_expired: Some(step_up.on_expired()), ..step_up.clone() }),
            other => other.clone(),
        };
        Self {
            version: None,
            title: self.title.clone().filter(|title| *title != Text::Same(self.name.clone())),
            mode: Some(self.mode()),
            priority: Some(self.priority()),
            weight: Some(self.weight()),
            timezone: Some(self.timezone().to_owned()),
            then,
            ..self.clone()
        }
    }
}

/// Reads each of them as it is written.
macro_rules! read_as_written {
    ($($kind:ident),*) => {
        $(impl std::str::FromStr for $kind {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
            }
        })*
    };
}

read_as_written!(Mode, ActionKind, OnExpired);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        fn hold<T: Serialize + std::str::FromStr + PartialEq + Copy>(all: &[T], word: fn(T) -> &'static str) {
            for one in all {
                assert!(word(*one).parse::<T>().is_ok_and(|read| read == *one) && serde_json::to_value(one).expect("JSON") == word(*one), "{}", word(*one));
            }
            assert!("block".parse::<T>().is_err());
        }
        hold(&Mode::ALL, Mode::as_str);
        hold(&ActionKind::ALL, ActionKind::as_str);
        hold(&OnExpired::ALL, OnExpired::as_str);
    }
}
