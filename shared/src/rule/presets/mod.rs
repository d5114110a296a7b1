//! Rules that most companies want, with settings to fill in: thresholds, times, and the names of a flow or a list. A preset is the JSON of a
//! rule in which a setting stands as `"$key"`, so what it makes is a rule like any other, with the same sentence and the same checks.

mod all;
mod preset;
mod typed;
mod words;

pub use self::{
    all::{all, named},
    preset::{Preset, Setting, Takes},
    typed::{SettingFault, Typed},
};
