//! Passkeys over HTTP: each is a question (`ask`) and its answer.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Nothing, answer, change, keep, name_to_claim,
    sign_in::{begin, may_try},
    site,
};
use crate::{
    Warren,
    http::{
        error::ApiError,
        header_text,
        session::{ASKED, Kind, asked, body_of, check_change, understood},
    },
    log::{AccountChange, Passkey},
    records::{Question, device},
};

/// Most characters of what a passkey is called.
const LABEL: usize = 40;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    /// The name to claim, where that is not done yet.
    name: Option<String>,
}

/// `POST /api/account/passkey/ask`: what a browser is to be asked for a new passkey.
pub(in crate::http) async fn ask(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Ask { name }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let name = match name_to_claim(&warren, me, name)? {
        // Better said before the device has made a key.
        Some(name) if !warren.log.names().may_bear(&name, me.id()) => {
            return Err(crate::log::NotAppended::Refused(crate::log::Wrong::NameTaken).into());
        }
        Some(name) => name,
        None => me.person().name,
    };
    let has: Vec<_> = warren.reads.account(me.id().clone()).await?.passkeys;
    let has: Vec<_> = has.into_iter().map(|known| known.passkey).collect();
    let ways = &warren.ways.passkeys;
    let question = ways.ask_to_make(site(&request, &warren), me.id(), &name, &has, (warren.clock)())?;
    Ok(put(question))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    question: String,
    answer: Value,
    /// What the person calls it; where nothing is said, what it was made on.
    #[serde(default)]
    label: String,
}

/// `POST /api/account/passkey/add`: the browser's answer.
pub(in crate::http) async fn add(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Add { question, answer, label }) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    let ways = &warren.ways.passkeys;
    let (passkey, name) = ways.made(site(&request, &warren), &question, answer, me.id(), (warren.clock)())?;
    let label: String = label.chars().filter(|c| !c.is_control()).take(LABEL).collect();
    let made_on = || device(header_text(&request, header::USER_AGENT));
    let label = if label.trim().is_empty() { made_on() } else { label };
    let name = name_to_claim(&warren, me, Some(name.as_str().to_owned()))?;
    keep(&request, &warren, &session, name, AccountChange::Passkey(Passkey { label, ..passkey })).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Remove {
    id: String,
}

/// `POST /api/account/passkey/remove`
pub(in crate::http) async fn remove(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Remove { id }) = asked(&request, payload, &warren).await?;
    let id = URL_SAFE_NO_PAD
        .decode(id)
        .map_err(|_| ApiError::BadRequest("malformed", "That is no passkey of the list.".to_owned()))?;
    change(&warren, session.someone(), vec![AccountChange::ForgetPasskey { id }]).await?;
    Ok(answer(&json!({})))
}

/// `POST /api/sign-in/ask`: what a browser is to be asked for whoever wants to sign in by a passkey.
pub(in crate::http) async fn ask_who(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    check_change(&request, &warren)?;
    let Nothing {} = understood(&body_of(payload, ASKED).await?)?;
    Ok(put(warren.ways.passkeys.ask_to_sign_in(site(&request, &warren), (warren.clock)())?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    #[serde(default)]
    kind: Kind,
    question: String,
    answer: Value,
}

/// `POST /api/sign-in/passkey`: the browser's answer.
pub(in crate::http) async fn sign_in(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    check_change(&request, &warren)?;
    let SignIn { kind, question, answer } = understood(&body_of(payload, ASKED).await?)?;
    let attempt = may_try(&request, &warren, None)?;
    let answered = warren.ways.passkeys.answered(&question, answer, (warren.clock)())?;
    let id = answered.passkey();
    let Some((person, passkey)) = warren.reads.passkey(id.clone()).await? else {
        return Err(ApiError::NotYou);
    };
    let data = answered.prove(site(&request, &warren), &person, &passkey)?;
    let response = begin(&request, &warren, kind, person, vec![AccountChange::PasskeyUsed { id, data }]).await?;
    attempt.succeeded();
    Ok(response)
}

fn put(Question { id, options }: Question) -> HttpResponse {
    answer(&json!({ "question": id, "options": options }))
}
