//! Multipart bodies in every cut: what is read, what is refused, and how little is kept.

use axum::{body::Body, extract::Request};
use futures::stream;

use super::*;

/// The bytes of the headers that `part` makes for the name `a` without padding.
const AROUND: usize = "\r\nContent-Disposition: form-data; name=\"a\"\r\nX-Padding: \r\n\r\n".len();

fn headers() -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, "multipart/form-data; boundary=cut".parse().unwrap())])
}

/// The names and sizes of a body's parts, or the status of the problem.
async fn read(pieces: Vec<Vec<u8>>) -> Result<Vec<(String, usize)>, u16> {
    let body = Body::from_stream(stream::iter(pieces.into_iter().map(Ok::<_, std::io::Error>)));
    let read = async {
        let mut form = Form::of(&headers(), Request::new(body), 1)?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next().await? {
            let mut size = 0;
            while let Some(chunk) = part.chunk().await? {
                assert!(!chunk.is_empty());
                size += chunk.len();
            }
            parts.push((part.name().to_owned(), size));
        }
        Ok(parts)
    };
    read.await.map_err(|error: ApiError| error.0.status)
}

fn part(name: &str, header: usize, content: usize) -> Vec<u8> {
    let padding = "x".repeat(header);
    [format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\nX-Padding: {padding}\r\n\r\n").as_bytes(), &vec![b'c'; content], b"\r\n"].concat()
}

#[tokio::test]
async fn a_body_is_read_alike_in_every_cut() {
    let parts = [part("a", 1_000, 70_000), part("b", 15_000, 0), part("c", 10, 200_000)].concat();
    let whole = [b"a preamble that ends in --cu\r\n".as_slice(), &parts[..], b"--cut--\r\nan epilogue"].concat();
    let expected = Ok(vec![("a".to_owned(), 70_000), ("b".to_owned(), 0), ("c".to_owned(), 200_000)]);
    for size in [1, 2, 7, 1_000, 16_384, 65_536, 100_000, whole.len()] {
        assert_eq!(read(whole.chunks(size).map(<[u8]>::to_vec).collect()).await, expected, "in pieces of {size}");
    }
}

#[tokio::test]
async fn what_is_outside_the_parts_has_16_kib_in_every_cut() {
    let end = b"--cut--\r\n".to_vec();
    let before = |length: usize| [vec![b'p'; length - 2], b"\r\n".to_vec(), part("a", 0, 10), end.clone()].concat();
    let long = |length: usize| [part("first", 0, 30_000), part("a", length, 10), end.clone()].concat();
    for (what, body, fits) in [
        ("before", before(16 * 1024), true),
        ("before", before(16 * 1024 + 1), false),
        ("before, without an end", vec![b'p'; 100_000], false),
        ("headers", long(16 * 1024 - AROUND), true),
        ("headers", long(16 * 1024 - AROUND + 1), false),
        ("headers", long(60_000), false),
        ("headers without an end", [part("first", 0, 0), b"--cut\r\nX: ".to_vec(), vec![b'x'; 100_000]].concat(), false),
        ("padding without an end", [part("first", 0, 0), b"--cut".to_vec(), vec![b' '; 100_000]].concat(), false),
    ] {
        for size in [16, 1_000, 16_384, 40_000, body.len()] {
            let read = read(body.chunks(size).map(<[u8]>::to_vec).collect()).await;
            assert_eq!(read.is_ok(), fits, "{what}, in pieces of {size}: {read:?}");
            assert!(fits || read == Err(413), "{what}, in pieces of {size}: {read:?}");
        }
    }
}

#[tokio::test]
async fn what_is_not_read_of_a_part_is_dropped() {
    let whole = [part("a", 0, 100_000), part("b", 0, 5), b"--cut--".to_vec()].concat();
    let body = Body::from_stream(stream::iter(whole.chunks(1_000).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect::<Vec<_>>()));
    let mut form = Form::of(&headers(), Request::new(body), 1).unwrap();
    assert_eq!(form.next().await.unwrap().unwrap().name(), "a");
    let part = form.next().await.unwrap().unwrap();
    assert_eq!((part.name(), part.is_file()), ("b", false));
    assert_eq!(part.text().await.unwrap(), "ccccc");
    assert!(form.next().await.unwrap().is_none() && form.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_that_ends_too_early_is_broken() {
    for body in [&b""[..], b"no boundary at all", b"--cut", b"--cut\r\nContent-Disposition: form-data; na"] {
        assert_eq!(read(vec![body.to_vec()]).await, Err(422), "{body:?}");
    }
}
