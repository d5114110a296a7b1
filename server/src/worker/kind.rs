//! The kinds of worker, and what each may take.

use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// What a worker reads. Each kind has processes of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whether PDFs open: `flow-sessions worker pdf`.
    Pdf,
    /// Text and codes on images: `flow-sessions worker text`.
    Text,
    /// Faces on images: `flow-sessions worker faces`.
    Faces,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Pdf, Self::Text, Self::Faces];

    /// The kind with this name on the command line.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Text => "text",
            Self::Faces => "faces",
        }
    }

    /// How many processes of this kind there may be at once. Further requests wait.
    pub(super) const fn at_once(self) -> usize {
        2
    }

    /// How long one request may take.
    pub(super) const fn time(self) -> Duration {
        match self {
            Self::Pdf => Duration::from_secs(5),
            Self::Text => Duration::from_secs(20),
            Self::Faces => Duration::from_secs(10),
        }
    }

    /// Workers give way to everything else on the machine. Networks compute for seconds, so they get about a quarter of what a process gets that
    /// does not give way: with less, busy cores would make them too late.
    pub(super) const fn niceness(self) -> i32 {
        match self {
            Self::Pdf => 10,
            Self::Text | Self::Faces => 5,
        }
    }

    /// The address space of a process, in bytes: a file of 10 MiB and what a parser makes of it, or a picture of 50 megapixels, the networks
    /// and their work.
    pub(super) const fn memory(self) -> u64 {
        match self {
            Self::Pdf => 256 * MIB,
            Self::Text | Self::Faces => 768 * MIB,
        }
    }

    /// CPU time of a process's whole life. It ends a process whose server died while it was computing.
    pub(super) const fn life(self) -> Duration {
        match self {
            Self::Pdf => Duration::from_secs(120),
            Self::Text | Self::Faces => Duration::from_secs(600),
        }
    }
}
