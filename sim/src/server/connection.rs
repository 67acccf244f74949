//! A connection, as it comes to the server: the real handshake, and what goes in and out of it byte by byte.

use std::{
    cell::RefCell,
    io::{self, ErrorKind, IoSlice},
    rc::Rc,
    task::{Context, Poll},
};

use actix_http::{HttpMessage as _, Request};
use actix_web::{
    http::{StatusCode, header},
    test::TestRequest,
};
use backend::connection::{Fan, Inbound, Socket, Upgraded};
use bytes::Bytes;
use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc;

use super::Routes;
use crate::{chance::Chance, link::ServerEnd};

/// Takes a connection in: the handshake, and then all that the server says, until one of them ends it.
pub async fn admit(
    routes: Routes,
    fan: Fan,
    token: String,
    end: ServerEnd,
    incoming: mpsc::UnboundedReceiver<Bytes>,
    chance: Chance,
) {
    let socket = Rc::new(Wire { end, chance, incoming: RefCell::new(incoming), waiting: RefCell::default() });
    let upgraded = Upgraded::new(Rc::clone(&socket) as Rc<dyn Socket>, fan);
    let payload = Inbound::new(Bytes::new(), Rc::clone(&socket) as Rc<dyn Socket>).into_payload();
    let request = handshake(&token).replace_payload(payload).0;
    request.extensions_mut().insert(upgraded.clone());
    if let Some(response) = routes.call(request).await
        && response.status() == StatusCode::SWITCHING_PROTOCOLS
        && let Some(life) = upgraded.life()
    {
        socket.end.accepted();
        life.await;
        drop(response);
    }
    socket.end.over();
}

fn handshake(token: &str) -> Request {
    TestRequest::get()
        .uri("/ws/v1")
        .insert_header((header::HOST, "localhost"))
        .insert_header((header::ORIGIN, "http://localhost"))
        .insert_header((header::COOKIE, format!("warren={token}")))
        .insert_header((header::CONNECTION, "upgrade"))
        .insert_header((header::UPGRADE, "websocket"))
        .insert_header((header::SEC_WEBSOCKET_VERSION, "13"))
        .insert_header((header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="))
        .to_request()
}

/// The server's end of a link as a socket. It takes what there is room for, and now and then only a part of it, or
/// nothing for a while.
struct Wire {
    end: ServerEnd,
    chance: Chance,
    incoming: RefCell<mpsc::UnboundedReceiver<Bytes>>,
    /// Until it takes something again.
    waiting: RefCell<Option<LocalBoxFuture<'static, ()>>>,
}

impl Socket for Wire {
    fn poll_read(&self, cx: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        self.incoming.borrow_mut().poll_recv(cx).map(|bytes| Ok(bytes.unwrap_or_default()))
    }

    fn try_write(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        let is_waiting = self.waiting.borrow().is_some();
        let is_slow = self.chance.one_in(16);
        if is_waiting || is_slow || !self.end.has_room() {
            let wait = if is_slow { self.chance.span(100) } else { 0 };
            self.waiting.borrow_mut().get_or_insert_with(|| Box::pin(self.end.room_after(wait)));
            return Err(ErrorKind::WouldBlock.into());
        }
        let mut bytes: Vec<u8> = parts.iter().flat_map(|part| part.iter().copied()).collect();
        if self.chance.one_in(8) {
            bytes.truncate(1 + usize::try_from(self.chance.below(bytes.len() as u64)).unwrap_or(0));
        }
        self.end.say(&bytes);
        Ok(bytes.len())
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut waiting = self.waiting.borrow_mut();
        if let Some(wait) = &mut *waiting {
            std::task::ready!(wait.as_mut().poll(cx));
            *waiting = None;
        }
        Poll::Ready(Ok(()))
    }

    fn end(&self) {}

    fn cut(&self) {
        self.end.over();
    }
}
