//! Upgraded connections. The framework's own way of serving them keeps two buffers for each as long as it lives, and
//! copies every byte into one of them. So the framework hands them over instead: the application still routes and
//! answers the handshake, and from then on the socket is ours.

use std::{
    cell::RefCell,
    convert::Infallible,
    future::poll_fn,
    io::{self, ErrorKind, IoSlice},
    net::{SocketAddr, TcpListener},
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_codec::{Encoder as _, Framed, FramedParts};
use actix_http::{
    BoxedPayloadStream, ConnectionType, HttpMessage as _, HttpService, Payload, Protocol, Request, Response,
    StatusCode,
    body::{BodySize, BoxBody, MessageBody},
    error::{DispatchError, PayloadError},
    h1::{Codec, Message},
};
use actix_server::ServerBuilder;
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, ServiceFactoryExt as _, fn_factory, fn_service, map_config,
};
use actix_web::{
    HttpResponse,
    dev::{AppConfig, ServiceResponse},
    rt::net::TcpStream,
};
use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::sync::CancellationToken;

use super::{
    Fan, Socket, Timing,
    secure::Secure,
    socket::{READ, Scratch, Tcp, set_up},
};
use crate::metrics::Traffic;

/// How long the framework waits for a client to take the end of a connection that was not upgraded.
const DISCONNECT: Duration = Duration::from_secs(2);

/// A connection that was handed over: in the extensions of its request, for the handler that accepts it.
#[derive(Clone)]
pub struct Upgraded {
    socket: Rc<dyn Socket>,
    fan: Fan,
    life: Rc<RefCell<Option<Life>>>,
}

type Life = LocalBoxFuture<'static, ()>;

impl Upgraded {
    /// A connection on this socket, whose rooms this fan serves.
    #[must_use]
    pub fn new(socket: Rc<dyn Socket>, fan: Fan) -> Self {
        Self { socket, fan, life: Rc::default() }
    }

    pub(super) fn socket(&self) -> Rc<dyn Socket> {
        Rc::clone(&self.socket)
    }

    pub(super) fn fan(&self) -> Fan {
        self.fan.clone()
    }

    pub(super) fn begin(&self, life: Life) {
        self.life.replace(Some(life));
    }

    /// What the connection does after its handshake, where it was accepted.
    #[must_use]
    pub fn life(&self) -> Option<LocalBoxFuture<'static, ()>> {
        self.life.take()
    }
}

/// What comes in on a socket, as the framework wants it. The framework takes all that there is before it looks at any
/// of it; so now and then there is nothing for a moment, and nobody can fill its memory by sending fast.
pub struct Inbound {
    first: Option<Bytes>,
    socket: Rc<dyn Socket>,
    /// Bytes since the last such moment.
    taken: usize,
}

impl Inbound {
    /// What comes in, with what has come with the request already.
    #[must_use]
    pub fn new(first: Bytes, socket: Rc<dyn Socket>) -> Self {
        Self { first: Some(first).filter(|first| !first.is_empty()), socket, taken: 0 }
    }

    /// As the payload of a request.
    #[must_use]
    pub fn into_payload(self) -> Payload {
        let payload: BoxedPayloadStream = Box::pin(self);
        Payload::Stream { payload }
    }
}

impl futures_util::Stream for Inbound {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if self.taken >= READ {
            self.taken = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = ready!(self.socket.poll_read(cx));
        self.taken = read.as_ref().map_or(0, |bytes| self.taken + bytes.len());
        Poll::Ready(match read {
            Ok(bytes) if bytes.is_empty() => None,
            Ok(bytes) => Some(Ok(bytes)),
            Err(error) => Some(Err(PayloadError::Io(error))),
        })
    }
}

/// Has `builder` serve an application on a listener, and its upgraded connections by [`Upgraded`]; over TLS, where there
/// is a certificate. Cancelling `stopping` ends connections that wait for a next request. What goes over upgraded ones is
/// counted in `traffic`.
///
/// # Errors
/// Where the listener cannot be used.
pub fn listen<F, I, S, B>(
    builder: ServerBuilder,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    timing: Timing,
    traffic: Arc<Traffic>,
    stopping: CancellationToken,
    app: F,
) -> io::Result<ServerBuilder>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let Some(tls) = tls else {
        return builder.listen("warren", listener, move || {
            let begun = fn_service(async |stream: TcpStream| {
                set_up(&stream);
                let peer = stream.peer_addr().ok();
                Ok((stream, Protocol::Http1, peer))
            });
            begun.and_then(http(app.clone(), address, timing, Arc::clone(&traffic), stopping.clone()))
        });
    };
    builder.listen("warren", listener, move || {
        let tls = tls.clone();
        let begun = fn_service(move |stream: TcpStream| {
            let tls = tls.clone();
            async move {
                set_up(&stream);
                let peer = stream.peer_addr().ok();
                let shaken = timeout(timing.handshake_within, tls.accept(stream)).await;
                // Most of all, whoever speaks HTTP here, or does not trust the certificate.
                let stream = shaken.map_err(io::Error::from).flatten().map_err(|error| {
                    tracing::debug!(?peer, %error, "no TLS handshake");
                    DispatchError::Io(error)
                })?;
                Ok((stream, Protocol::Http1, peer))
            }
        });
        begun.and_then(http(app.clone(), address, timing, Arc::clone(&traffic), stopping.clone()))
    })
}

/// The application on connections of one kind, plain or TLS.
fn http<F, I, S, B, T: Stream>(
    app: F,
    address: SocketAddr,
    timing: Timing,
    traffic: Arc<Traffic>,
    stopping: CancellationToken,
) -> impl ServiceFactory<(T, Protocol, Option<SocketAddr>), Config = (), Response = (), Error = DispatchError, InitError = ()>
where
    F: Fn() -> I + Send + Clone + 'static,
    I: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Service: 'static,
    <S::Service as Service<Request>>::Future: 'static,
    B: MessageBody + 'static,
{
    let plain = map_config(app(), |()| AppConfig::default());
    let upgrades = fn_factory(move || {
        let app = map_config(app(), |()| AppConfig::default());
        let scratch = Scratch::new(traffic.lane());
        async move {
            let (app, within) = (app.new_service(()).await?, timing.handshake_within);
            let worker = Rc::new(Worker { app, fan: Fan::default(), scratch, within });
            Ok::<_, S::InitError>(fn_service(move |(request, framed)| {
                let worker = Rc::clone(&worker);
                async move {
                    worker.serve::<T>(request, framed).await;
                    Ok::<_, Infallible>(())
                }
            }))
        }
    });
    HttpService::build()
        // What the framework's own server does with its signal.
        .graceful_shutdown_signal(move || stopping.clone().cancelled_owned())
        .client_request_timeout(timing.handshake_within)
        .client_disconnect_timeout(DISCONNECT)
        .local_addr(address)
        .upgrade(upgrades)
        .finish(plain)
}

/// What the framework reads requests from, and hands over when one is a handshake.
trait Stream: AsyncRead + AsyncWrite + Unpin + 'static {
    fn into_socket(self, scratch: Scratch) -> Rc<dyn Socket>;
}

impl Stream for TcpStream {
    fn into_socket(self, scratch: Scratch) -> Rc<dyn Socket> {
        Rc::new(Tcp::new(self, scratch))
    }
}

impl Stream for TlsStream<TcpStream> {
    fn into_socket(self, scratch: Scratch) -> Rc<dyn Socket> {
        Rc::new(Secure::new(self, scratch))
    }
}

/// What the upgraded connections of a thread share.
struct Worker<S> {
    app: S,
    fan: Fan,
    scratch: Scratch,
    /// How long a handshake may take to be answered.
    within: Duration,
}

impl<S, B> Worker<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody + 'static,
{
    /// Has the application answer a handshake, and then lives the life of the connection.
    async fn serve<T: Stream>(&self, request: Request, framed: Framed<T, Codec>) {
        // In a box that is let go: what a handshake needs is more than what a connection needs.
        let answered = Box::pin(self.handshake(request, framed)).await;
        // What the framework's WebSocket layer made must live: dropping it would end what comes in.
        if let Some((life, _keep)) = answered {
            life.await;
        }
    }

    async fn handshake<T: Stream>(&self, request: Request, framed: Framed<T, Codec>) -> Option<(Life, BoxBody)> {
        let FramedParts { io, codec, read_buf, .. } = framed.into_parts();
        let socket = io.into_socket(self.scratch.clone());
        let upgraded = Upgraded::new(Rc::clone(&socket), self.fan.clone());
        let payload = Inbound::new(read_buf.freeze(), Rc::clone(&socket)).into_payload();
        let request = request.replace_payload(payload).0;
        request.extensions_mut().insert(upgraded.clone());
        let response = match self.app.call(request).await {
            Ok(response) => response.map_into_boxed_body().into_parts().1,
            Err(error) => error.error_response(),
        };
        match timeout(self.within, answer(&*socket, codec, response)).await {
            Ok(Ok(Some(keep))) => return upgraded.life().map(|life| (life, keep)),
            Ok(Ok(None)) => {
                socket.end();
                // Closing a socket with bytes unread would reset it, and the client might never see the answer.
                drop(timeout(DISCONNECT, drain(&*socket)).await);
            }
            Ok(Err(error)) => tracing::debug!(%error, "a handshake could not be answered"),
            Err(_) => socket.cut(),
        }
        None
    }
}

/// Writes the answer to a handshake. Where it is accepted, gives the body, which has no words of its own.
async fn answer(socket: &dyn Socket, mut codec: Codec, response: HttpResponse) -> io::Result<Option<BoxBody>> {
    let (head, body) = response.into_parts();
    let mut head = Response::<()>::from(head);
    let mut bytes = BytesMut::new();
    if head.status() == StatusCode::SWITCHING_PROTOCOLS {
        codec.encode(Message::Item((head, BodySize::Stream)), &mut bytes)?;
        write_all(socket, &bytes).await?;
        return Ok(Some(body));
    }
    head.head_mut().set_connection_type(ConnectionType::Close);
    codec.encode(Message::Item((head, body.size())), &mut bytes)?;
    let mut body = pin!(body);
    while let Some(chunk) = poll_fn(|cx| body.as_mut().poll_next(cx)).await {
        codec.encode(Message::Chunk(Some(chunk.map_err(|error| io::Error::other(error.to_string()))?)), &mut bytes)?;
    }
    codec.encode(Message::Chunk(None), &mut bytes)?;
    write_all(socket, &bytes).await.map(|()| None)
}

async fn write_all(socket: &dyn Socket, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match socket.try_write(&[IoSlice::new(bytes)]) {
            Ok(taken) => bytes = &bytes[taken..],
            Err(error) if error.kind() == ErrorKind::WouldBlock => poll_fn(|cx| socket.poll_writable(cx)).await?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

async fn drain(socket: &dyn Socket) {
    while poll_fn(|cx| socket.poll_read(cx)).await.is_ok_and(|bytes| !bytes.is_empty()) {}
}
