//! Sending those who come without TLS to where it is spoken.

use std::{future::ready, io, net::TcpListener};

use actix_http::HttpService;
use actix_server::ServerBuilder;
use actix_service::map_config;
use actix_web::{
    App, HttpRequest, HttpResponse,
    dev::AppConfig,
    http::header::{HOST, LOCATION},
    web,
};
use tokio_util::sync::CancellationToken;

use super::{error::ApiError, header_text};
use crate::Warren;

/// Has `builder` answer on a listener, by sending everybody to the same path at `port` of the same host over TLS.
///
/// # Errors
/// Where the listener cannot be used.
pub fn listen(
    builder: ServerBuilder,
    listener: TcpListener,
    port: u16,
    warren: web::Data<Warren>,
    stopping: CancellationToken,
) -> io::Result<ServerBuilder> {
    builder.listen("redirect", listener, move || {
        let (warren, stopping) = (warren.clone(), stopping.clone());
        let within = warren.timing.handshake_within;
        let send = move |request: HttpRequest, warren: web::Data<Warren>| ready(send(&request, &warren, port));
        let app = App::new().app_data(warren).default_service(web::to(send));
        HttpService::build()
            .graceful_shutdown_signal(move || stopping.clone().cancelled_owned())
            .client_request_timeout(within)
            .finish(map_config(app, |()| AppConfig::default()))
            .tcp()
    })
}

fn send(request: &HttpRequest, warren: &Warren, port: u16) -> Result<HttpResponse, ApiError> {
    let there = warren.origins.secured(header_text(request, HOST), port)?;
    // What is no path, such as `*` or another server's address, is the front door.
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let path = if path.starts_with('/') { path } else { "/" };
    Ok(HttpResponse::PermanentRedirect().insert_header((LOCATION, there + path)).finish())
}
