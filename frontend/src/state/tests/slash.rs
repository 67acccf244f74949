//! What Enter means: a message, a word with a slash, or a sentence that says why not.

use shared::RoomName;

use super::super::{COMMANDS, Typed, command};
use super::text;

fn check(raw: &str, want: &Typed) {
    assert_eq!(command(raw, false), *want, "{raw:?}");
}

fn check_wrong(raw: &str, says: &str) {
    match command(raw, false) {
        Typed::Wrong(sentence) => assert!(sentence.contains(says), "{raw:?}: {sentence}"),
        other => panic!("{raw:?}: {other:?}"),
    }
}

#[test]
fn a_text_is_sent_as_it_is() {
    for said in
        ["hi", " /name Ada", "and/or", "/usr/bin", "/usr/bin/env bash", "/ alone", "/", "/* a comment */", "/1", "/a-b"]
    {
        check(said, &Typed::Send(text(said)));
    }
    check("", &Typed::Blank);
    check(" \n", &Typed::Blank);
    check_wrong(&"x".repeat(4_001), "4000");
}

#[test]
fn two_slashes_send_one() {
    check("//name Ada", &Typed::Send(text("/name Ada")));
    check("//", &Typed::Send(text("/")));
    check("///x", &Typed::Send(text("//x")));
}

#[test]
fn a_word_with_a_slash_does_what_it_says() {
    check("/name Ada L.", &Typed::Rename("Ada L.".to_owned()));
    check("/NAME  Ada ", &Typed::Rename("Ada".to_owned()));
    check("/me waves", &Typed::Send(text("/me waves")));
    check("/room #Den", &Typed::Go(RoomName::parse("den").unwrap()));
    check("/help", &Typed::Show("help"));
    check("/help me", &Typed::Show("help"));
    check("/settings", &Typed::Show("settings"));
}

#[test]
fn what_is_not_understood_is_explained_and_not_sent() {
    check_wrong("/name", "/name Ada");
    check_wrong("/name a\nb", "name");
    check_wrong(&["/name ", &"x".repeat(33)].concat(), "32");
    check_wrong("/me  ", "/me waves");
    check_wrong("/room", "/room den");
    check_wrong("/room a b", "room");
    check_wrong("/shrug", "no command /shrug");
    check_wrong("/names Ada", "no command /names");
}

#[test]
fn in_an_edit_all_is_text() {
    for said in ["/name Ada", "//x", "/shrug", "/me waves"] {
        assert_eq!(command(said, true), Typed::Send(text(said)));
    }
}

#[test]
fn the_help_names_what_there_is() {
    for example in COMMANDS {
        assert!(!matches!(command(example, false), Typed::Wrong(_) | Typed::Blank), "{example}");
    }
}
