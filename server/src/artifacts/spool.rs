//! Spools an upload: writes it to an encrypted temporary file while it arrives, so that a slow sender does not occupy memory. The key
//! is only in memory, so a crash leaves nothing that can be read.

use std::{path::Path, sync::Arc};

use sha2::{Digest as _, Sha256};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::uploads::{Full, Room};
use crate::{
    clock::Ambient,
    vault::{self, CHUNK, CHUNK_OVERHEAD, Key},
};

const NAME: &str = "spool";
/// How a PDF begins, within its first [`HEAD`] bytes.
const PDF_HEADER: &[u8] = b"%PDF-";
const HEAD: usize = 1_024 + PDF_HEADER.len();

/// Why an upload cannot be spooled.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// Its session has no room for it.
    #[error(transparent)]
    Full(#[from] Full),
    /// The temporary file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// An upload that is still arriving.
pub struct Spool {
    file: File,
    key: Arc<Key>,
    hash: Sha256,
    pending: Vec<u8>,
    /// The first bytes, in which readers of a PDF look for its header.
    head: Vec<u8>,
    chunks: u64,
    size: u64,
    room: Room,
}

/// An upload that has arrived completely.
pub struct Spooled {
    file: File,
    key: Arc<Key>,
    sha256: String,
    size: u64,
    may_be_pdf: bool,
    /// Counts the file as on its way until it is stored or given up.
    _room: Room,
}

impl Spool {
    /// An empty spool, which fills this room. Its file has no name in `folder`, so the system frees it as soon as it is closed.
    ///
    /// # Errors
    /// If the file cannot be created.
    pub async fn new(folder: &Path, ambient: &Ambient, room: Room) -> std::io::Result<Self> {
        let folder = folder.to_owned();
        let file = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await??;
        Ok(Self {
            file: File::from_std(file),
            key: Arc::new(Key::random(ambient)),
            hash: Sha256::new(),
            pending: Vec::with_capacity(CHUNK),
            head: Vec::new(),
            chunks: 0,
            size: 0,
            room,
        })
    }

    /// The bytes written so far.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Writes the next bytes of the upload.
    ///
    /// # Errors
    /// If the session has no room for them, or they cannot be written.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), SpoolError> {
        self.room.take(bytes.len() as u64)?;
        self.hash.update(bytes);
        self.head.extend_from_slice(&bytes[..bytes.len().min(HEAD - self.head.len())]);
        self.size += bytes.len() as u64;
        while !bytes.is_empty() {
            if self.pending.len() == CHUNK {
                self.seal(false).await?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.pending.len()));
            self.pending.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    async fn seal(&mut self, last: bool) -> std::io::Result<()> {
        let sealed = vault::seal_chunk(&self.key, NAME, self.chunks, last, &self.pending);
        self.pending.clear();
        self.chunks += 1;
        self.file.write_all(&sealed).await
    }

    /// Ends the upload.
    ///
    /// # Errors
    /// If the last chunk cannot be written.
    pub async fn finish(mut self) -> std::io::Result<Spooled> {
        self.seal(true).await?;
        self.file.flush().await?;
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let may_be_pdf = self.head.windows(PDF_HEADER.len()).any(|bytes| bytes == PDF_HEADER);
        Ok(Spooled { file: self.file, key: self.key, sha256, size: self.size, may_be_pdf, _room: self.room })
    }
}

impl Spooled {
    /// Its size in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Whether its beginning has the header of a PDF.
    pub const fn may_be_pdf(&self) -> bool {
        self.may_be_pdf
    }

    /// The SHA-256 of its plain bytes, hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Reads and decrypts the whole file into memory.
    ///
    /// # Errors
    /// If the temporary file cannot be read.
    pub async fn read(&mut self) -> std::io::Result<Vec<u8>> {
        let size = usize::try_from(self.size).map_err(std::io::Error::other)?;
        let mut sealed = Vec::with_capacity(size + (size / CHUNK + 1) * CHUNK_OVERHEAD);
        self.file.rewind().await?;
        self.file.read_to_end(&mut sealed).await?;
        vault::open_file(&self.key, NAME, &sealed).map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{super::uploads::Uploads, *};
    use crate::ids::{RowId as _, SessionRef};

    #[tokio::test]
    async fn the_bytes_written_are_the_bytes_read() {
        let folder = tempfile::tempdir().unwrap();
        for (length, piece) in [(0, 1), (1, 1), (CHUNK, 1000), (CHUNK + 1, CHUNK), (3 * CHUNK, 100_000)] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 253) as u8).collect();
            let room = Uploads::default().begin(SessionRef::from_uuid(Uuid::nil()), 0, 0).unwrap();
            let mut spool = Spool::new(folder.path(), &Ambient::system(), room).await.unwrap();
            for part in plain.chunks(piece) {
                spool.write(part).await.unwrap();
            }
            let mut spooled = spool.finish().await.unwrap();
            assert_eq!(spooled.size(), length as u64);
            assert_eq!(spooled.read().await.unwrap(), plain, "{length} in pieces of {piece}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file has a name");
    }
}
