//! Watches the bytes that a server sends, for what the layers above throw away: every field of the last error, and the process
//! that the server says it is.
//!
//! Diesel's error type has no place for the SQLSTATE, and without it nobody can tell a lock timeout from a syntax error. The
//! process tells a server from a pooler in front of it. The frames are those of <https://www.postgresql.org/docs/current/protocol-message-formats.html>: a type byte, a length of
//! four bytes that counts itself, a body. Nothing is changed on the way through.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};

use crate::server_error::ServerError;

/// What was seen on one connection.
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    error: Option<ServerError>,
    process: Option<i32>,
}

impl Watch {
    /// Takes the last error that the server sent on this connection.
    pub fn take_error(&self) -> Option<ServerError> {
        self.seen().error.take()
    }

    /// The process that the other side called its own when the connection was made (`BackendKeyData`). A pooler makes a number up.
    pub(crate) fn process(&self) -> Option<i32> {
        self.seen().process
    }

    fn saw(&self, message: Message) {
        match message {
            Message::Error(error) => self.seen().error = Some(error),
            Message::Process(process) => self.seen().process = Some(process),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message that is remembered.
#[derive(Debug)]
enum Message {
    Error(ServerError),
    Process(i32),
}

/// A stream whose incoming messages are watched.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    frames: Frames,
    watch: Watch,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S, watch: Watch) -> Self {
        Self { stream, frames: Frames::default(), watch }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Self { frames, watch, .. } = &mut *self;
        frames.push(&buffer.filled()[before..], |message| watch.saw(message));
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Watched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

const HEADER: usize = 5;
const ERROR_RESPONSE: u8 = b'E';
const BACKEND_KEY_DATA: u8 = b'K';
/// A message longer than this is not remembered: it is not for people, and memory is bounded.
const LONGEST_BODY: usize = 1 << 20;

/// Cuts a stream of bytes into messages and keeps the bodies of those that are remembered.
#[derive(Debug, Default)]
struct Frames {
    header: Vec<u8>,
    body: Vec<u8>,
    missing: usize,
}

impl Frames {
    /// Takes the next bytes; tells of each message to be remembered that was completed by them.
    fn push(&mut self, mut bytes: &[u8], mut saw: impl FnMut(Message)) {
        while !bytes.is_empty() {
            if self.header.len() < HEADER {
                let taken = (HEADER - self.header.len()).min(bytes.len());
                self.header.extend_from_slice(&bytes[..taken]);
                bytes = &bytes[taken..];
                if self.header.len() == HEADER {
                    let length = [self.header[1], self.header[2], self.header[3], self.header[4]];
                    self.missing = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                }
            } else {
                let taken = self.missing.min(bytes.len());
                if matches!(self.header[0], ERROR_RESPONSE | BACKEND_KEY_DATA)
                    && self.body.len() + taken <= LONGEST_BODY
                {
                    self.body.extend_from_slice(&bytes[..taken]);
                }
                self.missing -= taken;
                bytes = &bytes[taken..];
            }
            if self.header.len() == HEADER && self.missing == 0 {
                self.finish_message().into_iter().for_each(&mut saw);
            }
        }
    }

    fn finish_message(&mut self) -> Option<Message> {
        let message = match (self.header[0], self.body.first_chunk::<4>()) {
            (ERROR_RESPONSE, _) => Some(Message::Error(ServerError::from_body(&self.body))),
            (BACKEND_KEY_DATA, Some(process)) => Some(Message::Process(i32::from_be_bytes(*process))),
            _ => None,
        };
        self.header.clear();
        self.body.clear();
        message
    }
}

#[cfg(test)]
mod tests {
    use super::{Frames, Message};

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend_from_slice(&u32::try_from(body.len() + 4).unwrap().to_be_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn errors_and_the_process_are_seen_however_the_bytes_are_cut() {
        let mut bytes = message(b'K', &[0, 0, 0x10, 0x01, 1, 2, 3, 4]);
        bytes.extend(message(b'Z', b"I"));
        bytes.extend(message(b'E', b"C55P03\0Mcanceling statement due to lock timeout\0\0"));
        bytes.extend(message(b'N', b"C00000\0Mnot an error\0\0"));
        bytes.extend(message(b'1', b""));
        for size in 1..bytes.len() {
            let mut frames = Frames::default();
            let mut seen = Vec::new();
            bytes.chunks(size).for_each(|chunk| frames.push(chunk, |message| seen.push(message)));
            let [Message::Process(process), Message::Error(error)] = seen.as_slice() else {
                panic!("in pieces of {size}: {seen:?}");
            };
            assert_eq!((*process, error.code.as_str()), (4097, "55P03"), "in pieces of {size}");
        }
    }
}
