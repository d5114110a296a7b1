//! Quarters of a turn, clockwise: how a picture lies on its side.

use serde::{Deserialize, Serialize};

/// How far something is turned, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Turn {
    /// Not at all.
    #[default]
    None,
    /// By 90°.
    Quarter,
    /// By 180°.
    Half,
    /// By 270°.
    ThreeQuarters,
}
