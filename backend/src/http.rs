//! The routes. Each handler is thin: it asks the policy, then the log, the records or a connection.

mod account;
mod assets;
mod emoji;
mod error;
mod govern;
mod health;
mod history;
mod pack;
mod page;
mod paint;
mod push;
pub mod redirect;
mod session;
mod sockets;
mod visits;
mod worker;

use actix_web::{
    HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::{Compress, DefaultHeaders, Next, from_fn},
    web,
};

use crate::Warren;
pub use assets::NO_CLIENT;
use error::ApiError;
pub use page::Page;

/// What every answer says: no sniffing of types, no framing, no referrer, nothing loaded by what is no page,
/// and no search engine.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (HeaderName::from_static("x-robots-tag"), "noindex"),
];

/// For a year (RFC 6797, section 6.1).
const TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// The links to the lobby, to a room, and to a message in it.
const PAGES: [&str; 3] = ["/", "/r/{room}", "/r/{room}/{seq}"];

/// Adds all routes to an application.
pub fn routes(app: &mut web::ServiceConfig) {
    let api = web::scope("/api")
        .wrap(Compress::default())
        .service(web::resource("/session").route(web::post().to(session::grant)))
        .service(web::resource("/account").route(web::get().to(account::state)))
        .service(web::resource("/account/export").route(web::get().to(account::export::export)))
        .service(web::resource("/account/password").route(web::post().to(account::password)))
        .service(web::resource("/account/codes").route(web::post().to(account::codes)))
        .service(web::resource("/account/passkey/ask").route(web::post().to(account::passkeys::ask)))
        .service(web::resource("/account/passkey/add").route(web::post().to(account::passkeys::add)))
        .service(web::resource("/account/passkey/remove").route(web::post().to(account::passkeys::remove)))
        .service(web::resource("/account/sessions/end").route(web::post().to(account::sessions::end)))
        .service(web::resource("/account/leave").route(web::post().to(account::sessions::leave)))
        .service(web::resource("/account/link").route(web::post().to(account::link::make)))
        .service(web::resource("/sign-in").route(web::post().to(account::sign_in::sign_in)))
        .service(web::resource("/sign-in/ask").route(web::post().to(account::passkeys::ask_who)))
        .service(web::resource("/sign-in/passkey").route(web::post().to(account::passkeys::sign_in)))
        .service(web::resource("/sign-out").route(web::post().to(account::sessions::sign_out)))
        .service(web::resource("/emoji").route(web::get().to(emoji::emoji)))
        .service(web::resource("/rooms").route(web::get().to(visits::rooms)).route(web::post().to(govern::found)))
        .service(web::resource("/rooms/{room}/access").route(web::get().to(govern::access)))
        .service(web::resource("/rooms/{room}/roles").route(web::post().to(govern::set_role)))
        .service(web::resource("/rooms/{room}/retention").route(web::post().to(govern::retain)))
        .service(web::resource("/rooms/{room}/invitations").route(web::post().to(govern::invite)))
        .service(web::resource("/rooms/{room}/invitations/revoke").route(web::post().to(govern::revoke)))
        .service(web::resource("/invitations/look").route(web::post().to(govern::look)))
        .service(web::resource("/invitations/accept").route(web::post().to(govern::accept)))
        .service(web::resource("/direct").route(web::post().to(govern::direct)))
        .service(web::resource("/push").route(web::get().to(push::state)))
        .service(web::resource("/push/subscribe").route(web::post().to(push::subscribe)))
        .service(web::resource("/push/unsubscribe").route(web::post().to(push::unsubscribe)))
        .service(web::resource("/push/quiet").route(web::post().to(push::quiet)))
        .service(web::resource("/push/test").route(web::post().to(push::test)))
        .service(web::resource("/mentions").route(web::get().to(visits::mentions)))
        .service(web::resource("/rooms/{room}/messages").route(web::get().to(history::page)))
        .default_service(web::to(async || Err::<HttpResponse, _>(ApiError::NoSuchPath)));
    let all = web::scope("")
        .wrap(from_fn(admit))
        .wrap(HEADERS.iter().fold(DefaultHeaders::new(), |headers, (name, value)| headers.add((name.clone(), *value))))
        .service(web::resource("/ws").route(web::get().to(sockets::plain)))
        .service(web::resource("/ws/v1").route(web::get().to(sockets::v1)))
        .service(web::resource("/healthz").route(web::get().to(health::health)))
        .service(api)
        .service(web::resource(PAGES).route(web::get().to(page::page)).route(web::head().to(page::page)))
        .service(web::resource(page::SHELL).route(web::get().to(page::shell)).route(web::head().to(page::shell)))
        .service(web::resource("/sw.js").route(web::get().to(worker::script)).route(web::head().to(worker::script)))
        .service(web::resource("/{file}").route(web::get().to(assets::file)).route(web::head().to(assets::file)))
        .default_service(web::to(assets::nothing_here));
    app.service(all);
}

/// Turns away requests for a host that this server is not (DNS rebinding), and counts what all are answered.
async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let warren = request.app_data::<web::Data<Warren>>().cloned();
    let answer = check_host(request, next).await;
    let status = match &answer {
        Ok(answer) => answer.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    let Some(warren) = warren else { return answer };
    warren.metrics.answered(status.as_u16());
    answer.map(|mut answer| {
        if warren.origins.is_for_tls_alone() {
            answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TLS_ALONE);
        }
        answer
    })
}

async fn check_host(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let warren = request.app_data::<web::Data<Warren>>();
    match warren.map(|warren| (warren.origins.check_host(host.as_deref()), &warren.turned_away)) {
        Some((Err(forbidden), turned_away)) => {
            if turned_away.is_due() {
                tracing::warn!(host, "a request for another host was turned away; is --url missing?");
            }
            let response = ApiError::from(forbidden).response();
            Ok(request.into_response(response).map_into_right_body())
        }
        _ => next.call(request).await.map(ServiceResponse::map_into_left_body),
    }
}

/// A header's text, where it is one.
fn header_text(request: &actix_web::HttpRequest, name: impl header::AsHeaderName) -> Option<&str> {
    request.headers().get(name).map(HeaderValue::to_str).and_then(Result::ok)
}
