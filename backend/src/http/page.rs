//! The page: the client's `index.html`, with a policy that lets run what is in it and nothing else, and with a cookie
//! for whoever has none.
//!
//! The page of a room has the room's newest messages in it ([`paint`]), and is kept by nobody: what is deleted is to be
//! in no browser's cache. The same page without any is at [`SHELL`]. That one is for the service worker, and it is what
//! a room gives of which there is nothing to say, or whose log cannot be read now: the client comes up with either.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, Weak},
};

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header::{self, ContentEncoding},
    web,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use rust_embed::EmbeddedFile;
use sha2::{Digest, Sha256};
use shared::{RoomName, Seq};

use super::{assets, error::ApiError, header_text, pack::pack, paint};
use crate::{Warren, lock::lock, log::Opening, records::Token};

/// Where the page is without any messages.
pub(super) const SHELL: &str = "/shell";
/// The file that the page is drawn on.
const SHEET: &str = "index.html";
/// Of so many rooms the page is kept in memory, for whoever asks next.
const ROOMS: usize = 64;

/// The name of the session's cookie.
const COOKIE: &str = "warren";
/// Its name over TLS: no other host of the domain can set it, and none without TLS
/// (RFC 6265bis, section 4.1.3.2).
const COOKIE_OVER_TLS: &str = "__Host-warren";
/// Stands in the policy for [`socket_sources`].
const SOCKETS: &str = "{sockets}";
/// How long a browser keeps it: as long as browsers keep any (400 days).
const COOKIE_DAYS: i64 = 400;

/// The page's Content-Security-Policy, computed once per `index.html`, and of which rooms the page is kept.
#[derive(Default)]
pub struct Page {
    policy: Mutex<Option<([u8; 32], Arc<str>)>>,
    kept: Mutex<VecDeque<Weak<Opening>>>,
}

impl Page {
    fn policy(&self, hash: [u8; 32], html: &[u8]) -> Arc<str> {
        let mut kept = lock(&self.policy);
        match &*kept {
            Some((known, policy)) if *known == hash => Arc::clone(policy),
            _ => {
                let policy: Arc<str> = policy(&String::from_utf8_lossy(html)).into();
                *kept = Some((hash, Arc::clone(&policy)));
                policy
            }
        }
    }

    /// The pages that are drawn of this opening are kept with it, until those of many others have been.
    fn keep(&self, opening: &Arc<Opening>) {
        let mut kept = lock(&self.kept);
        kept.retain(|known| known.strong_count() > 0);
        if kept.iter().any(|known| std::ptr::eq(known.as_ptr(), Arc::as_ptr(opening))) {
            return;
        }
        kept.push_back(Arc::downgrade(opening));
        if kept.len() > ROOMS
            && let Some(oldest) = kept.pop_front().and_then(|oldest| oldest.upgrade())
        {
            oldest.forget_pages();
        }
    }

    /// There is a client to serve.
    #[must_use]
    pub fn is_built() -> bool {
        assets::get(SHEET).is_some()
    }
}

/// `GET /`, `GET /r/ROOM` and `GET /r/ROOM/SEQ`
pub(super) async fn page(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let Some(file) = assets::get(SHEET) else { return Ok(not_built()) };
    let room = request.match_info().get("room").map_or_else(|| Ok(RoomName::lobby()), RoomName::parse);
    let painted = match room {
        Ok(room) => painted(&request, &warren, &room, &file).await,
        // A link that leads nowhere: the client says so.
        Err(_) => None,
    };
    let response = painted.unwrap_or_else(|| plain(&request, &file));
    dressed(response, &request, &warren, &file)
}

/// `GET /shell`
pub(super) async fn shell(request: HttpRequest, warren: web::Data<Warren>) -> Result<HttpResponse, ApiError> {
    let Some(file) = assets::get(SHEET) else { return Ok(not_built()) };
    dressed(plain(&request, &file), &request, &warren, &file)
}

fn not_built() -> HttpResponse {
    HttpResponse::ServiceUnavailable().content_type("text/plain; charset=utf-8").body(assets::NO_CLIENT)
}

fn plain(request: &HttpRequest, file: &EmbeddedFile) -> HttpResponse {
    assets::serve(request, SHEET, file, "private, no-cache")
}

/// The page with the newest messages of a room; none where there is nothing to say of it to everybody, or its log cannot
/// be read now.
async fn painted(request: &HttpRequest, warren: &Warren, room: &RoomName, file: &EmbeddedFile) -> Option<HttpResponse> {
    if !paint::is_open_to_all(room) {
        return None;
    }
    let entered = warren.log.rooms().enter(room);
    let opening = warren.reads.snapshot(&entered).await.ok()?;
    if opening.ends().head == Seq::ZERO {
        return None;
    }
    let takes = |encoding: &ContentEncoding| assets::takes(request, *encoding);
    let encoding = [ContentEncoding::Brotli, ContentEncoding::Gzip].into_iter().find(takes);
    let encoding = encoding.unwrap_or(ContentEncoding::Identity);
    let drawn = opening.page((file.metadata.sha256_hash(), encoding.as_str()));
    warren.page.keep(&opening);
    let draw = async || {
        let (sheet, room, epoch) = (file.data.clone(), room.clone(), warren.reads.epoch().clone());
        let opening = Arc::clone(&opening);
        // Compressing takes milliseconds, and this thread serves sockets.
        let drawing = tokio::task::spawn_blocking(move || {
            let html = paint::draw(&String::from_utf8_lossy(&sheet), &room, &epoch, &opening);
            pack(encoding, html.into_bytes()).map(Bytes::from)
        });
        drawing.await.ok().and_then(Result::ok).ok_or(())
    };
    let body = drawn.get_or_try_init(draw).await.ok()?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::VARY, "accept-encoding"))
        .content_type("text/html; charset=utf-8");
    if encoding != ContentEncoding::Identity {
        response.insert_header((header::CONTENT_ENCODING, encoding.to_header_value()));
    }
    Some(response.body(body.clone()))
}

/// With the page's policy, and a cookie for whoever has none.
fn dressed(
    mut response: HttpResponse,
    request: &HttpRequest,
    warren: &Warren,
    file: &EmbeddedFile,
) -> Result<HttpResponse, ApiError> {
    let policy = warren.page.policy(file.metadata.sha256_hash(), &file.data);
    let policy = policy.replace(SOCKETS, &socket_sources(header_text(request, header::HOST)));
    if let Ok(policy) = header::HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if cookie_token(request).is_none() {
        let cookie = session_cookie(&Token::random()?, warren);
        if let Ok(cookie) = header::HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// Where the page's sockets may go, in its policy: browsers differ in whether `'self'` means them too
/// (<https://github.com/w3c/webappsec-csp/issues/7>). An IPv6 address cannot be said there.
fn socket_sources(host: Option<&str>) -> String {
    let can_be_said = |host: &&str| host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-'));
    host.filter(can_be_said).map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"))
}

/// The token in a request's cookie, where there is one that can be one.
pub(super) fn cookie_token(request: &HttpRequest) -> Option<Token> {
    cookie(request).and_then(|cookie| Token::parse(cookie.value()))
}

/// A request carries a session's cookie, good or not.
pub(super) fn has_cookie(request: &HttpRequest) -> bool {
    cookie(request).is_some()
}

fn cookie(request: &HttpRequest) -> Option<Cookie<'static>> {
    request.cookie(cookie_name(request.app_data::<web::Data<Warren>>()?))
}

fn cookie_name(warren: &Warren) -> &'static str {
    if warren.origins.is_secure() { COOKIE_OVER_TLS } else { COOKIE }
}

/// The cookie that makes its holder the person of `token`.
pub(super) fn session_cookie(token: &Token, warren: &Warren) -> Cookie<'static> {
    Cookie::build(cookie_name(warren), token.reveal().to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(warren.origins.is_secure())
        .max_age(Duration::days(COOKIE_DAYS))
        .finish()
}

/// The policy of a page: its own inline scripts and styles by their hashes (CSP level 3, section 2.3.1), files and
/// sockets of this origin, WebAssembly; nothing else.
fn policy(html: &str) -> String {
    let hashes = |element| {
        let hash = |content: &str| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(content)));
        inline(html, element).into_iter().map(hash).collect::<String>()
    };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{}; style-src 'self'{}; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{SOCKETS}; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hashes("script"),
        hashes("style"),
    )
}

/// The contents of a page's inline elements of a name: those without `src`. The page is our own build's, so this need
/// not know all of HTML.
fn inline<'a>(html: &'a str, element: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut contents = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        let whole_name = rest.starts_with(|c: char| c == '>' || c.is_ascii_whitespace());
        let Some((attributes, after)) = rest.split_once('>').filter(|_| whole_name) else { continue };
        let Some((content, after)) = after.split_once(&close) else { break };
        if !attributes.split_ascii_whitespace().any(|attribute| attribute.starts_with("src=")) {
            contents.push(content);
        }
        rest = after;
    }
    contents
}

#[cfg(test)]
mod tests {
    use shared::Snapshot;

    use super::*;
    use crate::log::Ends;

    #[test]
    fn inline_elements_are_found_and_linked_ones_left() {
        let html = r#"<head><style>a{}</style><script src="x.js"></script><script type=module>import "./a";
</script><scripted>no</scripted><style media="print">b{}</style></head>"#;
        assert_eq!(inline(html, "script"), ["import \"./a\";\n"]);
        assert_eq!(inline(html, "style"), ["a{}", "b{}"]);
        assert_eq!(inline("<script>never ends", "script"), Vec::<&str>::new());
    }

    #[test]
    fn the_policy_has_the_hash_of_each_inline_script() {
        // The example of the CSP specification, section 2.3.1.
        let policy = policy("<script>alert('Hello, world.');</script>");
        assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[test]
    fn sockets_may_go_to_the_host_of_the_page() {
        assert_eq!(socket_sources(Some("chat.example:8000")), " ws://chat.example:8000 wss://chat.example:8000");
        for other in [None, Some("[::1]:8000"), Some("a; script-src *"), Some("a b")] {
            assert_eq!(socket_sources(other), "", "{other:?}");
        }
    }

    #[test]
    fn pages_of_so_many_rooms_are_kept_and_no_more() {
        let (page, sheet) = (Page::default(), ([1; 32], "br"));
        let openings: Vec<_> = (0..=ROOMS)
            .map(|_| {
                let opening = Arc::new(Opening::new(Ends::default(), Snapshot::default()));
                opening.page(sheet).set(Bytes::from_static(b"drawn")).unwrap();
                page.keep(&opening);
                page.keep(&opening);
                opening
            })
            .collect();
        let is_kept = |opening: &Arc<Opening>| opening.page(sheet).get().is_some();
        assert!(!is_kept(&openings[0]) && openings[1..].iter().all(is_kept));
    }

    #[test]
    fn the_policy_follows_the_page() {
        let page = Page::default();
        let first = page.policy([1; 32], b"<script>1</script>");
        assert_eq!(page.policy([1; 32], b"not read again"), first);
        assert_ne!(page.policy([2; 32], b"<script>2</script>"), first);
    }
}
