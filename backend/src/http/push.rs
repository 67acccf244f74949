//! `/api/push`: where and when a person is told by push, and a test of it.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::json;
use shared::Seq;

use super::{error::ApiError, session::asked, sockets::may_read, visits::someone};
use crate::{
    Warren,
    log::{self, PushChange, Pushing, QuietHours, Subscription},
    push::{self, Notice, Outcome, Sender},
    records::Someone,
};

/// Minutes of a day, and the most that a clock is ahead of UTC or behind.
const DAY: u16 = 24 * 60;
const AHEAD: std::ops::RangeInclusive<i16> = -14 * 60..=14 * 60;

/// A subscription as a browser writes it down (`PushSubscription.toJSON`).
#[derive(Deserialize)]
struct Subscribe {
    endpoint: String,
    keys: BrowserKeys,
}

#[derive(Deserialize)]
struct BrowserKeys {
    p256dh: String,
    auth: String,
}

#[derive(Deserialize)]
struct Unsubscribe {
    endpoint: String,
}

#[derive(Deserialize)]
struct Quiet {
    quiet: Option<QuietHours>,
}

#[derive(Deserialize)]
struct Nothing {}

/// `GET /api/push`
pub(super) async fn state(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    may_read(&request, &warren, None)?;
    let me = someone(&request, &warren).await?;
    let records = warren.reads.push_records(me.id().clone()).await?;
    let key = warren.push.as_ref().map(|sender| sender.keys().public());
    Ok(answer(&json!({"key": key, "subscriptions": records.to.len(), "quiet": records.quiet})))
}

/// `POST /api/push/subscribe`
pub(super) async fn subscribe(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (me, Subscribe { endpoint, keys }) = asked(&request, payload, &warren).await?;
    let bad = |message: String| ApiError::BadRequest("bad_subscription", message);
    sender(&warren)?.addresses().check(&endpoint).map_err(|why| bad(why.to_string()))?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
    let p256dh = decode(&keys.p256dh).map_err(|_| bad("The key p256dh is not base64url.".to_owned()))?;
    push::check_key(&p256dh).map_err(|why| bad(why.to_string()))?;
    let auth = decode(&keys.auth).ok().and_then(|auth| auth.try_into().ok());
    let auth = auth.ok_or_else(|| bad("The key auth is not 16 bytes in base64url.".to_owned()))?;
    change(me.someone(), &warren, PushChange::Subscribe(Subscription { endpoint, p256dh, auth })).await
}

/// `POST /api/push/unsubscribe`
pub(super) async fn unsubscribe(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (me, Unsubscribe { endpoint }) = asked(&request, payload, &warren).await?;
    change(me.someone(), &warren, PushChange::Unsubscribe { endpoint }).await
}

/// `POST /api/push/quiet`
pub(super) async fn quiet(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (me, Quiet { quiet }) = asked(&request, payload, &warren).await?;
    let fits = |quiet: QuietHours| quiet.begins < DAY && quiet.ends < DAY && AHEAD.contains(&quiet.ahead);
    if !quiet.is_none_or(fits) {
        let message = "Quiet hours begin and end at a minute of the day, 0 to 1439; a clock is at most 840 minutes ahead \
                       or behind.";
        return Err(ApiError::BadRequest("malformed", message.to_owned()));
    }
    change(me.someone(), &warren, PushChange::Quiet(quiet)).await
}

/// `POST /api/push/test`: "send me a test".
pub(super) async fn test(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (me, Nothing {}) = asked(&request, payload, &warren).await?;
    let (sender, me) = (sender(&warren)?, me.someone());
    let to = warren.reads.push_records(me.id().clone()).await?.to;
    let notice = Notice {
        room: String::new(),
        title: "Warren".to_owned(),
        seq: Seq::ZERO,
        name: "Warren".to_owned(),
        text: "This is what a notification looks like.".to_owned(),
        count: 1,
    };
    let (mut taken, mut gone) = (0, 0);
    for to in &to {
        match sender.send_once(to, &notice).await {
            Ok(Outcome::Taken) => taken += 1,
            Ok(Outcome::Gone) => {
                gone += 1;
                push::forget(&warren.log, me.id(), to).await;
            }
            Ok(Outcome::Refused) | Err(_) => {}
        }
    }
    let failed = to.len() - taken - gone;
    Ok(answer(&json!({"taken": taken, "gone": gone, "failed": failed})))
}

fn sender(warren: &Warren) -> Result<&Sender, ApiError> {
    warren.push.as_deref().ok_or(ApiError::Unavailable)
}

async fn change(me: &Someone, warren: &Warren, change: PushChange) -> Result<HttpResponse, ApiError> {
    let submitted = warren.log.submit(log::Command::Push(Pushing {
        person: me.id().clone(),
        name: me.person().name,
        change,
        remember: me.remember(),
    }));
    match submitted {
        Ok(submitted) => submitted.await.map_err(|_| ApiError::Unavailable)?,
        Err(_) => return Err(ApiError::Unavailable),
    };
    Ok(answer(&json!({})))
}

fn answer(json: &serde_json::Value) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json)
}
