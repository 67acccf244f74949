//! What is taken out of a log again is in no view and no file, what is left is proved as before, and folds to the same.

use std::ops::ControlFlow;

use proptest::prelude::*;
use shared::{Access, Command as Ask, Days, Emoji, RoomTitle};

use super::*;
use crate::log::{
    AccountChange, Accounting, Appended, Appender, Command, Draft, Finding, Governance, Governing, Line, NotAppended,
    Rename, Tidying, Wrong, append::Remember,
};

const DAY: u64 = 24 * 3_600 * 1_000;

fn id(of: &str) -> PersonId {
    PersonId::parse(of).unwrap()
}

fn name(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

fn author(of: &str) -> Author {
    Author { id: id(of), name: PersonName::parse(&format!("Called-{of}")).unwrap(), plain: false }
}

fn ask(room: &str, by: &str, key: &str, command: Ask) -> Command {
    let (room, by, key) = (name(room), author(by), ClientKey::parse(key).unwrap());
    Command::Append(Draft { room, by, key, command, of: None, remember: None, line: Line::default() })
}

fn post(room: &str, by: &str, key: &str, text: &str) -> Command {
    let text = MessageText::parse(text).unwrap();
    ask(room, by, key, Ask::Post { text, reply_to: None, mentions: vec![id("m")] })
}

fn edit(room: &str, by: &str, key: &str, target: u64, text: &str) -> Command {
    let text = MessageText::parse(text).unwrap();
    ask(room, by, key, Ask::Edit { target: Seq(target), text, mentions: Vec::new() })
}

fn react(room: &str, by: &str, key: &str, target: u64) -> Command {
    ask(room, by, key, Ask::React { target: Seq(target), emoji: Emoji::parse("👍").unwrap(), on: true })
}

fn entitle(room: &str, by: &str, key: &str, title: &str) -> Command {
    ask(room, by, key, Ask::SetRoom { title: RoomTitle::parse(title).ok(), topic: None })
}

fn govern(room: &str, by: &str, key: &str, change: Governance) -> Command {
    let (room, by, key) = (name(room), author(by), ClientKey::parse(key).unwrap());
    Command::Govern(Box::new(Governing { room, by, key, change, remember: None }))
}

/// Somebody who is kept, and has claimed their name.
fn claim(of: &str) -> Command {
    let remember = Remember {
        session: [of.as_bytes()[0]; 32],
        device: format!("phone-of-{of}").into(),
        kept: std::sync::Arc::default(),
    };
    let changes = vec![AccountChange::Claim(author(of).name), AccountChange::Password("secret-hash".to_owned())];
    Command::Account(Accounting { person: id(of), name: author(of).name, changes, remember: Some(remember) })
}

fn leave(of: &str, texts_go: bool) -> Command {
    let changes = vec![AccountChange::Leave { texts_go }];
    Command::Account(Accounting { person: id(of), name: author(of).name, changes, remember: None })
}

fn forget(of: &str, room: &str, seqs: &[u64], texts_go: bool, last: bool) -> Command {
    let (person, room, seqs) = (id(of), name(room), seqs.iter().copied().map(Seq).collect());
    Command::Tidy(Tidying::Forget { person, room, seqs, texts_go, last })
}

fn drop_before(room: &str, before: u64) -> Command {
    Command::Tidy(Tidying::Drop { room: name(room), before: Some(Seq(before)) })
}

fn append(appender: &mut Appender<SqliteStore>, commands: &[Command], at: u64) -> Vec<Result<Appended, NotAppended>> {
    appender.append(commands, Millis(at)).1
}

fn all_right(appender: &mut Appender<SqliteStore>, commands: &[Command], at: u64) {
    let answers = append(appender, commands, at);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

fn appender() -> (Appender<SqliteStore>, TempDir) {
    let (store, data) = open();
    (Appender::new(store, crate::log::system_salts()), data)
}

fn reader(data: &TempDir) -> SqliteReader {
    SqliteReader::new(data.path(), Epoch::from("first".to_owned()))
}

/// What a check has against a data directory.
fn faults(data: &TempDir) -> Vec<String> {
    let db = Connection::open(schema::file(data.path())).unwrap();
    let mut faults = Vec::new();
    let mut tell = |finding| {
        if let Finding::Fault(what) = finding {
            faults.push(what);
        }
        ControlFlow::Continue(())
    };
    super::super::check::check(&db, &mut tell).unwrap();
    faults
}

/// All rows that are folds.
fn views(data: &TempDir) -> Vec<String> {
    let db = Connection::open(schema::file(data.path())).unwrap();
    let mut all = rows(data);
    for query in [
        "SELECT name || title || topic || about || access || coalesce(days, '-') FROM rooms ORDER BY id",
        "SELECT room || person || role FROM roles ORDER BY 1",
        "SELECT room || ' ' || seq || person || at FROM mentions ORDER BY 1",
    ] {
        let mut find = db.prepare(query).unwrap();
        all.extend(find.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap));
    }
    all
}

/// The views are what their log says, and a check has nothing against it.
fn holds(data: &TempDir) {
    assert_eq!(faults(data), Vec::<String>::new());
    let before = views(data);
    SqliteStore::open(data.path(), "other").unwrap().refold().unwrap();
    assert_eq!(views(data), before);
}

fn is_in_a_file(data: &TempDir, what: &str) -> bool {
    let files = std::fs::read_dir(data.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    files.into_iter().any(|file| file.windows(what.len()).any(|part| part == what.as_bytes()))
}

#[test]
fn of_who_leaves_the_name_goes_and_what_they_wrote_stays() {
    let (mut appender, data) = appender();
    all_right(&mut appender, &[claim("a"), claim("b")], 1);
    all_right(&mut appender, &[post("x", "a", "1", "of a"), post("x", "b", "1", "of b"), react("x", "a", "2", 2)], 2);
    all_right(&mut appender, &[react("x", "b", "2", 2), leave("a", false)], 3);
    assert_eq!(appender.names().of(&id("a")), None, "it is free");
    // Whatever of theirs still was on its way, is not taken; also after a restart.
    let late = [
        post("x", "a", "9", "late"),
        claim("a"),
        Command::Rename(Rename { person: id("a"), name: author("a").name, remember: None }),
    ];
    assert_eq!(append(&mut appender, &late, 4), vec![Err(NotAppended::Refused(Wrong::NoAccess)); 3]);
    drop(appender);
    let mut appender = Appender::new(SqliteStore::open(data.path(), "other").unwrap(), crate::log::system_salts());
    assert_eq!(append(&mut appender, &late, 4), vec![Err(NotAppended::Refused(Wrong::NoAccess)); 3]);
    assert_eq!(reader(&data).leaving().unwrap(), [(id("a"), false)]);
    all_right(
        &mut appender,
        &[forget("a", "x", &[1, 2, 3], false, true), Command::Tidy(Tidying::Left { person: id("a") })],
        5,
    );
    assert_eq!(reader(&data).leaving().unwrap(), []);
    let events = reader(&data).after(&name("x"), Seq::ZERO, 99, usize::MAX).unwrap();
    let names: Vec<_> = events.iter().map(|event| event.by.name.as_str()).collect();
    assert_eq!(names, ["Anonymous", "Called-b", "Anonymous", "Called-b", "Anonymous"]);
    assert_eq!(events[4].body, EventBody::Forgotten);
    let (_, snapshot) = reader(&data).ends(&name("x"), 9).unwrap();
    assert_eq!(snapshot.messages[0].text.as_ref().unwrap().as_str(), "of a");
    let reacted: Vec<_> = snapshot.messages[1].reactions[0].by.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(reacted, ["Anonymous", "Called-b"]);
    holds(&data);
    // What the account had is gone, and its token names nobody.
    let account = reader(&data).account(&id("a")).unwrap();
    assert_eq!((account.name, account.password, account.sessions.len()), (Some(PersonName::anonymous()), None, 0));
    let session = reader(&data).sessions(&[[b'a'; 32]]).unwrap().remove(0).unwrap();
    assert!(session.ended);
    // A name may be left where rows have moved; not after the next start.
    drop(appender);
    drop(SqliteStore::open(data.path(), "other").unwrap());
    assert_eq!((is_in_a_file(&data, "Called-a"), is_in_a_file(&data, "Called-b")), (false, true));
    assert_eq!((is_in_a_file(&data, "phone-of-a"), is_in_a_file(&data, "phone-of-b")), (false, true));
}

#[test]
fn of_who_leaves_what_they_wrote_goes_where_they_want_that() {
    let (mut appender, data) = appender();
    all_right(&mut appender, &[claim("a"), post("x", "a", "1", "word-of-a"), post("x", "b", "1", "of b")], 1);
    all_right(&mut appender, &[edit("x", "a", "2", 1, "other-word-of-a"), leave("a", true)], 2);
    assert_eq!(reader(&data).leaving().unwrap(), [(id("a"), true)]);
    // Cut off between two steps, and begun anew.
    all_right(&mut appender, &[forget("a", "x", &[1], true, false)], 3);
    all_right(&mut appender, &[forget("a", "x", &[1, 2, 3], true, true)], 4);
    assert!(appender.scrub());
    let (_, snapshot) = reader(&data).ends(&name("x"), 9).unwrap();
    assert!(snapshot.messages[0].is_deleted());
    assert_eq!(snapshot.messages[1].text.as_ref().unwrap().as_str(), "of b", "what others wrote is not touched");
    assert!(!is_in_a_file(&data, "word-of-a"));
    holds(&data);
}

#[test]
fn where_the_only_owner_leaves_somebody_else_is_the_owner() {
    let (mut appender, data) = appender();
    let room = "private-0123456789abcdef0123";
    let role = |person: &str, role| Governance::SetRole { person: id(person), role: Some(role) };
    all_right(&mut appender, &[claim("a"), claim("b"), claim("c")], 1);
    all_right(
        &mut appender,
        &[
            govern(room, "a", "1", Governance::Found(Access::Private)),
            govern(room, "a", "2", role("b", Role::Member)),
            govern(room, "a", "3", role("c", Role::Moderator)),
        ],
        2,
    );
    all_right(&mut appender, &[leave("a", false)], 3);
    assert_eq!(reader(&data).rooms_of(&id("a")).unwrap(), [name(room)]);
    all_right(&mut appender, &[forget("a", room, &[1, 2, 3], false, true)], 4);
    assert_eq!(reader(&data).rooms_of(&id("a")).unwrap(), []);
    let members = reader(&data).members(&name(room), Millis(5)).unwrap();
    let roles: Vec<_> = members.people.iter().map(|(person, role)| (person.id.as_str(), *role)).collect();
    assert_eq!(roles, [("c", Role::Owner), ("b", Role::Member)]);
    holds(&data);
    // The last one leaves an empty room.
    all_right(&mut appender, &[leave("b", false), leave("c", false)], 6);
    all_right(&mut appender, &[forget("b", room, &[], false, true), forget("c", room, &[4, 5], false, true)], 7);
    assert_eq!(reader(&data).members(&name(room), Millis(5)).unwrap().people, []);
    holds(&data);
}

#[test]
fn a_room_drops_what_is_old_and_stays_what_it_is() {
    let (mut appender, data) = appender();
    let commands = [
        entitle("x", "a", "0", "Den"),
        post("x", "a", "1", "old-word"),
        post("x", "b", "1", "older-word"),
        react("x", "a", "2", 3),
    ];
    all_right(&mut appender, &commands, DAY);
    let young = [edit("x", "a", "3", 2, "edited-word"), post("x", "b", "2", "young-word")];
    all_right(&mut appender, &young, 40 * DAY);
    let aged = |now: u64, days| reader(&data).aged(Millis(now), Days::new(days)).unwrap();
    assert_eq!(aged(41 * DAY, 0), []);
    assert_eq!(aged(30 * DAY, 30), []);
    let old = aged(41 * DAY, 30);
    assert_eq!((old[0].room.as_str(), old[0].oldest, old[0].before), ("x", Seq(1), Some(Seq(5))));
    let digest = reader(&data).ends(&name("x"), 0).unwrap().0.digest;
    assert_eq!(append(&mut appender, &[drop_before("x", 5)], 41 * DAY), [Ok(Appended::Kept)]);
    assert!(appender.scrub());
    let (ends, snapshot) = reader(&data).ends(&name("x"), 9).unwrap();
    assert_eq!((ends.first, ends.head), (Seq(5), Seq(7)));
    assert_ne!(ends.digest, digest, "it is an event");
    assert_eq!(snapshot.about.title.as_str(), "Den");
    let texts: Vec<_> = snapshot.messages.iter().filter_map(|message| message.text.as_ref()).collect();
    assert_eq!(texts.iter().map(|text| text.as_str()).collect::<Vec<_>>(), ["young-word"]);
    for gone in ["old-word", "older-word", "edited-word"] {
        assert!(!is_in_a_file(&data, gone), "{gone}");
    }
    holds(&data);
    // A cursor just before what is left is good; the digest there is known.
    assert_eq!(reader(&data).digests(&name("x"), Seq(4), 1).unwrap().len(), 1);
    assert_eq!(reader(&data).digests(&name("x"), Seq(1), 3).unwrap(), []);
    // What is sent again is known all the same, and nothing can be said of what is gone.
    assert_eq!(append(&mut appender, &commands[1..2], 41 * DAY), [Ok(Appended::Known(Seq(2)))]);
    let late = edit("x", "a", "9", 2, "late");
    assert_eq!(append(&mut appender, &[late], 41 * DAY), [Err(NotAppended::Refused(Wrong::NoMessage))]);
    assert_eq!(aged(41 * DAY, 30), [], "nothing is left to be dropped");
    assert_eq!(append(&mut appender, &[drop_before("x", 99)], 41 * DAY), [Ok(Appended::Unchanged)]);
    // Also in the very commit that drops it.
    let of_the_same = [drop_before("x", 7), edit("x", "b", "10", 6, "late-word"), post("x", "b", "11", "on")];
    let answers = append(&mut appender, &of_the_same, 41 * DAY);
    assert_eq!(answers, [Ok(Appended::Kept), Err(NotAppended::Refused(Wrong::NoMessage)), Ok(Appended::Fresh(Seq(9)))]);
    // Overwritten texts take no place after the next start.
    drop(appender);
    drop(SqliteStore::open(data.path(), "other").unwrap());
    let db = Connection::open(schema::file(data.path())).unwrap();
    let words: i64 = db.query_row("SELECT count(*) FROM words", [], |row| row.get(0)).unwrap();
    assert_eq!(words, 1, "what was said last");
    holds(&data);
}

#[test]
fn a_long_log_is_dropped_in_steps_and_one_that_is_all_old_keeps_its_end() {
    let (mut appender, data) = appender();
    for n in 0..5_u64 {
        let posts: Vec<_> = (0..1_000).map(|m| post("x", "a", &format!("{n}-{m}"), "old")).collect();
        all_right(&mut appender, &posts, DAY);
    }
    let mut steps = Vec::new();
    while let Some(aged) = reader(&data).aged(Millis(9 * DAY), Days::new(7)).unwrap().pop() {
        steps.push((aged.oldest.0, aged.before.map(|before| before.0)));
        let tidying = Tidying::Drop { room: aged.room, before: aged.before };
        all_right(&mut appender, &[Command::Tidy(tidying)], 9 * DAY);
        // Nobody reads of it what is not deleted yet.
        assert_eq!(reader(&data).ends(&name("x"), 99).unwrap().1.messages, []);
        holds(&data);
    }
    assert_eq!(steps, [(1, Some(5_001)), (2_001, None), (4_001, None)]);
    let events = reader(&data).after(&name("x"), Seq::ZERO, 99, usize::MAX).unwrap();
    assert_eq!(
        events.iter().map(|event| event.body.clone()).collect::<Vec<_>>(),
        [EventBody::Dropped { target: Seq(5_001) }]
    );
    assert_eq!(reader(&data).aged(Millis(99 * DAY), Days::new(7)).unwrap(), [], "that it was dropped is not dropped");
    holds(&data);
}

#[test]
fn how_long_a_founded_room_keeps_is_its_owners_to_say() {
    let (mut appender, data) = appender();
    let found = govern("news", "a", "1", Governance::Found(Access::Announcement));
    let keep = |by: &str, key: &str, days| govern("news", by, key, Governance::Retain(Days::new(days)));
    all_right(&mut appender, &[found, post("news", "a", "2", "old"), keep("a", "3", 30), keep("a", "4", 30)], DAY);
    assert_eq!(append(&mut appender, &[keep("b", "1", 1)], DAY), [Err(NotAppended::Refused(Wrong::NotAllowed))]);
    let public = govern("lobby", "a", "2", Governance::Retain(Days::new(1)));
    assert!(append(&mut appender, &[post("lobby", "a", "1", "old"), public], DAY)[1].is_err());
    let aged = |days| reader(&data).aged(Millis(32 * DAY), Days::new(days)).unwrap();
    let rooms = |days| aged(days).iter().map(|aged| aged.room.to_string()).collect::<Vec<_>>();
    assert_eq!(
        (rooms(0), rooms(40), rooms(20)),
        (vec!["news".into()], vec!["news".into()], vec!["news".into(), "lobby".into()])
    );
    all_right(&mut appender, &[post("news", "a", "5", "young")], 32 * DAY);
    let before = aged(0)[0].before.unwrap().0;
    all_right(&mut appender, &[drop_before("news", before)], 32 * DAY);
    // Who founded it, and what was said of it, is gone from the log, and holds.
    let standing = reader(&data).standing(&name("news"), &id("a")).unwrap();
    assert_eq!(
        (standing.role, standing.days, standing.access),
        (Some(Role::Owner), Days::new(30), Access::Announcement)
    );
    holds(&data);
    all_right(&mut appender, &[keep("a", "6", 0)], 33 * DAY);
    assert_eq!(reader(&data).standing(&name("news"), &id("a")).unwrap().days, None);
    holds(&data);
}

/// One thing that happens: a command, somebody leaves, is forgotten, or a room drops what is old.
fn step(n: usize, kind: u8, by: u8, target: u64) -> Vec<Command> {
    let (room, who) = (["x", "y"][usize::from(by % 2)], ["a", "b", "c"][usize::from(by % 3)]);
    let key = n.to_string();
    match kind {
        0..=3 => vec![post(room, who, &key, &format!("text {n}"))],
        4 => vec![edit(room, who, &key, target, &format!("edit {n}"))],
        5 => vec![ask(room, who, &key, Ask::Delete { target: Seq(target) })],
        6 | 7 => vec![react(room, who, &key, target)],
        8 => vec![entitle(room, who, &key, &key)],
        9 if by > 3 => vec![Command::Tidy(Tidying::Drop { room: name(room), before: None })],
        9 => vec![drop_before(room, target)],
        10 => vec![leave(who, target.is_multiple_of(2))],
        _ => {
            let seqs: Vec<_> = (target..target + 9).collect();
            vec![forget(who, room, &seqs, target.is_multiple_of(2), target.is_multiple_of(3))]
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_is_taken_out_the_log_proves_what_is_left(
        steps in prop::collection::vec((0u8..12, 0u8..6, 1u64..20), 1..120),
        batch in 1usize..20,
    ) {
        let (mut appender, data) = appender();
        all_right(&mut appender, &["a", "b", "c"].map(claim), 1);
        let commands: Vec<_> =
            steps.into_iter().enumerate().flat_map(|(n, (kind, by, target))| step(n, kind, by, target)).collect();
        for (n, commands) in commands.chunks(batch).enumerate() {
            for answer in append(&mut appender, commands, 2 + n as u64) {
                prop_assert!(!matches!(answer, Err(NotAppended::Storage | NotAppended::Unsound)), "{:?}", answer);
            }
        }
        prop_assert!(appender.scrub());
        prop_assert_eq!(faults(&data), Vec::<String>::new());
        let before = views(&data);
        SqliteStore::open(data.path(), "other").unwrap().refold().unwrap();
        prop_assert_eq!(views(&data), before);
        prop_assert_eq!(faults(&data), Vec::<String>::new());
    }
}
