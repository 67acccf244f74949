//! The socket under a connection: what is read and written goes straight to the kernel. No buffer stands between, so
//! a connection that waits costs none, and what is written is what a room's followers share.

use std::{
    cell::RefCell,
    io::{self, IoSlice},
    net::Shutdown,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::rt::net::TcpStream;
use bytes::Bytes;
use socket2::SockRef;
use tokio::io::{AsyncRead as _, ReadBuf};

use crate::metrics::Lane;

/// Bytes that the kernel buffers for a client: what a client that stops reading costs at most.
const SEND_BUFFER: usize = 128 * 1024;
/// Most bytes of one read.
pub(super) const READ: usize = 16 * 1024;
/// How long sent bytes may stay unacknowledged, or a window closed, before the kernel gives the connection up.
#[cfg(any(target_os = "linux", target_os = "android"))]
const USER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// A socket, or what stands for one. One task reads, and waits for it; whoever is on its thread may write.
pub trait Socket {
    /// Reads what has come; nothing, where the client has ended its direction.
    ///
    /// # Errors
    /// Where the connection is broken.
    fn poll_read(&self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>>;

    /// Writes as much of the parts as it takes now; gives how many bytes those are.
    ///
    /// # Errors
    /// `WouldBlock` where it takes none now; else the connection is broken.
    fn try_write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Waits until it may take something again.
    ///
    /// # Errors
    /// Where the connection is broken.
    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>>;

    /// Ends the direction to the client.
    fn end(&self);

    /// Ends both directions at once, and throws away what the client has not taken: the kernel resets the connection.
    fn cut(&self);
}

/// A TCP connection that the framework has handed over.
pub(super) struct Tcp {
    stream: RefCell<TcpStream>,
    scratch: Scratch,
}

/// Where the connections of a thread read to, one at a time.
#[derive(Clone)]
pub(super) struct Scratch(Rc<(RefCell<Vec<u8>>, Arc<Lane>)>);

impl Scratch {
    /// One for a thread that counts its bytes here.
    pub(super) fn new(lane: Arc<Lane>) -> Self {
        Self(Rc::new((RefCell::new(vec![0; READ]), lane)))
    }
}

impl Tcp {
    pub(super) fn new(stream: TcpStream, scratch: Scratch) -> Self {
        Self { stream: RefCell::new(stream), scratch }
    }

    /// Waits until something may have come.
    pub(super) fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.borrow().poll_read_ready(cx)
    }

    /// Reads what has come.
    ///
    /// # Errors
    /// `WouldBlock` where nothing has; else the connection is broken.
    pub(super) fn try_read(&self, to: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.borrow().try_read(to)?;
        self.scratch.0.1.read(read);
        Ok(read)
    }

    /// Lends the place where the connections of this thread read to.
    pub(super) fn with_scratch<T>(&self, read: impl FnOnce(&mut [u8]) -> T) -> T {
        read(&mut self.scratch.0.0.borrow_mut())
    }
}

impl Socket for Tcp {
    fn poll_read(&self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let (scratch, lane) = &*self.scratch.0;
        let mut scratch = scratch.borrow_mut();
        let mut read = ReadBuf::new(&mut scratch);
        // Unlike `try_read`, this knows that a read which does not fill the buffer has emptied the socket, and spares
        // the system call that would say so.
        ready!(Pin::new(&mut *self.stream.borrow_mut()).poll_read(cx, &mut read))?;
        lane.read(read.filled().len());
        Poll::Ready(Ok(Bytes::copy_from_slice(read.filled())))
    }

    fn try_write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        // The system call itself first. The runtime would look at what it knows of the socket before, which is rarely
        // anything new, and a cache miss for each client.
        let stream = self.stream.borrow();
        let socket = SockRef::from(&*stream);
        let written = match parts {
            [one] => socket.send(one),
            several => socket.send_vectored(several),
        };
        let written = match written {
            // The runtime has to hear of it from the socket, to say when there is room again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => stream.try_write_vectored(parts),
            written => written,
        }?;
        self.scratch.0.1.wrote(written);
        Ok(written)
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.borrow().poll_write_ready(cx)
    }

    fn end(&self) {
        // It may be gone already, which is what is wanted.
        drop(SockRef::from(&*self.stream.borrow()).shutdown(Shutdown::Write));
    }

    fn cut(&self) {
        let stream = self.stream.borrow();
        let socket = SockRef::from(&*stream);
        // Without the zero linger time the kernel would keep trying to deliver what is buffered to a client that does
        // not read.
        drop(socket.set_linger(Some(std::time::Duration::ZERO)));
        drop(socket.shutdown(Shutdown::Both));
    }
}

/// Sets an accepted socket up, before its first request.
///
/// `TCP_NODELAY`, because small messages wait 40 ms otherwise, where Nagle's algorithm meets delayed
/// acknowledgements. What the system refuses is left as it is.
pub(super) fn set_up(stream: &TcpStream) {
    let socket = SockRef::from(stream);
    let set = [
        socket.set_tcp_nodelay(true),
        socket.set_send_buffer_size(SEND_BUFFER),
        #[cfg(any(target_os = "linux", target_os = "android"))]
        socket.set_tcp_user_timeout(Some(USER_TIMEOUT)),
    ];
    for error in set.into_iter().filter_map(Result::err) {
        tracing::debug!(%error, "a socket option was refused");
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use actix_web::rt::net::TcpListener;

    use super::*;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        (client, accepted)
    }

    #[actix_web::test]
    async fn an_accepted_socket_sends_at_once_and_can_be_cut() {
        let (client, accepted) = pair().await;
        assert!(!accepted.nodelay().unwrap(), "it is not so by itself");
        set_up(&accepted);
        assert!(accepted.nodelay().unwrap());
        assert!(SockRef::from(&accepted).send_buffer_size().unwrap() <= 2 * SEND_BUFFER);
        let tcp = Tcp::new(accepted, Scratch::new(Arc::default()));
        tcp.cut();
        client.readable().await.unwrap();
        assert!(matches!(client.try_read(&mut [0; 1]), Ok(0) | Err(_)), "the client sees the end");
        let read = poll_fn(|cx| tcp.poll_read(cx)).await;
        assert!(read.is_err() || read.is_ok_and(|bytes| bytes.is_empty()), "and so does the server");
    }

    #[actix_web::test]
    async fn it_reads_what_has_come_and_writes_parts_in_one_go() {
        let (client, accepted) = pair().await;
        let tcp = Tcp::new(accepted, Scratch::new(Arc::default()));
        client.try_write(b"hello").unwrap();
        assert_eq!(poll_fn(|cx| tcp.poll_read(cx)).await.unwrap(), "hello");
        poll_fn(|cx| tcp.poll_writable(cx)).await.unwrap();
        assert_eq!(tcp.try_write(&[IoSlice::new(b"a"), IoSlice::new(b"bc")]).unwrap(), 3);
        tcp.end();
        let mut all = Vec::new();
        tokio::io::AsyncReadExt::read_to_end(&mut { client }, &mut all).await.unwrap();
        assert_eq!(all, b"abc");
    }
}
