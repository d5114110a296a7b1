//! Encryption at rest. A master key, in a file of its own, wraps a random data key for each session, customer and artifact;
//! the data keys seal what is personal. XChaCha20-Poly1305 throughout; the associated data bind a sealed value to its
//! table, column, row and key, so that none can be moved. Every use of the master key has its own HKDF label.

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
/// What sealing adds to a chunk.
pub const CHUNK_OVERHEAD: usize = 16;

/// A sealed value that does not open: another key, another place, or damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open")]
pub struct Unsealable;

/// 256 bits of key, wiped when dropped.
#[derive(Clone)]
pub struct Key(Zeroizing<[u8; 32]>);

impl Key {
    /// A new random key.
    pub fn random(ambient: &Ambient) -> Self {
        Self(Zeroizing::new(ambient.random()))
    }

    /// A key of bytes that were stored.
    ///
    /// # Errors
    /// Where they are not 32.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Unsealable> {
        bytes.try_into().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| Unsealable)
    }

    /// The bytes, for writing the key file.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&(*self.0).into())
    }
}

/// Where a sealed value stands.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its table.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
    /// Its row, and where a row holds several values which of them.
    pub row: &'a str,
    /// The row whose data key seals it.
    pub key_of: &'a str,
}

impl Place<'_> {
    fn associated_data(&self) -> Vec<u8> {
        // Each part with its length before it, so that no two places look the same.
        let mut data = Vec::with_capacity(128);
        for part in [self.table, self.column, self.row, self.key_of] {
            data.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// Seals a value: a random nonce, then the ciphertext.
pub fn seal(ambient: &Ambient, key: &Key, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
    let nonce: [u8; NONCE] = ambient.random();
    let payload = Payload { msg: plain, aad: &place.associated_data() };
    let sealed = key.cipher().encrypt(&nonce.into(), payload).expect("values are far below the cipher's limit");
    [&nonce[..], &sealed].concat()
}

/// Opens what [`seal`] made.
///
/// # Errors
/// Where it was sealed by another key or for another place, or was changed.
pub fn open(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or(Unsealable)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Unsealable)?;
    key.cipher().decrypt(&nonce.into(), Payload { msg: sealed, aad: &place.associated_data() }).map_err(|_| Unsealable)
}

/// Opens what [`seal`] made of text.
///
/// # Errors
/// As [`open`], and where it is no text.
pub fn open_text(key: &Key, place: Place<'_>, sealed: &[u8]) -> Result<String, Unsealable> {
    String::from_utf8(open(key, place, sealed)?).map_err(|_| Unsealable)
}

fn chunk_parts(file: &str, number: u64, last: bool) -> ([u8; NONCE], Vec<u8>) {
    let mut nonce = [0; NONCE];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce[8] = u8::from(last);
    (nonce, [file.as_bytes(), &number.to_le_bytes(), &[u8::from(last)]].concat())
}

/// Seals one chunk of a file. The key must be this file's alone: number and last-chunk flag are the nonce, and stand in the
/// associated data, so that chunks can be neither moved, nor dropped, nor cut off.
pub fn seal_chunk(key: &Key, file: &str, number: u64, last: bool, plain: &[u8]) -> Vec<u8> {
    let (nonce, aad) = chunk_parts(file, number, last);
    key.cipher().encrypt(&nonce.into(), Payload { msg: plain, aad: &aad }).expect("a chunk is far below the cipher's limit")
}

/// Opens what [`seal_chunk`] made.
///
/// # Errors
/// Where the chunk is another one, or was changed.
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

/// Opens what [`seal_file`] made.
///
/// # Errors
/// Where a chunk is missing, moved or changed.
pub fn open_file(key: &Key, file: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
    let count = sealed.len().div_ceil(CHUNK + CHUNK_OVERHEAD).max(1);
    let mut plain = Vec::with_capacity(sealed.len());
    for (number, chunk) in sealed.chunks(CHUNK + CHUNK_OVERHEAD).enumerate() {
        plain.extend(open_chunk(key, file, number as u64, number + 1 == count, chunk)?);
    }
    if sealed.is_empty() { Err(Unsealable) } else { Ok(plain) }
}

/// What the master key is good for.
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

    /// Tells one master key from another and nothing else about it: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// A new data key for a row, and the same wrapped by the master key.
    pub fn new_data_key(&self, table: &'static str, row: &str) -> (Key, Vec<u8>) {
        let key = Key::random(&self.ambient);
        let wrapped = self.seal(&self.wrapping, Place { table, column: "data_key", row, key_of: "master" }, key.expose());
        (key, wrapped)
    }

    /// The data key of a row that [`Vault::new_data_key`] wrapped.
    ///
    /// # Errors
    /// Where it was wrapped by another master key or for another row.
    pub fn data_key(&self, table: &'static str, row: &str, wrapped: &[u8]) -> Result<Key, Unsealable> {
        Key::from_slice(&open(&self.wrapping, Place { table, column: "data_key", row, key_of: "master" }, wrapped)?)
    }

    /// Seals a value that belongs to no session and no customer, such as an endpoint's secret.
    pub fn seal_own(&self, table: &'static str, column: &'static str, row: &str, plain: &[u8]) -> Vec<u8> {
        self.seal(&self.wrapping, Place { table, column, row, key_of: "master" }, plain)
    }

    /// Opens what [`Vault::seal_own`] made.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open_own(&self, table: &'static str, column: &'static str, row: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        open(&self.wrapping, Place { table, column, row, key_of: "master" }, sealed)
    }

    /// Seals a value by a data key.
    pub fn seal(&self, key: &Key, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        seal(&self.ambient, key, place, plain)
    }

    /// A value's place in an index: HMAC-SHA256, so that exact matches are found and nothing else is learnt.
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

    fn place<'a>(row: &'a str, key_of: &'a str) -> Place<'a> {
        Place { table: "t", column: "c", row, key_of }
    }

    #[test]
    fn a_sealed_value_opens_in_its_own_place_alone() {
        let ambient = Ambient::system();
        let (key, other) = (Key::random(&ambient), Key::random(&ambient));
        let sealed = seal(&ambient, &key, place("r", "k"), b"Ana");
        assert_eq!(open(&key, place("r", "k"), &sealed), Ok(b"Ana".to_vec()));
        assert_eq!(open(&other, place("r", "k"), &sealed), Err(Unsealable));
        assert_eq!(open(&key, place("s", "k"), &sealed), Err(Unsealable));
        assert_eq!(open(&key, place("rk", ""), &sealed), Err(Unsealable));
        assert_eq!(open(&key, place("r", "k"), &sealed[..20]), Err(Unsealable));
    }

    #[test]
    fn a_data_key_is_bound_to_its_master_key_and_row() {
        let ambient = Ambient::system();
        let vault = Vault::new(&Key::random(&ambient), ambient.clone());
        let another = Vault::new(&Key::random(&ambient), ambient);
        let (key, wrapped) = vault.new_data_key("sessions", "a");
        assert_eq!(vault.data_key("sessions", "a", &wrapped).map(|k| *k.expose()), Ok(*key.expose()));
        assert!(vault.data_key("sessions", "b", &wrapped).is_err());
        assert!(another.data_key("sessions", "a", &wrapped).is_err());
        assert_ne!(vault.fingerprint(), another.fingerprint());
    }

    proptest! {
        #[test]
        fn a_file_opens_whole_or_not_at_all(length in prop_oneof![0usize..100, CHUNK - 2..CHUNK + 3, 2 * CHUNK - 1..2 * CHUNK + 2], cut in 1usize..70_000) {
            let key = Key::random(&Ambient::system());
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let sealed = seal_file(&key, "art", &plain);
            prop_assert_eq!(open_file(&key, "art", &sealed), Ok(plain));
            prop_assert!(open_file(&key, "other", &sealed).is_err());
            prop_assert!(open_file(&key, "art", &sealed[..sealed.len().saturating_sub(cut)]).is_err());
        }
    }
}
