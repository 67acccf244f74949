//! Linking another device: a code that lives for two minutes, and the same as a QR code (ISO/IEC 18004) of a link.
//!
//! The code stands behind the link's `#`, which browsers tell no server; and opening the link does nothing yet.

use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, http::header, web};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::json;

use super::{Nothing, answer, change};
use crate::{
    Warren,
    http::{error::ApiError, header_text, session::asked},
    records::LINK_LASTS_MS,
};

/// `POST /api/account/link`
pub(in crate::http) async fn make(
    request: HttpRequest,
    payload: web::Payload,
    warren: web::Data<Warren>,
) -> Result<HttpResponse, ApiError> {
    let (session, Nothing {}) = asked(&request, payload, &warren).await?;
    let me = session.someone();
    // From here on they are kept: the other device is to find them.
    change(&warren, me, Vec::new()).await?;
    let code = warren.ways.links.make(me.id(), (warren.clock)())?;
    let origin = header_text(&request, header::ORIGIN).unwrap_or_default();
    let link = format!("{origin}/#link={code}");
    let (path, size) = drawn(&link).ok_or(ApiError::Unavailable)?;
    Ok(answer(&json!({
        "code": code,
        "link": link,
        "lasts_ms": LINK_LASTS_MS,
        "qr": { "path": path, "size": size },
    })))
}

/// A QR code as the path of a drawing (SVG 2, section 9.3), a unit a module, and how many units it is wide. Around it
/// there have to be four units of light.
fn drawn(text: &str) -> Option<(String, usize)> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            write!(path, "M{} {}h1v1h-1z", at % width, at / width).ok()?;
        }
    }
    Some((path, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_drawn_with_its_three_corners() {
        let (path, size) = drawn("https://chat.example/#link=abcd-efgh").unwrap();
        assert_eq!((size - 21) % 4, 0, "{size}");
        for corner in ["M0 0h1", &format!("M{} 0h1", size - 1), &format!("M0 {}h1", size - 1)] {
            assert!(path.contains(corner), "{corner}");
        }
        let is_dark = |x| path.contains(&format!("M{x} {}h1", size - 1));
        assert!((0..7).all(is_dark), "a corner's edge is seven wide");
        assert!(!(size - 7..size).all(is_dark), "the fourth corner has none");
    }
}
