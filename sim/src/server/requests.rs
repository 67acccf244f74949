//! Plain requests: pages of history.

use actix_web::{body::to_bytes, http::header, test::TestRequest};
use frontend::state::Ask;
use shared::{Page, RoomName};

use super::Routes;

/// Asks for a page of history as the client does; none where it cannot be had.
pub async fn page_of(routes: Routes, room: RoomName, ask: Ask) -> Option<Page> {
    let (word, number) = ask.words();
    let request = TestRequest::get()
        .uri(&format!("/api/rooms/{room}/messages?{word}={number}&limit=50"))
        .insert_header((header::HOST, "localhost"))
        .to_request();
    let response = routes.call(request).await.filter(|response| response.status().is_success())?;
    let body = to_bytes(response.into_body()).await.ok()?;
    serde_json::from_slice(&body).ok()
}
