//! A message between the server and a worker: its length as four bytes, little-endian, and its bytes.

use std::io::{self, Read, Write};

/// The longest message, in bytes. An upload has at most 10 MiB.
pub(super) const MAX: usize = 16 * 1024 * 1024;

/// The head of a message.
///
/// # Errors
/// If the message is longer than [`MAX`].
pub(super) fn head(message: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(message.len()).ok().filter(|_| message.len() <= MAX);
    length.map(u32::to_le_bytes).ok_or_else(|| io::Error::other("a message to a worker is too long"))
}

/// The length that a head says.
///
/// # Errors
/// If it is more than [`MAX`].
pub(super) fn length(head: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(head) as usize;
    if length <= MAX { Ok(length) } else { Err(io::Error::other("a message of a worker is too long")) }
}

/// Reads a message. `None` if there is no further one.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut head = [0; 4];
    match from.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let mut message = vec![0; length(head)?];
    from.read_exact(&mut message)?;
    Ok(Some(message))
}

/// Writes a message.
pub(super) fn write(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    to.write_all(&head(message)?)?;
    to.write_all(message)?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let mut sent = Vec::new();
        write(&mut sent, b"one").unwrap();
        write(&mut sent, b"").unwrap();
        let mut sent = &sent[..];
        assert_eq!(read(&mut sent).unwrap().as_deref(), Some(&b"one"[..]));
        assert_eq!(read(&mut sent).unwrap().as_deref(), Some(&b""[..]));
        assert!(read(&mut sent).unwrap().is_none());
        assert!(read(&mut &b"\x05\0\0\0cut"[..]).is_err());
    }

    #[test]
    fn a_message_is_bounded() {
        assert!(head(&vec![0; MAX]).is_ok() && head(&vec![0; MAX + 1]).is_err());
        assert!(read(&mut &b"\xFF\xFF\xFF\xFF"[..]).is_err());
    }
}
