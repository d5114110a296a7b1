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
fn a_mac_is_for_one_purpose_and_one_key() {
    let ambient = Ambient::system();
    let (key, other) = (Key::random(&ambient), Key::random(&ambient));
    let mac = key.mac("p", b"bytes");
    assert_eq!(mac.len(), 32);
    assert!(key.is_mac("p", b"bytes", &mac));
    assert!(!key.is_mac("q", b"bytes", &mac) && !key.is_mac("p", b"byte", &mac) && !other.is_mac("p", b"bytes", &mac));
    assert!(!key.is_mac("p", b"bytes", &mac[..31]) && !key.is_mac("p", b"bytes", &[]));
}

#[test]
fn an_index_value_depends_on_purpose_text_and_key() {
    let ambient = Ambient::system();
    let vault = Vault::new(&Key::random(&ambient), ambient.clone());
    let another = Vault::new(&Key::random(&ambient), ambient);
    let index = vault.index("email", "a@b.example");
    assert!(index.len() == 32 && index == vault.index("email", "a@b.example"));
    // What ends the purpose keeps it apart from the text.
    for other in
        [vault.index("email", "a@b.exampl"), vault.index("emaila", "@b.example"), vault.index("", "a@b.example"), another.index("email", "a@b.example")]
    {
        assert_ne!(index, other);
    }
}

#[test]
fn the_uses_of_a_master_key_have_nothing_in_common() {
    let ambient = Ambient::system();
    let master = Key::random(&ambient);
    let vault = Vault::new(&master, ambient.clone());
    assert_eq!((vault.fingerprint().len(), vault.first_fingerprint().len()), (32, 16));
    assert!(!vault.fingerprint().starts_with(vault.first_fingerprint()));
    assert!(vault.fingerprint().bytes().chain(vault.first_fingerprint().bytes()).all(|byte| byte.is_ascii_hexdigit()));
    // The master key itself opens nothing that the vault sealed, and the vault nothing that the master key sealed.
    let place = place("r", "master");
    let own = vault.seal_own(&place, b"secret");
    assert_eq!((vault.open_own(&place, &own), open(&master, &place, &own)), (Ok(b"secret".to_vec()), Err(Unsealable)));
    assert_eq!(vault.open_own(&place, &seal(&ambient, &master, &place, b"secret")), Err(Unsealable));
    assert_ne!(own, vault.seal_own(&place, b"secret"), "each sealing has a nonce of its own");
}

#[test]
fn a_key_has_32_bytes_and_a_text_is_utf_8() {
    let ambient = Ambient::system();
    let key = Key::random(&ambient);
    assert_eq!(Key::from_slice(key.expose()).map(|same| *same.expose()), Ok(*key.expose()));
    assert!([0, 31, 33].iter().all(|length| Key::from_slice(&vec![0; *length]).is_err()));
    let place = place("r", "k");
    assert_eq!(open_text(&key, &place, &seal(&ambient, &key, &place, "é".as_bytes())), Ok("é".to_owned()));
    assert_eq!(open_text(&key, &place, &seal(&ambient, &key, &place, b"\xe9")), Err(Unsealable));
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
