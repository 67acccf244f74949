//! `GET /api/rooms/ROOM/messages`: a page of a room's history.

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use serde::Deserialize;
use shared::{Millis, RoomName, Seq};

use super::{error::ApiError, session::session_of, sockets::may_read};
use crate::{Warren, log::Place};

/// Messages of a page where nothing is said, and most.
const LIMIT: u32 = 50;
const MOST: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    before: Option<u64>,
    after: Option<u64>,
    around: Option<u64>,
    at: Option<u64>,
    limit: Option<u32>,
}

impl Ask {
    fn place(&self) -> Option<Place> {
        match (self.before, self.after, self.around, self.at) {
            (None, None, None, None) => Some(Place::Newest),
            (Some(seq), None, None, None) => Some(Place::Before(Seq(seq))),
            (None, Some(seq), None, None) => Some(Place::After(Seq(seq))),
            (None, None, Some(seq), None) => Some(Place::Around(Seq(seq))),
            (None, None, None, Some(time)) => Some(Place::At(Millis(time))),
            _ => None,
        }
    }
}

pub(super) async fn page(
    request: HttpRequest,
    room: web::Path<String>,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let room = RoomName::parse(&room).map_err(|why| ApiError::BadRequest("bad_room", why.to_string()))?;
    let ask = web::Query::<Ask>::from_query(request.query_string())
        .map_err(|error| ApiError::BadRequest("malformed", format!("The query is not understood: {error}.")))?;
    let place = ask.place().ok_or_else(|| {
        ApiError::BadRequest("malformed", "At most one of before, after, around and at says where.".to_owned())
    })?;
    let limit = ask.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::BadRequest("malformed", format!("limit is 1 to {MOST}.")));
    }
    if room.is_closed() {
        let session = session_of(&request, &warren).await?;
        if !crate::may_read(&warren, &room, Some(session.someone().id())).await? {
            return Err(ApiError::NoAccess);
        }
    }
    may_read(&request, &warren, None)?;
    let page = warren.reads.page(room, place, limit).await?;
    // Not to be stored: what is deleted later would stay in the browser's cache.
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(&*page))
}
