//! A page that came with the newest messages in it.

use shared::{ClientFrame, Cursor, Digest, Epoch, Page, Seq, ServerFrame, Snapshot};

use super::super::{Action, Ask, Edge, Effect};
use super::{
    Client, digest_of, lobby, opened, opened_empty, posted,
    window::{messages, page},
};

/// The room as it was when the server wrote the page: so many messages, all there are.
fn painted(messages: u64, epoch: &str) -> Action {
    let mut server = Client::welcomed();
    server.hear(opened_empty());
    for seq in 1..=messages {
        server.hear(ServerFrame::Event(posted(seq, "other", "x")));
    }
    server.wait(2_000);
    let (_, room) = server.disk.rooms[0].clone();
    Action::Painted(Box::new(ServerFrame::Opened {
        room: lobby(),
        epoch: Epoch::from(epoch.to_owned()),
        first: Seq(1),
        head: Seq(messages),
        digest: room.cursor.digest.unwrap(),
        snapshot: Some(room.snapshot),
        reset: None,
    }))
}

fn opens(client: &Client) -> Vec<Option<Cursor>> {
    let open = |effect: &Effect| match effect {
        Effect::Send { frame: ClientFrame::Open { after, .. }, .. } => Some(after.clone()),
        _ => None,
    };
    client.effects.iter().filter_map(open).collect()
}

#[test]
fn it_is_read_at_once_and_opened_from_there_where_nothing_is_kept() {
    let mut client = Client::new();
    client.prompt = false;
    client.act(painted(3, "e"));
    assert_eq!(client.shown(), [1, 2, 3]);
    client.act(Action::Started);
    client.meet("me");
    assert!(opens(&client).is_empty(), "something may be kept");
    client.act(Action::Loaded(Box::default()));
    let cursor = client.room().cursor().cloned();
    assert_eq!(cursor.as_ref().map(|cursor| cursor.seq), Some(Seq(3)));
    assert_eq!(opens(&client), [cursor]);
    let is_kept = |effect: &Effect| matches!(effect, Effect::Keep(keep) if keep.rooms.len() == 1);
    assert!(client.effects.iter().any(is_kept), "it is kept from then on");
}

#[test]
fn what_does_not_fit_together_or_is_another_rooms_is_not_shown() {
    let Action::Painted(sound) = painted(3, "e") else { unreachable!() };
    let check = |damage: &dyn Fn(&mut ServerFrame)| {
        let mut frame = sound.clone();
        damage(&mut frame);
        let mut client = Client::new();
        client.act(Action::Painted(frame));
        client.act(Action::Started);
        assert!(client.shown().is_empty());
        assert!(client.room().cursor().is_none());
    };
    check(&|frame| match frame {
        ServerFrame::Opened { room, .. } => *room = shared::RoomName::parse("den").unwrap(),
        _ => unreachable!(),
    });
    check(&|frame| match frame {
        ServerFrame::Opened { head, .. } => *head = Seq(2),
        _ => unreachable!(),
    });
    check(&|frame| *frame = ServerFrame::Unknown);
}

#[test]
fn what_is_kept_says_where_to_read_on_and_what_the_page_brought_stays_in_sight() {
    let mut before = Client::new();
    before.act(painted(3, "e"));
    before.act(Action::Started);
    before.meet("me");
    before.wait(2_000);
    let mut after = Client::with(before.disk);
    after.act(painted(5, "e"));
    after.act(Action::Started);
    assert_eq!(after.shown(), [1, 2, 3, 4, 5]);
    after.meet("me");
    assert_eq!(opens(&after), [after.room().cursor().cloned()]);
    assert_eq!(after.room().cursor().map(|cursor| cursor.seq), Some(Seq(3)));
    let (epoch, head) = (Epoch::from("e".to_owned()), Seq(5));
    let digest = super::digest_of(&(1..=5).map(|seq| posted(seq, "other", "x")).collect::<Vec<_>>());
    let (room, first) = (lobby(), Seq(1));
    after.hear(ServerFrame::Opened { room, epoch, first, head, digest, snapshot: None, reset: None });
    after.hear(ServerFrame::Event(posted(4, "other", "x")));
    after.hear(ServerFrame::Event(posted(5, "other", "x")));
    assert_eq!(after.shown(), [1, 2, 3, 4, 5]);
    assert!(after.room().sync().is_some_and(|sync| sync.complete && sync.verified == Some(Seq(5))));
}

#[test]
fn a_room_that_was_empty_when_it_was_kept_is_known_from_its_beginning() {
    let mut before = Client::welcomed();
    before.hear(opened_empty());
    before.wait(2_000);
    let Action::Painted(mut page) = painted(5, "e") else { unreachable!() };
    if let ServerFrame::Opened { snapshot: Some(snapshot), .. } = &mut *page {
        snapshot.messages.drain(..3);
        snapshot.more_before = true;
    }
    let mut after = Client::with(before.disk);
    after.act(Action::Painted(page));
    assert!(after.room().window().more_before());
    after.act(Action::Started);
    after.meet("me");
    assert_eq!(after.room().cursor().map(|cursor| cursor.seq), Some(Seq(0)));
    let log: Vec<_> = (1..=5).map(|seq| posted(seq, "other", "x")).collect();
    let (room, epoch, digest) = (lobby(), Epoch::from("e".to_owned()), digest_of(&log));
    after.hear(ServerFrame::Opened { room, epoch, first: Seq(1), head: Seq(5), digest, snapshot: None, reset: None });
    for event in log {
        after.hear(ServerFrame::Event(event));
    }
    assert_eq!((after.shown(), after.room().window().more_before()), (vec![1, 2, 3, 4, 5], false));
}

#[test]
fn what_the_page_shows_stays_until_there_is_something_to_draw() {
    let loading = || {
        let mut client = Client::new();
        client.prompt = false;
        client.act(Action::Started);
        assert!(!client.app.is_worth_drawing(), "what is kept is yet to come");
        client
    };
    let mut client = loading();
    client.act(painted(3, "e"));
    assert!(client.app.is_worth_drawing());
    let mut client = loading();
    client.act(Action::Loaded(Box::default()));
    assert!(client.app.is_worth_drawing(), "nothing is kept");
    let mut client = loading();
    client.wait(2_000);
    assert!(client.app.is_worth_drawing(), "the database does not answer");
}

#[test]
fn what_is_not_drawn_yet_is_nearer_than_what_is_not_here_yet() {
    let asks = |client: &mut Client| {
        client.take_effects();
        client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
        client.take_effects().iter().any(|effect| matches!(effect, Effect::FetchPage { .. }))
    };
    let mut client = Client::welcomed();
    let mut frame = opened(100, Digest::default(), true, None);
    if let ServerFrame::Opened { snapshot: Some(snapshot), .. } = &mut frame {
        snapshot.messages = messages(51..=100);
        snapshot.more_before = true;
    }
    client.hear(frame);
    client.act(Action::FewDrawn(8));
    assert_eq!(client.app.few(), 8);
    assert!(!asks(&mut client));
    client.act(Action::FewDrawn(0));
    assert!(asks(&mut client));
}

#[test]
fn a_page_of_history_that_is_ahead_stays_only_if_it_is_of_the_log_that_comes() {
    let hear_page = |client: &mut Client, digest| {
        let page = Page { digest, ..page(1..=50, 102) };
        client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
        client.act(Action::PageReceived { room: lobby(), ask: Ask::Before(Seq(51)), page: Some(page) });
        assert_eq!(client.shown().first(), Some(&1));
    };
    let log = [posted(101, "other", "101"), posted(102, "other", "102")];
    let digest = digest_of(&log);
    for (is_of_it, digest) in [(true, digest), (false, Digest([9; 16]))] {
        let mut client = Client::welcomed();
        let snapshot = Snapshot { messages: messages(51..=100), more_before: true, ..Snapshot::default() };
        client.hear(ServerFrame::Opened {
            room: lobby(),
            epoch: Epoch::from("e".to_owned()),
            first: Seq(1),
            head: Seq(100),
            digest: Digest::default(),
            snapshot: Some(snapshot),
            reset: None,
        });
        hear_page(&mut client, digest);
        client.take_effects();
        for event in &log {
            client.hear(ServerFrame::Event(event.clone()));
        }
        let anew = if is_of_it { vec![] } else { vec![None] };
        assert_eq!(opens(&client), anew, "the disk was rolled back in between: {}", !is_of_it);
    }
}
