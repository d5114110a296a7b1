//! Reads the text on a picture with the networks of PP-OCRv4: where lines are, then what each says. It also notices a picture that lies on
//! its side or upside down, and lines of machine-readable zones.

mod alphabet;
mod detector;
mod recogniser;
mod regions;
mod rows;
mod upright;

use serde::{Deserialize, Serialize};

use crate::{NetworkFailed, Picture, Point, Quad, Turn};

/// A larger picture is made smaller before lines are cut out of it, to this longer side in pixels.
const LARGEST: usize = 3_000;

/// Lines are read until they are so wide together, in pixels at the height of 48 at which they are read. A document's front has 5,000 to
/// 10,000; a page full of print would take minutes.
const MOST_WIDTH: usize = 30_000;

/// What is written on a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// From the top, at most 200.
    pub lines: Vec<Line>,
    /// There is more text than is read of one picture: what comes after the last line.
    #[serde(default)]
    pub more: bool,
    /// How far the picture has to be turned for its text to be upright.
    pub turn: Turn,
}

/// One line, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it says. Most accents are lost, because the network hardly knows them.
    pub text: String,
    /// The mean of its characters' likelihoods, 0 to 1. Below 0.5 it is mostly guessed.
    pub score: f32,
    /// Where it is, in pixels of the picture that was given, from the left upper corner as the text is read.
    pub quad: Quad,
    /// If it looks like a line of a machine-readable zone: the same, chosen only among `A` to `Z`, `0` to `9` and `<`. Repeated fillers may
    /// be fewer than on the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mrz: Option<String>,
}

/// Reads a picture. Takes 1 to 2 s of processor time and at most 200 MB.
///
/// # Errors
/// If a network fails, for example because memory runs out.
pub fn read(picture: &Picture) -> Result<Reading, NetworkFailed> {
    let smaller = picture.at_most(LARGEST);
    let scale = picture.width() as f32 / smaller.width() as f32;
    let (upright, turn, mut boxes) = upright::upright(&smaller)?;
    rows::sort(&mut boxes);
    let (mut lines, mut more, mut left) = (Vec::new(), false, MOST_WIDTH);
    for quad in boxes {
        let Some(rest) = left.checked_sub(recogniser::width(&quad)) else {
            more = true;
            break;
        };
        left = rest;
        let recogniser::Recognised { decoded, mrz } = recogniser::read(&upright, &quad)?;
        if !decoded.text.trim().is_empty() {
            let quad = quad.map(|point| turn.back(point, upright.width() as f32, upright.height() as f32)).map(|p| Point { x: p.x * scale, y: p.y * scale });
            lines.push(Line { text: decoded.text.trim().to_owned(), score: decoded.score, quad, mrz });
        }
    }
    Ok(Reading { lines, more, turn })
}
