//! Sessions that their owner ends, signing out, and leaving for good.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, time::Duration},
    http::header::{HeaderName, HeaderValue},
    web,
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Nothing, answer, answer_by, change, name_of,
    sign_in::{end as end_all, tries},
};
use crate::{
    Warren,
    http::{error::ApiError, page::session_cookie, session::asked},
    log::AccountChange,
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
    forgets(&warren)
}

/// What becomes of what somebody wrote who leaves.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Texts {
    Stay,
    Go,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leave {
    texts: Texts,
    /// Where there is one.
    password: Option<String>,
}

/// `POST /api/account/leave`: all that is kept of a person goes, and their name from all that they wrote. What is in the logs
/// follows within moments ([`crate::tidy`]).
pub(in crate::http) async fn leave(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Leave { texts, password }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let known = warren.reads.account(me.id().clone()).await?.password;
    if known.is_some() {
        let password = password.ok_or(ApiError::NotYou)?;
        tries(&request, &warren, Some(me.id()), warren.ways.passwords.verify(password, known)).await?;
    }
    // Of whom nothing is kept, there is nothing to be forgotten.
    if me.remember().is_none() {
        change(&warren, me, vec![AccountChange::Leave { texts_go: matches!(texts, Texts::Go) }]).await?;
    }
    warren.people.leave(me.id());
    warren.tidy.now();
    forgets(&warren)
}

/// The browser forgets all that it keeps of this server.
fn forgets(warren: &Warren) -> Result<HttpResponse, ApiError> {
    let mut gone: Cookie<'_> = session_cookie(&Token::random()?, warren);
    gone.set_value("");
    gone.set_max_age(Duration::ZERO);
    let mut response = HttpResponse::Ok();
    response.cookie(gone);
    // <https://www.w3.org/TR/clear-site-data/>; the page does the same by itself, where a browser does not know it.
    let stores = HeaderValue::from_static("\"cache\", \"storage\"");
    response.insert_header((HeaderName::from_static("clear-site-data"), stores));
    Ok(answer_by(response, &json!({})))
}
