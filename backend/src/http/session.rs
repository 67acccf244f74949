//! `POST /api/session`: a session for a page that did not come from this server, or for a program.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;
use shared::SessionGranted;

use super::{
    error::ApiError,
    header_text,
    page::{cookie_token, has_cookie, session_cookie},
};
use crate::{Warren, records::Token};

/// Most bytes of the body.
const BODY: usize = 1_024;

#[derive(Deserialize)]
struct Ask {
    #[serde(default)]
    kind: Kind,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
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
    let token = match known {
        Some(token) => token,
        None => Token::random()?,
    };
    let you = warren.people.holder(&token).await?.person();
    let shown = match kind {
        Kind::Cookie => {
            response.cookie(session_cookie(&token, &warren));
            None
        }
        Kind::Bearer => Some(token.reveal().to_owned()),
    };
    Ok(response.json(SessionGranted { you, token: shown }))
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
