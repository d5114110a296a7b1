//! Multipart bodies, as the network cuts them.

use ::server::http::multipart::Form;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use futures::stream;
use proptest::prelude::*;

use super::target;
use crate::support::raw::{self, MULTIPART};

/// Bodies as browsers and apps send them.
fn real() -> Vec<Vec<u8>> {
    let file = |name: &str, content: &[u8]| [&raw::file_part(name)[..], content, b"\r\n"].concat();
    let text = |name: &str, text: &str| format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").into_bytes();
    let end = b"--cut--\r\n".to_vec();
    vec![
        [file("selfie_url", &[b'x'; 300]), text("name", "Ana\r\n--cu"), end.clone()].concat(),
        [b"preamble\r\n".to_vec(), text("a", ""), text("b", "--cut"), file("c", b"\r\n\r\n--cut"), b"--cut--\r\nepilogue".to_vec()].concat(),
        [b"--cut \t\r\ncontent-disposition:form-data;filename=\"a\\\"b\";name=c\r\nContent-Type: image/jpeg\r\nX: y\r\n\r\n".to_vec(), b"z\r\n".to_vec(), end]
            .concat(),
        b"--cut--".to_vec(),
    ]
}

const WORDS: &[&[u8]] = &[
    b"\r\n",
    b"\r\n\r\n",
    b"--cut",
    b"\r\n--cut\r\n",
    b"\r\n--cut--",
    b"--cut--\r\n",
    b"Content-Disposition: form-data; name=\"",
    b"; filename=\"",
    b"\"",
    b"\\\"",
    b":",
    b" ",
    b"\t",
    b"Content-Disposition",
    b"\0",
    b"\n",
    b"\r",
];

/// What a body was read as: names, whether it is a file, and contents; or the status of the problem.
type Read = Result<Vec<(String, bool, Vec<u8>)>, u16>;

async fn read(body: &[u8], piece: usize) -> Read {
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(MULTIPART))]);
    let pieces: Vec<_> = body.chunks(piece.max(1)).map(|piece| Ok::<_, std::io::Error>(piece.to_vec())).collect();
    let read = async {
        let mut form = Form::of(&headers, Request::new(Body::from_stream(stream::iter(pieces))), 1)?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next().await? {
            let mut content = Vec::new();
            while let Some(chunk) = part.chunk().await? {
                content.extend_from_slice(&chunk);
            }
            parts.push((part.name().to_owned(), part.is_file(), content));
        }
        Ok(parts)
    };
    read.await.map_err(|error: ::server::http::problems::ApiError| error.0.status)
}

/// However a body is cut, it is read alike. No part has bytes that the body does not have, and none contains the delimiter.
#[test]
fn a_damaged_body_is_read_alike_in_every_cut() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    target("multipart", 1_500, real(), WORDS, |body| {
        let whole = runtime.block_on(read(body, body.len()));
        for piece in [1, 3, 64] {
            prop_assert_eq!(&runtime.block_on(read(body, piece)), &whole, "in pieces of {}", piece);
        }
        match whole {
            Ok(parts) => {
                prop_assert!(parts.iter().map(|(.., content)| content.len()).sum::<usize>() <= body.len());
                for (.., content) in &parts {
                    prop_assert!(!content.windows(7).any(|window| window == b"\r\n--cut"));
                }
            }
            Err(status) => prop_assert!([413, 422].contains(&status), "{}", status),
        }
        Ok(())
    });
}
