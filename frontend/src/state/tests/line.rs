//! The link: when it is tried, when it is doubted, and what each close means.

use shared::{ClientFrame, Refusal, RefusalCode, ServerFrame};

use super::super::{Action, Effect, Link, Trouble, Why, link_words};
use super::{Client, Moment, Now, digest_of, opened, opened_empty, posted, welcome};

fn connects(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Connect { .. })).count()
}

fn pings(effects: &[Effect]) -> usize {
    let is_ping = |effect: &&Effect| matches!(effect, Effect::Send { frame: ClientFrame::Ping { .. }, .. });
    effects.iter().filter(is_ping).count()
}

fn closed(client: &mut Client, code: u16, reason: &str) {
    let generation = client.generation();
    client.act(Action::SocketClosed { generation, code, reason: reason.to_owned() });
}

fn wait_of(client: &Client) -> u64 {
    match client.app.line().link() {
        Link::Offline { next_try, .. } => next_try.0 - client.now,
        link => panic!("not offline: {link:?}"),
    }
}

#[test]
fn the_waits_between_tries_grow_to_thirty_seconds() {
    // Chance is a half here, so each wait is half of the most that it may be.
    let mut client = Client::new();
    client.act(Action::Started);
    for most in [250, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
        closed(&mut client, 1006, "");
        let wait = wait_of(&client);
        assert!((most / 2 - 1..=most / 2).contains(&wait), "{wait} of {most}");
        client.wait(wait);
        assert!(matches!(client.app.line().link(), Link::Connecting { .. }));
    }
}

#[test]
fn the_backoff_begins_anew_only_after_a_stable_link() {
    let check = |held_ms, most: u64| {
        let mut client = Client::new();
        client.act(Action::Started);
        closed(&mut client, 1006, "");
        client.wait(200);
        client.act(Action::SocketOpened { generation: client.generation() });
        client.hear(welcome("me"));
        client.wait(held_ms);
        closed(&mut client, 1006, "");
        assert!(wait_of(&client) <= most / 2, "held {held_ms}: {}", wait_of(&client));
        assert!(wait_of(&client) > most / 4, "held {held_ms}: {}", wait_of(&client));
    };
    check(9_999, 1_000);
    check(10_000, 250);
}

#[test]
fn each_close_has_its_answer() {
    let mut client = Client::welcomed();
    closed(&mut client, 1012, "1500");
    assert!((1_500..1_750).contains(&wait_of(&client)));
    assert!(matches!(client.app.line().link(), Link::Offline { why: Why::Restarting, .. }));

    let mut client = Client::welcomed();
    closed(&mut client, 1008, "go away");
    assert_eq!(client.app.line().link(), &Link::Stopped { reason: "go away".to_owned() });
    client.wait(600_000);
    assert_eq!(connects(&client.take_effects()), 1, "only the first");
    client.act(Action::RetryPressed);
    assert_eq!(connects(&client.take_effects()), 1, "but a person may try");
}

#[test]
fn a_busy_server_is_left_alone_for_as_long_as_it_said_unless_a_person_tries() {
    let mut client = Client::welcomed();
    closed(&mut client, 1013, "9000");
    client.take_effects();
    assert!((9_000..9_250).contains(&wait_of(&client)));
    assert_eq!(link_words(&client.app).words, "Offline: server busy.");
    client.wait(3_000);
    client.act(Action::Probed);
    assert_eq!(connects(&client.take_effects()), 0, "looking at the page again is no reason to come earlier");
    client.act(Action::RetryPressed);
    assert_eq!(connects(&client.take_effects()), 1, "but a person may");
    closed(&mut client, 1013, "9000");
    client.wait(wait_of(&client));
    assert_eq!(connects(&client.take_effects()), 1);
}

#[test]
fn a_server_that_sends_away_again_and_again_is_not_run_over() {
    let mut client = Client::new();
    client.act(Action::Started);
    for most in [0, 0, 2_000, 4_000, 8_000] {
        client.act(Action::SocketOpened { generation: client.generation() });
        client.hear(welcome("me"));
        closed(&mut client, 1013, "0");
        let wait = wait_of(&client);
        assert!(wait >= u64::max(most / 2, 1) - 1, "{wait} of {most}");
        client.wait(wait);
    }
}

#[test]
fn a_room_that_is_opened_with_nothing_is_asked_for_again_only_after_a_while() {
    let mut client = Client::welcomed();
    client.take_effects();
    let mut nothing = opened_empty();
    if let ServerFrame::Opened { snapshot, .. } = &mut nothing {
        *snapshot = None;
    }
    client.hear(nothing);
    assert_eq!(client.take_effects(), []);
    client.wait(5_000);
    assert!(matches!(client.take_effects()[..], [Effect::Send { frame: ClientFrame::Open { .. }, .. }]));
    client.hear(opened_empty());
    assert_eq!(link_words(&client.app).state, "live");
}

#[test]
fn a_room_that_a_busy_server_does_not_open_is_opened_later_and_what_was_typed_waits_for_it() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.hear(ServerFrame::Event(posted(1, "other", "k")));
    closed(&mut client, 1006, "");
    client.wait(wait_of(&client));
    client.meet("me");
    client.type_in("mine");
    let told = |client: &mut Client| {
        let told = |effect| match effect {
            Effect::Send { frame: ClientFrame::Open { after, .. }, .. } => {
                after.map(|after| format!("after {}", after.seq))
            }
            Effect::Send { frame: ClientFrame::Post { key, .. }, .. } => Some(key.to_string()),
            _ => None,
        };
        client.take_effects().into_iter().filter_map(told).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut client), ["after 1"]);
    let refusal = Refusal::transient(RefusalCode::Busy, "The server has too much to do.", 1_500);
    client.hear(ServerFrame::Refused { room: Some("lobby".to_owned()), key: None, refusal });
    let words = link_words(&client.app);
    assert_eq!((&*words.words, words.loud, words.can_try), ("The server has too much to do.", false, false));
    client.wait(1_499);
    assert_eq!(told(&mut client), [""; 0]);
    client.wait(1);
    assert_eq!(told(&mut client), ["after 1"], "from the same cursor");
    client.hear(opened(1, digest_of(&[posted(1, "other", "k")]), false, None));
    assert_eq!((told(&mut client), link_words(&client.app).state), (vec!["mine".to_owned()], "live"));
}

#[test]
fn a_session_is_asked_for_once_at_once_and_then_by_the_backoff() {
    let mut client = Client::new();
    client.act(Action::Started);
    client.act(Action::SocketOpened { generation: client.generation() });
    client.take_effects();
    closed(&mut client, 4001, "sign in");
    assert!(matches!(client.take_effects()[..], [Effect::AskSession { .. }]));
    client.act(Action::SessionAnswered { generation: client.generation(), granted: true });
    assert_eq!(connects(&client.take_effects()), 1);
    client.act(Action::SocketOpened { generation: client.generation() });
    // Cookies are blocked: it would go on like this for ever.
    closed(&mut client, 4001, "sign in");
    assert_eq!(client.take_effects(), []);
    assert!(wait_of(&client) >= 400);
    client.wait(20_000);
    assert!(matches!(client.take_effects()[..], [Effect::AskSession { .. }, ..]));
}

#[test]
fn silence_is_doubted_after_25_seconds_and_ends_the_link_after_10_more() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.take_effects();
    client.wait(24_999);
    assert_eq!(pings(&client.take_effects()), 0);
    client.wait(1);
    assert_eq!(pings(&client.take_effects()), 1);
    client.wait(9_999);
    assert!(client.app.line().is_welcomed());
    client.wait(1);
    assert!(matches!(client.app.line().link(), Link::Offline { why: Why::Silent, .. }));
}

#[test]
fn anything_heard_is_a_sign_of_life() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    for seq in 1..20 {
        client.wait(20_000);
        client.hear(ServerFrame::Event(posted(seq, "other", "k")));
    }
    // The server is asked for its digests once a minute while it talks, and not about its health.
    assert!(pings(&client.take_effects()) <= 6);
}

#[test]
fn a_page_that_was_frozen_asks_before_it_gives_up() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.wait(25_000);
    assert_eq!(pings(&client.take_effects()), 1);
    // Frozen for an hour: the answer may lie in the socket.
    client.now += 3_600_000;
    client.act(Action::DeadlinePassed);
    assert_eq!(pings(&client.take_effects()), 1);
    assert!(client.app.line().is_welcomed());
    let pong = ServerFrame::Pong { n: 1, now: shared::Millis(0), rooms: Vec::new() };
    client.hear(pong);
    assert!(client.app.line().is_welcomed());
    // Frozen again, and this time there is nothing.
    client.now += 3_600_000;
    client.act(Action::DeadlinePassed);
    assert!(client.app.line().is_welcomed());
    // The timers of a hidden page are late each time: that is no excuse for ever.
    client.now += 60_000;
    client.act(Action::DeadlinePassed);
    assert!(matches!(client.app.line().link(), Link::Offline { why: Why::Silent, .. }));
}

#[test]
fn a_machine_that_slept_doubts_its_link_at_once() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    client.wait(5_000);
    client.take_effects();
    // The steady clock stood still meanwhile; the wall clock did not.
    let at = Moment { now: Now(client.now), wall: shared::Millis(1_700_000_900_000), chance: 0 };
    let (app, effects) = super::update(&client.app, &at, Action::NoticeDismissed { room: super::lobby() });
    assert_eq!(pings(&effects), 1);
    let (_, effects) = super::update(&app, &at, Action::NoticeDismissed { room: super::lobby() });
    assert_eq!(pings(&effects), 0);
}

#[test]
fn coming_back_to_the_page_finds_out_within_three_seconds() {
    let mut client = Client::welcomed();
    client.take_effects();
    client.act(Action::Probed);
    assert_eq!(pings(&client.take_effects()), 1);
    client.act(Action::Probed);
    assert_eq!(pings(&client.take_effects()), 0, "it is being found out already");
    client.wait(3_000);
    assert!(!client.app.line().is_welcomed());
    client.take_effects();
    client.act(Action::Probed);
    assert_eq!(connects(&client.take_effects()), 1, "and offline it is tried at once");
}

#[test]
fn what_an_old_connection_says_is_not_heard() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    let old = client.generation();
    closed(&mut client, 1006, "");
    let before = client.app.clone();
    client.act(Action::FramesReceived { generation: old, frames: vec![welcome("somebody")] });
    client.act(Action::SocketClosed { generation: old, code: 1008, reason: String::new() });
    client.act(Action::SocketOpened { generation: old });
    client.act(Action::SessionAnswered { generation: old, granted: true });
    assert!(std::rc::Rc::ptr_eq(&before, &client.app), "nothing has changed, so nothing is drawn");
}

#[test]
fn a_page_that_is_put_away_has_no_link_and_gets_one_when_it_is_back() {
    let mut client = Client::welcomed();
    client.take_effects();
    client.act(Action::PagePutAway);
    assert!(matches!(client.take_effects()[..], [Effect::Close { .. }]));
    assert_eq!(client.app.deadline(), None);
    client.act(Action::Probed);
    assert_eq!(connects(&client.take_effects()), 1);
}

#[test]
fn trouble_is_shown_after_three_seconds_with_a_countdown() {
    let mut client = Client::welcomed();
    client.hear(opened_empty());
    assert_eq!(client.app.trouble(), Trouble::Quiet);
    assert_eq!(link_words(&client.app).state, "live");
    for _ in 0..6 {
        closed(&mut client, 1006, "");
        client.wait(wait_of(&client));
    }
    closed(&mut client, 1006, "");
    client.wait(3_000);
    let words = link_words(&client.app);
    assert!(words.loud && words.can_try, "{words:?}");
    assert_eq!(words.words, "Offline: server unreachable.");
    assert_eq!(words.next, "Next try in 12 s.");
    assert_eq!(&**client.app.speech().sentence(), "Offline: server unreachable.");
    client.wait(1_000);
    assert_eq!(link_words(&client.app).next, "Next try in 11 s.");
    client.act(Action::RetryPressed);
    client.act(Action::SocketOpened { generation: client.generation() });
    client.hear(welcome("me"));
    client.hear(opened_empty());
    assert_eq!(link_words(&client.app).state, "live");
    assert_eq!(&**client.app.speech().sentence(), "Connected again.");
}

#[test]
fn a_chance_is_spread_over_the_whole_wait() {
    let at = |chance| Moment { now: Now(0), wall: shared::Millis(0), chance };
    assert_eq!(at(0).random_ms(250), 0);
    assert_eq!(at(u32::MAX).random_ms(250), 249);
    assert_eq!(at(u32::MAX).random_ms(30_000), 29_999);
}
