//! Named points at which a crash test can end the process at once, like kill -9. They exist only with the feature `kill-points`, which no
//! release binary has.

/// Ends the process if `FLOW_KILL_POINT` names this point.
#[cfg(feature = "kill-points")]
#[expect(clippy::disallowed_methods, reason = "not configuration: only crash tests set it, and only their binary reads it")]
pub fn point(name: &str) {
    static CHOSEN: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("FLOW_KILL_POINT").ok());
    if CHOSEN.as_deref() == Some(name) {
        std::process::abort();
    }
}

/// Does nothing without the feature.
#[cfg(not(feature = "kill-points"))]
pub const fn point(_name: &str) {}
