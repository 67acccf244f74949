//! What hostile people write, on the page: it is text there, as it was typed, and nothing else.

use scraper::Node;
use serde::Deserialize;
use serde_json::Value;
use shared::markdown::{Block, Inline, Item, parse, plain};

use super::*;

#[derive(Deserialize)]
struct Corpus {
    texts: Vec<Hostile>,
    names: Vec<String>,
    titles: Vec<String>,
    topics: Vec<String>,
}

#[derive(Deserialize)]
struct Hostile {
    text: String,
    times: Option<usize>,
    #[serde(default)]
    end: String,
}

impl Hostile {
    fn whole(&self) -> String {
        self.text.repeat(self.times.unwrap_or(1)) + &self.end
    }
}

fn corpus() -> Corpus {
    serde_json::from_str(include_str!("../../../../../shared/tests/hostile.json")).unwrap()
}

/// The elements that a page may have, and the attributes that each of them may have beside a class.
const ALLOWED: &[(&str, &[&str])] = &[
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset"]),
    ("title", &[]),
    ("style", &[]),
    ("script", &["id", "type"]),
    ("noscript", &[]),
    ("body", &[]),
    ("main", &[]),
    ("header", &[]),
    ("h1", &["id"]),
    ("div", &["id", "dir", "tabindex", "role", "aria-live", "aria-label"]),
    ("p", &["dir"]),
    ("ol", &[]),
    ("ul", &[]),
    ("li", &["data-seq", "tabindex", "dir"]),
    ("blockquote", &["dir"]),
    ("figure", &[]),
    ("pre", &["dir", "tabindex"]),
    ("code", &[]),
    ("strong", &[]),
    ("em", &[]),
    ("s", &[]),
    ("b", &[]),
    ("span", &["aria-hidden", "title", "dir"]),
    ("bdi", &[]),
    ("time", &["datetime"]),
    ("button", &["type", "disabled", "data-do", "data-emoji", "title", "aria-pressed"]),
    ("a", &["href", "rel", "target", "tabindex", "data-do", "data-to"]),
];

/// Everything on the page is what may be there, and every address leads where it may.
fn is_harmless(page: &Html, of: &str) {
    for node in page.tree.values() {
        match node {
            Node::Element(element) => {
                let name = element.name();
                let allowed = ALLOWED.iter().find(|(allowed, _)| *allowed == name);
                let (_, attributes) = allowed.unwrap_or_else(|| panic!("<{name}> came of {of:.80?}"));
                for (attribute, value) in element.attrs() {
                    assert!(attribute == "class" || attributes.contains(&attribute), "{name} {attribute} of {of:.80?}");
                    let good = ["http://", "https://", "mailto:", "/r/lobby/1", "/r/lobby/2"];
                    let is_good = good.iter().any(|good| value.starts_with(good));
                    assert!(attribute != "href" || is_good, "{value:?} of {of:.80?}");
                }
            }
            Node::Comment(comment) => panic!("a comment {comment:?} came of {of:.80?}"),
            _ => {}
        }
    }
    assert_eq!(all(page, "script").len(), 2, "{of:.80?}");
    assert_eq!(texts(page, "script:not(#boot)"), ["\"shell\""], "{of:.80?}");
    let nothing = Vec::<String>::new();
    assert_eq!(texts(page, "wr-log, wr-name, wr-title, wr-topic, wr-boot"), nothing, "{of:.80?}");
    assert_eq!(all(page, "body > main > #log > .scroll > div > ol.log").len(), 1, "{of:.80?}");
}

/// The words of a message without its markup, and those that are said beside them.
fn words_of_blocks(blocks: &[Block<'_>]) -> String {
    let of = |block: &Block<'_>| match block {
        Block::Paragraph(inside) => words_of(inside),
        Block::Code { text, .. } => [text, "Copy"].concat(),
        Block::Quote(inside) => words_of_blocks(inside),
        Block::List { items, .. } => items.iter().map(words_of_item).collect(),
    };
    blocks.iter().map(of).collect()
}

fn words_of_item(item: &Item<'_>) -> String {
    let number = if item.number.is_empty() { String::new() } else { [item.number, " "].concat() };
    number + &words_of(&item.words) + &words_of_blocks(&item.under)
}

fn words_of(words: &[Inline<'_>]) -> String {
    let of = |word: &Inline<'_>| match word {
        Inline::Text(text) | Inline::Code(text) => (*text).to_owned(),
        Inline::Strong(inside) | Inline::Emphasis(inside) | Inline::Strike(inside) => words_of(inside),
        Inline::Link { words, host: "", .. } => words_of(words),
        Inline::Link { words, host, .. } => words_of(words) + &format!(" ({host})"),
    };
    words.iter().map(of).collect()
}

#[test]
fn hostile_texts_are_text() {
    for hostile in corpus().texts {
        let text = hostile.whole();
        let message = said(1, ("p", "Ada"), EVENING, &text);
        let after = Message { reply_to: Some(Seq(1)), ..said(2, ("q", "Bob"), EVENING, "after") };
        let page = drawn(&opening(vec![message.clone(), after]));
        is_harmless(&page, &text);
        assert_eq!(texts(&page, ".body")[0], words_of_blocks(&parse(&text).blocks));
        assert_eq!(texts(&page, ".body")[1], "after", "it ends where it ends: {text:.80?}");
        assert_eq!(texts(&page, ".quote > span[dir]"), [plain(&text, 200)]);
        let ServerFrame::Opened { snapshot: Some(snapshot), .. } = boot_of(&page) else { panic!("another frame") };
        assert_eq!(snapshot.messages[0], message);
    }
}

#[test]
fn hostile_names_titles_and_topics_are_text() {
    let Corpus { names, titles, topics, .. } = corpus();
    for name in names {
        let mut message = said(1, ("p", &name), EVENING, "hi");
        let by = vec![Person { id: PersonId::parse("p").unwrap(), name: PersonName::parse(&name).unwrap() }];
        message.reactions = vec![Reaction { emoji: Emoji::parse("👍").unwrap(), by }];
        let page = drawn(&opening(vec![message.clone(), message]));
        is_harmless(&page, &name);
        assert_eq!(texts(&page, ".log bdi"), [&*name, &*name]);
        assert_eq!(all(&page, ".re button")[0].attr("title"), Some(&*name));
    }
    for (title, topic) in titles.iter().zip(&topics) {
        let about =
            About { title: RoomTitle::parse(title).unwrap(), topic: RoomTopic::parse(topic).unwrap(), rev: Seq(1) };
        let snapshot = Snapshot { about, ..Snapshot::default() };
        let page = drawn(&Opening::new(Ends { head: Seq(1), ..Ends::default() }, snapshot));
        is_harmless(&page, title);
        assert_eq!((texts(&page, "h1 bdi"), texts(&page, ".topic")), (vec![title.clone()], vec![topic.clone()]));
    }
}

#[test]
fn the_frame_is_json_without_what_means_something_in_html() {
    for hostile in corpus().texts {
        let opening = opening(vec![said(1, ("p", "Ada"), EVENING, &hostile.whole())]);
        let page = draw(SHEET, &RoomName::lobby(), &Epoch::from("e1".to_owned()), &opening);
        let boot = page.split("id=\"boot\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert!(!boot.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{boot:.200}");
        assert!(serde_json::from_str::<Value>(boot).is_ok());
    }
}
