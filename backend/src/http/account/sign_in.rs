//! `POST /api/sign-in`: by a name and a password or a recovery code, or by the code that another device shows.
//!
//! Whatever is wrong is answered in the same way, and after as much work: nobody learns which names are somebody's.

use std::future::Future;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;
use shared::{PersonId, PersonName};

use super::change;
use crate::{
    Warren,
    http::{
        error::ApiError,
        header_text,
        page::cookie_token,
        session::{ASKED, Kind, body_of, check_change, granted, understood},
        sockets::address,
    },
    log::{AccountChange, Hash256},
    policy::pace::SignIn,
    records::{NotHashed, Someone, Token, device, hash_of},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    kind: Kind,
    name: Option<String>,
    password: Option<String>,
    code: Option<String>,
    link: Option<String>,
}

pub(in crate::http) async fn sign_in(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    check_change(&request, &warren)?;
    let Asked { kind, name, password, code, link } = understood(&body_of(payload, ASKED).await?)?;
    let named = name.as_deref().and_then(|name| PersonName::parse(name.trim()).ok());
    let person = named.and_then(|name| warren.log.names().owner(&name));
    let attempt = may_try(&request, &warren, person.as_ref())?;
    let (person, used) = match (password, code, link) {
        (Some(password), None, None) => {
            let known = match &person {
                Some(person) => warren.reads.account(person.clone()).await?.password,
                None => None,
            };
            if !warren.ways.passwords.verify(password, known).await? {
                return Err(ApiError::NotYou);
            }
            (person, Vec::new())
        }
        (None, Some(code), None) => (person, vec![AccountChange::UseRecoveryCode(hash_of(&code))]),
        (None, None, Some(code)) => (warren.ways.links.take(&code, (warren.clock)()), Vec::new()),
        _ => {
            let message = "Sign in by a name with a password or a code, or by a link.".to_owned();
            return Err(ApiError::BadRequest("malformed", message));
        }
    };
    let response = begin(&request, &warren, kind, person.ok_or(ApiError::NotYou)?, used).await?;
    attempt.succeeded();
    Ok(response)
}

/// Somebody has shown who they are: a session begins, and the one that they came with ends. `used` is what they have used
/// up by that; it may turn out to be used already.
pub(super) async fn begin(
    request: &HttpRequest,
    warren: &Warren,
    kind: Kind,
    person: PersonId,
    used: Vec<AccountChange>,
) -> Result<HttpResponse, ApiError> {
    let agent = header_text(request, header::USER_AGENT);
    let token = Token::random()?;
    let mut changes = used;
    changes.push(AccountChange::Begin { session: token.hash(), device: device(agent) });
    let submitted = warren.log.submit(crate::log::Command::Account(crate::log::Accounting {
        name: PersonName::anonymous(),
        person: person.clone(),
        changes,
        remember: None,
    }));
    submitted?.await?;
    if matches!(kind, Kind::Cookie)
        && let Some(before) = cookie_token(request)
    {
        end_before(request, warren, &before).await;
    }
    let session = warren.people.holder(&token, agent).await?;
    Ok(granted(HttpResponse::Ok(), &token, kind, session.someone().person(), warren))
}

/// The browser has another session from now on: nobody is to come by the one before.
async fn end_before(request: &HttpRequest, warren: &Warren, before: &Token) {
    let agent = header_text(request, header::USER_AGENT);
    if let Ok(session) = warren.people.holder(before, agent).await {
        end(warren, session.someone(), vec![session.hash()]).await.unwrap_or_else(|error| {
            tracing::warn!(?error, "a session that was left could not be ended");
        });
    }
}

/// Ends sessions of a person. Where nothing is kept of them, nothing is written.
pub(super) async fn end(warren: &Warren, me: &Someone, sessions: Vec<Hash256>) -> Result<(), ApiError> {
    if me.remember().is_none() {
        let ends = sessions.iter().map(|session| AccountChange::End { session: *session }).collect();
        change(warren, me, ends).await?;
    }
    warren.people.end(sessions);
    Ok(())
}

/// A password is tried. How often is limited, per person and address; one that fits costs nothing.
pub(super) async fn tries(
    request: &HttpRequest,
    warren: &Warren,
    who: Option<&PersonId>,
    verify: impl Future<Output = Result<bool, NotHashed>>,
) -> Result<(), ApiError> {
    let attempt = may_try(request, warren, who)?;
    if !verify.await? {
        return Err(ApiError::NotYou);
    }
    attempt.succeeded();
    Ok(())
}

/// Somebody tries to show who they are: it counts as failed, until it has succeeded.
pub(in crate::http) fn may_try<'a>(
    request: &HttpRequest,
    warren: &'a Warren,
    who: Option<&PersonId>,
) -> Result<SignIn<'a>, ApiError> {
    warren.pace.sign_in(who, address(request, warren)).map_err(ApiError::SlowDown)
}
