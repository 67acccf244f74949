//! The corpus of what hostile people write can be written: each entry passes the rules that both ends agree on, so that
//! no test with it is one of a refusal. What it must not be able to do is tested where it is drawn.
#![expect(clippy::unwrap_used, reason = "a test may unwrap")]

use serde_json::Value;
use shared::{LIMITS, MessageText, PersonName, RoomTitle, RoomTopic, markdown};

fn corpus(of: &str) -> Vec<String> {
    let corpus: Value = serde_json::from_str(include_str!("hostile.json")).unwrap();
    let whole = |entry: &Value| {
        let times = usize::try_from(entry["times"].as_u64().unwrap_or(1)).unwrap();
        let text = entry.as_str().or(entry["text"].as_str()).unwrap();
        text.repeat(times) + entry["end"].as_str().unwrap_or_default()
    };
    corpus[of].as_array().unwrap().iter().map(whole).collect()
}

#[test]
fn every_entry_can_be_written() {
    for text in corpus("texts") {
        assert_eq!(MessageText::parse(&text).map(String::from), Ok(text));
    }
    for name in corpus("names") {
        assert_eq!(PersonName::parse(&name).map(String::from), Ok(name));
    }
    for title in corpus("titles") {
        assert_eq!(RoomTitle::parse(&title).map(String::from), Ok(title));
    }
    for topic in corpus("topics") {
        assert_eq!(RoomTopic::parse(&topic).map(String::from), Ok(topic));
    }
}

#[test]
fn the_corpus_has_each_kind() {
    let texts = corpus("texts");
    let any = |what: &str, is_so: &dyn Fn(&str) -> bool| assert!(texts.iter().any(|text| is_so(text)), "no {what}");
    any("script", &|text| text.contains("<script>"));
    any("handler", &|text| text.contains("onerror="));
    any("scheme", &|text| text.contains("](javascript:"));
    any("override of the direction", &|text| text.contains('\u{202e}'));
    any("zalgo", &|text| text.chars().filter(|c| ('\u{300}'..='\u{36f}').contains(c)).count() > 1_000);
    any("4,000 emoji", &|text| text.chars().filter(|c| *c == '😀').count() == LIMITS.text_chars);
    any("word of 4,000 letters", &|text| text.len() == LIMITS.text_chars && text.chars().all(char::is_alphabetic));
    any("deep quotes", &|text| text.starts_with(&"> ".repeat(1_000)));
    any("deep lists", &|text| text.starts_with(&"- ".repeat(1_000)));
    any("hundreds of links", &|text| text.matches("http://").count() > 350);
    any("hundreds of links with words", &|text| text.matches("](http://").count() > 250);
}

#[test]
fn what_is_said_of_it_in_one_line_is_one_line() {
    for text in corpus("texts") {
        let line = markdown::plain(&text, 80);
        assert!(line.chars().count() <= 80 && !line.contains(['\n', '\r']), "{line:?}");
    }
}
