//! `GET /api/account/export`: all that is kept of a person, as one file for them to have.

use std::io;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION},
    web,
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use serde_json::json;
use shared::PersonId;

use super::described;
use crate::{
    Warren,
    http::{error::ApiError, session::session_of, sockets::address},
    log::EventPlace,
    policy::Kind,
};

/// Events of one read.
const AT_A_TIME: u32 = 500;
/// What it counts as among a person's records: each of its reads goes through all rooms.
const COST: u32 = 20;

/// `GET /api/account/export`
pub(in crate::http) async fn export(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let session = session_of(&request, &warren).await?;
    let me = session.someone().id().clone();
    let from = address(&request, &warren);
    warren.pace.take_many(Kind::Records, COST, Some(&me), from).map_err(ApiError::SlowDown)?;
    let rooms = warren.reads.visited(me.clone()).await?;
    let rooms = warren.reads.visits(me.clone(), rooms.to_vec()).await?;
    let push = warren.reads.push_records(me.clone()).await?;
    let mut head = json!({
        "account": described(&request, &warren, &session).await?,
        "rooms": &*rooms,
        "push": push.to.iter().map(|browser| &browser.endpoint).collect::<Vec<_>>(),
        "quiet": push.quiet,
    })
    .to_string();
    // The list of events is the last of it, and comes as it is read.
    head.pop();
    head.push_str(",\"events\":[");
    let events = Part::Head(head);
    let body = stream::unfold(events, move |part| next(part, warren.clone(), me.clone()));
    let file = "attachment; filename=\"warren-export.json\"";
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store")).insert_header((CONTENT_DISPOSITION, file));
    Ok(response.content_type("application/json").streaming(Box::pin(body) as Pieces))
}

type Pieces = std::pin::Pin<Box<dyn Stream<Item = Result<Bytes, io::Error>>>>;

/// What comes next.
enum Part {
    Head(String),
    Events(EventPlace, bool),
    End,
}

/// A piece of the file, and what follows. Where a read fails, the file ends before its end, which every program notices.
async fn next(part: Part, warren: web::Data<Warren>, me: PersonId) -> Option<(Result<Bytes, io::Error>, Part)> {
    match part {
        Part::Head(head) => Some((Ok(head.into()), Part::Events(EventPlace::default(), true))),
        Part::Events(after, is_first) => {
            let written = match warren.reads.written_by(me, after, AT_A_TIME).await {
                Ok(written) => written,
                Err(error) => return Some((Err(io::Error::other(error)), Part::End)),
            };
            let mut piece = String::new();
            for (at, event) in written.events.iter().enumerate() {
                piece.push_str(if is_first && at == 0 { "\n" } else { ",\n" });
                match serde_json::to_string(event) {
                    Ok(event) => piece.push_str(&event),
                    Err(error) => return Some((Err(error.into()), Part::End)),
                }
            }
            if let Some(next) = written.next {
                return Some((Ok(piece.into()), Part::Events(next, false)));
            }
            piece.push_str("\n]}\n");
            Some((Ok(piece.into()), Part::End))
        }
        Part::End => None,
    }
}
