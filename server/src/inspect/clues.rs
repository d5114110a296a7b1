//! Reads an image's metadata before it is removed: clues that a check may use later, and the orientation, which is the only part
//! that we write back. It reads TIFF (EXIF 2.32, section 4.6) itself: the main directory and EXIF's own, never deeper, so that a
//! hostile file causes no more work than any other.

use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

/// The longest text that we keep, in characters.
const MAX_TEXT: usize = 200;
/// The most entries that we read from one directory. Cameras write some dozens.
const MAX_ENTRIES: usize = 256;

const MAKE: u16 = 0x010F;
const MODEL: u16 = 0x0110;
const SOFTWARE: u16 = 0x0131;
const DATE_TIME: u16 = 0x0132;
const EXIF_DIRECTORY: u16 = 0x8769;
const GPS_DIRECTORY: u16 = 0x8825;
const DATE_TIME_ORIGINAL: u16 = 0x9003;
const USER_COMMENT: u16 = 0x9286;
/// The comment of a screenshot, as iOS and macOS write it.
const SCREENSHOT: &str = "Screenshot";

/// What the metadata contained. Texts are as in the file, without control characters, at most 200 characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clues {
    /// The program that wrote the file.
    pub software: Option<String>,
    /// When the picture was taken, else when it was last changed, as EXIF writes it: `2026:05:31 18:20:00`.
    pub taken_at: Option<String>,
    /// Maker and model of the camera.
    pub device: Option<String>,
    /// Whether it had a GPS position. We do not keep the position.
    pub had_gps: bool,
    /// Whether it said of itself that it is a screenshot. False in a file that an earlier version of the server stored.
    #[serde(default)]
    pub is_screenshot: bool,
}

/// Reads EXIF that begins at its TIFF header. Leaves out what it cannot read.
pub(super) fn read(exif: &[u8]) -> Clues {
    let Some(tiff) = Tiff::new(exif) else { return Clues::default() };
    let main = tiff.directory(tiff.u32(4));
    let text = |entries: &[usize], tag| tiff.find(entries, tag).and_then(|at| tiff.text(at));
    let inner = tiff.find(&main, EXIF_DIRECTORY).map(|at| tiff.directory(tiff.u32(at + 8))).unwrap_or_default();
    Clues {
        software: text(&main, SOFTWARE),
        taken_at: text(&inner, DATE_TIME_ORIGINAL).or_else(|| text(&main, DATE_TIME)),
        device: device(text(&main, MAKE), text(&main, MODEL)),
        had_gps: tiff.find(&main, GPS_DIRECTORY).is_some(),
        is_screenshot: tiff.find(&inner, USER_COMMENT).and_then(|at| tiff.comment(at)).is_some_and(|comment| comment == SCREENSHOT),
    }
}

/// The orientation in EXIF, or `NoTransforms` if it has no valid one.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// EXIF that contains only the orientation, from the TIFF header on. `None` if the image needs no transformation.
pub(super) fn fresh_exif(orientation: Orientation) -> Option<[u8; 26]> {
    if orientation == Orientation::NoTransforms {
        return None;
    }
    let mut exif = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    exif[18] = orientation.to_exif();
    Some(exif)
}

/// Cleans a text from an uploaded file: ends it at a NUL, removes control characters and outer spaces, and cuts it to [`MAX_TEXT`].
/// `None` if nothing is left.
pub(super) fn clean(raw: &[u8]) -> Option<String> {
    let raw = &raw[..raw.len().min(MAX_TEXT * 4)];
    let text = String::from_utf8_lossy(raw.split(|&byte| byte == 0).next().unwrap_or_default());
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    let text: String = text.trim().chars().take(MAX_TEXT).collect();
    (!text.is_empty()).then_some(text)
}

/// Maker and model. Many models already begin with the maker's name.
fn device(make: Option<String>, model: Option<String>) -> Option<String> {
    match (make, model) {
        (Some(make), Some(model)) if !model.starts_with(&make) => clean(format!("{make} {model}").as_bytes()),
        (make, model) => model.or(make),
    }
}

/// A TIFF file in memory. Reading beyond its end gives zero.
struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"II*\0" => Some(Self { bytes, little: true }),
            b"MM\0*" => Some(Self { bytes, little: false }),
            _ => None,
        }
    }

    fn u16(&self, at: usize) -> u16 {
        let Some(&[a, b]) = self.bytes.get(at..).and_then(|rest| rest.first_chunk()) else { return 0 };
        if self.little { u16::from_le_bytes([a, b]) } else { u16::from_be_bytes([a, b]) }
    }

    fn u32(&self, at: usize) -> usize {
        let (a, b) = (usize::from(self.u16(at)), usize::from(self.u16(at + 2)));
        if self.little { b << 16 | a } else { a << 16 | b }
    }

    /// The offsets of the entries of the directory at `at`. Each entry has 12 bytes.
    fn directory(&self, at: usize) -> Vec<usize> {
        let count = usize::from(self.u16(at)).min(MAX_ENTRIES);
        (0..count).map(|index| at + 2 + index * 12).take_while(|entry| entry + 12 <= self.bytes.len()).collect()
    }

    fn find(&self, entries: &[usize], tag: u16) -> Option<usize> {
        entries.iter().copied().find(|&at| self.u16(at) == tag)
    }

    /// The value of an entry of type ASCII (2) or UTF-8 (129).
    fn text(&self, entry: usize) -> Option<String> {
        if !matches!(self.u16(entry + 2), 2 | 129) {
            return None;
        }
        let count = self.u32(entry + 4);
        let at = if count <= 4 { entry + 8 } else { self.u32(entry + 8) };
        clean(self.bytes.get(at..at + count)?)
    }

    /// The value of an entry of type UNDEFINED (7) that has a comment: 8 bytes name its character set, of which we read ASCII.
    fn comment(&self, entry: usize) -> Option<String> {
        let (count, at) = (self.u32(entry + 4), self.u32(entry + 8));
        let value = self.bytes.get(at..at + count).filter(|_| self.u16(entry + 2) == 7)?;
        clean(value.strip_prefix(b"ASCII\0\0\0")?)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const ORIENTATION: u16 = 0x0112;

    /// Big-endian EXIF with a maker, a model, software, both dates and a GPS directory; for the tests beside this one.
    pub(in super::super) fn full_exif(orientation: u8) -> Vec<u8> {
        let texts: [(u16, &[u8]); 4] = [(MAKE, b"Acme\0"), (MODEL, b"Phone 9\0"), (SOFTWARE, b"Editor 2.1\0"), (DATE_TIME, b"2026:06:01 10:00:00\0")];
        let mut values = Vec::new();
        let mut entries = Vec::new();
        let values_at = 8 + 2 + 7 * 12 + 4;
        let mut entry = |tag: u16, kind: u16, count: usize, value: [u8; 4]| {
            entries.extend([&tag.to_be_bytes()[..], &kind.to_be_bytes(), &(count as u32).to_be_bytes(), &value].concat());
        };
        for (tag, text) in texts {
            entry(tag, 2, text.len(), ((values_at + values.len()) as u32).to_be_bytes());
            values.extend_from_slice(text);
        }
        entry(ORIENTATION, 3, 1, [0, orientation, 0, 0]);
        let inner = values_at + values.len();
        entry(EXIF_DIRECTORY, 4, 1, (inner as u32).to_be_bytes());
        entry(GPS_DIRECTORY, 4, 1, [0, 0, 0, 8]);
        let taken = [&[0, 1, 0x90, 3, 0, 2, 0, 0, 0, 20][..], &(inner as u32 + 18).to_be_bytes(), &[0; 4], b"2026:05:31 18:20:00\0"];
        [b"MM\0*\0\0\0\x08\0\x07", &entries[..], &[0; 4], &values, &taken.concat()].concat()
    }

    #[test]
    fn everything_of_interest_is_read() {
        let clues = read(&full_exif(6));
        assert_eq!(clues.device.as_deref(), Some("Acme Phone 9"));
        assert_eq!(clues.software.as_deref(), Some("Editor 2.1"));
        assert_eq!(clues.taken_at.as_deref(), Some("2026:05:31 18:20:00"));
        assert!(clues.had_gps);
        assert_eq!(orientation(&full_exif(6)).to_exif(), 6);
    }

    #[test]
    fn a_screenshot_says_so() {
        let comment = |set: &[u8], text: &[u8]| {
            let value = [set, text].concat();
            let head = b"MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1A\0\0\0\0\0\x01\x92\x86\0\x07";
            [&head[..], &(value.len() as u32).to_be_bytes(), &[0, 0, 0, 44], &[0; 4], &value].concat()
        };
        assert!(read(&comment(b"ASCII\0\0\0", b"Screenshot")).is_screenshot);
        for (set, text) in [(&b"ASCII\0\0\0"[..], &b"Holiday"[..]), (b"UNICODE\0", b"\0S\0c"), (b"", b""), (b"ASCII", b"")] {
            assert!(!read(&comment(set, text)).is_screenshot, "{text:?}");
        }
        assert!(!read(&full_exif(1)).is_screenshot);
    }

    #[test]
    fn fresh_exif_has_only_the_orientation() {
        for value in 2..=8 {
            let wanted = Orientation::from_exif(value).unwrap();
            let exif = fresh_exif(wanted).unwrap();
            assert_eq!(orientation(&exif), wanted);
            assert_eq!(read(&exif), Clues::default());
        }
        assert_eq!(fresh_exif(Orientation::NoTransforms), None);
    }

    #[test]
    fn cut_exif_never_panics_and_texts_are_bounded() {
        let exif = full_exif(3);
        for end in 0..exif.len() {
            read(&exif[..end]);
            orientation(&exif[..end]);
        }
        assert_eq!(clean(&[b'x'; 5000]).unwrap().chars().count(), MAX_TEXT);
        assert_eq!(clean(b" \x01a\x1bb \0secret").as_deref(), Some("ab"));
        assert_eq!(clean(b"\0"), None);
    }
}
