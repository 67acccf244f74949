//! What is read, when, and what the server hears of it; counts, levels and the line before what is new.

use std::rc::Rc;

use shared::{ClientFrame, Level, Millis, RoomName, RoomTitle, Seq, ServerFrame, Signal, Visit};

use super::super::{Action, App, Effect, Known, Place, Reader};
use super::{Client, lobby, opened_empty, posted};

fn den() -> RoomName {
    RoomName::parse("den").unwrap()
}

/// How a room stands: its newest message, what was read, and how many are unread.
fn visit(room: RoomName, newest: u64, read: u64, unread: u32) -> Visit {
    Visit {
        room,
        title: RoomTitle::default(),
        newest: Seq(newest),
        at: Millis(0),
        read: Seq(read),
        marked: false,
        unread,
        mentions: 0,
        level: Level::All,
    }
}

impl Client {
    /// What was said of read positions since it was last asked.
    fn reads(&mut self) -> Vec<(RoomName, u64, bool)> {
        let read = |effect| match effect {
            Effect::Send { frame: ClientFrame::Read { room, seq, back }, .. } => Some((room, seq.0, back)),
            _ => None,
        };
        self.take_effects().into_iter().filter_map(read).collect()
    }

    fn known(&self, room: &RoomName) -> Option<Visit> {
        self.app.visits().iter().find(|known| known.visit.room == *room).map(|known| known.visit.clone())
    }

    fn hear_visit(&mut self, visit: Visit) {
        self.hear(ServerFrame::Signal(Signal::Unread(visit)));
    }

    fn see(&mut self, seq: u64) {
        self.act(Action::Seen { room: lobby(), seq: Seq(seq) });
    }

    fn other_says(&mut self, seq: u64) {
        self.hear(ServerFrame::Event(posted(seq, "other", &format!("k{seq}"))));
    }
}

/// In the lobby, which is open and empty, before somebody.
fn attended() -> Client {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.act(Action::Attended(true));
    client.take_effects();
    client
}

#[test]
fn read_is_what_is_in_sight_of_somebody_who_is_there() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.other_says(1);
    client.see(1);
    assert_eq!(client.reads(), [], "nobody is there");
    assert!(client.app.visits().is_empty(), "and so nothing is visited");
    client.act(Action::Attended(true));
    assert_eq!(client.reads(), [(lobby(), 1, false)]);
    client.act(Action::Attended(false));
    client.other_says(2);
    client.see(2);
    client.wait(5_000);
    assert_eq!(client.reads(), []);
    client.act(Action::Attended(true));
    assert_eq!(client.reads(), [(lobby(), 2, false)]);
    // What was seen in another room is none of this.
    client.act(Action::Seen { room: den(), seq: Seq(9) });
    client.wait(5_000);
    assert_eq!(client.reads(), []);
}

#[test]
fn an_empty_room_that_was_looked_at_is_visited() {
    let mut client = Client::welcomed();
    client.act(Action::Attended(true));
    assert_eq!(client.reads(), [], "it is not known what is in it");
    client.hear(opened_empty());
    assert_eq!(client.reads(), [(lobby(), 0, false)]);
}

#[test]
fn positions_are_said_once_a_second_and_the_newest_counts() {
    let mut client = attended();
    for seq in 1..=20 {
        client.other_says(seq);
        client.see(seq);
        client.wait(100);
    }
    client.wait(1_000);
    let reads = client.reads();
    assert!(reads.len() <= 4, "{reads:?}");
    assert_eq!(reads.last(), Some(&(lobby(), 20, false)));
    client.wait(60_000);
    assert_eq!(client.reads(), [], "what was said is not said again");
}

#[test]
fn what_was_read_here_stands_until_the_server_says_it_back() {
    let mut client = attended();
    client.other_says(1);
    client.see(1);
    client.wait(2_000);
    // Counted before the server heard of it.
    client.hear_visit(visit(lobby(), 1, 0, 1));
    assert_eq!((client.known(&lobby()).unwrap().unread, client.app.wanted()), (0, 0));
    // What came after it is counted all the same.
    client.hear_visit(visit(lobby(), 2, 0, 2));
    assert_eq!(client.known(&lobby()).unwrap().unread, 2);
    client.hear_visit(visit(lobby(), 2, 1, 1));
    let known = client.known(&lobby()).unwrap();
    assert_eq!((known.read, known.unread), (Seq(1), 1));
    assert!(!client.app.visits()[0].ours);
}

#[test]
fn what_was_read_without_a_link_is_said_when_there_is_one_also_by_another_page() {
    let mut client = attended();
    client.other_says(1);
    client.hear_visit(visit(lobby(), 1, 0, 1));
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
    client.see(1);
    let shown = client.take_effects().into_iter().rev().find_map(|effect| match effect {
        Effect::ShowVisits { visits, .. } => Some(visits),
        _ => None,
    });
    let shown = shown.expect("what was read is shown, and so kept");
    assert!(shown[0].ours);
    // For an hour.
    client.wait(3_600_000);
    client.act(Action::Probed);
    client.meet("me");
    assert_eq!(client.reads(), [(lobby(), 1, false)]);
    // The page is loaded again before the server has said it back.
    let mut later = Client::new();
    let kept = shown.into_iter().map(|Known { visit, ours, .. }| Known::kept(visit, ours)).collect();
    later.app = Rc::new(App::new(Place::Room(den()), kept));
    later.act(Action::Started);
    later.meet("me");
    assert_eq!(later.reads(), [(lobby(), 1, false)]);
    later.hear(ServerFrame::Rooms { rooms: vec![visit(lobby(), 1, 0, 1)] });
    assert_eq!(later.app.wanted(), 0);
}

#[test]
fn all_rooms_replace_what_was_known_but_not_what_was_read_here() {
    let mut client = attended();
    client.hear(ServerFrame::Rooms { rooms: vec![visit(den(), 9, 4, 3), visit(lobby(), 2, 2, 0)] });
    assert_eq!(client.app.wanted(), 3);
    client.act(Action::ReadMarked { room: den() });
    client.hear(ServerFrame::Rooms { rooms: vec![visit(lobby(), 3, 2, 1)] });
    let den = client.known(&den()).expect("what the server has not heard of is not gone");
    assert_eq!((den.read, den.unread), (Seq(9), 0));
    assert_eq!(client.known(&lobby()).unwrap().unread, 1);
    client.hear(ServerFrame::Signal(Signal::Forgotten { room: lobby() }));
    assert!(client.known(&lobby()).is_none());
    client.see(3);
    client.wait(2_000);
    assert!(client.known(&lobby()).is_none(), "looking does not bring it back");
}

#[test]
fn marked_as_unread_it_stays_so_until_the_room_is_entered_anew() {
    let mut client = attended();
    for seq in 1..=3 {
        client.other_says(seq);
    }
    client.see(3);
    client.wait(2_000);
    client.reads();
    client.act(Action::UnreadMarked { room: lobby(), seq: Seq(2) });
    client.wait(2_000);
    assert_eq!(client.reads(), [(lobby(), 1, true)]);
    assert_eq!(client.room().first_new(), Some(Seq(2)));
    client.hear_visit(Visit { marked: true, ..visit(lobby(), 3, 1, 2) });
    assert_eq!(client.app.wanted(), 2);
    client.other_says(4);
    client.see(4);
    client.wait(2_000);
    assert_eq!(client.reads(), []);
    client.act(Action::PlaceEntered(Place::Room(den())));
    client.act(Action::PlaceEntered(Place::Room(lobby())));
    client.see(4);
    client.wait(2_000);
    assert_eq!(client.reads(), [(lobby(), 4, false)]);
}

#[test]
fn marked_as_unread_elsewhere_it_is_so_here_too() {
    let mut client = attended();
    for seq in 1..=3 {
        client.other_says(seq);
    }
    client.see(3);
    client.wait(2_000);
    client.hear_visit(visit(lobby(), 3, 3, 0));
    client.reads();
    client.hear_visit(Visit { marked: true, ..visit(lobby(), 3, 1, 2) });
    client.see(3);
    client.wait(2_000);
    assert_eq!((client.reads(), client.known(&lobby()).unwrap().unread), (vec![], 2));
    assert_eq!(client.room().first_new(), Some(Seq(2)));
}

#[test]
fn the_line_stands_before_what_came_while_nobody_looked() {
    let mut client = attended();
    client.other_says(1);
    client.see(1);
    client.wait(2_000);
    client.hear_visit(visit(lobby(), 1, 1, 0));
    assert_eq!(client.room().first_new(), None, "it came before their eyes");
    client.act(Action::Attended(false));
    client.other_says(2);
    client.other_says(3);
    assert_eq!(client.room().first_new(), Some(Seq(2)));
    client.act(Action::Attended(true));
    client.see(3);
    client.wait(2_000);
    assert_eq!(client.room().first_new(), Some(Seq(2)), "it stays where it was, to be found");
    client.act(Action::ReaderMoved { room: lobby(), reader: Reader::UpperHalf });
    client.other_says(4);
    assert_eq!(client.room().first_new(), Some(Seq(4)), "below the reader is not before their eyes");
    client.act(Action::PlaceEntered(Place::Room(den())));
    client.act(Action::PlaceEntered(Place::Room(lobby())));
    assert_eq!(client.room().first_new(), None);
}

#[test]
fn the_line_stands_where_the_server_says_that_reading_ended() {
    let kept = |read| vec![Known::kept(visit(lobby(), 9, read, 3), false)];
    let mut client = Client::new();
    client.app = Rc::new(App::new(Place::Room(lobby()), kept(2)));
    client.act(Action::Started);
    client.meet("me");
    client.hear(opened_empty());
    for seq in 1..=5 {
        client.other_says(seq);
    }
    assert_eq!(client.room().first_new(), Some(Seq(3)), "as far as is known");
    client.hear(ServerFrame::Rooms { rooms: vec![visit(lobby(), 5, 4, 1)] });
    assert_eq!(client.room().first_new(), Some(Seq(5)), "the rest was read elsewhere");
    client.hear_visit(visit(lobby(), 5, 5, 0));
    assert_eq!(client.room().first_new(), Some(Seq(5)), "it is frozen");
}

#[test]
fn levels_say_what_wants_attention_and_are_asked_of_the_server() {
    let mut client = attended();
    let with = |level| Visit { mentions: 1, level, ..visit(den(), 9, 4, 3) };
    for (level, wanted) in [(Level::All, 3), (Level::Mentions, 1), (Level::Nothing, 0)] {
        client.hear_visit(with(level));
        assert_eq!(client.app.wanted(), wanted, "{level:?}");
    }
    client.take_effects();
    client.act(Action::LevelChosen { room: den(), level: Level::Mentions });
    client.act(Action::ForgetPressed { room: den() });
    let sent: Vec<_> = client.take_effects();
    assert!(matches!(&sent[0], Effect::Send { frame: ClientFrame::SetLevel { level: Level::Mentions, .. }, .. }));
    assert!(matches!(&sent[1], Effect::Send { frame: ClientFrame::Forget { .. }, .. }));
}

#[test]
fn only_what_has_changed_is_shown() {
    let mut client = attended();
    let rooms: Vec<_> = (0..500).map(|n| visit(RoomName::parse(&format!("r{n}")).unwrap(), 9, 9, 0)).collect();
    client.hear(ServerFrame::Rooms { rooms });
    client.take_effects();
    let shown = |client: &mut Client| -> Vec<(usize, bool)> {
        let shown = |effect| match effect {
            Effect::ShowVisits { visits, all } => Some((visits.len(), all)),
            _ => None,
        };
        client.take_effects().into_iter().filter_map(shown).collect()
    };
    client.hear_visit(visit(RoomName::parse("r7").unwrap(), 10, 9, 1));
    assert_eq!(shown(&mut client), [(1, false)]);
    client.hear_visit(visit(RoomName::parse("r7").unwrap(), 10, 9, 1));
    assert_eq!(shown(&mut client), [], "that was known");
    client.hear(ServerFrame::Signal(Signal::Forgotten { room: RoomName::parse("r3").unwrap() }));
    assert_eq!(shown(&mut client).last(), Some(&(500, true)), "the lobby is one of them");
}
