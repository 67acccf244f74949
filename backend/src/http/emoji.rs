//! `GET /api/emoji`: all emoji and their names, for those who write. It is fetched only by who asks for one by its name.

use std::sync::LazyLock;

use actix_web::{HttpResponse, http::header};

/// In each line an emoji and its names, with a space between any two: its short names (as on GitHub), then its name in
/// Unicode with `_` for what is no letter or digit.
static TABLE: LazyLock<String> = LazyLock::new(|| emojis::iter().map(line).collect());

pub(super) async fn emoji() -> HttpResponse {
    // A day: what Unicode adds can wait so long.
    let cached = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().insert_header(cached).content_type("text/plain; charset=utf-8").body(TABLE.as_str())
}

fn line(emoji: &emojis::Emoji) -> String {
    let words = emoji.name().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_").to_lowercase();
    let mut line = emoji.as_str().to_owned();
    for name in emoji.shortcodes().filter(|short| *short != name).chain([name.as_str()]) {
        line.push(' ');
        line.push_str(name);
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_emoji_and_its_names() {
        assert_eq!(TABLE.lines().count(), emojis::iter().count());
        for line in TABLE.lines() {
            let mut words = line.split(' ');
            assert!(emojis::get(words.next().unwrap_or_default()).is_some(), "{line}");
            assert!(words.clone().count() > 0 && words.all(|word| !word.is_empty()), "{line}");
        }
        let thumb = TABLE.lines().find(|line| line.starts_with('👍'));
        assert!(thumb.is_some_and(|line| line.contains(" +1 ") && line.ends_with(" thumbs_up")), "{thumb:?}");
    }
}
