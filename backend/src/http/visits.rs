//! `GET /api/rooms` and `GET /api/mentions`: what a person has visited, and where they are mentioned.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::{Deserialize, Serialize};
use shared::{Mentions, Millis, PersonId};

use super::{error::ApiError, session::session_of, sockets::may_read};
use crate::{Warren, records::Someone};

/// Mentions of an answer where nothing is said, and most.
const LIMIT: u32 = 50;
const MOST: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    before: Option<u64>,
    limit: Option<u32>,
}

/// The rooms that the person has visited, in the order of their names.
pub(super) async fn rooms(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let me = holder(&request, &warren).await?;
    let rooms = warren.reads.visited(me.clone()).await?;
    let rooms = warren.reads.visits(me, rooms.to_vec()).await?;
    Ok(answer(&serde_json::json!({ "rooms": &*rooms })))
}

/// The newest messages that mention the person.
pub(super) async fn mentions(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let me = holder(&request, &warren).await?;
    let ask = web::Query::<Ask>::from_query(request.query_string())
        .map_err(|error| ApiError::BadRequest("malformed", format!("The query is not understood: {error}.")))?;
    let limit = ask.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::BadRequest("malformed", format!("limit is 1 to {MOST}.")));
    }
    let before = Millis(ask.before.unwrap_or(u64::MAX));
    let mentions = warren.reads.mentions(me, before, limit).await?;
    Ok(answer(&Mentions { mentions: mentions.to_vec() }))
}

async fn holder(request: &HttpRequest, warren: &Warren) -> Result<PersonId, ApiError> {
    // By the address before anything is looked up, by the person then.
    may_read(request, warren, None)?;
    let me = someone(request, warren).await?;
    may_read(request, warren, Some(me.id()))?;
    Ok(me.id().clone())
}

/// The holder of a request's session.
pub(super) async fn someone(request: &HttpRequest, warren: &Warren) -> Result<Arc<Someone>, ApiError> {
    Ok(Arc::clone(session_of(request, warren).await?.someone()))
}

fn answer(json: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json)
}
