//! Permalinks, quotes and dates: the log is brought there from anywhere, and grows from there in both directions.

use std::rc::{Rc, Weak};

use shared::{Digest, EventBody, Message, Millis, Page, Seq, ServerFrame, Snapshot};

use super::super::{Action, App, Ask, Edge, Effect, Notice, Paging, Place, Reader};
use super::window::{messages, page};
use super::{Client, event, lobby, opened, posted};

/// The newest 50 of so many messages.
fn newest(head: u64) -> ServerFrame {
    ServerFrame::Opened {
        room: lobby(),
        epoch: "e".to_owned().into(),
        first: Seq(1),
        head: Seq(head),
        digest: Digest::default(),
        snapshot: Some(Snapshot { messages: messages(head - 49..=head), more_before: true, ..Snapshot::default() }),
        reset: None,
    }
}

/// A client in a room of so many messages, of which the newest 50 are here.
fn ready(head: u64) -> Client {
    let mut client = Client::welcomed();
    client.hear(newest(head));
    client.take_effects();
    client
}

fn go(client: &mut Client, seq: u64) {
    client.act(Action::PlaceEntered(Place::At(lobby(), Seq(seq))));
}

/// The page that was asked for, if one was.
fn asked(client: &mut Client) -> Option<Ask> {
    client.take_effects().iter().rev().find_map(|effect| match effect {
        Effect::FetchPage { ask, .. } => Some(*ask),
        _ => None,
    })
}

/// What a server whose log is nothing but messages up to `head` answers.
fn answer(ask: Ask, head: u64) -> Page {
    match ask {
        Ask::Before(Seq(seq)) => page(seq.saturating_sub(50).max(1)..=seq - 1, head),
        Ask::After(Seq(seq)) => page(seq + 1..=(seq + 50).min(head), head),
        Ask::Around(Seq(seq)) => page(seq.saturating_sub(25).max(1)..=(seq + 24).min(head), head),
        // The times of these tests: a second for each message.
        Ask::At(Millis(at)) => {
            let seq = at.saturating_sub(1_700_000_000_000) / 1_000;
            page(seq.max(1)..=(seq + 49).min(head), head)
        }
    }
}

fn give(client: &mut Client, ask: Ask, page: Page) {
    client.act(Action::PageReceived { room: lobby(), ask, page: Some(page) });
}

/// Whatever is asked for comes. The pages that came.
fn serve(client: &mut Client, head: u64) -> Vec<Ask> {
    std::iter::from_fn(|| {
        let ask = asked(client)?;
        give(client, ask, answer(ask, head));
        Some(ask)
    })
    .collect()
}

fn target(client: &Client) -> Option<u64> {
    client.room().target().map(|target| target.seq.0)
}

#[test]
fn a_message_in_sight_is_gone_to_without_asking_also_twice() {
    let mut client = ready(100);
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.take_effects();
    go(&mut client, 60);
    let first = client.room().target().unwrap();
    assert_eq!((first.seq, client.room().reader()), (Seq(60), Reader::LowerHalf));
    go(&mut client, 60);
    let second = client.room().target().unwrap();
    assert!(second.seq == first.seq && second.number != first.number);
    assert_eq!((asked(&mut client), client.room().notice()), (None, None));
    assert_eq!(client.shown(), (51..=100).collect::<Vec<_>>(), "nothing has moved");
}

#[test]
fn an_old_message_is_gone_to_and_the_log_grows_from_there_in_both_directions_up_to_the_newest() {
    let mut client = ready(1_000);
    go(&mut client, 500);
    assert_eq!(client.shown()[0], 951, "until the page is there all stays as it is");
    assert_eq!(serve(&mut client, 1_000), [Ask::Around(Seq(500))]);
    assert_eq!((client.shown(), target(&client)), ((475..=524).collect(), Some(500)));
    assert!(client.room().window().more_before() && !client.room().window().at_newest());
    // What comes meanwhile is not shown, and not lost.
    client.hear(ServerFrame::Event(posted(1_001, "other", "new")));
    assert_eq!((client.shown().len(), client.room().unseen()), (50, 1));
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    assert_eq!(serve(&mut client, 1_001), [Ask::Before(Seq(475))]);
    assert_eq!((client.shown()[0], target(&client)), (425, Some(500)));
    client.act(Action::ReaderMoved { room: lobby(), reader: Reader::LowerHalf });
    let mut head = 1_001;
    while !client.room().window().at_newest() {
        client.act(Action::EdgeReached { room: lobby(), edge: Edge::Newest });
        assert!(!serve(&mut client, head).is_empty());
        head += 1;
        client.hear(ServerFrame::Event(posted(head, "other", &format!("n{head}"))));
        let shown = client.shown();
        assert!(shown.len() <= 400);
        assert_eq!(shown, (shown[0]..shown[0] + shown.len() as u64).collect::<Vec<_>>(), "there is no hole");
    }
    assert_eq!(client.shown().last(), Some(&head));
    client.hear(ServerFrame::Event(posted(head + 1, "other", "live")));
    assert_eq!(client.shown().last(), Some(&(head + 1)));
}

#[test]
fn a_page_that_reaches_the_newest_messages_joins_them() {
    let mut client = ready(100);
    go(&mut client, 40);
    serve(&mut client, 100);
    assert_eq!((client.shown(), target(&client)), ((15..=100).collect(), Some(40)));
    assert!(client.room().window().at_newest());
}

#[test]
fn a_page_of_a_room_that_is_here_as_a_whole_takes_nothing_away_from_it() {
    let mut client = ready(90);
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    serve(&mut client, 90);
    client.act(Action::DatePicked { room: lobby(), at: Millis(1_700_000_000_000 + 60_000) });
    serve(&mut client, 90);
    assert_eq!((client.shown(), target(&client)), ((1..=90).collect(), Some(60)));
    assert!(!client.room().window().more_before(), "there is nothing older");
}

#[test]
fn what_happened_since_a_page_was_made_is_folded_into_it() {
    let mut client = ready(1_000);
    go(&mut client, 500);
    let ask = asked(&mut client).unwrap();
    client.hear(ServerFrame::Event(event(1_001, "other", "d", EventBody::Deleted { target: Seq(500) })));
    give(&mut client, ask, answer(ask, 1_000));
    assert!(client.room().window().get(Seq(500)).unwrap().is_deleted());
    assert_eq!((target(&client), client.room().notice()), (Some(500), Some(Notice::MessageDeleted)));
    assert!(client.app.speech().sentence().contains("deleted"), "and it is said");
}

#[test]
fn where_there_is_no_such_message_it_is_the_nearest_and_that_is_said() {
    let check = |seq, head, page: Option<Page>, nearest| {
        let mut client = ready(head);
        go(&mut client, seq);
        if let Some(page) = page {
            let ask = asked(&mut client).unwrap();
            give(&mut client, ask, page);
        }
        assert_eq!((asked(&mut client), target(&client)), (None, Some(nearest)), "{seq}");
        assert_eq!(client.room().notice(), Some(Notice::NoSuchMessage), "{seq}");
        assert!(client.app.speech().sentence().contains("no message"), "{seq}");
    };
    // The number of an edit, say.
    let mut holed = page(30..=70, 100);
    holed.messages.retain(|message| message.seq != Seq(50));
    check(50, 120, Some(Page { head: Seq(120), ..holed }), 51);
    check(121, 120, None, 120);
    check(u64::MAX, 120, None, 120);
}

#[test]
fn a_number_that_is_none_leads_to_the_room_and_so_does_a_room_without_messages() {
    let mut client = Client::welcomed();
    client.hear(super::opened_empty());
    client.take_effects();
    go(&mut client, 0);
    assert_eq!(*client.app.place(), Place::Room(lobby()));
    assert_eq!(client.take_effects(), [Effect::ShowAddress(Place::Room(lobby()))]);
    assert_eq!(client.room().notice(), Some(Notice::NoSuchMessage));
    client.act(Action::NoticeDismissed { room: lobby() });
    go(&mut client, 7);
    assert_eq!((asked(&mut client), client.room().notice()), (None, Some(Notice::NoSuchMessage)));
    assert_eq!((target(&client), client.room().reader()), (None, Reader::AtNewest));
}

#[test]
fn a_page_that_comes_up_at_a_permalink_goes_there_as_soon_as_the_room_is_open() {
    for (seq, asks) in [(960, vec![]), (500, vec![Ask::Around(Seq(500))])] {
        let mut client = Client::new();
        client.app = Rc::new(App::new(Place::At(lobby(), Seq(seq)), Vec::new()));
        client.act(Action::Started);
        client.meet("me");
        assert_eq!(asked(&mut client), None, "whether it is in sight is not known yet");
        client.hear(newest(1_000));
        assert_eq!(serve(&mut client, 1_000), asks);
        assert_eq!((target(&client), client.room().notice()), (Some(seq), None));
    }
}

#[test]
fn what_is_newer_than_what_is_kept_is_waited_for() {
    let disk = ready(100).disk;
    let mut client = Client::with(disk);
    client.act(Action::Started);
    go(&mut client, 120);
    client.meet("me");
    client.hear(opened(120, Digest::default(), false, None));
    assert_eq!((asked(&mut client), target(&client), client.room().notice()), (None, None, None));
    for seq in 101..=120 {
        client.hear(ServerFrame::Event(posted(seq, "other", &format!("k{seq}"))));
    }
    assert_eq!((asked(&mut client), target(&client), client.room().notice()), (None, Some(120), None));
}

#[test]
fn a_page_that_cannot_be_had_leaves_all_as_it_is_and_says_so() {
    let mut client = ready(1_000);
    go(&mut client, 500);
    let ask = asked(&mut client).unwrap();
    client.act(Action::PageReceived { room: lobby(), ask, page: None });
    assert_eq!((client.room().paging(), client.room().notice()), (Paging::Failed(ask), Some(Notice::NotLoaded)));
    assert_eq!((client.shown()[0], target(&client), asked(&mut client)), (951, None, None));
    // One of another history is none.
    go(&mut client, 500);
    let ask = asked(&mut client).unwrap();
    give(&mut client, ask, Page { epoch: "f".to_owned().into(), ..answer(ask, 1_000) });
    assert_eq!((client.shown()[0], client.room().paging(), asked(&mut client)), (951, Paging::Failed(ask), None));
    go(&mut client, 500);
    serve(&mut client, 1_000);
    assert_eq!(target(&client), Some(500), "and it can be tried again");
}

#[test]
fn whoever_goes_elsewhere_meanwhile_is_not_brought_back() {
    let elsewhere: [fn(&mut Client); 3] = [
        |client| client.act(Action::JumpPressed { room: lobby() }),
        |client| client.act(Action::EscapePressed { room: lobby() }),
        |client| {
            for name in ["den", "lobby"] {
                client.act(Action::PlaceEntered(Place::Room(shared::RoomName::parse(name).unwrap())));
            }
        },
    ];
    for go_elsewhere in elsewhere {
        let mut client = ready(1_000);
        go(&mut client, 500);
        let ask = asked(&mut client).unwrap();
        go_elsewhere(&mut client);
        give(&mut client, ask, answer(ask, 1_000));
        assert_eq!((client.shown()[0], target(&client)), (951, None));
        assert_eq!((client.room().reader(), client.app.place()), (Reader::AtNewest, &Place::Room(lobby())));
    }
    // Nor does an older page of history come in between.
    let mut client = ready(1_000);
    client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
    let older = asked(&mut client).unwrap();
    go(&mut client, 500);
    give(&mut client, older, answer(older, 1_000));
    assert_eq!(client.shown()[0], 951);
    go(&mut client, 300);
    assert_eq!(serve(&mut client, 1_000), [Ask::Around(Seq(300))]);
    assert_eq!(target(&client), Some(300));
}

#[test]
fn the_way_to_the_newest_leaves_the_permalink() {
    let mut client = ready(1_000);
    go(&mut client, 500);
    serve(&mut client, 1_000);
    assert_eq!(*client.app.place(), Place::At(lobby(), Seq(500)));
    client.act(Action::JumpPressed { room: lobby() });
    assert_eq!(client.take_effects(), [Effect::ShowAddress(Place::Room(lobby()))]);
    assert_eq!((client.shown(), target(&client)), ((951..=1_000).collect(), None));
    assert!(client.room().window().at_newest());
    // What is typed leads there too.
    go(&mut client, 960);
    client.type_in("a");
    assert!(client.take_effects().contains(&Effect::ShowAddress(Place::Room(lobby()))));
    assert_eq!(client.room().reader(), Reader::AtNewest);
}

#[test]
fn a_room_that_is_loaded_anew_meanwhile_is_asked_again() {
    let mut client = ready(1_000);
    go(&mut client, 500);
    let ask = asked(&mut client).unwrap();
    client.reconnect("me");
    client.take_effects();
    let mut anew = newest(1_000);
    if let ServerFrame::Opened { reset, .. } = &mut anew {
        *reset = Some(shared::Reset::Diverged);
    }
    client.hear(anew);
    assert_eq!(serve(&mut client, 1_000), [ask], "the page before may be of another log");
    assert_eq!((client.shown(), target(&client)), ((475..=524).collect(), Some(500)));
}

#[test]
fn a_date_leads_to_the_first_message_from_then_on() {
    let mut client = ready(1_000);
    let at = |seq: u64| Millis(1_700_000_000_000 + seq * 1_000);
    go(&mut client, 960);
    client.take_effects();
    client.act(Action::DatePicked { room: lobby(), at: at(300) });
    assert_eq!(*client.app.place(), Place::Room(lobby()), "it is no permalink any more");
    assert_eq!(serve(&mut client, 1_000), [Ask::At(at(300))]);
    assert_eq!((client.shown(), target(&client)), ((300..=349).collect(), Some(300)));
    assert!(client.room().window().more_before());
    client.act(Action::DatePicked { room: lobby(), at: at(5_000) });
    let ask = asked(&mut client).unwrap();
    let empty = Page { messages: Vec::new(), more_before: true, ..page(1..=1, 1_000) };
    give(&mut client, ask, empty);
    assert_eq!((client.shown(), target(&client)), ((951..=1_000).collect(), None));
    assert_eq!((client.room().notice(), client.room().reader()), (Some(Notice::NothingSince), Reader::AtNewest));
}

/// The messages that were ever shown, without holding them.
#[derive(Default)]
struct Seen(Vec<Weak<Message>>);

impl Seen {
    fn look(&mut self, client: &Client) {
        self.0.extend(client.room().window().messages().map(Rc::downgrade));
    }

    /// How many of them somebody still holds.
    fn held(&self) -> usize {
        let mut held: Vec<_> = self.0.iter().filter(|one| one.strong_count() > 0).map(Weak::as_ptr).collect();
        held.sort_unstable();
        held.dedup();
        held.len()
    }
}

/// A window and a tail: nothing else holds messages.
const MOST_HELD: usize = 400 + 101;

#[test]
fn two_thousand_messages_back_in_a_room_of_a_hundred_thousand_no_more_is_held_than_before() {
    let head = 100_000;
    let mut client = ready(head);
    let mut seen = Seen::default();
    client.act(Action::ReaderMoved { room: lobby(), reader: Reader::UpperHalf });
    for _ in 0..40 {
        client.act(Action::EdgeReached { room: lobby(), edge: Edge::Oldest });
        assert_eq!(serve(&mut client, head).len(), 1);
        seen.look(&client);
        assert!(client.shown().len() <= 400 && seen.held() <= MOST_HELD, "{} held", seen.held());
    }
    assert_eq!(client.shown()[0], head - 49 - 2_000);
    client.act(Action::JumpPressed { room: lobby() });
    assert_eq!(client.shown().last(), Some(&head));
    assert!(seen.held() <= 101, "{} held", seen.held());
}

#[test]
fn ten_jumps_through_a_room_of_a_hundred_thousand_leave_nothing_behind() {
    let head = 100_000;
    let mut client = ready(head);
    let mut seen = Seen::default();
    for n in 1..=10 {
        if n % 2 == 0 {
            go(&mut client, n * 9_000);
        } else {
            client.act(Action::DatePicked { room: lobby(), at: Millis(1_700_000_000_000 + n * 9_000 * 1_000) });
        }
        assert_eq!(serve(&mut client, head).len(), 1);
        assert_eq!((target(&client), client.shown().len()), (Some(n * 9_000), 50));
        for edge in [Edge::Oldest, Edge::Newest] {
            client.act(Action::EdgeReached { room: lobby(), edge });
            assert_eq!(serve(&mut client, head).len(), 1);
        }
        seen.look(&client);
        assert!(seen.held() <= 150 + 101, "{} held after {n}", seen.held());
    }
    client.act(Action::JumpPressed { room: lobby() });
    assert_eq!(client.shown(), (head - 49..=head).collect::<Vec<_>>());
    assert_eq!(seen.held(), 0);
}
