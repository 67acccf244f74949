//! Errors of the HTTP routes: a status, a code and a sentence for the client; the cause is for the server's log.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::{log::ReadError, policy::Forbidden};

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(super) enum ApiError {
    Forbidden(Forbidden),
    NoSession,
    BadRequest(&'static str, String),
    NotJson,
    TooBig,
    NoSuchPath,
    Unavailable,
    Full,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: String,
}

impl ApiError {
    fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "forbidden",
            Self::NoSession => "no_session",
            Self::BadRequest(code, _) => code,
            Self::NotJson => "not_json",
            Self::TooBig => "too_long",
            Self::NoSuchPath => "no_such_path",
            Self::Unavailable | Self::Full => "busy",
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::Unavailable => Some(2),
            Self::Full => Some(10),
            _ => None,
        }
    }

    /// The answer that says it.
    pub(super) fn response(&self) -> HttpResponse {
        let body = Body { code: self.code(), message: self.to_string() };
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.retry_after_s() {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(why) => why.fmt(f),
            Self::NoSession => f.write_str("There is no session. Ask POST /api/session for one."),
            Self::BadRequest(_, message) => f.write_str(message),
            Self::NotJson => f.write_str("The body is to be a JSON object, of the type application/json."),
            Self::TooBig => f.write_str("The body is too long."),
            Self::NoSuchPath => f.write_str("There is nothing at this path."),
            Self::Unavailable => f.write_str("The server cannot read its log at the moment. Try again later."),
            Self::Full => f.write_str("Too many are connected. Try again later."),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NoSession => StatusCode::UNAUTHORIZED,
            Self::BadRequest(..) => StatusCode::BAD_REQUEST,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooBig => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::Unavailable | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        self.response()
    }
}

impl From<Forbidden> for ApiError {
    fn from(why: Forbidden) -> Self {
        Self::Forbidden(why)
    }
}

impl From<ReadError> for ApiError {
    fn from(_: ReadError) -> Self {
        Self::Unavailable
    }
}

impl From<getrandom::Error> for ApiError {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "the system gives no randomness");
        Self::Unavailable
    }
}
