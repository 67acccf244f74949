//! The edge: the one module that knows the framework's WebSocket layer. It makes the handshake and puts the gate before
//! the decoder. What goes out does not pass through that layer: it is written to the socket that was handed over.

use actix_http::BoxedPayloadStream;
use actix_web::{
    FromRequest as _, HttpMessage as _, HttpRequest, HttpResponse,
    error::ErrorBadRequest,
    http::header::{HeaderValue, SEC_WEBSOCKET_EXTENSIONS},
    web,
};
use actix_ws::AggregatedMessageStream;

use super::{Agreed, Deflate, Incoming, Outgoing, Upgraded};
use crate::policy::OneOf;

/// A connection that has been accepted.
pub struct Accepted {
    /// The response that completes the handshake; to be returned from the handler.
    pub response: HttpResponse,
    /// What comes in, as the gate sees it.
    pub incoming: Incoming,
    /// What comes in, as whole messages.
    pub messages: AggregatedMessageStream,
    /// What goes out.
    pub outgoing: Outgoing,
    /// Its place among those of its address, until its end.
    pub place: Option<OneOf>,
    /// Where its life is to begin.
    pub(super) upgraded: Upgraded,
}

/// Accepts a WebSocket handshake (RFC 6455 section 4.2), for messages of at most `most` bytes. Of the sub-protocols
/// that the client offers, the first of `protocols` is echoed. Compression is agreed on `with` those who
/// offer it.
///
/// # Errors
/// The response that says what is wrong with the handshake.
pub async fn accept(
    request: &HttpRequest,
    payload: web::Payload,
    protocols: &[&str],
    most: usize,
    with: Deflate,
) -> Result<Accepted, actix_web::Error> {
    let upgraded = request.extensions().get::<Upgraded>().cloned();
    let upgraded = upgraded.ok_or_else(|| ErrorBadRequest("a WebSocket handshake has no body"))?;
    let offers = request.headers().get_all(SEC_WEBSOCKET_EXTENSIONS).map(HeaderValue::as_bytes);
    let deflate = Agreed::on(offers, with);
    let incoming = Incoming::new(payload.into_inner(), most, deflate);
    let stream: BoxedPayloadStream = Box::pin(incoming.clone());
    let mut gated = actix_web::dev::Payload::Stream { payload: stream };
    let payload = web::Payload::from_request(request, &mut gated).await?;
    let (mut response, _session, messages) = actix_ws::handle_with_protocols(request, payload, protocols)?;
    if let Some(answer) = deflate.and_then(|agreed| HeaderValue::try_from(agreed.answer()).ok()) {
        response.headers_mut().insert(SEC_WEBSOCKET_EXTENSIONS, answer);
    }
    let outgoing = Outgoing::new(upgraded.socket(), upgraded.fan(), deflate);
    // The gate has judged sizes already; the decoder must only not be stricter.
    let messages = messages.max_frame_size(most).aggregate_continuations().max_continuation_size(most);
    Ok(Accepted { response, incoming, messages, outgoing, place: None, upgraded })
}
