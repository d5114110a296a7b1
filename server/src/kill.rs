//! Named points at which a crash test ends the process at once, as kill -9 would. Only with the feature `kill-points`; a
//! release binary has none of it.

/// Ends the process here where `FLOW_KILL_POINT` names this point.
#[cfg(feature = "kill-points")]
#[expect(clippy::disallowed_methods, reason = "not configuration: only crash tests set it, and only their binary reads it")]
pub fn point(name: &str) {
    static CHOSEN: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| std::env::var("FLOW_KILL_POINT").ok());
    if CHOSEN.as_deref() == Some(name) {
        std::process::abort();
    }
}

/// Nothing, in a release binary.
#[cfg(not(feature = "kill-points"))]
pub const fn point(_name: &str) {}
