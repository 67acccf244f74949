//! The listener of the metrics: it answers `GET /metrics`, and nothing else is there.

use std::{io, net::TcpListener};

use actix_http::HttpService;
use actix_server::ServerBuilder;
use actix_service::map_config;
use actix_web::{
    App, HttpResponse,
    dev::AppConfig,
    http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
    web,
};
use tokio_util::sync::CancellationToken;

use super::page::page;
use crate::Warren;

/// Has `builder` serve the metrics of a server on a listener of their own, until `stopping`.
///
/// # Errors
/// Where the listener cannot be used.
pub fn listen(
    builder: ServerBuilder,
    listener: TcpListener,
    warren: web::Data<Warren>,
    stopping: CancellationToken,
) -> io::Result<ServerBuilder> {
    builder.listen("metrics", listener, move || {
        let (warren, stopping) = (warren.clone(), stopping.clone());
        let within = warren.timing.handshake_within;
        let app = App::new().app_data(warren).service(web::resource("/metrics").route(web::get().to(metrics)));
        HttpService::build()
            .graceful_shutdown_signal(move || stopping.clone().cancelled_owned())
            .client_request_timeout(within)
            .finish(map_config(app, |()| AppConfig::default()))
            .tcp()
    })
}

async fn metrics(warren: web::Data<Warren>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(page(&warren))
}
