//! Tests of the vault: what is sealed or bound is right only at its own place and under its own key, and no file can be cut.

use super::*;
use proptest::prelude::*;

fn place(row: &str, key_of: &str) -> Place {
    Place { table: "t", column: "c", row: row.to_owned(), key_of: key_of.to_owned() }
}

#[test]
fn a_sealed_value_can_be_decrypted_only_at_its_own_place() {
    let ambient = Ambient::system();
    let (key, other) = (Key::random(&ambient), Key::random(&ambient));
    let sealed = seal(&ambient, &key, &place("r", "k"), b"Ana");
    assert_eq!(open(&key, &place("r", "k"), &sealed), Ok(b"Ana".to_vec()));
    assert_eq!(open(&other, &place("r", "k"), &sealed), Err(Unsealable));
    assert_eq!(open(&key, &place("s", "k"), &sealed), Err(Unsealable));
    assert_eq!(open(&key, &place("rk", ""), &sealed), Err(Unsealable));
    assert_eq!(open(&key, &place("r", "k"), &sealed[..20]), Err(Unsealable));
}

#[test]
fn a_data_key_is_bound_to_its_master_key_and_place() {
    let ambient = Ambient::system();
    let vault = Vault::new(&Key::random(&ambient), ambient.clone());
    let another = Vault::new(&Key::random(&ambient), ambient);
    let (a, b) = (place("a", "master"), place("b", "master"));
    let (key, wrapped) = vault.new_data_key(&a);
    assert_eq!(vault.data_key(&a, &wrapped).map(|k| *k.expose()), Ok(*key.expose()));
    assert!(vault.data_key(&b, &wrapped).is_err());
    assert!(another.data_key(&a, &wrapped).is_err());
    assert_ne!(vault.fingerprint(), another.fingerprint());
}

#[test]
fn a_bound_value_is_right_only_at_its_own_place_and_under_its_own_key() {
    let ambient = Ambient::system();
    let vault = Vault::new(&Key::random(&ambient), ambient.clone());
    let another = Vault::new(&Key::random(&ambient), ambient);
    let mac = vault.bind(&place("a", "master"), b"ADMIN");
    assert!(vault.is_bound(&place("a", "master"), b"ADMIN", &mac));
    assert!(!vault.is_bound(&place("a", "master"), b"AGENT", &mac));
    assert!(!vault.is_bound(&place("b", "master"), b"ADMIN", &mac));
    assert!(!vault.is_bound(&place("a", "master"), b"ADMIN", &mac[..16]) && !vault.is_bound(&place("a", "master"), b"ADMIN", &[]));
    assert!(!another.is_bound(&place("a", "master"), b"ADMIN", &mac));
}

#[test]
fn no_whole_file_ends_with_an_empty_chunk() {
    let whole = (CHUNK + CHUNK_OVERHEAD) as u64;
    for sealed in [0, 1, 15, whole + 1, whole + 15, whole + 16, 3 * whole + 7] {
        assert_eq!(plain_size(sealed), Err(Unsealable), "{sealed}");
    }
    assert_eq!(plain_size(whole + 17), Ok(CHUNK as u64 + 1));
}

proptest! {
    #[test]
    fn a_file_that_was_cut_cannot_be_decrypted(length in prop_oneof![0usize..100, CHUNK - 2..CHUNK + 3, 2 * CHUNK - 1..2 * CHUNK + 2], cut in 1usize..70_000) {
        let key = Key::random(&Ambient::system());
        let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let sealed = seal_file(&key, "art", &plain);
        prop_assert_eq!(plain_size(sealed.len() as u64), Ok(plain.len() as u64));
        prop_assert_eq!(open_file(&key, "art", &sealed), Ok(plain));
        prop_assert!(open_file(&key, "other", &sealed).is_err());
        prop_assert!(open_file(&key, "art", &sealed[..sealed.len().saturating_sub(cut)]).is_err());
    }
}
