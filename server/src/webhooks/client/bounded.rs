//! A connection to a receiver. The receiver decides how many bytes it sends, and each costs us work: an interim answer (1xx) of 25 bytes
//! as much as a whole answer. So a request may bring only so many bytes, and a connection that brings many lets the others have their
//! turn.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use http::{Response, Version};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::webhooks::lanes;

/// How many bytes a request may bring: more than the largest head (about 400 KiB) with what we read of its body.
const REQUEST_LIMIT: usize = 512 * 1024;
/// How many bytes are read in one turn of a connection's task.
const TURN: usize = 4 * 1024;

/// How many more bytes may be read on a connection. Each answer adds as many as one request may bring.
#[derive(Debug, Clone)]
struct Allowance(Arc<AtomicUsize>);

/// Allows the next answer on the connection of this one. On HTTP/2, the answers to all tries share a connection.
pub fn answered<B>(response: &Response<B>) {
    let most = if response.version() == Version::HTTP_2 { lanes::MOST * REQUEST_LIMIT } else { REQUEST_LIMIT };
    if let Some(Allowance(left)) = response.extensions().get() {
        // Never more than `most`, where the task of the connection reads between these two.
        left.store((left.load(Ordering::Relaxed) + REQUEST_LIMIT).min(most), Ordering::Relaxed);
    }
}

/// A TCP connection that reads no more than it is allowed to, and a little at a time.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    allowance: Allowance,
    turn: usize,
}

impl Bounded {
    /// A new connection, which may bring what one request may.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, allowance: Allowance(Arc::new(AtomicUsize::new(REQUEST_LIMIT))), turn: TURN }
    }
}

impl Connection for Bounded {
    fn connected(&self) -> Connected {
        self.stream.connected().extra(self.allowance.clone())
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let left = self.allowance.0.load(Ordering::Relaxed);
        if left == 0 {
            return Poll::Ready(Err(io::Error::other("the receiver sends too much")));
        }
        if self.turn == 0 {
            self.turn = TURN;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = self.turn.min(left).min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(most));
        let polled = Pin::new(&mut self.stream).poll_read(cx, &mut part);
        let read = part.filled().len();
        buf.advance(read);
        self.turn = if polled.is_pending() { TURN } else { self.turn - read };
        self.allowance.0.fetch_sub(read, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
