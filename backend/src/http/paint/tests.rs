//! Tests of the first paint, read as a browser reads it: by an HTML parser.

use scraper::{Html, Selector};
use shared::{
    About, Author, ClientKey, Digest, Emoji, MessageText, Millis, Person, PersonId, PersonName, Reaction, RoomTitle,
    RoomTopic, Seq,
};

use super::*;
use crate::log::Ends;

mod hostile;

/// A page as the client's build makes it, as far as it matters here.
const SHEET: &str = r#"<!doctype html><html lang=en><head><meta charset=utf-8><title>Warren</title><style>a{}</style>
<script>"shell"</script></head><body><main><header><h1><span><wr-name></wr-name></span><bdi><wr-title></wr-title></bdi></h1><div class=topic id=topic
dir=auto><wr-topic></wr-topic></div></header><div class=stage id=log><wr-log></wr-log></div></main>
<noscript><p>Warren needs JavaScript.</p></noscript><wr-boot></wr-boot></body></html>"#;

/// 23 November 2026, 23:50:00 in UTC.
const EVENING: u64 = 1_795_477_800_000;
const MINUTE: u64 = 60_000;

fn said(seq: u64, by: (&str, &str), at: u64, text: &str) -> Message {
    Message {
        seq: Seq(seq),
        at: Millis(at),
        by: Author { id: PersonId::parse(by.0).unwrap(), name: PersonName::parse(by.1).unwrap(), plain: false },
        key: ClientKey::parse(&format!("k{seq}")).unwrap(),
        text: Some(MessageText::parse(text).unwrap()),
        edited: None,
        reply_to: None,
        mentions: Vec::new(),
        reactions: Vec::new(),
        rev: Seq(seq),
    }
}

fn opening(messages: Vec<Message>) -> Opening {
    let ends = Ends { first: Seq(1), head: Seq(900), digest: Digest::default() };
    Opening::new(ends, Snapshot { about: About::default(), messages, more_before: false })
}

fn drawn(opening: &Opening) -> Html {
    let epoch = Epoch::from("e1".to_owned());
    Html::parse_document(&draw(SHEET, &RoomName::lobby(), &epoch, opening))
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: scraper::ElementRef<'_>) -> String {
    element.text().collect()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    all(page, selector).into_iter().map(text).collect()
}

fn boot_of(page: &Html) -> ServerFrame {
    let scripts = all(page, "script#boot[type='application/json']");
    assert_eq!(scripts.len(), 1);
    serde_json::from_str(&text(scripts[0])).unwrap()
}

#[test]
fn messages_stand_in_groups_under_their_days() {
    let (ada, bob) = (("p1", "Ada"), ("p2", "Bob"));
    let page = drawn(&opening(vec![
        said(1, ada, EVENING, "one"),
        said(2, ada, EVENING + MINUTE, "two"),
        said(3, bob, EVENING + 2 * MINUTE, "three"),
        said(4, bob, EVENING + 8 * MINUTE, "a while later"),
        said(5, bob, EVENING + 11 * MINUTE, "tomorrow"),
    ]));
    let rows: Vec<String> =
        all(&page, "ol.log > li").into_iter().map(|row| row.attr("class").unwrap().into()).collect();
    let (ada, bob) = (PersonId::parse("p1").unwrap().hue(36), PersonId::parse("p2").unwrap().hue(36));
    let first = |hue| format!("m hue-{hue} first");
    assert_eq!(
        rows,
        ["day".into(), first(ada), format!("m hue-{ada}"), first(bob), first(bob), "day".into(), first(bob)]
    );
    assert_eq!(texts(&page, ".body"), ["one", "two", "three", "a while later", "tomorrow"]);
    assert_eq!(texts(&page, ".av"), ["A", "B", "B", "B"]);
    assert_eq!(texts(&page, ".sr"), ["Ada "], "to whom the page is read, each message says whose it is");
    let times: Vec<_> =
        all(&page, ".m:not(.first) > .at > time").into_iter().map(|time| time.attr("datetime")).collect();
    assert_eq!(times, [Some("2026-11-23T23:51:00.000Z")]);
    // Which words they have depends on the reader; these are for those without scripts.
    assert_eq!(texts(&page, ".who time noscript"), ["23:50 UTC", "23:52 UTC", "23:58 UTC", "00:01 UTC"]);
    assert_eq!(texts(&page, ".day noscript"), ["23 November 2026", "24 November 2026"]);
}

#[test]
fn what_became_of_a_message_is_shown() {
    let mut edited = said(1, ("p1", "Ada"), EVENING, "better");
    edited.edited = Some(Millis(EVENING + 5));
    let mut deleted = said(2, ("p2", "Ada"), EVENING, "x");
    deleted.text = None;
    let mut plain = said(3, ("c3", "Cleo"), EVENING, "over the relay");
    plain.by.plain = true;
    let person = |id, name| Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(name).unwrap() };
    let by = vec![person("p1", "Ada"), person("p2", "<Bob>")];
    plain.reactions = vec![Reaction { emoji: Emoji::parse("👍").unwrap(), by }];
    let page = drawn(&opening(vec![edited, deleted, plain]));
    assert_eq!(texts(&page, ".says"), ["betteredited", "Message deleted", "over the relay"]);
    assert_eq!(texts(&page, ".gone"), ["Message deleted"]);
    assert_eq!(texts(&page, ".who .tag"), ["p1", "p2"], "two people of one name are told apart");
    assert_eq!(texts(&page, ".via"), ["via the plain relay"]);
    let reaction = all(&page, ".re button")[0];
    assert_eq!((text(reaction).as_str(), reaction.attr("title")), ("👍2", Some("Ada, <Bob>")));
    assert!(reaction.attr("disabled").is_some(), "it can be pressed when the client has come");
}

#[test]
fn an_answer_quotes_what_it_answers_and_leads_there() {
    let mut messages = vec![said(7, ("p1", "Ada"), EVENING, "which\r\nway? "), said(8, ("p1", "Ada"), EVENING, "this")];
    messages[1].reply_to = Some(Seq(7));
    messages.push(Message { reply_to: Some(Seq(2)), ..said(9, ("p2", "Bob"), EVENING, &"x".repeat(4_000)) });
    messages.push(Message { reply_to: Some(Seq(9)), ..said(10, ("p2", "Bob"), EVENING, "hm") });
    let page = drawn(&opening(messages));
    let long = format!("Answers Bob{}…", "x".repeat(199));
    assert_eq!(texts(&page, ".quote"), ["Answers Adawhich way?", "Answers an earlier message", &long]);
    let links: Vec<_> = all(&page, ".quote").into_iter().map(|quote| quote.attr("href").unwrap()).collect();
    assert_eq!(links, ["/r/lobby/7", "/r/lobby/2", "/r/lobby/9"]);
    assert_eq!(all(&page, ".first").len(), 4, "an answer stands by itself");
    let links: Vec<_> = all(&page, "a.at").into_iter().map(|link| link.attr("href").unwrap()).collect();
    assert_eq!(links, ["/r/lobby/7", "/r/lobby/8", "/r/lobby/9", "/r/lobby/10"]);
}

#[test]
fn what_is_said_is_drawn_from_its_tree() {
    let check = |text: &str, want: &str| {
        let page = draw(SHEET, &RoomName::lobby(), &Epoch::from("e1".to_owned()), &{
            let answer = Message { reply_to: Some(Seq(1)), ..said(2, ("p2", "<Bob>"), EVENING, text) };
            let answer = Message { mentions: vec![PersonId::parse("p1").unwrap()], ..answer };
            opening(vec![said(1, ("p1", "Ada"), EVENING, "hi"), answer])
        });
        let says = page.split("<div class=\"says\" dir=\"auto\">").nth(2).unwrap().split("</div></li>").next().unwrap();
        assert_eq!(says, want, "{text:?}");
    };
    check(
        "a *b* **c `d`** ~~e~~",
        "<span class=\"body\">a <em>b</em> <strong>c <code>d</code></strong> <s>e</s></span>",
    );
    check("🎉", "<span class=\"body large\">🎉</span>");
    check("/me waves", "<span class=\"body emote\"><bdi>&lt;Bob&gt;</bdi> waves</span>");
    check("@Ada, @Bob", "<span class=\"body\"><b class=\"mention\">@Ada</b>, @Bob</span>");
    check(
        "[a](https://b.example/?c&d)",
        "<span class=\"body\"><a href=\"https://b.example/?c&amp;d\" rel=\"noopener nofollow ugc\" \
         target=\"_blank\">a</a></span>",
    );
    let block = |text, want: &str| check(text, &format!("<div class=\"body\">{want}</div>"));
    block("> q", "<blockquote dir=\"auto\"><p dir=\"auto\">q</p></blockquote>");
    block("- a", "<ul><li dir=\"auto\">a</li></ul>");
    block("1. a", "<ol><li dir=\"auto\"><span class=\"number\">1.</span> a</li></ol>");
    block(
        "```rs\n<b>\n```",
        "<figure class=\"code\"><pre dir=\"ltr\" tabindex=\"0\"><code class=\"lang-rs\">&lt;b&gt;</code></pre>\
         <button type=\"button\" disabled data-do=\"copy\">Copy</button></figure>",
    );
}

#[test]
fn the_room_says_where_it_begins() {
    let check = |count: u64, more, want: &str| {
        let messages = (1..=count).map(|seq| said(seq, ("p", "Ada"), EVENING, "hi")).collect();
        let ends = Ends { head: Seq(900), ..Ends::default() };
        let opening = Opening::new(ends, Snapshot { about: About::default(), messages, more_before: more });
        assert_eq!(texts(&drawn(&opening), ".beginning"), [want], "{count}, {more}");
    };
    check(0, false, "Nothing here yet. Say the first word.");
    check(1, false, "Here the room begins.");
    check(30, false, "Here the room begins.");
    check(30, true, "There is more above.");
    check(31, false, "There is more above.");
}

#[test]
fn the_head_of_the_room_is_there() {
    let mut opening = opening(vec![said(1, ("p", "Ada"), EVENING, "hi")]).snapshot().clone();
    opening.about = About {
        title: RoomTitle::parse("The <Den>").unwrap(),
        topic: RoomTopic::parse("Who brings the cake?").unwrap(),
        rev: Seq(1),
    };
    let page = drawn(&Opening::new(Ends { head: Seq(1), ..Ends::default() }, opening));
    assert_eq!((texts(&page, "h1 span"), texts(&page, "h1 bdi")), (vec!["# lobby".into()], vec!["The <Den>".into()]));
    assert_eq!(texts(&page, ".topic"), ["Who brings the cake?"]);
    assert_eq!(texts(&page, "title"), ["#lobby · Warren"]);
}

#[test]
fn the_page_has_the_newest_messages_and_the_frame_has_the_same() {
    let check = |count: u64, length: usize, want: usize| {
        let words = "x".repeat(length);
        let messages: Vec<_> = (1..=count).map(|seq| said(seq, ("p", "Ada"), EVENING, &words)).collect();
        let opening = opening(messages.clone());
        let page = drawn(&opening);
        let newest = &messages[messages.len() - want..];
        let seqs: Vec<_> = all(&page, ".m").into_iter().map(|row| row.attr("data-seq").unwrap().to_owned()).collect();
        assert_eq!(seqs, newest.iter().map(|message| message.seq.to_string()).collect::<Vec<_>>());
        let ServerFrame::Opened { room, epoch, first, head, digest, snapshot, reset } = boot_of(&page) else {
            panic!("another frame")
        };
        assert_eq!((room, epoch, reset), (RoomName::lobby(), Epoch::from("e1".to_owned()), None));
        assert_eq!((first, head, digest), (Seq(1), Seq(900), Digest::default()));
        assert_eq!(snapshot.unwrap().messages, newest);
    };
    check(1, 10, 1);
    check(30, 10, 30);
    check(50, 10, 30);
    check(50, 4_000, 17);
}
