//! The real program, killed again and again while people talk: nothing is lost, nothing is doubled, and everybody has
//! the same in the end.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    process::Command,
    rc::Rc,
};

use backend::log::{Reader as _, SqliteReader};
use frontend::state::{Action, Fate, Phase};
use shared::{Emoji, Epoch, Event, EventBody, RoomName, Seq, Words};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::{
    client::bearer_of,
    keeper::{Database, Keeper, new_key},
    program::Program,
};

/// How often it is killed.
const KILLS: u32 = 50;
/// The clients' clocks run so many times as fast, so that their waits between tries do not take minutes.
const HASTE: u32 = 10;
/// Commands of a client that wait for their answer at a time.
const WAITING: usize = 4;

/// What all who talk have in common.
#[derive(Clone)]
struct Talk {
    /// The person's part in it is over: nothing new is said.
    over: watch::Receiver<bool>,
    /// Commands that were settled, of everybody.
    settled: Rc<watch::Sender<u64>>,
    /// Crashes of pages that are still to come.
    crashes: Rc<Cell<u32>>,
}

/// Talks until it is over and everything said is settled; gives the client and how many texts it has typed.
async fn talk(mut keeper: Keeper, name: &str, token: &str, server: std::net::SocketAddr, talk: Talk) -> (Keeper, u64) {
    let (mut typed, mut counted, mut crashed) = (0_u64, 0, None);
    loop {
        let waiting = keeper.room().outbox().entries().len();
        if *talk.over.borrow() && waiting == 0 && *keeper.room().phase() == Phase::Open {
            return (keeper, typed);
        }
        if !*talk.over.borrow() && waiting < WAITING {
            match typed % 7 {
                3 => change(&mut keeper, name, typed),
                _ => keeper.say(&format!("{name} {typed}")),
            }
            typed += 1;
        }
        keeper.turn().await;
        let answered = typed.saturating_sub(keeper.room().outbox().entries().len() as u64);
        talk.settled.send_modify(|settled| *settled += answered.saturating_sub(counted));
        counted = counted.max(answered);
        if talk.crashes.get() > 0 && typed % 11 == 5 && crashed != Some(typed) {
            crashed = Some(typed);
            talk.crashes.set(talk.crashes.get() - 1);
            keeper = Keeper::new(server, token, HASTE, keeper.crash());
        }
    }
}

/// Edits, deletes, or reacts to the newest text of one's own.
fn change(keeper: &mut Keeper, name: &str, n: u64) {
    let mine = keeper.messages().into_iter().rev().find(|message| {
        message.text.as_ref().is_some_and(|text| message.edited.is_some() || text.as_str().starts_with(name))
            && keeper.app().me().is_some_and(|me| me.id == message.by.id)
    });
    let Some(seq) = mine.map(|message| message.seq) else { return };
    let (room, key) = (RoomName::lobby(), new_key());
    match n % 3 {
        0 => keeper.act(Action::ReactPressed { room, key, seq, emoji: Emoji::parse("👍").unwrap() }),
        1 => {
            keeper.act(Action::EditStarted { room, seq });
            keeper.say(&format!("changed {n}"));
        }
        _ => keeper.act(Action::DeletePressed { room, key, seq }),
    }
}

#[actix_web::test]
async fn fifty_kills_under_load_lose_nothing_and_double_nothing() {
    let data = tempfile::tempdir().unwrap();
    let mut program = Program::start_in(&data, "127.0.0.1:0");
    let address = program.address;
    let (over, is_over) = watch::channel(false);
    let (settled, mut progress) = watch::channel(0);
    let shared = Talk { over: is_over, settled: Rc::new(settled), crashes: Rc::new(Cell::new(10)) };
    let mut talking = Vec::new();
    for name in ["ada", "bob", "cleo"] {
        let token = bearer_of(address).await;
        let keeper = Keeper::new(address, &token, HASTE, Database::default());
        let shared = shared.clone();
        talking.push(actix_web::rt::spawn(async move { talk(keeper, name, &token, address, shared).await }));
    }
    for kill in 0..KILLS {
        // At a random moment: after some more commands were settled, with others on their way.
        let more = u64::from(random_below(100)) + 1;
        let until = *progress.borrow_and_update() + more;
        let reached = tokio::time::timeout(crate::server::LONG * 3, progress.wait_for(|settled| *settled >= until));
        assert!(reached.await.is_ok(), "before kill {kill}: {more} more commands were not settled in time");
        for _ in 0..random_below(200) {
            tokio::task::yield_now().await;
        }
        program.kill();
        program = Program::start_in(&data, &address.to_string());
    }
    over.send_replace(true);
    let mut keepers = Vec::new();
    for talking in talking {
        keepers.push(talking.await.unwrap());
    }
    let typed: u64 = keepers.iter().map(|(_, typed)| typed).sum();
    assert!(typed > u64::from(KILLS), "{typed} texts");
    everybody_has_the_log(&program, &data, keepers).await;
}

/// The log has every text once and in its author's order, every client has what the log has, and `warren check` finds
/// nothing wrong.
async fn everybody_has_the_log(program: &Program, data: &TempDir, mut keepers: Vec<(Keeper, u64)>) {
    let newest = reqwest::get(format!("http://{}/api/rooms/lobby/messages?limit=50", program.address)).await.unwrap();
    let newest: shared::Page = newest.json().await.unwrap();
    let log = whole_log(data, newest.epoch.clone());
    eprintln!("{} events, {KILLS} kills", log.len());
    assert_eq!(log.len() as u64, newest.head.0);
    let mut said: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for event in &log {
        assert!(keys.insert((event.by.id.clone(), event.key.clone())), "a key twice: {event:?}");
        if let EventBody::Posted { words: Words::Kept { text, .. }, .. } = &event.body
            && let Some((name, number)) = text.as_str().split_once(' ').filter(|(name, _)| *name != "changed")
        {
            said.entry(name.to_owned()).or_default().push(number.parse().unwrap());
        }
    }
    let deleted = log.iter().filter(|event| matches!(event.body, EventBody::Deleted { .. })).count();
    let posted: usize = said.values().map(Vec::len).sum();
    let wanted: u64 = keepers.iter().map(|(_, typed)| (0..*typed).filter(|n| n % 7 != 3).count() as u64).sum();
    assert_eq!(posted + deleted, usize::try_from(wanted).unwrap(), "texts that are there, and that were deleted");
    for (name, numbers) in &said {
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{name} out of order or doubled: {numbers:?}");
    }
    for (keeper, _) in &mut keepers {
        keeper.until("the head", |keeper| keeper.room().cursor().is_some_and(|cursor| cursor.seq == newest.head)).await;
        assert_eq!(keeper.room().cursor().unwrap().digest, Some(newest.digest));
        assert!(!keeper.room().outbox().entries().iter().any(|entry| matches!(entry.fate, Fate::Refused { .. })));
        // A window may begin later than the page; it ends where the log does.
        let (seen, newest) = (keeper.messages(), &newest.messages);
        let both = seen.len().min(newest.len());
        assert!(both >= 10, "{both} messages to compare");
        assert_eq!(seen[seen.len() - both..], newest[newest.len() - both..]);
    }
    let check = Command::new(env!("CARGO_BIN_EXE_warren")).args(["check", "--data"]).arg(data.path()).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
}

/// All events of the lobby, as the database has them.
fn whole_log(data: &TempDir, epoch: Epoch) -> Vec<Event> {
    let reader = SqliteReader::new(data.path(), epoch);
    let mut log: Vec<Event> = Vec::new();
    loop {
        let after = log.last().map_or(Seq::ZERO, |event| event.seq);
        let more = reader.after(&RoomName::lobby(), after, 1_000, usize::MAX).unwrap();
        if more.is_empty() {
            return log;
        }
        for event in more {
            assert_eq!(event.seq, Seq(log.len() as u64 + 1), "without a gap");
            log.push(event);
        }
    }
}

fn random_below(limit: u32) -> u32 {
    getrandom::u32().unwrap() % limit
}
