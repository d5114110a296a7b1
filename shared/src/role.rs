//! Operators' roles, and what each may do: the table in the contract.

/// The role of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// May do everything.
    Admin,
    /// Sees and reviews sessions and dossiers, and creates links.
    Reviewer,
    /// Creates links and sees their status.
    Agent,
    /// Sees everything and changes nothing.
    Auditor,
}

/// An action that needs a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum May {
    /// Anything that every signed-in operator may do.
    BeSignedIn,
    /// See the list of links, and how far each session has come.
    SeeStatus,
    /// Create links, and see their addresses.
    CreateLinks,
    /// See sessions, artifacts and dossiers.
    SeeSessions,
    /// Reveal what was entered, decide, expire, link and unlink.
    Review,
    /// See endpoints, keys, settings and operators.
    SeeSettings,
    /// Change endpoints, keys, settings and operators.
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
