//! Looks at an image: what is written on it, or the faces on it.

use std::io;

use serde::Serialize;
use vision::{Picture, Turn, codes, faces, text};

use crate::{
    inspect,
    model::{SeenFaces, SeenText},
};

/// The longer side of what text is read on, in pixels.
const TEXT_SIDE: u32 = 3_000;
/// The longer side of what faces are looked for on, in pixels.
const FACES_SIDE: u32 = 2_000;
/// In front of a file: whether the numbers by which faces are compared are to be found.
const WITH_TEMPLATE: u8 = 1;

/// A request for faces.
pub(super) fn ask_for_faces(file: &[u8], with_template: bool) -> Vec<u8> {
    [&[u8::from(with_template)], file].concat()
}

/// What is written on an image, as JSON; `null` if it is none that can be decoded.
///
/// # Errors
/// If a network fails, as it does without memory. The process should end then.
pub(super) fn text(file: &[u8]) -> io::Result<Vec<u8>> {
    let Some(picture) = decoded(file, TEXT_SIDE)? else { return json(&None::<SeenText>) };
    let reading = text::read(&picture).map_err(io::Error::other)?;
    json(&Some(SeenText { width: picture.width(), height: picture.height(), codes: codes::read(&picture), reading }))
}

/// The faces on an image, as JSON; `null` if it is none that can be decoded.
///
/// # Errors
/// As [`text`].
pub(super) fn faces(request: &[u8]) -> io::Result<Vec<u8>> {
    let (&[what], file) = request.split_first_chunk().ok_or_else(|| io::Error::other("an empty request"))?;
    let Some(picture) = decoded(file, FACES_SIDE)? else { return json(&None::<SeenFaces>) };
    for turn in [Turn::None, Turn::Quarter, Turn::ThreeQuarters, Turn::Half] {
        // A document may lie on its side.
        let upright = picture.turned(turn);
        let found = faces::find(&upright).map_err(io::Error::other)?;
        let Some(largest) = found.first() else { continue };
        let template = (what == WITH_TEMPLATE).then(|| faces::template(&upright, largest)).transpose().map_err(io::Error::other)?;
        let template = template.map(|template| template.to_bytes().to_vec());
        return json(&Some(SeenFaces { width: upright.width(), height: upright.height(), turn, faces: found, template }));
    }
    json(&Some(SeenFaces { width: picture.width(), height: picture.height(), turn: Turn::None, faces: Vec::new(), template: None }))
}

fn decoded(file: &[u8], most: u32) -> io::Result<Option<Picture>> {
    let Ok(image) = inspect::prepare(file).and_then(|image| image.shrunk(most)) else { return Ok(None) };
    let (width, height) = image.dimensions();
    Picture::new(width as usize, height as usize, image.into_raw()).map(Some).map_err(io::Error::other)
}

fn json(seen: &impl Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(seen).map_err(io::Error::other)
}
