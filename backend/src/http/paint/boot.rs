//! The frame that the client starts from, inside the page: a block of data, which no browser runs, so that the page's
//! policy need not know it.
//!
//! JSON has no `<`, `>` or `&` outside of its texts, and inside of them each may be written as a number. So written,
//! nothing in it can end the element or begin a comment, and the client's parser reads the same frame.

use shared::ServerFrame;

/// The element with the frame; nothing where it cannot be written.
pub(super) fn element(frame: &ServerFrame) -> String {
    match serde_json::to_string(frame) {
        Ok(json) => ["<script type=\"application/json\" id=\"boot\">", &escaped(&json), "</script>"].concat(),
        Err(_) => String::new(),
    }
}

/// The same JSON without what means something in HTML. The two separators end a line in older scripts, though not in
/// JSON.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_in_html_is_written_as_numbers_and_reads_the_same() {
        let raw = "</script><!--<script>&amp;\u{2028}\u{2029}\\\"]]>";
        let json = serde_json::to_string(raw).unwrap();
        let escaped = escaped(&json);
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), raw);
    }
}
