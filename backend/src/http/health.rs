//! `GET /healthz`: does the server take messages?

use actix_web::{HttpResponse, http::header, web};

use crate::{Warren, log::LogHealth};

pub(super) async fn health(warren: web::Data<Warren>) -> HttpResponse {
    let (mut response, text) = match warren.log.health() {
        LogHealth::Good => (HttpResponse::Ok(), "ok"),
        LogHealth::Failing => (HttpResponse::ServiceUnavailable(), "the log cannot be written"),
        LogHealth::Unsound => (HttpResponse::ServiceUnavailable(), "the disk failed: restart the server"),
    };
    response.insert_header((header::CACHE_CONTROL, "no-store")).content_type("text/plain; charset=utf-8").body(text)
}
