//! `GET /ws` and `GET /ws/v1`: who may connect, and as whom.

use std::{net::IpAddr, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web,
};
use bytestring::ByteString;
use serde::Deserialize;
use shared::{LIMITS, PersonId, RoomName, close};

use super::{
    error::ApiError,
    header_text,
    page::{cookie_token, has_cookie},
    session::used,
};
use crate::{
    Warren,
    connection::{Accepted, Conversation, Going, NotJoined, Outgoing, Plain, V1, accept, serve},
    metrics::{Entered, Protocol},
    policy::{Forbidden, Full, Kind, OneOf, doors::Handshake},
    records::{NoHolder, Token, random_id},
};

/// When as many are connected as may be, it takes a while until some are not: milliseconds.
const FULL_MS: u32 = 5_000;
/// The sub-protocol that is echoed where it is offered.
const V1_PROTOCOL: &str = "warren.v1";

#[derive(Deserialize)]
pub(super) struct Which {
    room: Option<String>,
}

/// The plain relay. Cookies are not read, so pages without one of ours are welcome, from any allowed origin.
pub(super) async fn plain(
    request: HttpRequest,
    payload: web::Payload,
    which: web::Query<Which>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, actix_web::Error> {
    check_origin(&request, &warren, false)?;
    let entered = enter(&request, &warren, Protocol::Plain)?;
    let mut accepted = accept(&request, payload, &[], LIMITS.frame_bytes, warren.deflate).await?;
    let _handshake = match entered {
        Ok((handshake, place)) => {
            accepted.place = place;
            handshake
        }
        Err(wait_ms) => return Ok(come_back(&warren, accepted, wait_ms)),
    };
    let room = match which.room.as_deref().map(RoomName::parse) {
        None => RoomName::lobby(),
        Some(Ok(room)) => room,
        Some(Err(_)) => {
            return Ok(closed(&warren, accepted, close::NOT_ALLOWED, "a room's name is 1 to 40 of a-z, 0-9, -"));
        }
    };
    let id = random_id().map_err(ApiError::from)?;
    let joined =
        Plain::join(warren.clone().into_inner(), room, id, address(&request, &warren), &accepted.outgoing).await;
    match joined {
        Ok(conversation) => Ok(serve(accepted, conversation, warren.timing, &warren.stop)),
        Err(NotJoined::Closed) => {
            Ok(closed(&warren, accepted, close::NOT_ALLOWED, "the room is private, or there is none"))
        }
        Err(NotJoined::Read(_)) => Ok(come_back(&warren, accepted, (warren.stop.come_back)())),
    }
}

/// `warren.v1`. It needs a session; a browser is told so by a close code, since it cannot see a status.
pub(super) async fn v1(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, actix_web::Error> {
    let bearer = bearer_token(&request);
    check_origin(&request, &warren, has_cookie(&request) && bearer.is_none())?;
    let token = bearer.or_else(|| cookie_token(&request));
    if token.is_none() && header_text(&request, header::ORIGIN).is_none() {
        return Err(ApiError::NoSession.into());
    }
    let entered = enter(&request, &warren, Protocol::V1)?;
    let mut accepted = accept(&request, payload, &[V1_PROTOCOL], LIMITS.frame_bytes, warren.deflate).await?;
    let _handshake = match entered {
        Ok((handshake, place)) => {
            accepted.place = place;
            handshake
        }
        Err(wait_ms) => return Ok(come_back(&warren, accepted, wait_ms)),
    };
    let Some(token) = token else {
        return Ok(closed(&warren, accepted, close::SIGN_IN, "no session"));
    };
    let session = match warren.people.holder(&token, header_text(&request, header::USER_AGENT)).await {
        Ok(session) => session,
        Err(NoHolder::Ended) => return Ok(closed(&warren, accepted, close::SIGN_IN, "signed out")),
        Err(NoHolder::Read(_)) => return Ok(come_back(&warren, accepted, (warren.stop.come_back)())),
    };
    used(&request, &warren, &session);
    let conversation = V1::begin(warren.clone().into_inner(), session, address(&request, &warren), &accepted.outgoing);
    Ok(serve(accepted, conversation, warren.timing, &warren.stop))
}

/// Where there is no place, after how many milliseconds to come back; an error only where nobody else can be accepted
/// to be told so.
fn enter<'a>(
    request: &HttpRequest,
    warren: &'a Warren,
    protocol: Protocol,
) -> Result<Result<(Handshake<'a>, Option<OneOf>), u32>, ApiError> {
    let spread = warren.stop.come_back;
    let from = address(request, warren);
    let full = || (Entered::Full, FULL_MS + 4 * spread());
    let handshake = match warren.doors.enter(warren.stop.connections.len()) {
        Ok(handshake) => match warren.pace.take(Kind::Handshakes, None, from) {
            Ok(()) => match warren.crowds.as_ref().zip(from) {
                Some((crowds, from)) => crowds.join(from).map(|place| (handshake, Some(place))).ok_or_else(full),
                None => Ok((handshake, None)),
            },
            Err(wait) => Err((Entered::SlowDown, millis(wait).saturating_add(spread()))),
        },
        Err(Full::Handshakes) => Err((Entered::Full, spread())),
        Err(Full::Connections) => Err(full()),
        Err(Full::Everything) => {
            warren.metrics.entered(protocol, Entered::Full);
            return Err(ApiError::Full);
        }
    };
    warren.metrics.entered(protocol, handshake.as_ref().map_or_else(|(why, _)| *why, |_| Entered::Taken));
    Ok(handshake.map_err(|(_, wait_ms)| wait_ms))
}

fn millis(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)
}

/// Accepts, only to say when to come back. A browser sees neither the status nor the headers of a failed handshake.
fn come_back(warren: &Warren, accepted: Accepted, wait_ms: u32) -> HttpResponse {
    closed(warren, accepted, close::TRY_LATER, &wait_ms.to_string())
}

fn check_origin(request: &HttpRequest, warren: &Warren, cookie: bool) -> Result<(), ApiError> {
    let (origin, host) = (header_text(request, header::ORIGIN), header_text(request, header::HOST));
    warren.origins.check_origin(origin, host, cookie).map_err(|forbidden| {
        if forbidden == Forbidden::Origin && warren.turned_away.is_due() {
            tracing::warn!(origin, host, "a socket from another origin was turned away; is --url missing?");
        }
        ApiError::from(forbidden)
    })
}

pub(super) fn bearer_token(request: &HttpRequest) -> Option<Token> {
    let (scheme, token) = header_text(request, header::AUTHORIZATION)?.split_once(' ')?;
    Token::parse(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"))
}

/// Where the client is; none where its proxy does not say.
pub(super) fn address(request: &HttpRequest, warren: &Warren) -> Option<IpAddr> {
    let forwarded: Vec<_> = request.headers().get_all(header::X_FORWARDED_FOR).map(HeaderValue::as_bytes).collect();
    warren.proxies.client(request.peer_addr()?.ip(), forwarded)
}

/// Whether a client may read once more: counted by where it is, and by `who` it is where that is known.
pub(super) fn may_read(request: &HttpRequest, warren: &Warren, who: Option<&PersonId>) -> Result<(), ApiError> {
    let from = address(request, warren).filter(|_| who.is_none());
    warren.pace.take(Kind::Reads, who, from).map_err(ApiError::SlowDown)
}

/// Accepts, only to say by a close code why not.
fn closed(warren: &Warren, accepted: Accepted, code: u16, reason: &str) -> HttpResponse {
    accepted.outgoing.close(code, reason);
    serve(accepted, Nobody, warren.timing, &warren.stop)
}

/// The conversation of a connection that is closed at once.
struct Nobody;

impl Conversation for Nobody {
    async fn text(&mut self, _out: &Outgoing, _text: ByteString) -> Going {
        Going::On
    }

    async fn answer(&mut self, _out: &Outgoing) {
        std::future::pending::<()>().await;
    }

    fn is_answering(&self) -> bool {
        false
    }
}
