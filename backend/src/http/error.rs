//! Errors of the HTTP routes: a status, a code and a sentence for the client; the cause is for the server's log.

use std::{fmt, time::Duration};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::{
    connection::NO_ACCESS,
    log::{NotAppended, ReadError, Wrong},
    policy::Forbidden,
    records::{NoHolder, NoPasskey, NotHashed},
};

/// Why a request is not answered as asked.
#[derive(Debug)]
pub(super) enum ApiError {
    Forbidden(Forbidden),
    NoSession,
    BadRequest(&'static str, String),
    NotJson,
    TooBig,
    NoSuchPath,
    /// The room is private, or there is none.
    NoAccess,
    /// What was shown is not good: a password, a code, a passkey. It is not said which part.
    NotYou,
    /// It is understood, and cannot be.
    Conflict(&'static str, String),
    /// Too much in a short time; how long to wait.
    SlowDown(Duration),
    Unavailable,
    Full,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl ApiError {
    fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "forbidden",
            Self::NoSession => "no_session",
            Self::BadRequest(code, _) | Self::Conflict(code, _) => code,
            Self::NotJson => "not_json",
            Self::TooBig => "too_long",
            Self::NoSuchPath => "no_such_path",
            Self::NoAccess => "no_access",
            Self::NotYou => "not_you",
            Self::SlowDown(_) => "slow_down",
            Self::Unavailable | Self::Full => "busy",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::SlowDown(wait) => Some(*wait),
            Self::Unavailable => Some(Duration::from_secs(2)),
            Self::Full => Some(Duration::from_secs(10)),
            _ => None,
        }
    }

    /// The answer that says it.
    pub(super) fn response(&self) -> HttpResponse {
        let wait = self.retry_after();
        // Rounded up, so that what is sent again then passes.
        let millis = |wait: Duration| u64::try_from(wait.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
        let body = Body { code: self.code(), message: self.to_string(), retry_after_ms: wait.map(millis) };
        let mut response = HttpResponse::build(self.status_code());
        if let Some(wait) = wait {
            response.insert_header((header::RETRY_AFTER, millis(wait).div_ceil(1_000)));
        }
        response.insert_header((header::CACHE_CONTROL, "no-store")).json(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden(why) => why.fmt(f),
            Self::NoSession => f.write_str("There is no session. Ask POST /api/session for one."),
            Self::NoAccess => f.write_str(NO_ACCESS),
            Self::NotYou => f.write_str("That did not fit. Check what you entered and try again."),
            Self::SlowDown(wait) => write!(f, "That was a lot at once. Try again in {} s.", wait.as_secs() + 1),
            Self::BadRequest(_, message) | Self::Conflict(_, message) => f.write_str(message),
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
            Self::Forbidden(_) | Self::NoAccess | Self::NotYou => StatusCode::FORBIDDEN,
            Self::NoSession => StatusCode::UNAUTHORIZED,
            Self::BadRequest(..) => StatusCode::BAD_REQUEST,
            Self::Conflict(..) => StatusCode::CONFLICT,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooBig => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::SlowDown(_) => StatusCode::TOO_MANY_REQUESTS,
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

impl From<NoHolder> for ApiError {
    fn from(why: NoHolder) -> Self {
        match why {
            NoHolder::Ended => Self::NoSession,
            NoHolder::Read(error) => error.into(),
        }
    }
}

impl From<NotHashed> for ApiError {
    fn from(_: NotHashed) -> Self {
        Self::Unavailable
    }
}

impl From<NoPasskey> for ApiError {
    fn from(why: NoPasskey) -> Self {
        match why {
            NoPasskey::NoHost => {
                let message = "Passkeys belong to a host name, and this server is reached by an address of numbers.";
                Self::Conflict("no_host", message.to_owned())
            }
            NoPasskey::NotAsked => {
                Self::Conflict("too_late", "That took too long, or was answered before. Begin anew.".to_owned())
            }
            NoPasskey::Wrong(cause) => {
                tracing::debug!(cause, "a passkey was not taken");
                Self::NotYou
            }
            NoPasskey::Random(error) => error.into(),
        }
    }
}

impl From<NotAppended> for ApiError {
    fn from(why: NotAppended) -> Self {
        let conflict = |code, message: &str| Self::Conflict(code, message.to_owned());
        match why {
            NotAppended::Refused(Wrong::NameTaken) => {
                conflict("name_taken", "That name is somebody else's, or looks like it.")
            }
            NotAppended::Refused(Wrong::NoName) => conflict("no_name", "Choose a name first: it is to be yours alone."),
            NotAppended::Refused(Wrong::LastWay) => conflict("last_way", "It is your only way to sign in."),
            NotAppended::Refused(Wrong::NoAccess) => Self::NoAccess,
            NotAppended::Refused(Wrong::NotAllowed) => {
                conflict("not_allowed", "Your role in this room does not let you do that.")
            }
            NotAppended::Refused(Wrong::NotEmpty) => {
                conflict("not_empty", "Something is in that room already, or it cannot be founded.")
            }
            NotAppended::Refused(Wrong::LastOwner) => conflict("last_owner", "A room has at least one owner."),
            NotAppended::Refused(Wrong::TooMany) => conflict("too_many", "There are as many as there may be."),
            NotAppended::Refused(_) => Self::NotYou,
            NotAppended::Storage | NotAppended::Unsound | NotAppended::Stopping | NotAppended::Busy => {
                Self::Unavailable
            }
        }
    }
}
