//! Whom a text mentions: those who are meant, and nobody else.

use proptest::prelude::*;
use shared::{ClientFrame, EventBody, Person, PersonId, PersonName, Salt, Seq, ServerFrame, Signal, Words};

use super::super::{Action, Effect, Row, completions, mentioned, people, rows};
use super::{Client, event, key, lobby, opened_empty, person, posted, text};

fn named(id: &str, name: &str) -> Person {
    Person { id: PersonId::parse(id).unwrap(), name: PersonName::parse(name).unwrap() }
}

fn crowd() -> Vec<Person> {
    let names =
        [("1", "Ada"), ("2", "Ada Lovelace"), ("3", "Zoë"), ("4", "山田"), ("5", "ليلى"), ("6", "Ada"), ("7", "@x")];
    names.map(|(id, name)| named(id, name)).to_vec()
}

#[test]
fn a_name_after_an_at_is_a_mention_the_longest_that_fits() {
    let check = |text, want: &[&str]| {
        let found = mentioned(text, &crowd());
        assert_eq!(found.iter().map(PersonId::as_str).collect::<Vec<_>>(), want, "{text}");
    };
    check("hi @Ada, and @Zoë!", &["1", "6", "3"]);
    check("@ada @ZOË", &["1", "6", "3"]);
    check("@Ada Lovelace's", &["2"]);
    check("@Ada Lovelaces", &["1", "6"]);
    check("@Adam @Ada_ @Ada1 @Adaé", &[]);
    check("@@Ada (@Ada) **@Zoë** > @x", &["1", "6", "3"]);
    check("> - ~~@Zoë~~\n> - *@Ada*", &["3", "1", "6"]);
    check("mail ada@Ada", &[]);
    check("`@Ada` [@Ada](https://a.example) https://a.example/@Ada", &[]);
    check("```\n@Ada\n```", &[]);
    check("/me greets @Zoë", &["3"]);
    check("@山田さん @ليلى", &["4", "5"]);
    check("@@x", &["7"]);
    check("@", &[]);
    check("Ada @ Ada", &[]);
    check("ends with @Lovelac", &[]);
}

#[test]
fn at_most_fifty_are_mentioned() {
    let crowd: Vec<Person> = (0..80).map(|n| named(&n.to_string(), "Anonymous")).collect();
    let found = mentioned("@Anonymous @Anonymous", &crowd);
    assert_eq!(found.len(), 50);
    assert_eq!(found[49].as_str(), "49", "those who spoke last");
}

#[test]
fn a_name_is_offered_for_the_beginning_of_any_of_its_words() {
    let crowd = crowd();
    let check = |typed, want: &[&str]| {
        let ids: Vec<&str> = completions(typed, &crowd).into_iter().map(|person| person.id.as_str()).collect();
        assert_eq!(ids, want, "{typed}");
    };
    check("a", &["1", "2", "6"]);
    check("LOVE", &["2"]);
    check("ada l", &["2"]);
    check("da", &[]);
    check("ZOË", &["3"]);
    check("山", &["4"]);
    check("@", &["7"]);
    check("x", &["7"]);
    check("", &["1", "2", "3", "4", "5", "6", "7"]);
    let many: Vec<Person> = (0..20).map(|n| named(&n.to_string(), "Ada")).collect();
    assert_eq!(completions("a", &many).len(), 8);
}

#[test]
fn those_who_spoke_last_come_first_and_each_once_under_the_newest_name() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for (seq, by) in [(1, "ada"), (2, "bob"), (3, "me"), (4, "ada")] {
        client.hear(ServerFrame::Event(posted(seq, by, "k")));
    }
    let mut plain = posted(5, "c01", "k");
    plain.by.plain = true;
    client.hear(ServerFrame::Event(plain));
    let here = vec![person("me"), person("cleo"), named("bob", "Robert")];
    client.hear(ServerFrame::Signal(Signal::Here { room: lobby(), count: 3, people: Some(here) }));
    let known = people(client.room(), Some(&person("me").id));
    assert_eq!(known, [person("ada"), named("bob", "Robert"), person("cleo")]);
}

/// The mentions of the newest command that was sent.
fn sent(client: &mut Client) -> Vec<PersonId> {
    let mentions = |effect: &Effect| match effect {
        Effect::Send { frame: ClientFrame::Post { mentions, .. } | ClientFrame::Edit { mentions, .. }, .. } => {
            Some(mentions.clone())
        }
        _ => None,
    };
    client.take_effects().iter().rev().find_map(mentions).unwrap()
}

#[test]
fn what_is_typed_is_sent_with_whom_it_mentions_and_an_edit_anew() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "ada", "k")));
    client.hear(ServerFrame::Event(posted(2, "bob", "k")));
    let type_in = |client: &mut Client, named: &str, said: &str| {
        client.act(Action::MessageTyped { room: lobby(), key: key(named), text: text(said) });
    };
    type_in(&mut client, "a", "@ada @me");
    assert_eq!(sent(&mut client), [person("ada").id], "nobody mentions themselves");
    client.hear(ServerFrame::Event(posted(3, "me", "a")));
    client.act(Action::EditStarted { room: lobby(), seq: Seq(3) });
    type_in(&mut client, "e", "@bob");
    assert_eq!(sent(&mut client), [person("bob").id]);
    // And it shows as it is to be.
    let chunk = client.room().window().chunks().last().unwrap();
    let rows = rows(None, &chunk.messages, &client.room().entries_of(chunk), Some(&person("me")), &|_| 0);
    let mentions = rows.iter().find_map(|row| match row {
        Row::Said { message, .. } if message.seq == Seq(3) => Some(message.mentions.clone()),
        _ => None,
    });
    assert_eq!(mentions, Some(vec![person("bob").id]));
}

#[test]
fn it_is_said_aloud_who_mentions_the_listener() {
    let said = |mentioning: &[bool]| {
        let mut client = Client::welcomed();
        client.hear(opened_empty());
        for (seq, to_me) in (1..).zip(mentioning) {
            let mentions = if *to_me { vec![person("me").id] } else { Vec::new() };
            let words = Words::Kept { salt: Salt([7; 16]), text: text("hello"), mentions };
            let by = if seq == 1 { "ada" } else { "bob" };
            client.hear(ServerFrame::Event(event(seq, by, "k", EventBody::Posted { words, reply_to: None })));
        }
        client.wait(2_000);
        client.app.speech().sentence().to_string()
    };
    assert_eq!(said(&[true]), "ada mentions you: hello");
    assert_eq!(said(&[false, true]), "2 new messages from 2 people, one mentions you");
    assert_eq!(said(&[true, false, true]), "3 new messages from 2 people, 2 mention you");
}

proptest! {
    #[test]
    fn any_text_and_any_names_can_be_looked_through(text in "[@ aAéÉ山\u{1F600}]{0,40}", names in prop::collection::vec("[@ aAéÉ山]{1,5}", 0..6)) {
        let people: Vec<Person> = names.iter().zip(0..).map(|(name, n)| named(&format!("p{n}"), name)).collect();
        let found = mentioned(&text, &people);
        let mut ids = found.clone();
        ids.dedup();
        prop_assert!(ids.len() == found.len() && found.len() <= people.len());
        prop_assert!(found.is_empty() || text.contains('@'));
        prop_assert!(completions(&text, &people).len() <= 8);
    }

    /// In the scripts that are covered, a capital is its small letter.
    #[test]
    fn capitals_are_small_letters(c in "[a-zà-öø-þā-ķĺ-ňŋ-ŷź-žα-ρσ-ϋа-џ]") {
        let large: String = c.to_uppercase();
        let one_to_one = large.chars().count() == 1 && large.to_lowercase() == c && c != "ı";
        prop_assume!(one_to_one);
        prop_assert_eq!(completions(&large, &[named("p", &c)]).len(), 1, "{} {}", c, large);
    }
}
