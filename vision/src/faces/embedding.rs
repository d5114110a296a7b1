//! 128 numbers of a face, by dlib's network for faces (King, 2017: `dlib_face_recognition_resnet_model_v1`). Two pictures of one person
//! give numbers whose distance is mostly below 0.6, pictures of two people mostly above.

use std::sync::OnceLock;

use zeroize::{Zeroize as _, Zeroizing};

use super::{Face, align, landmarks::planes, pyramid::Pyramid};
use crate::{
    NetworkFailed, Picture,
    network::{Network, embedded},
};

/// Both sides of what the network sees, in pixels.
const SIDE: usize = 150;
/// How many numbers describe a face.
const COUNT: usize = 128;

/// What a face is compared by. It is biometric data (LGPD art. 11, GDPR art. 9): it is wiped when it is dropped, and is never printed.
pub struct Template([f32; COUNT]);

impl Template {
    /// How far apart two faces are, as the straight line between their numbers: 0 is the same picture; 0.6 is where dlib's author divides.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    }

    /// The numbers as 512 bytes, little end first, to be sealed.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// From those bytes; none if there are not 512, or one number is not finite.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != COUNT * 4 {
            return None;
        }
        let mut template = Self([0.0; COUNT]);
        for (number, bytes) in template.0.iter_mut().zip(bytes.chunks_exact(4)) {
            *number = f32::from_le_bytes(bytes.try_into().ok()?);
        }
        template.0.iter().all(|number| number.is_finite()).then_some(template)
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Template {
    /// That it is one, never its numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Template")
    }
}

/// The numbers of a face that was found on this picture: the mean of those of the face and of its mirror image.
///
/// # Errors
/// If the network fails.
pub fn template(picture: &Picture, face: &Face) -> Result<Template, NetworkFailed> {
    let chip = Pyramid::new(picture).cut(&align::chip(&face.landmarks), SIDE);
    let mirrored = Picture::from_fn(SIDE, SIDE, |x, y| chip.pixel(SIDE - 1 - x, y));
    let mut template = Template([0.0; COUNT]);
    for seen in [chip, mirrored] {
        let numbers = Zeroizing::new(run(&seen)?);
        template.0.iter_mut().zip(numbers.iter()).for_each(|(sum, number)| *sum += number / 2.0);
    }
    Ok(template)
}

/// What the network says of 150 × 150 pixels.
pub(super) fn run(seen: &Picture) -> Result<Vec<f32>, NetworkFailed> {
    static NETWORK: OnceLock<Network> = OnceLock::new();
    let network = NETWORK.get_or_init(|| Network::load(embedded!("face-embedding.onnx")));
    let output = network.run([1, 3, SIDE, SIDE], planes(seen, 256.0))?;
    Ok(output.into_iter().next().map(|output| output.data).unwrap_or_default())
}
