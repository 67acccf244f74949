//! The socket under a connection over TLS. What is written is encrypted at once, and what the kernel does not take of
//! that stays in the session; so that whoever writes waits for it as for anything else, the last byte counts as
//! written only when all before it has left.

use std::{
    cell::RefCell,
    io::{self, ErrorKind, IoSlice, Read, Write},
    task::{Context, Poll, ready},
};

use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use rustls::ServerConnection;
use tokio_rustls::server::TlsStream;

use super::socket::{Scratch, Socket, Tcp};

/// A TLS connection that the framework has handed over.
pub(super) struct Secure {
    tcp: Tcp,
    session: RefCell<Session>,
}

struct Session {
    tls: ServerConnection,
    /// The last byte that was encrypted is still to be said to be written.
    owes: bool,
}

impl Secure {
    pub(super) fn new(stream: TlsStream<TcpStream>, scratch: Scratch) -> Self {
        let (tcp, tls) = stream.into_inner();
        Self { tcp: Tcp::new(tcp, scratch), session: RefCell::new(Session { tls, owes: false }) }
    }
}

impl Session {
    /// Gives the kernel what is encrypted.
    fn flush(&mut self, tcp: &Tcp) -> io::Result<()> {
        while self.tls.wants_write() {
            self.tls.write_tls(&mut Wire(tcp))?;
        }
        Ok(())
    }
}

impl Socket for Secure {
    fn poll_read(&self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let mut session = self.session.borrow_mut();
        loop {
            let read = self.tcp.with_scratch(|scratch| -> io::Result<Bytes> {
                let read = session.tls.reader().read(scratch)?;
                Ok(Bytes::copy_from_slice(&scratch[..read]))
            });
            match read {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                // The client has ended the connection beneath, and a close frame would have said so before.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Poll::Ready(Ok(Bytes::new())),
                read => return Poll::Ready(read),
            }
            ready!(self.tcp.poll_readable(cx))?;
            match session.tls.read_tls(&mut Wire(&self.tcp)) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Poll::Ready(Err(error)),
            }
            let understood = session.tls.process_new_packets().map(drop);
            // Alerts and answers to what the protocol itself asks. What is not taken now goes with the next write.
            drop(session.flush(&self.tcp));
            understood.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        }
    }

    fn try_write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut session = self.session.borrow_mut();
        session.flush(&self.tcp)?;
        if std::mem::take(&mut session.owes) {
            return Ok(1);
        }
        let taken = session.tls.writer().write_vectored(parts)?;
        match session.flush(&self.tcp) {
            Ok(()) => Ok(taken),
            Err(error) if error.kind() == ErrorKind::WouldBlock && taken > 0 => {
                session.owes = true;
                if taken > 1 { Ok(taken - 1) } else { Err(error) }
            }
            Err(error) => Err(error),
        }
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp.poll_writable(cx)
    }

    fn end(&self) {
        let mut session = self.session.borrow_mut();
        session.tls.send_close_notify();
        // Where the client takes nothing now, it sees the end without the notice.
        drop(session.flush(&self.tcp));
        self.tcp.end();
    }

    fn cut(&self) {
        self.tcp.cut();
    }
}

/// The connection beneath, as the session wants it.
struct Wire<'a>(&'a Tcp);

impl Read for Wire<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.try_read(to)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(&[IoSlice::new(bytes)])
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.try_write(parts)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, sync::Arc};

    use rustls::{ClientConfig, RootCertStore, crypto::ring};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio_rustls::{TlsConnector, client};

    use super::*;
    use crate::tls::Certificate;

    async fn pair() -> (client::TlsStream<TcpStream>, Secure) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let (chain, key) = (directory.path().join("chain.pem"), directory.path().join("key.pem"));
        std::fs::write(&chain, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let acceptor = Arc::new(Certificate::load(&chain, &key).unwrap()).acceptor().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let connector = TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()));
        let listener = actix_web::rt::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let name = "localhost".try_into().unwrap();
        let (client, accepted) = tokio::join!(connector.connect(name, client), acceptor.accept(accepted));
        (client.unwrap(), Secure::new(accepted.unwrap(), Scratch::new(Arc::default())))
    }

    /// Writes as much as is taken without waiting.
    fn write(socket: &Secure, bytes: &[u8]) -> usize {
        let mut written = 0;
        while written < bytes.len() {
            match socket.try_write(&[IoSlice::new(&bytes[written..])]) {
                Ok(taken) => written += taken,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    break;
                }
            }
        }
        written
    }

    #[actix_web::test]
    async fn what_a_client_does_not_take_waits_and_comes_once_and_in_order() {
        let (mut client, socket) = pair().await;
        let bytes: Vec<u8> = (0..4_u32 << 20).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let mut written = write(&socket, &bytes);
        assert!(written < bytes.len(), "nobody reads");
        assert!(socket.session.borrow().tls.wants_write() && socket.session.borrow().owes);
        let write_rest = async {
            while written < bytes.len() {
                poll_fn(|cx| socket.poll_writable(cx)).await.unwrap();
                written += write(&socket, &bytes[written..]);
            }
            assert!(!socket.session.borrow().tls.wants_write(), "all that counts as written has left");
            socket.end();
        };
        let mut came = Vec::new();
        let ((), read) = tokio::join!(write_rest, client.read_to_end(&mut came));
        read.unwrap();
        assert!(came == bytes);
    }

    #[actix_web::test]
    async fn what_comes_is_read_until_the_client_ends() {
        let (mut client, socket) = pair().await;
        client.write_all(b"hello").await.unwrap();
        assert_eq!(poll_fn(|cx| socket.poll_read(cx)).await.unwrap(), "hello");
        client.shutdown().await.unwrap();
        assert!(poll_fn(|cx| socket.poll_read(cx)).await.unwrap().is_empty());
    }

    #[actix_web::test]
    async fn what_is_no_tls_is_an_error() {
        let (client, socket) = pair().await;
        let (mut tcp, _) = client.into_inner();
        tcp.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let error = poll_fn(|cx| socket.poll_read(cx)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
    }
}
