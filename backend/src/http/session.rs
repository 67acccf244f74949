//! `POST /api/session`: a session for a page that did not come from this server, or for a program.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header, web};
use serde::{Deserialize, de::DeserializeOwned};
use shared::{Person, SessionGranted};

use super::{
    error::ApiError,
    header_text,
    page::{cookie_token, has_cookie, session_cookie},
    sockets::{address, bearer_token},
};
use crate::{
    Warren,
    log::{self, AccountChange},
    policy,
    records::{NoHolder, Session, Token, device},
};

/// Most bytes of the body.
const BODY: usize = 1_024;
/// Most bytes of the body of any other change.
pub(super) const ASKED: usize = 8_192;

#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    kind: Kind,
}

/// How a token is given to its holder.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    #[default]
    Cookie,
    Bearer,
}

pub(super) async fn grant(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    check_change(&request, &warren)?;
    let body = body_of(payload, BODY).await?;
    let Ask { kind } = serde_json::from_slice(&body).map_err(|error| {
        let message = format!("The body is {{}} or {{\"kind\": \"bearer\"}}: {error}.");
        ApiError::BadRequest("malformed", message)
    })?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    let known = cookie_token(&request).filter(|_| matches!(kind, Kind::Cookie));
    // To say who somebody is already takes a read, and is no new session.
    let counted = if known.is_some() { policy::Kind::Reads } else { policy::Kind::Sessions };
    warren.pace.take(counted, None, address(&request, &warren)).map_err(ApiError::SlowDown)?;
    let agent = header_text(&request, header::USER_AGENT);
    let known = match known {
        Some(token) => match warren.people.holder(&token, agent).await {
            Ok(session) => Some((token, session)),
            Err(NoHolder::Ended) => None,
            Err(NoHolder::Read(error)) => return Err(error.into()),
        },
        None => None,
    };
    let (token, session) = if let Some(known) = known {
        known
    } else {
        let token = Token::random()?;
        let session = warren.people.holder(&token, agent).await?;
        (token, session)
    };
    Ok(granted(response, &token, kind, session.someone().person(), &warren))
}

/// Gives somebody their token: a browser as a cookie, a program in the body.
pub(super) fn granted(
    mut response: HttpResponseBuilder,
    token: &Token,
    kind: Kind,
    you: Person,
    warren: &Warren,
) -> HttpResponse {
    let token = match kind {
        Kind::Cookie => {
            response.cookie(session_cookie(token, warren));
            None
        }
        Kind::Bearer => Some(token.reveal().to_owned()),
    };
    response.json(SessionGranted { you, token })
}

/// The session of a request.
pub(super) async fn session_of(request: &HttpRequest, warren: &Warren) -> Result<Arc<Session>, ApiError> {
    let token = bearer_token(request).or_else(|| cookie_token(request)).ok_or(ApiError::NoSession)?;
    let session = warren.people.holder(&token, header_text(request, header::USER_AGENT)).await?;
    used(request, warren, &session);
    Ok(session)
}

/// The session is used now, which is written down now and then.
pub(super) fn used(request: &HttpRequest, warren: &Warren, session: &Session) {
    if !session.note((warren.clock)()) {
        return;
    }
    let device = device(header_text(request, header::USER_AGENT));
    let seen = AccountChange::Seen { session: session.hash(), device };
    // Where there is no place in the writer's line, it is written another time.
    drop(warren.log.submit(log::Command::Account(session.someone().account(vec![seen]))));
}

/// The session of a request that changes something, and what it asks for.
pub(super) async fn asked<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    warren: &Warren,
) -> Result<(Arc<Session>, T), ApiError> {
    check_change(request, warren)?;
    let body = body_of(payload, ASKED).await?;
    let session = session_of(request, warren).await?;
    let me = session.someone();
    warren.pace.take(policy::Kind::Records, Some(me.id()), address(request, warren)).map_err(ApiError::SlowDown)?;
    Ok((session, understood(&body)?))
}

/// What a body asks for.
pub(super) fn understood<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body)
        .map_err(|error| ApiError::BadRequest("malformed", format!("The body is not understood: {error}.")))
}

/// Checks a request that changes something: it comes from where it may, and has a body of JSON.
pub(super) fn check_change(request: &HttpRequest, warren: &Warren) -> Result<(), ApiError> {
    let (origin, host) = (header_text(request, header::ORIGIN), header_text(request, header::HOST));
    warren.origins.check_origin(origin, host, has_cookie(request))?;
    let json = header_text(request, header::CONTENT_TYPE).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if json { Ok(()) } else { Err(ApiError::NotJson) }
}

/// The body of a request, of at most so many bytes.
pub(super) async fn body_of(payload: web::Payload, most: usize) -> Result<web::Bytes, ApiError> {
    payload.to_bytes_limited(most).await.map_err(|_| ApiError::TooBig)?.map_err(|_| ApiError::NotJson)
}
