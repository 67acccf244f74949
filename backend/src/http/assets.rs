//! The client's files: embedded in a release build, read from `dist/` in a debug one.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{
            self, AcceptEncoding, ContentEncoding, ETag, Encoding, EntityTag, Header as _, IfNoneMatch, Preference,
            Quality,
        },
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// A file of the built client.
pub(super) fn get(path: &str) -> Option<EmbeddedFile> {
    Dist::get(path)
}

/// The names of all files, the compressed twins too.
pub(super) fn names() -> impl Iterator<Item = String> {
    Dist::iter().map(std::borrow::Cow::into_owned)
}

/// The compressed twins are answers, not files of their own.
pub(super) fn is_twin(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|ending| ending == "br" || ending == "gz")
}

/// Where no client was built, this says how it is made.
pub const NO_CLIENT: &str = "The client is not built. Build it with: cargo xtask client";

/// `GET /FILE`
pub(super) async fn file(request: HttpRequest) -> HttpResponse {
    let path = request.match_info().query("file");
    // The page has a route of its own.
    let hidden = is_twin(path) || path == "index.html";
    match get(path).filter(|_| !hidden) {
        Some(file) => serve(&request, path, &file, cache_control(path)),
        None => nothing_here().await,
    }
}

/// Anything else.
pub(super) async fn nothing_here() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body("There is nothing at this address.")
}

/// A file in the best encoding that was made of it and that the client takes.
pub(super) fn serve(request: &HttpRequest, path: &str, file: &EmbeddedFile, cache: &'static str) -> HttpResponse {
    let hash = file.metadata.sha256_hash();
    let tag = BASE64_URL_SAFE_NO_PAD.encode(&hash[..12]);
    let (encoding, suffix) = best_encoding(request, path);
    let tag = EntityTag::new_weak(tag);
    let fresh = matches!(IfNoneMatch::parse(request), Ok(IfNoneMatch::Any))
        || matches!(IfNoneMatch::parse(request), Ok(IfNoneMatch::Items(known)) if known.iter().any(|k| k.weak_eq(&tag)));
    let status = if fresh { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header(ETag(tag));
    if fresh {
        return response.finish();
    }
    response.insert_header((header::CONTENT_TYPE, content_type(path)));
    if encoding != ContentEncoding::Identity {
        response.insert_header((header::CONTENT_ENCODING, encoding.to_header_value()));
    }
    let twin = suffix.and_then(|suffix| get(&format!("{path}{suffix}")));
    response.body(twin.map_or_else(|| file.data.to_vec(), |twin| twin.data.into_owned()))
}

fn best_encoding(request: &HttpRequest, path: &str) -> (ContentEncoding, Option<&'static str>) {
    for (encoding, suffix) in [(ContentEncoding::Brotli, ".br"), (ContentEncoding::Gzip, ".gz")] {
        if takes(request, encoding) && get(&format!("{path}{suffix}")).is_some() {
            return (encoding, Some(suffix));
        }
    }
    (ContentEncoding::Identity, None)
}

/// The client asks for this encoding by its name.
pub(super) fn takes(request: &HttpRequest, encoding: ContentEncoding) -> bool {
    AcceptEncoding::parse(request).is_ok_and(|accepted| {
        accepted.iter().any(|item| {
            item.quality > Quality::ZERO
                && matches!(&item.item, Preference::Specific(Encoding::Known(known)) if *known == encoding)
        })
    })
}

fn content_type(path: &str) -> String {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.type_() == "text" || matches!(mime.subtype().as_str(), "javascript" | "json");
    if text { format!("{mime}; charset=utf-8") } else { mime.to_string() }
}

/// A file whose name has a hash of its content never changes.
fn cache_control(path: &str) -> &'static str {
    let hashed = path.rsplit_once('-').and_then(|(_, rest)| rest.split(['.', '_']).next()).is_some_and(|hash| {
        // Trunk writes a number of 64 bits without leading zeros.
        (12..=16).contains(&hash.len()) && hash.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if hashed { "public, max-age=31536000, immutable" } else { "no-cache" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_caching_follow_the_name() {
        let check = |path, kind, immutable| {
            assert_eq!(content_type(path), kind, "{path}");
            assert_eq!(cache_control(path).contains("immutable"), immutable, "{path}");
        };
        check("frontend-0123456789abcdef_bg.wasm", "application/wasm", true);
        check("frontend-0123456789abcdef.js", "text/javascript; charset=utf-8", true);
        check("style-0123456789abcdef.css", "text/css; charset=utf-8", true);
        check("style-123456789abcdef.css", "text/css; charset=utf-8", true);
        check("sw.js", "text/javascript; charset=utf-8", false);
        check("a-deadbeef.js", "text/javascript; charset=utf-8", false);
        check("icon.svg", "image/svg+xml", false);
        check("front-end.js", "text/javascript; charset=utf-8", false);
        check("index.html", "text/html; charset=utf-8", false);
        check("manifest.json", "application/json; charset=utf-8", false);
        check("unknown", "application/octet-stream", false);
    }
}
