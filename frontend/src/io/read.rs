//! Reads what came as JSON, or was kept as it.
//!
//! `serde_json`, which writes it, reads more than anybody sends (an array in the place of an object, floats) and has a
//! sentence for each thing that can be wrong; nobody reads those, and they are a tenth of the client. A program that
//! escapes characters beyond U+FFFF as two halves is not understood; the server writes them as they are.

use serde::de::DeserializeOwned;
use shared::ServerFrame;

use super::browser;

/// The value of a JSON text; none where it is not what was expected.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    // Room for the longest text without its escapes.
    let mut scratch = vec![0; if text.contains('\\') { text.len() } else { 0 }];
    serde_json_core::from_str_escaped(text, &mut scratch).ok().map(|(value, _)| value)
}

/// The frame of a text; none, with a word to whoever looks into the console, where it is no frame.
pub(super) fn frame(text: &str) -> Option<ServerFrame> {
    let frame = read(text);
    if frame.is_none() {
        browser::warn("Something that is no frame was left out.");
    }
    frame
}

/// The frames of a message: one, or an array of them. What is none is left out, and the rest still counts.
pub(super) fn frames(text: &str) -> Vec<ServerFrame> {
    if !text.trim_ascii_start().starts_with('[') {
        return frame(text).into_iter().collect();
    }
    read(text).unwrap_or_else(|| {
        let parts = js_sys::JSON::parse(text).map(|parts| js_sys::Array::from(&parts)).unwrap_or_default();
        let part = |part| js_sys::JSON::stringify(&part).ok().and_then(|text| frame(&String::from(text)));
        parts.iter().filter_map(part).collect()
    })
}
