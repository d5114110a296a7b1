//! Operators' roles and what each may do: the contract's table, in one place.

/// What an operator is trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Admin,
    /// Sessions and dossiers, and deciding.
    Reviewer,
    /// Links and their status.
    Agent,
    /// Seeing everything, changing nothing.
    Auditor,
}

/// What somebody who is signed in may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Be signed in, which every role may: what is for whoever is.
    BeSignedIn,
    /// See which links there are, and how far each session is.
    SeeStatus,
    /// Create links, and see them.
    CreateLinks,
    /// See sessions, artifacts and dossiers.
    SeeSessions,
    /// Reveal input, decide, expire, link artifacts.
    Review,
    /// See endpoints, keys, settings and operators.
    SeeSettings,
    /// Change them.
    ChangeSettings,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Reviewer, Self::Agent, Self::Auditor];

    /// As stored, sent and given on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Reviewer => "REVIEWER",
            Self::Agent => "AGENT",
            Self::Auditor => "AUDITOR",
        }
    }

    /// Whether operators of this role may do this.
    pub const fn may(self, action: May) -> bool {
        match action {
            May::BeSignedIn | May::SeeStatus => true,
            May::CreateLinks => !matches!(self, Self::Auditor),
            May::SeeSessions => !matches!(self, Self::Agent),
            May::Review => matches!(self, Self::Admin | Self::Reviewer),
            May::SeeSettings => matches!(self, Self::Admin | Self::Auditor),
            May::ChangeSettings => matches!(self, Self::Admin),
        }
    }
}

impl std::str::FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|role| role.as_str() == text);
        known.ok_or_else(|| "a role is ADMIN, REVIEWER, AGENT or AUDITOR".to_owned())
    }
}
