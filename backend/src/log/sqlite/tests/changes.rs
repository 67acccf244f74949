//! Whatever happens in a room, refolding gives the same views, and the log's digests hold although words are erased.

use proptest::prelude::*;
use shared::{Command as Ask, Digest, Emoji, RoomTitle};

use super::*;
use crate::log::{Appended, Appender, Command, Draft, Line, rows::column};

fn rooms() -> [RoomName; 2] {
    ["a", "b"].map(|name| RoomName::parse(name).unwrap())
}

/// A command of some kind, often about one of the first messages.
fn command(n: usize, (kind, by, target, all): (u8, u8, u64, bool)) -> Command {
    let text = MessageText::parse(&format!("text {n}")).unwrap();
    let target = Seq(target);
    let mentions = vec![PersonId::parse("m").unwrap(); usize::from(all)];
    let command = match kind {
        0 | 1 => Ask::Post { text, reply_to: all.then_some(target), mentions },
        2 => Ask::Edit { target, text, mentions },
        3 => Ask::Delete { target },
        4 | 5 => Ask::React { target, emoji: Emoji::parse(["👍", "👎"][usize::from(all)]).unwrap(), on: kind == 4 },
        _ => Ask::SetRoom { title: RoomTitle::parse(&n.to_string()).ok(), topic: None },
    };
    Command::Append(Draft {
        room: rooms()[usize::from(by % 2)].clone(),
        by: Author {
            id: PersonId::parse(["p", "q", "r"][usize::from(by % 3)]).unwrap(),
            name: PersonName::anonymous(),
            plain: false,
        },
        key: ClientKey::parse(&n.to_string()).unwrap(),
        command,
        of: None,
        remember: None,
        line: Line::default(),
    })
}

fn dump(data: &TempDir) -> Vec<String> {
    let db = Connection::open(schema::file(data.path())).unwrap();
    let mut rooms = db.prepare("SELECT name, title, topic, about FROM rooms ORDER BY id").unwrap();
    let about = |row: &rusqlite::Row<'_>| {
        Ok(format!(
            "{:?}",
            (row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, seq(row, 3)?)
        ))
    };
    let about: Vec<String> = rooms.query_map([], about).unwrap().map(Result::unwrap).collect();
    [rows(data), about].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_log_of_all_kinds_refolds_to_the_same_and_its_digests_hold(
        steps in prop::collection::vec((0u8..7, 0u8..6, 1u64..8, any::<bool>()), 1..120),
        batch in 1usize..30,
    ) {
        let (store, data) = open();
        let epoch = store.epoch().clone();
        let mut appender = Appender::new(store, crate::log::system_salts());
        let commands: Vec<_> = steps.into_iter().enumerate().map(|(n, step)| command(n, step)).collect();
        let mut published = Vec::new();
        for commands in commands.chunks(batch) {
            let (entries, answers) = appender.append(commands, Millis(1));
            let fresh = answers.iter().filter(|answer| matches!(answer, Ok(Appended::Fresh(_)))).count();
            prop_assert_eq!(fresh, entries.len());
            published.extend(entries);
        }
        prop_assert!(appender.scrub());
        let before = dump(&data);
        let mut other = SqliteStore::open(data.path(), "other").unwrap();
        other.refold().unwrap();
        prop_assert_eq!(dump(&data), before);
        let reader = SqliteReader::new(data.path(), epoch);
        for room in rooms() {
            let events = reader.after(&room, Seq::ZERO, u32::MAX, usize::MAX).unwrap();
            let (ends, snapshot) = reader.ends(&room, 1_000).unwrap();
            prop_assert_eq!(ends.head.0, events.len() as u64);
            let mut digest = Digest::default();
            let mut digests = vec![(Seq::ZERO, digest)];
            let mut messages: Vec<Message> = Vec::new();
            for (event, entry) in events.iter().zip(published.iter().filter(|entry| entry.event.room == room)) {
                digest = digest.after(event);
                digests.push((event.seq, digest));
                prop_assert_eq!((event.seq, digest), (entry.event.seq, entry.digest));
                for message in &mut messages {
                    message.fold(event);
                }
                messages.extend(Message::posted(event));
            }
            prop_assert_eq!(ends.digest, digest);
            prop_assert_eq!(reader.digests(&room, Seq::ZERO, u32::MAX).unwrap(), digests.clone());
            let middle: Vec<_> = digests.into_iter().skip(2).take(3).collect();
            prop_assert_eq!(reader.digests(&room, Seq(2), 3).unwrap(), middle);
            prop_assert_eq!(snapshot.messages, messages);
        }
    }
}

#[test]
fn an_event_of_a_kind_that_is_not_known_is_relayed_as_what_it_is() {
    let (mut store, data) = open();
    let room = RoomName::parse("a").unwrap();
    commit(&mut store, &[event("a", 1, "one")]).unwrap();
    let body = EventBody::Unknown { kind: "pinned".to_owned(), target: Some(Seq(1)), hash: shared::Hash([3; 16]) };
    let pinned = Event { body, ..event("a", 2, "x") };
    let mut state = store.room(&room).unwrap();
    (state.head, state.digest) = (Seq(2), state.digest.after(&pinned));
    // As a newer version writes it: with fields of which this one knows nothing.
    let db = Connection::open(schema::file(data.path())).unwrap();
    db.execute(
        "INSERT INTO events VALUES (1, 2, ?1, 'p', 'Ada', 1, '2', 'pinned', 1, NULL, '{\"until\":7}', ?2, ?3)",
        rusqlite::params![column(pinned.at.0), [3_u8; 16], state.digest.0],
    )
    .unwrap();
    let reader = SqliteReader::new(data.path(), store.epoch().clone());
    assert_eq!(reader.after(&room, Seq(1), 9, usize::MAX).unwrap(), [pinned]);
}
