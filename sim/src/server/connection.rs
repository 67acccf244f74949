//! A connection, as it comes to the server: the real handshake, and what goes in and out of it byte by byte.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
};

use actix_http::{BoxedPayloadStream, Payload, Request, error::PayloadError};
use actix_web::{
    body::{BoxBody, MessageBody as _},
    dev::ServiceResponse,
    http::{StatusCode, header},
    test::TestRequest,
};
use bytes::Bytes;
use futures_util::Stream;
use tokio::sync::mpsc;

use super::Routes;
use crate::link::ServerEnd;

/// What comes in: bytes, or how it ended.
type Incoming = Result<Bytes, PayloadError>;

/// Takes a connection in: the handshake, and then all that the server says, until one of them ends it.
pub async fn admit(routes: Routes, token: String, end: ServerEnd, incoming: mpsc::UnboundedReceiver<Incoming>) {
    match routes.call(handshake(&token, incoming)).await {
        Some(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => pump(response, end).await,
        _ => end.over(),
    }
}

fn handshake(token: &str, incoming: mpsc::UnboundedReceiver<Incoming>) -> Request {
    let request = TestRequest::get()
        .uri("/ws/v1")
        .insert_header((header::HOST, "localhost"))
        .insert_header((header::ORIGIN, "http://localhost"))
        .insert_header((header::COOKIE, format!("warren={token}")))
        .insert_header((header::CONNECTION, "upgrade"))
        .insert_header((header::UPGRADE, "websocket"))
        .insert_header((header::SEC_WEBSOCKET_VERSION, "13"))
        .insert_header((header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ=="))
        .to_request();
    let payload: BoxedPayloadStream = Box::pin(BytesIn(incoming));
    request.replace_payload(Payload::Stream { payload }).0
}

/// What the server says, for as long as the link takes it.
async fn pump(response: ServiceResponse<BoxBody>, end: ServerEnd) {
    end.accepted();
    let mut body = pin!(response.into_body());
    loop {
        end.has_room().await;
        match std::future::poll_fn(|cx| body.as_mut().poll_next(cx)).await {
            Some(Ok(chunk)) => end.say(&chunk),
            Some(Err(_)) | None => return end.over(),
        }
    }
}

/// The bytes that come in, as the framework wants them.
struct BytesIn(mpsc::UnboundedReceiver<Incoming>);

impl Stream for BytesIn {
    type Item = Incoming;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx)
    }
}
