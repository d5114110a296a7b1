//! A progress bar on a terminal; nothing elsewhere. It is on stderr, so that stdout has the result and nothing else.

use std::io::{IsTerminal as _, Write as _};

/// The bar.
pub struct Bar {
    whole: u64,
    done: u64,
    shown: Option<u64>,
}

impl Bar {
    /// A bar that is full when this much is done.
    pub fn new(whole: u64) -> Self {
        Self { whole: whole.max(1), done: 0, shown: std::io::stderr().is_terminal().then_some(u64::MAX) }
    }

    /// So much more is done.
    pub fn moved(&mut self, by: u64) {
        self.moved_to(self.done + by);
    }

    /// So much is done.
    pub fn moved_to(&mut self, done: u64) {
        self.done = done.min(self.whole);
        let percent = self.done * 100 / self.whole;
        if let Some(shown) = self.shown.as_mut().filter(|shown| **shown != percent) {
            *shown = percent;
            let full = usize::try_from(percent / 4).unwrap_or_default().min(25);
            let _ = write!(std::io::stderr(), "\r[{:<25}] {percent:>3}%", "#".repeat(full));
        }
    }

    /// Ends its line.
    pub fn end(&self) {
        if self.shown.is_some() {
            let _ = writeln!(std::io::stderr());
        }
    }
}
