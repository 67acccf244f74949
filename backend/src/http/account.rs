//! `/api/account`: what a person has to keep who they are by, and its changes.
//!
//! *Claiming* makes a guest's name theirs alone, together with the first way to sign in. Id, name, history and rooms stay
//! as they are; the token becomes another one, so that whoever may have seen the guest's is nobody.

use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, http::header, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::PersonName;
use url::Url;

use super::{
    error::ApiError,
    header_text,
    page::session_cookie,
    session::{asked, session_of},
    sockets::bearer_token,
};
use crate::{
    Warren,
    log::{self, AccountChange, Hash256, KnownPasskey, KnownSession},
    records::{Passwords, Session, Someone, Token, device, hash_of, recovery_codes},
};

pub(super) mod export;
pub(super) mod link;
pub(super) mod passkeys;
pub(super) mod sessions;
pub(super) mod sign_in;

/// `GET /api/account`
pub(super) async fn state(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let session = session_of(&request, &warren).await?;
    Ok(answer(&described(&request, &warren, &session).await?))
}

/// A person's account, as they see it.
async fn described(request: &HttpRequest, warren: &Warren, session: &Session) -> Result<Value, ApiError> {
    let me = session.someone();
    let account = warren.reads.account(me.id().clone()).await?;
    let passkey = |KnownPasskey { passkey, since, used }: &KnownPasskey| json!({"id": URL_SAFE_NO_PAD.encode(&passkey.id), "label": passkey.label, "since": since, "used": used});
    let device = |KnownSession { hash, device, since, seen }: &KnownSession| {
        let current = *hash == session.hash();
        json!({"id": name_of(hash), "device": device, "since": since, "seen": seen, "current": current})
    };
    Ok(json!({
        "you": me.person(),
        "claimed": warren.log.names().of(me.id()).is_some(),
        "password": account.password.is_some(),
        "passkeys": account.passkeys.iter().map(passkey).collect::<Vec<_>>(),
        "codes": account.codes,
        "sessions": account.sessions.iter().map(device).collect::<Vec<_>>(),
        "passkeys_possible": site(request, warren).is_some(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The name to claim, where that is not done yet.
    name: Option<String>,
    password: String,
    /// The password so far, where there is one.
    current: Option<String>,
}

/// `POST /api/account/password`: claims with a password, or changes it.
pub(super) async fn password(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Ask { name, password, current }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let name = name_to_claim(&warren, me, name)?;
    if !Passwords::fits(&password) {
        let (least, most) = (Passwords::CHARS.start(), Passwords::CHARS.end());
        let message = format!("A password has at least {least} characters, and at most {most}.");
        return Err(ApiError::BadRequest("bad_password", message));
    }
    let known = warren.reads.account(me.id().clone()).await?.password;
    if known.is_some() {
        let current = current.ok_or(ApiError::NotYou)?;
        sign_in::tries(&request, &warren, Some(me.id()), warren.ways.passwords.verify(current, known)).await?;
    }
    let change = AccountChange::Password(warren.ways.passwords.hash(password).await?);
    keep(&request, &warren, &session, name, change).await
}

/// A change that needs no more to be said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// `POST /api/account/codes`: new recovery codes, in the place of those before.
pub(super) async fn codes(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Nothing {}) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    if warren.log.names().of(me.id()).is_none() {
        return Err(unclaimed());
    }
    let codes = recovery_codes()?;
    change(&warren, me, vec![hashed(&codes)]).await?;
    Ok(answer(&json!({ "codes": codes })))
}

/// The name that somebody claims with what they ask for; none where they have one already.
pub(super) fn name_to_claim(
    warren: &Warren,
    me: &Someone,
    wanted: Option<String>,
) -> Result<Option<PersonName>, ApiError> {
    if warren.log.names().of(me.id()).is_some() {
        return Ok(None);
    }
    let name = match wanted {
        Some(name) => PersonName::parse(name.trim())
            .map_err(|why| ApiError::BadRequest("bad_name", format!("With this name: {why}")))?,
        None => me.person().name,
    };
    Ok(Some(name))
}

/// Keeps a way to sign in, and claims the name with it, where one is to be claimed: then the session is another one, and
/// there are recovery codes.
pub(super) async fn keep(
    request: &HttpRequest,
    warren: &Warren,
    session: &Session,
    name: Option<PersonName>,
    way: AccountChange,
) -> Result<HttpResponse, ApiError> {
    let me = session.someone();
    let Some(name) = name else {
        change(warren, me, vec![way]).await?;
        return Ok(answer(&json!({ "you": me.person() })));
    };
    let (token, codes) = (Token::random()?, recovery_codes()?);
    let begin =
        AccountChange::Begin { session: token.hash(), device: device(header_text(request, header::USER_AGENT)) };
    let end = AccountChange::End { session: session.hash() };
    change(warren, me, vec![AccountChange::Claim(name.clone()), way, hashed(&codes), begin, end]).await?;
    warren.people.end([session.hash()]);
    called(warren, me, name).await;
    let mut response = HttpResponse::Ok();
    let shown = give(&mut response, request, &token, warren);
    Ok(answer_by(response, &json!({ "you": me.person(), "codes": codes, "token": shown })))
}

/// Somebody has claimed a name: they are called so from now on, and nobody else who is here.
async fn called(warren: &Warren, me: &Someone, name: PersonName) {
    let rooms = warren.log.rooms();
    if me.rename(name.clone()) {
        rooms.rename(&me.person());
    }
    for person in warren.people.give_up(&name, me.id()) {
        rooms.rename(&person);
        let rename = log::Rename { person: person.id, name: person.name, remember: None };
        if let Ok(submitted) = warren.log.submit(log::Command::Rename(rename)) {
            // Where it is not written, they are called so again when they come back, for the same reason.
            let _ = submitted.await;
        }
    }
}

/// Gives a token to whoever asked: in the cookie that they came with, or to be said in the body.
pub(super) fn give(
    response: &mut HttpResponseBuilder,
    request: &HttpRequest,
    token: &Token,
    warren: &Warren,
) -> Option<String> {
    if bearer_token(request).is_some() {
        return Some(token.reveal().to_owned());
    }
    response.cookie(session_cookie(token, warren));
    None
}

/// Changes an account, all of it or nothing.
pub(super) async fn change(warren: &Warren, me: &Someone, changes: Vec<AccountChange>) -> Result<(), ApiError> {
    warren.log.submit(log::Command::Account(me.account(changes)))?.await?;
    Ok(())
}

/// Where the page is, for passkeys.
pub(super) fn site(request: &HttpRequest, warren: &Warren) -> Option<Url> {
    warren.origins.site(header_text(request, header::ORIGIN), header_text(request, header::HOST))
}

pub(super) fn unclaimed() -> ApiError {
    ApiError::Conflict("unclaimed", "Make the name yours first, by a password or a passkey.".to_owned())
}

fn hashed(codes: &[String]) -> AccountChange {
    AccountChange::RecoveryCodes(codes.iter().map(|code| hash_of(code)).collect())
}

/// The name of a session for its owner's list: nothing that could be shown as the session.
pub(super) fn name_of(session: &Hash256) -> String {
    let hash = Sha256::new().chain_update(b"warren session\0").chain_update(session).finalize();
    URL_SAFE_NO_PAD.encode(&hash[..12])
}

pub(super) fn answer(json: &Value) -> HttpResponse {
    answer_by(HttpResponse::Ok(), json)
}

pub(super) fn answer_by(mut response: HttpResponseBuilder, json: &Value) -> HttpResponse {
    response.insert_header((header::CACHE_CONTROL, "no-store")).json(json)
}
