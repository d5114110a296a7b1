//! JPEG (ITU-T T.81): keeps the segments that decoding needs, the ICC profile and Adobe's APP14, writes the orientation
//! afresh, and ends the file where its picture ends. Phones append a second picture, a gain map or a video there.

use image::metadata::Orientation;

use super::huffman::next_marker;
use super::scan::{Frame, Tables};
use super::{Clues, Fault, Stripped, clues};

/// The most scans followed. Encoders write about ten; thousands of empty ones would keep a decoder busy for minutes.
const MAX_SCANS: usize = 64;

const EXIF: &[u8] = b"Exif\0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";
const ADOBE: &[u8] = b"Adobe";
/// How long the body of Adobe's segment is; what follows is not Adobe's.
const ADOBE_LEN: usize = 12;

/// Takes the metadata out and checks that no pixel data is missing.
pub(super) fn strip(bytes: &[u8]) -> Result<Stripped, Fault> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut exif: Option<&[u8]> = None;
    let mut tables = Tables::default();
    let mut frame: Option<Frame> = None;
    let mut scans = 0;
    let mut at = 2;
    let frame = loop {
        let (marker_at, marker) = next_marker(bytes, at).ok_or(Fault::Truncated)?;
        at = marker_at + 2;
        match marker {
            0x01 | 0xD0..=0xD7 => continue,
            0xD8 => return Err(Fault::BadImage("a second image begins inside it")),
            0xD9 => match frame {
                Some(frame) if frame.is_viewable() => break frame,
                Some(_) => return Err(Fault::Truncated),
                None => return Err(Fault::BadImage("it holds no picture")),
            },
            _ => {}
        }
        let body = segment(bytes, at)?;
        at += 2 + body.len();
        match marker {
            0xC0..=0xC2 if frame.is_none() => frame = Some(Frame::parse(body, marker == 0xC2)?),
            0xC0..=0xC2 => return Err(Fault::BadImage("it has a second frame header")),
            0xC4 => tables.define_huffman(body)?,
            0xDD => tables.define_restart(body)?,
            0xDA | 0xDB => {}
            0xE1 if body.starts_with(EXIF) => exif = exif.or(Some(&body[EXIF.len()..])),
            0xE2 if body.starts_with(ICC) => {}
            0xEE if body.starts_with(ADOBE) && body.len() >= ADOBE_LEN => {}
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCF | 0xDE | 0xDF => {
                return Err(Fault::BadImage("it uses a JPEG coding that is not supported"));
            }
            _ => {}
        }
        match marker {
            0xC0..=0xC2 | 0xC4 | 0xDA | 0xDB | 0xDD => write_segment(&mut kept, marker, body),
            0xE2 if body.starts_with(ICC) => write_segment(&mut kept, marker, body),
            0xEE if body.starts_with(ADOBE) && body.len() >= ADOBE_LEN => {
                write_segment(&mut kept, marker, &body[..ADOBE_LEN]);
            }
            _ => {}
        }
        if marker == 0xDA {
            let mut current = frame.ok_or(Fault::BadImage("a scan comes before its frame header"))?;
            scans += 1;
            if scans > MAX_SCANS {
                return Err(Fault::BadImage("it has too many scans"));
            }
            let length = current.follow(&tables, body, &bytes[at..])?;
            kept.extend_from_slice(&bytes[at..at + length]);
            at += length;
            if current.is_whole() {
                break current;
            }
            frame = Some(current);
        }
    };
    let orientation = exif.map_or(Orientation::NoTransforms, clues::orientation);
    let mut stored = Vec::with_capacity(kept.len() + 64);
    stored.extend([0xFF, 0xD8]);
    if let Some(fresh) = clues::fresh_exif(orientation) {
        write_segment(&mut stored, 0xE1, &[EXIF, &fresh].concat());
    }
    stored.append(&mut kept);
    stored.extend([0xFF, 0xD9]);
    let clues = exif.map(clues::read).unwrap_or_default();
    Ok(Stripped { width: frame.width, height: frame.height, orientation, stored, clues })
}
