//! The consent that a flow asks for before faces are compared, and what happens without it. Faces are biometric data (LGPD art. 11, GDPR art. 9).

use serde::Serialize;

use crate::reading::{
    json::Node,
    read::{Place, Read, one_of},
};

/// The checks that compare faces. They run only where a flow names them.
pub const BIOMETRIC_CHECKS: [&str; 1] = ["face_match"];

/// What a consent is given for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Covered {
    /// Comparing faces.
    #[default]
    Biometrics,
}

/// What happens to a session whose customer does not agree that faces are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutBiometrics {
    /// It completes, no face is measured, and a person looks.
    #[default]
    Review,
}

impl Read for Covered {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &[("biometrics", Self::Biometrics)]).unwrap_or_default()
    }
}

impl Read for WithoutBiometrics {
    fn read(node: Node, place: &Place<'_>) -> Self {
        one_of(node, place, &[("review", Self::Review)]).unwrap_or_default()
    }
}
