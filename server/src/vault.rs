//! Encryption at rest with XChaCha20-Poly1305. The master key is in its own file. It wraps the random data key of each session and each
//! customer; these wrap the data keys of artifacts. Data keys encrypt ("seal") personal data. The associated data bind a sealed value to
//! its table, column, row and key, so that nobody can move it to another place. Every use of the master key has its own HKDF label.

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::clock::Ambient;

const NONCE: usize = 24;

/// Plaintext bytes in one chunk of a sealed file.
pub const CHUNK: usize = 64 * 1024;
/// The bytes that sealing adds to a chunk.
pub const CHUNK_OVERHEAD: usize = 16;

/// A sealed value cannot be decrypted: it belongs to another key or another place, or it is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct Unsealable;

/// A key of 256 bits, wiped from memory when dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A new random key.
    pub fn random(ambient: &Ambient) -> Self {
        Self(Zeroizing::new(ambient.random()))
    }

    /// A key from stored bytes.
    ///
    /// # Errors
    /// If there are not 32 of them.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Unsealable> {
        bytes.try_into().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| Unsealable)
    }

    /// The key's bytes, to write the key file or to wrap the key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

/// Where a sealed value is stored, and which key seals it. `sealed.rs` makes every place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row; and if the row has several values, which of them.
    pub row: String,
    /// The row whose data key seals it, or `master`.
    pub key_of: String,
}

impl Place {
    fn associated_data(&self) -> Vec<u8> {
        // Each part has its length before it, so that two places never have the same bytes.
        let mut data = Vec::with_capacity(128);
        for part in [self.table, self.column, &self.row, &self.key_of] {
            data.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// Seals a value. The result is a random nonce, then the ciphertext.
pub fn seal(ambient: &Ambient, key: &Key, place: &Place, plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = ambient.random();
    let payload = Payload { msg: plain, aad: &place.associated_data() };
    let sealed = key.cipher().encrypt(&nonce.into(), payload).expect("values are far below the cipher's limit");
    [&nonce[..], &sealed].concat()
}

/// Decrypts a value that [`seal`] made.
///
/// # Errors
/// If it was sealed with another key or for another place, or was changed.
pub fn open(key: &Key, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(Unsealable)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Unsealable)?;
    key.cipher().decrypt(&nonce.into(), Payload { msg: sealed, aad: &place.associated_data() }).map_err(|_| Unsealable)
}

/// Decrypts a text that [`seal`] made.
///
/// # Errors
/// As [`open`], and if it is not UTF-8.
pub fn open_text(key: &Key, place: &Place, sealed: &[u8]) -> Result<String, Unsealable> {
    String::from_utf8(open(key, place, sealed)?).map_err(|_| Unsealable)
}

fn chunk_parts(file: &str, number: u64, last: bool) -> ([u8; NONCE], Vec<u8>) {
    let mut nonce = [0; NONCE];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce[8] = u8::from(last);
    (nonce, [file.as_bytes(), &number.to_le_bytes(), &[u8::from(last)]].concat())
}

/// Seals one chunk of a file. The key must be used for this file only, because the nonce is the chunk's number and its last-chunk flag.
/// Both are also in the associated data, so that no chunk can be moved or removed.
pub fn seal_chunk(key: &Key, file: &str, number: u64, last: bool, plain: &[u8]) -> Vec<u8> {
    let (nonce, aad) = chunk_parts(file, number, last);
    key.cipher().encrypt(&nonce.into(), Payload { msg: plain, aad: &aad }).expect("a chunk is far below the cipher's limit")
}

/// Decrypts a chunk that [`seal_chunk`] made.
///
/// # Errors
/// If it is not this chunk, or was changed.
pub fn open_chunk(key: &Key, file: &str, number: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let (nonce, aad) = chunk_parts(file, number, last);
    key.cipher().decrypt(&nonce.into(), Payload { msg: sealed, aad: &aad }).map_err(|_| Unsealable)
}

/// Seals a whole file, in chunks.
pub fn seal_file(key: &Key, file: &str, plain: &[u8]) -> Vec<u8> {
    let count = plain.len().div_ceil(CHUNK).max(1);
    let mut sealed = Vec::with_capacity(plain.len() + count * CHUNK_OVERHEAD);
    for number in 0..count {
        let chunk = &plain[number * CHUNK..plain.len().min((number + 1) * CHUNK)];
        sealed.extend(seal_chunk(key, file, number as u64, number + 1 == count, chunk));
    }
    sealed
}

/// The plain bytes of a file that has this many sealed bytes.
///
/// # Errors
/// If no whole file has so many: a chunk has a plain byte at least, except that of an empty file.
pub const fn plain_size(sealed: u64) -> Result<u64, Unsealable> {
    let (chunk, overhead) = ((CHUNK + CHUNK_OVERHEAD) as u64, CHUNK_OVERHEAD as u64);
    let last = sealed % chunk;
    if sealed != overhead && (sealed == 0 || (last != 0 && last <= overhead)) {
        return Err(Unsealable);
    }
    Ok(sealed - sealed.div_ceil(chunk) * overhead)
}

/// Decrypts a file that [`seal_file`] made.
///
/// # Errors
/// If a chunk is missing, moved or changed.
pub fn open_file(key: &Key, file: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let count = sealed.len().div_ceil(CHUNK + CHUNK_OVERHEAD).max(1);
    let mut plain = Vec::with_capacity(sealed.len());
    for (number, chunk) in sealed.chunks(CHUNK + CHUNK_OVERHEAD).enumerate() {
        plain.extend(open_chunk(key, file, number as u64, number + 1 == count, chunk)?);
    }
    if sealed.is_empty() { Err(Unsealable) } else { Ok(plain) }
}

/// The uses of the master key: it wraps data keys, seals values that belong to no session and no customer, and makes index values.
pub struct Vault {
    wrapping: Key,
    indexing: Key,
    fingerprint: String,
    ambient: Ambient,
}

impl Vault {
    /// The vault of a master key.
    pub fn new(master: &Key, ambient: Ambient) -> Self {
        let derive = |label: &str| {
            let mut bytes = Zeroizing::new([0; 32]);
            Hkdf::<Sha256>::new(None, &*master.0).expand(label.as_bytes(), &mut *bytes).expect("32 bytes are within HKDF's limit");
            Key(bytes)
        };
        let print = derive("flow-sessions fingerprint");
        let fingerprint = print.0[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { wrapping: derive("flow-sessions wrapping"), indexing: derive("flow-sessions index"), fingerprint, ambient }
    }

    /// Identifies the master key, without revealing anything else about it: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A new data key for this place: the key itself, and the key wrapped with the master key.
    pub fn new_data_key(&self, place: &Place) -> (Key, Vec<u8>) {
        let key = Key::random(&self.ambient);
        let wrapped = self.seal_own(place, key.expose());
        (key, wrapped)
    }

    /// Unwraps a data key that [`Vault::new_data_key`] made.
    ///
    /// # Errors
    /// If it was wrapped with another master key or for another place.
    pub fn data_key(&self, place: &Place, wrapped: &[u8]) -> Result<Key, Unsealable> {
        Key::from_slice(&self.open_own(place, wrapped)?)
    }

    /// Seals a value with the master key, if it belongs to no session and no customer, such as an endpoint's secret.
    pub fn seal_own(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        self.seal(&self.wrapping, place, plain)
    }

    /// Decrypts a value that [`Vault::seal_own`] made.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open_own(&self, place: &Place, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        open(&self.wrapping, place, sealed)
    }

    /// Seals a value with a data key.
    pub fn seal(&self, key: &Key, place: &Place, plain: &[u8]) -> Vec<u8> {
        seal(&self.ambient, key, place, plain)
    }

    /// The index value of a text: an HMAC-SHA256, with which we can look up exact matches, but which reveals nothing else.
    pub fn index(&self, purpose: &str, value: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.indexing.0).expect("HMAC takes keys of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
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
}
