//! The kinds of worker, and what each may take.

use std::time::Duration;

/// What a worker reads. Each kind has processes of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PDFs: `flow-sessions worker pdf`.
    Pdf,
}

impl Kind {
    /// The kind with this name on the command line.
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::Pdf.name()).then_some(Self::Pdf)
    }

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
        }
    }

    /// How many processes of this kind there may be at once. Further requests wait.
    pub(super) const fn at_once(self) -> usize {
        match self {
            Self::Pdf => 2,
        }
    }

    /// How long one request may take.
    pub(super) const fn time(self) -> Duration {
        match self {
            Self::Pdf => Duration::from_secs(5),
        }
    }
}
