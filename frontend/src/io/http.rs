//! What is asked over HTTP: a session, pages of history.

use gloo_net::http::Request;
use shared::{Page, RoomName};

use crate::state::Ask;

/// Asks for a session; the answer is a cookie. False where there is none.
pub(super) async fn ask_session() -> bool {
    let Ok(request) = Request::post("/api/session").header("Content-Type", "application/json").body("{}") else {
        return false;
    };
    request.send().await.is_ok_and(|response| response.ok())
}

/// Fetches a page of history; none where that fails in any way.
pub(super) async fn fetch_page(room: &RoomName, ask: Ask) -> Option<Page> {
    let (word, seq) = match ask {
        Ask::Before(seq) => ("before", seq),
        Ask::After(seq) => ("after", seq),
    };
    let seq = seq.to_string();
    let path = ["/api/rooms/", room.as_str(), "/messages?", word, "=", &seq, "&limit=50"].concat();
    let response = Request::get(&path).send().await.ok()?;
    if !response.ok() {
        return None;
    }
    serde_json::from_str(&response.text().await.ok()?).ok()
}
