//! Sessions that their owner ends, and signing out.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, time::Duration},
    http::header::{HeaderName, HeaderValue},
    web,
};
use serde::Deserialize;
use serde_json::json;

use super::{Nothing, answer, answer_by, name_of, sign_in::end as end_all};
use crate::{
    Warren,
    http::{error::ApiError, page::session_cookie, session::asked},
    records::Token,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    /// Which session, by its name in the list.
    id: Option<String>,
    /// All but the one that asks.
    #[serde(default)]
    others: bool,
}

/// `POST /api/account/sessions/end`
pub(in crate::http) async fn end(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, End { id, others }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let mine = warren.reads.account(me.id().clone()).await?.sessions;
    let is_meant = |hash: &[u8; 32]| match &id {
        Some(id) => name_of(hash) == *id,
        None => others && *hash != session.hash(),
    };
    let ending: Vec<_> = mine.iter().map(|session| session.hash).filter(is_meant).collect();
    let ended = ending.len();
    end_all(&warren, me, ending).await?;
    Ok(answer(&json!({ "ended": ended })))
}

/// `POST /api/sign-out`: the session ends, and the browser forgets all that it keeps of this server.
pub(in crate::http) async fn sign_out(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Nothing {}) = asked(&request, payload, &warren).await?;
    end_all(&warren, session.someone(), vec![session.hash()]).await?;
    let mut gone: Cookie<'_> = session_cookie(&Token::random()?, &warren);
    gone.set_value("");
    gone.set_max_age(Duration::ZERO);
    let mut response = HttpResponse::Ok();
    response.cookie(gone);
    // <https://www.w3.org/TR/clear-site-data/>; the page does the same by itself, where a browser does not know it.
    let stores = HeaderValue::from_static("\"cache\", \"storage\"");
    response.insert_header((HeaderName::from_static("clear-site-data"), stores));
    Ok(answer_by(response, &json!({})))
}
