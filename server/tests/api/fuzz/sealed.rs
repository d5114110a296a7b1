//! Sealed files and values, as somebody leaves them who can write to the disk or the database.

use ::server::clock::Ambient;
use ::server::vault::{self, CHUNK, CHUNK_OVERHEAD, Key, Place};
use proptest::prelude::*;

use super::target;

/// Only the bytes that were sealed open. What opens a file in chunks and what opens it whole agree.
#[test]
fn nothing_but_the_sealed_file_opens() {
    let key = Key::random(&Ambient::system());
    let plains = [vec![], vec![7], vec![1; CHUNK - 1], vec![2; CHUNK], [vec![3; CHUNK], vec![4; CHUNK], vec![5; 9]].concat()];
    let sealed: Vec<Vec<u8>> = plains.iter().map(|plain| vault::seal_file(&key, "file", plain)).collect();
    target("sealed files", 400, sealed.clone(), &[], |bytes| {
        let opened = vault::open_file(&key, "file", bytes);
        match sealed.iter().position(|whole| whole == bytes) {
            Some(at) => prop_assert!(opened.as_ref() == Ok(&plains[at])),
            None => prop_assert!(opened.is_err(), "{} bytes opened", bytes.len()),
        }
        if opened.is_ok() {
            prop_assert!(vault::plain_size(bytes.len() as u64).is_ok());
        }
        Ok(())
    });
    // Whole chunks that are left out, doubled, put in another order, or come from another file under the same key.
    let other = vault::seal_file(&key, "other", &plains[4]);
    let chunks = |bytes: &[u8]| -> Vec<Vec<u8>> { bytes.chunks(CHUNK + CHUNK_OVERHEAD).map(<[u8]>::to_vec).collect() };
    let all: Vec<Vec<u8>> = [chunks(&sealed[4]), chunks(&sealed[3]), chunks(&other)].concat();
    for first in 0..all.len() {
        for second in 0..=all.len() {
            for third in 0..=all.len() {
                let picked = [Some(&all[first]), all.get(second), all.get(third)].into_iter().flatten().flatten().copied().collect::<Vec<u8>>();
                let is_whole = sealed.contains(&picked);
                assert_eq!(vault::open_file(&key, "file", &picked).is_ok(), is_whole, "chunks {first}, {second} and {third}");
            }
        }
    }
}

/// The same of a value in a row.
#[test]
fn nothing_but_the_sealed_value_opens() {
    let ambient = Ambient::system();
    let key = Key::random(&ambient);
    let place = Place { table: "answers", column: "value", row: "1".to_owned(), key_of: "2".to_owned() };
    let sealed: Vec<Vec<u8>> = [&b""[..], b"Ana", &[9; 300]].iter().map(|plain| vault::seal(&ambient, &key, &place, plain)).collect();
    target("sealed values", 2_000, sealed.clone(), &[], |bytes| {
        prop_assert_eq!(vault::open(&key, &place, bytes).is_ok(), sealed.iter().any(|whole| whole == bytes));
        Ok(())
    });
}
