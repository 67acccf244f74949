//! The TCP socket under a connection: how it is set up, and how it is cut when its client no longer reads.

use std::{any::Any, net::Shutdown};

use actix_web::{dev::Extensions, rt::net::TcpStream};
use socket2::{SockRef, Socket};

/// Bytes that the kernel buffers for a client: what a client that stops reading costs at most, beside the
/// framework's own buffers.
const SEND_BUFFER: usize = 128 * 1024;
/// How long sent bytes may stay unacknowledged, or a window closed, before the kernel gives the connection up.
#[cfg(any(target_os = "linux", target_os = "android"))]
const USER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// A handle of our own to a connection's socket, for cutting it. It is a descriptor of its own, so it can never mean
/// another connection.
pub struct Tcp {
    socket: Socket,
}

impl Tcp {
    /// Ends both directions at once, and throws away what the client has not taken: the framework sees the end and
    /// lets the connection go, and the kernel resets it.
    ///
    /// Without the zero linger time the kernel would keep trying to deliver what is buffered to a client that does
    /// not read.
    pub fn cut(&self) {
        // It may be gone already, which is what is wanted.
        drop(self.socket.set_linger(Some(std::time::Duration::ZERO)));
        drop(self.socket.shutdown(Shutdown::Both));
    }
}

/// For `HttpServer::on_connect`: sets an accepted socket up, and keeps a handle with the connection.
///
/// `TCP_NODELAY`, because small messages wait 40 ms otherwise, where Nagle's algorithm meets delayed
/// acknowledgements. What the system refuses is left as it is.
pub fn on_connect(connection: &dyn Any, extensions: &mut Extensions) {
    let Some(stream) = connection.downcast_ref::<TcpStream>() else { return };
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
    match socket.try_clone() {
        Ok(socket) => drop(extensions.insert(std::sync::Arc::new(Tcp { socket }))),
        Err(error) => tracing::warn!(%error, "a connection could not be watched"),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::rt::net::TcpListener;

    use super::*;

    #[actix_web::test]
    async fn an_accepted_socket_sends_at_once_and_can_be_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        assert!(!accepted.nodelay().unwrap(), "it is not so by itself");
        let mut extensions = Extensions::new();
        on_connect(&accepted, &mut extensions);
        assert!(accepted.nodelay().unwrap());
        assert!(SockRef::from(&accepted).send_buffer_size().unwrap() <= 2 * SEND_BUFFER);
        extensions.get::<std::sync::Arc<Tcp>>().unwrap().cut();
        client.readable().await.unwrap();
        assert!(matches!(client.try_read(&mut [0; 1]), Ok(0) | Err(_)), "the client sees the end");
    }
}
