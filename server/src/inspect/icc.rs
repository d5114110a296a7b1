//! Checks ICC colour profiles (ICC.1:2022, clause 7). A profile is kept only if it is one, and small: otherwise it is a place to hide
//! data in, or expands to gigabytes where it is compressed.

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};

/// The largest profile that is kept, in bytes. Those of cameras and phones have 0.5 to 4 KiB, those of printers up to 1 MiB.
pub(super) const MAX_PROFILE: usize = 1024 * 1024;

/// The length of the header, in bytes. The tag table comes after it.
const HEADER: usize = 128;
/// The length of an entry of the tag table: signature, offset, size.
const ENTRY: usize = 12;
/// The most bytes of profile in one segment of a JPEG: 65,533 less its name, number and count.
const MAX_SEGMENT: usize = 65_519;
/// How an APP2 segment begins that carries a part of a profile.
pub(super) const IN_JPEG: &[u8] = b"ICC_PROFILE\0";

/// The profile that these bytes begin with, without what follows it. `None` if it is none: its size is wrong or more than
/// [`MAX_PROFILE`], its signature is missing, or a tag is outside it.
pub(super) fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let profile = bytes.get(..word(bytes, 0)?)?;
    let tags = word(profile, HEADER)?;
    let first = HEADER + 4 + tags.checked_mul(ENTRY)?;
    let fits = |at: usize| Some(word(profile, at + 4)? >= first && word(profile, at + 4)?.checked_add(word(profile, at + 8)?)? <= profile.len());
    let whole = profile.len() <= MAX_PROFILE && profile.get(36..40)? == b"acsp" && first <= profile.len();
    (whole && (HEADER + 4..first).step_by(ENTRY).all(|at| fits(at) == Some(true))).then_some(profile)
}

fn word(bytes: &[u8], at: usize) -> Option<usize> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?) as usize)
}

/// The profile in the APP2 segments of a JPEG, without [`IN_JPEG`] (ICC.1:2022, annex B.4). `None` if a part is missing or twice there.
pub(super) fn from_jpeg(segments: &[&[u8]]) -> Option<Vec<u8>> {
    let mut parts: Vec<(u8, &[u8])> = Vec::new();
    for segment in segments {
        let (&[number, count], part) = segment.split_first_chunk()?;
        if usize::from(count) != segments.len() {
            return None;
        }
        parts.push((number, part));
    }
    parts.sort_unstable_by_key(|(number, _)| *number);
    let in_order = parts.iter().zip(1..).all(|((number, _), expected)| usize::from(*number) == expected);
    let joined: Vec<u8> = parts.into_iter().flat_map(|(_, part)| part).copied().take(MAX_PROFILE + 1).collect();
    checked(&joined).filter(|_| in_order).map(<[u8]>::to_vec)
}

/// The bodies of the APP2 segments of a profile.
pub(super) fn to_jpeg(profile: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let count = profile.len().div_ceil(MAX_SEGMENT) as u8;
    (1..).zip(profile.chunks(MAX_SEGMENT)).map(move |(number, part)| [IN_JPEG, &[number, count], part].concat())
}

/// The profile in the body of a PNG's `iCCP` chunk. It is inflated to [`MAX_PROFILE`] at most.
pub(super) fn from_png(body: &[u8]) -> Option<Vec<u8>> {
    let name = body.iter().take(80).position(|&byte| byte == 0)?;
    let (0, packed) = body[name + 1..].split_first().map(|(method, packed)| (*method, packed))? else { return None };
    let mut profile = Vec::new();
    ZlibDecoder::new(packed).take(MAX_PROFILE as u64 + 1).read_to_end(&mut profile).ok()?;
    checked(&profile).map(<[u8]>::to_vec)
}

/// The body of an `iCCP` chunk with this profile, and with no name of anybody's choice.
pub(super) fn to_png(profile: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(b"ICC\0\0".to_vec(), Compression::default());
    packed.write_all(profile).and_then(|()| packed.finish()).expect("a vector takes everything")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A profile with one tag of this content.
    pub(in super::super) fn profile(content: &[u8]) -> Vec<u8> {
        let mut profile = vec![0; HEADER];
        profile[36..40].copy_from_slice(b"acsp");
        profile.extend([0, 0, 0, 1]);
        profile.extend([&b"desc"[..], &144_u32.to_be_bytes(), &(content.len() as u32).to_be_bytes(), content].concat());
        let size = (profile.len() as u32).to_be_bytes();
        profile[..4].copy_from_slice(&size);
        profile
    }

    fn with(profile: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut changed = profile.to_vec();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        changed
    }

    #[test]
    fn a_profile_ends_where_it_says_and_its_tags_are_inside() {
        let good = profile(b"colours");
        assert_eq!(checked(&good), Some(&good[..]));
        assert_eq!(checked(&[&good[..], b"hidden"].concat()), Some(&good[..]));
        for bad in [
            b"".to_vec(),
            good[..good.len() - 1].to_vec(),
            with(&good, 36, b"ACSP"),
            with(&good, 0, &[0, 0, 0, 140]),
            with(&good, HEADER, &[0xFF; 4]),
            with(&good, HEADER, &[0, 0, 0, 2]),
            with(&good, HEADER + 8, &[0, 0, 0, 64]),
            with(&good, HEADER + 8, &[0xFF; 4]),
            with(&good, HEADER + 12, &[0, 0, 0, 8]),
            with(&good, HEADER + 12, &[0xFF; 4]),
            profile(&vec![0; MAX_PROFILE]),
        ] {
            assert_eq!(checked(&bad), None, "{:?}", &bad[..bad.len().min(160)]);
        }
    }

    #[test]
    fn the_parts_of_a_jpegs_profile_are_put_in_order() {
        let large = profile(&(0..200_000_u32).map(|at| (at % 251) as u8).collect::<Vec<_>>());
        let segments: Vec<Vec<u8>> = to_jpeg(&large).map(|body| body[IN_JPEG.len()..].to_vec()).collect();
        let parts: Vec<&[u8]> = segments.iter().map(Vec::as_slice).collect();
        assert_eq!(parts.len(), 4);
        assert_eq!(from_jpeg(&parts).as_ref(), Some(&large));
        assert_eq!(from_jpeg(&[parts[2], parts[0], parts[3], parts[1]]).as_ref(), Some(&large));
        for wrong in [&parts[..3], &[parts[0], parts[0], parts[2], parts[3]], &[parts[0], parts[1], parts[2], b"\x04"], &[]] {
            assert_eq!(from_jpeg(wrong), None);
        }
    }

    #[test]
    fn a_pngs_profile_is_inflated_within_the_limit() {
        let good = profile(b"colours");
        let body = to_png(&good);
        assert_eq!(from_png(&body), Some(good.clone()));
        assert_eq!(from_png(&[b"a secret name", &body[3..]].concat()), Some(good));
        for bad in [&b"ICC"[..], b"ICC\0\x01", &body[..body.len() / 2], &to_png(&vec![0; 64 * MAX_PROFILE])] {
            assert_eq!(from_png(bad), None);
        }
    }
}
