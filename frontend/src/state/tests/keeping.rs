//! What is kept: before it is sent, together with what it belongs to, and what happens where nothing can be kept.

use shared::{ClientFrame, EventBody, Seq, ServerFrame};

use super::super::{Action, Effect, Fate, Keep, KeptRoom, Loaded, Place, Storage, StorageTrouble, storage_words};
use super::{Client, digest_of, disk::Disk, event, key, lobby, opened_empty, person, posted, text};

/// A client whose database is slow: what it is asked for stays among the effects.
fn slow() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.prompt = false;
    client.wait(2_000);
    client.take_effects();
    client
}

fn keeps(client: &mut Client) -> Vec<Keep> {
    let keep = |effect| match effect {
        Effect::Keep(keep) => Some(keep),
        _ => None,
    };
    client.take_effects().into_iter().filter_map(keep).collect()
}

fn sends_posts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Send { frame: ClientFrame::Post { .. }, .. }))
}

fn opens(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Send { frame: ClientFrame::Open { .. }, .. })).count()
}

#[test]
fn nothing_typed_is_sent_before_it_is_stored_and_its_draft_is_kept_until_then() {
    let mut client = slow();
    client.type_in("a");
    let effects = client.take_effects();
    assert!(!sends_posts(&effects));
    let Some(Effect::Keep(keep)) = effects.iter().find(|effect| matches!(effect, Effect::Keep(_))) else {
        panic!("{effects:?}")
    };
    assert_eq!((keep.entries.len(), keep.rooms.len()), (1, 0));
    let drop_draft = Effect::DropDraft { room: lobby(), text: text("a") };
    assert!(!effects.contains(&drop_draft));
    client.act(Action::Kept { number: keep.number });
    let effects = client.take_effects();
    assert!(sends_posts(&effects) && effects.contains(&drop_draft), "{effects:?}");
    assert!(!client.app.has_unsent(), "it would not be gone with the page");
}

#[test]
fn an_entry_leaves_the_database_with_the_message_and_the_cursor_that_it_became() {
    let mut client = slow();
    client.type_in("a");
    let number = keeps(&mut client)[0].number;
    client.act(Action::Kept { number });
    client.take_effects();
    let mine = posted(1, "me", "a");
    client.hear(ServerFrame::Event(mine.clone()));
    let keeps = keeps(&mut client);
    let [Keep { rooms, gone, entries, .. }] = &keeps[..] else { panic!("{keeps:?}") };
    assert_eq!((&gone[..], entries.len()), (&[(lobby(), key("a"))][..], 0));
    let (_, room) = &rooms[0];
    assert_eq!((room.cursor.seq, room.cursor.digest, room.since), (Seq(1), Some(digest_of([&mine])), Seq(0)));
    assert_eq!(room.snapshot.messages.len(), 1);
}

#[test]
fn one_transaction_is_under_way_at_a_time_and_events_are_written_once_a_second() {
    let mut client = slow();
    client.hear(ServerFrame::Event(posted(1, "other", "a")));
    let first = keeps(&mut client);
    assert_eq!(first.len(), 1);
    for seq in 2..50 {
        client.hear(ServerFrame::Event(posted(seq, "other", "a")));
    }
    client.type_in("x");
    assert_eq!(keeps(&mut client), []);
    client.act(Action::Kept { number: first[0].number });
    let second = keeps(&mut client);
    assert_eq!((second.len(), second[0].entries.len(), second[0].rooms[0].1.cursor.seq), (1, 1, Seq(49)));
    client.act(Action::Kept { number: second[0].number });
    client.hear(ServerFrame::Event(posted(50, "other", "a")));
    assert_eq!(keeps(&mut client), []);
    client.wait(1_000);
    assert_eq!(keeps(&mut client).len(), 1);
}

#[test]
fn a_deletion_is_written_at_once() {
    let mut client = slow();
    client.hear(ServerFrame::Event(posted(1, "other", "a")));
    let number = keeps(&mut client)[0].number;
    client.act(Action::Kept { number });
    client.hear(ServerFrame::Event(event(2, "other", "d", EventBody::Deleted { target: Seq(1) })));
    let keeps = keeps(&mut client);
    assert!(keeps[0].rooms[0].1.snapshot.messages[0].is_deleted());
}

#[test]
fn a_page_that_is_put_away_writes_what_it_has() {
    let mut client = slow();
    client.hear(ServerFrame::Event(posted(1, "other", "a")));
    client.hear(ServerFrame::Event(posted(2, "other", "b")));
    client.take_effects();
    client.act(Action::PagePutAway);
    assert_eq!(keeps(&mut client)[0].rooms[0].1.cursor.seq, Seq(2));
}

#[test]
fn no_room_is_opened_before_the_stored_cursor_is_known() {
    let mut client = Client::new();
    client.prompt = false;
    client.act(Action::Started);
    client.meet("me");
    client.type_in("a");
    assert_eq!(opens(&client.take_effects()), 0);
    assert_eq!(client.room().outbox().entries().len(), 1, "and what is typed is shown");
    client.act(Action::Loaded(Box::default()));
    let effects = client.take_effects();
    assert_eq!(opens(&effects), 1);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Keep(keep) if keep.entries.len() == 1)));
}

#[test]
fn a_database_that_does_not_answer_is_waited_for_two_seconds() {
    let mut client = Client::new();
    client.prompt = false;
    client.act(Action::Started);
    client.meet("me");
    client.type_in("a");
    client.wait(1_999);
    assert_eq!(opens(&client.take_effects()), 0);
    client.wait(1);
    assert_eq!(opens(&client.take_effects()), 1);
    assert_eq!(client.app.storage(), Storage::Off(StorageTrouble::Broken));
    client.hear(opened_empty());
    assert!(sends_posts(&client.take_effects()));
    assert!(client.app.has_unsent());
    // It comes round: what is there is written now.
    client.act(Action::Loaded(Box::default()));
    assert_eq!(client.app.storage(), Storage::On);
    assert_eq!(keeps(&mut client)[0].entries.len(), 1);
}

#[test]
fn where_nothing_can_be_kept_it_is_sent_at_once_and_said() {
    for trouble in [StorageTrouble::Forbidden, StorageTrouble::Full, StorageTrouble::Broken] {
        let mut client = slow();
        client.type_in("a");
        client.take_effects();
        client.act(Action::StorageFailed(trouble));
        let effects = client.take_effects();
        assert!(sends_posts(&effects));
        assert!(effects.contains(&Effect::DropDraft { room: lobby(), text: text("a") }));
        assert!(storage_words(client.app.storage()).is_some());
        assert!(client.app.has_unsent());
        client.hear(ServerFrame::Event(posted(1, "me", "a")));
        client.type_in("b");
        assert!(sends_posts(&client.take_effects()));
        // Later it is tried again, with all that there is by then; but not where the browser forbids it.
        client.wait(30_000);
        let keeps = keeps(&mut client);
        assert_eq!(keeps.len(), usize::from(trouble != StorageTrouble::Forbidden));
        if let [keep] = &keeps[..] {
            assert_eq!((keep.entries.len(), keep.rooms.len()), (1, 1));
            client.act(Action::Kept { number: keep.number });
            assert_eq!((client.app.storage(), client.app.has_unsent()), (Storage::On, false));
        }
    }
}

#[test]
fn a_transaction_that_is_never_reported_is_given_up_and_made_again() {
    let mut client = slow();
    client.type_in("a");
    let first = keeps(&mut client);
    client.wait(5_000);
    assert_eq!(client.app.storage(), Storage::Off(StorageTrouble::Broken));
    assert!(sends_posts(&client.take_effects()));
    // Late, but done: it is made again all the same, and hurts nobody.
    client.act(Action::Kept { number: first[0].number });
    assert_eq!(client.app.storage(), Storage::On);
    assert_eq!(keeps(&mut client)[0].entries.len(), 1);
}

#[test]
fn a_page_that_comes_up_shows_what_was_kept_and_goes_on_from_there() {
    let mut first = Client::welcomed();
    first.hear(opened_empty());
    first.hear(ServerFrame::Event(posted(1, "other", "x")));
    first.wait(2_000);
    first.type_in("a");
    first.type_in("b");
    let mut client = Client::with(first.disk.clone());
    client.act(Action::Started);
    assert_eq!((client.shown(), client.app.me()), (vec![1], Some(&person("me"))));
    let fates: Vec<Fate> = client.room().outbox().entries().iter().map(|entry| entry.fate.clone()).collect();
    assert_eq!(fates, [Fate::Sent, Fate::Sent], "nobody knows");
    client.act(Action::DiscardPressed { room: lobby(), key: key("a") });
    assert_eq!(client.room().outbox().entries().len(), 2);
    client.meet("me");
    let after = client.room().cursor().cloned();
    assert_eq!(after.as_ref().map(|cursor| cursor.seq), Some(Seq(1)));
    let open = Effect::Send { generation: client.generation(), frame: ClientFrame::Open { room: lobby(), after } };
    assert!(client.take_effects().contains(&open));
}

#[test]
fn a_refusal_outlives_the_page() {
    let mut first = Client::welcomed();
    first.hear(opened_empty());
    first.type_in("a");
    let refusal = shared::Refusal::lasting(shared::RefusalCode::TooLong, "No.");
    let (room, named) = (Some("lobby".to_owned()), Some("a".to_owned()));
    first.hear(ServerFrame::Refused { room, key: named, refusal });
    let mut client = Client::with(first.disk.clone());
    client.act(Action::Started);
    client.meet("me");
    client.hear(opened_empty());
    assert_eq!(client.room().outbox().entries()[0].fate, Fate::Refused { message: "Not sent: No.".into() });
    assert!(!sends_posts(&client.take_effects()));
    client.act(Action::DiscardPressed { room: lobby(), key: key("a") });
    assert!(client.disk.entries.is_empty());
}

#[test]
fn what_was_typed_before_the_first_welcome_is_the_first_ones() {
    let mut client = Client::new();
    client.act(Action::Started);
    client.type_in("a");
    assert_eq!(client.room().outbox().entries()[0].owner, None);
    let mut later = Client::with(client.disk.clone());
    later.act(Action::Started);
    later.meet("me");
    later.hear(opened_empty());
    assert!(sends_posts(&later.take_effects()));
    assert_eq!(later.room().outbox().entries()[0].owner, Some(person("me").id));
    // And from then on nobody else's.
    let mut another = Client::with(later.disk.clone());
    another.act(Action::Started);
    another.meet("another");
    another.hear(opened_empty());
    assert!(!sends_posts(&another.take_effects()));
}

#[test]
fn a_room_that_is_followed_no_more_opens_from_what_was_kept() {
    let name = |n: u64| shared::RoomName::parse(&format!("r{n}")).unwrap();
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "other", "x")));
    for n in 0..20 {
        client.now += 1;
        client.act(Action::PlaceEntered(Place::Room(name(n))));
    }
    assert!(client.app.room(&lobby()).is_none());
    assert_eq!(client.disk.rooms.iter().filter(|(room, _)| *room == lobby()).count(), 1);
    client.act(Action::PlaceEntered(Place::Room(lobby())));
    assert_eq!(client.shown(), [1]);
}

#[test]
fn what_was_loaded_is_not_loaded_over_what_is_newer() {
    let mut first = Client::welcomed();
    first.hear(opened_empty());
    let old = Loaded { rooms: first.disk.rooms.clone(), ..Loaded::default() };
    first.hear(ServerFrame::Event(posted(1, "other", "x")));
    first.act(Action::Loaded(Box::new(old)));
    assert_eq!((first.shown(), first.room().cursor().unwrap().seq), (vec![1], Seq(1)));
}

#[test]
fn a_database_that_failed_once_is_tried_again_also_where_nothing_has_changed() {
    let mut client = slow();
    client.act(Action::StorageFailed(StorageTrouble::Broken));
    client.wait(30_000);
    let keeps = keeps(&mut client);
    assert_eq!(keeps.len(), 1);
    client.act(Action::Kept { number: keeps[0].number });
    assert_eq!(client.app.storage(), Storage::On);
}

#[test]
fn what_could_not_be_read_at_first_is_read_before_anything_is_written() {
    let mut before = Client::welcomed();
    before.hear(opened_empty());
    before.type_in("old");
    let mut client = Client::with(before.disk);
    client.prompt = false;
    client.act(Action::Started);
    client.act(Action::StorageFailed(StorageTrouble::Broken));
    client.meet("me");
    client.hear(opened_empty());
    client.type_in("new");
    client.take_effects();
    client.wait(29_999);
    assert!(!client.take_effects().contains(&Effect::Load));
    client.wait(1);
    let effects = client.take_effects();
    assert!(effects.contains(&Effect::Load) && !effects.iter().any(|effect| matches!(effect, Effect::Keep(_))));
    // Again, and it works.
    client.act(Action::StorageFailed(StorageTrouble::Broken));
    client.wait(30_000);
    assert!(client.take_effects().contains(&Effect::Load));
    client.act(Action::Loaded(Box::new(client.disk.load())));
    assert_eq!(client.app.storage(), Storage::On);
    let keys: Vec<_> = client.room().outbox().entries().iter().map(|entry| entry.key.to_string()).collect();
    assert_eq!(keys, ["old", "new"]);
}

#[test]
fn where_nothing_can_be_kept_rooms_that_are_left_are_not_gathered() {
    let name = |n: u64| shared::RoomName::parse(&format!("r{n}")).unwrap();
    let mut client = slow();
    client.hear(ServerFrame::Event(posted(1, "other", "x")));
    client.act(Action::StorageFailed(StorageTrouble::Broken));
    client.take_effects();
    for n in 0..20 {
        client.now += 1;
        client.act(Action::PlaceEntered(Place::Room(name(n))));
    }
    client.wait(40_000);
    assert!(keeps(&mut client).iter().all(|keep| keep.rooms.is_empty()));
    client.act(Action::PlaceEntered(Place::Room(lobby())));
    assert_eq!(client.shown(), [1], "it is still there for this page");
}

#[test]
fn what_is_typed_before_the_database_answers_stands_behind_what_it_holds() {
    let mut before = Client::new();
    before.now = 5_000_000;
    before.act(Action::Started);
    before.type_in("a");
    // The page is loaded again, and the machine's clock was set back meanwhile.
    let mut after = Client::with(before.disk);
    after.prompt = false;
    after.act(Action::Started);
    after.type_in("b");
    after.type_in("c");
    after.act(Action::Loaded(Box::new(after.disk.load())));
    let keys: Vec<_> = after.room().outbox().entries().iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    for keep in keeps(&mut after) {
        after.disk.write(&keep);
    }
    assert_eq!(after.disk.keys(), ["a", "b", "c"]);
}

#[test]
fn a_stored_room_that_does_not_fit_together_is_not_shown() {
    let mut first = Client::welcomed();
    first.hear(opened_empty());
    for seq in 1..=3 {
        first.hear(ServerFrame::Event(posted(seq, "other", "x")));
    }
    first.wait(2_000);
    let (_, sound) = first.disk.rooms[0].clone();
    let check = |damage: &dyn Fn(&mut KeptRoom), shown: &[u64]| {
        let mut room = sound.clone();
        damage(&mut room);
        let mut client = Client::with(Disk { rooms: vec![(lobby(), room)], ..Disk::default() });
        client.act(Action::Started);
        assert_eq!(client.shown(), shown);
        assert_eq!(client.room().cursor().is_some(), !shown.is_empty());
    };
    check(&|_| {}, &[1, 2, 3]);
    check(&|room| room.snapshot.messages.swap(0, 1), &[]);
    check(&|room| room.snapshot.messages[1].seq = Seq(1), &[]);
    check(&|room| room.snapshot.messages[0].seq = Seq(0), &[]);
    check(&|room| room.snapshot.messages[2].rev = Seq(4), &[]);
    check(&|room| room.snapshot.messages[2].rev = Seq(2), &[]);
    check(&|room| room.snapshot.about.rev = Seq(4), &[]);
    check(&|room| room.cursor.seq = Seq(2), &[]);
    check(&|room| room.cursor.digest = None, &[]);
    check(&|room| room.since = Seq(4), &[]);
    check(
        &|room| {
            let one = room.snapshot.messages[0].clone();
            let message = |seq| shared::Message { seq: Seq(seq), rev: Seq(seq), ..one.clone() };
            room.snapshot.messages = (1..=101).map(message).collect();
            room.cursor.seq = Seq(101);
        },
        &[],
    );
}
