//! Lossless pictures that are made to take much memory, and what encoders write.

use super::super::tests::inspect;
use super::super::{MediaType, prepare};
use super::*;

#[test]
fn a_picture_with_more_groups_than_blocks_is_refused() {
    for bomb in [bombs::lossless, bombs::transparent] {
        // 8×8 pixels have four blocks.
        let whole = inspect(&bomb(4)).unwrap();
        assert_eq!((whole.media_type, whole.width), (MediaType::Webp, Some(8)));
        assert!(prepare(&bomb(4)).unwrap().mebibytes() == 1);
        for groups in [5, 256, 257, 65_536] {
            assert_eq!(prepare(&bomb(groups)).err(), Some(Fault::BadImage("it has too many prefix codes")), "{groups}");
        }
    }
}

#[test]
fn a_transform_that_comes_twice_is_refused() {
    // Subtract green, once and twice; no cache, no entropy image.
    assert!(table_memory(&[0b0000_0101, 0, 0], 8, 8).is_ok());
    assert!(table_memory(&[0b0010_1101, 0, 0], 8, 8).is_err());
}

#[test]
fn the_tables_of_many_groups_weigh() {
    // The same codes for 4096×4096 pixels, which have a million blocks.
    let weight = |groups| table_memory(&bombs::lossless(groups)[25..], 4096, 4096);
    assert_eq!(weight(1_000), Ok(1_000 * (20_480 + 32 * (1_088 + 2_048))));
    assert_eq!(weight(1_001), Err(Fault::BadImage("it has too many prefix codes")));
}

/// Pictures by libwebp, with every transform, color caches, entropy images and transparency.
#[test]
fn what_encoders_write_is_read_to_the_end_of_its_entropy_image() {
    let lossless = include_bytes!("../testdata/lossless.webp");
    let body = &lossless[20 + 5..];
    let (groups, blocks, cache_bits) = groups(&mut Bits::new(body), 160, 120).unwrap();
    assert!(groups > 1 && groups <= blocks && cache_bits > 0, "{groups} of {blocks}, {cache_bits} bits");
    for file in [&lossless[..], include_bytes!("../testdata/palette.webp"), include_bytes!("../testdata/transparent.webp")] {
        assert_eq!(inspect(file).unwrap().media_type, MediaType::Webp);
    }
}
