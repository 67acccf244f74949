//! `GET /api/emoji`: all emoji and their names, for those who write. It is fetched only by who asks for one by its name.

use std::sync::LazyLock;

use actix_web::{HttpResponse, http::header};

/// In each line an emoji and its names, with a space between any two: its short names (as on GitHub), then its name in
/// Unicode with `_` for what is no letter or digit. Before the emoji of each group a line has the group's name, with `_`
/// for each space: it is the line without one.
static TABLE: LazyLock<String> = LazyLock::new(|| {
    let mut table = String::new();
    for group in emojis::Group::iter() {
        table.push_str(heading(group));
        table.push('\n');
        table.extend(group.emojis().filter(|emoji| is_drawn(emoji)).map(line));
    }
    table
});

/// The newest that are offered: of 2023. The fonts of many systems are years behind, and draw nothing, or a box, for what
/// they do not know.
const NEWEST: emojis::EmojiVersion = emojis::EmojiVersion::new(15, 1);

fn is_drawn(emoji: &emojis::Emoji) -> bool {
    emoji.emoji_version() <= NEWEST
}

pub(super) async fn emoji() -> HttpResponse {
    // A day: what Unicode adds can wait so long.
    let cached = (header::CACHE_CONTROL, "public, max-age=86400");
    HttpResponse::Ok().insert_header(cached).content_type("text/plain; charset=utf-8").body(TABLE.as_str())
}

fn heading(group: emojis::Group) -> &'static str {
    match group {
        emojis::Group::SmileysAndEmotion => "Smileys_and_emotion",
        emojis::Group::PeopleAndBody => "People_and_body",
        emojis::Group::AnimalsAndNature => "Animals_and_nature",
        emojis::Group::FoodAndDrink => "Food_and_drink",
        emojis::Group::TravelAndPlaces => "Travel_and_places",
        emojis::Group::Activities => "Activities",
        emojis::Group::Objects => "Objects",
        emojis::Group::Symbols => "Symbols",
        emojis::Group::Flags => "Flags",
    }
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
    fn each_line_is_an_emoji_and_its_names_or_the_name_of_a_group() {
        let (headings, lines): (Vec<&str>, Vec<&str>) = TABLE.lines().partition(|line| !line.contains(' '));
        assert_eq!(headings.len(), 9, "{headings:?}");
        assert_eq!(TABLE.lines().next(), Some("Smileys_and_emotion"));
        assert!(TABLE.contains("\nFlags\n🏁 checkered_flag chequered_flag\n"), "a group's emoji stand below its name");
        assert_eq!(lines.len(), emojis::iter().filter(|emoji| is_drawn(emoji)).count());
        assert!(lines.len() > 1_800 && !TABLE.contains("face_with_bags_under_eyes"), "{}", lines.len());
        for line in lines {
            let mut words = line.split(' ');
            assert!(emojis::get(words.next().unwrap_or_default()).is_some(), "{line}");
            assert!(words.clone().count() > 0 && words.all(|word| !word.is_empty()), "{line}");
        }
        let thumb = TABLE.lines().find(|line| line.starts_with('👍'));
        assert!(thumb.is_some_and(|line| line.contains(" +1 ") && line.ends_with(" thumbs_up")), "{thumb:?}");
    }
}
