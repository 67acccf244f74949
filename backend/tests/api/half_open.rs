//! Links that break in every way that a network has: cut, slow, or dead without a word to either end. Whoever writes
//! over them loses nothing, doubles nothing, and learns of it in time.

use std::time::Duration;

use backend::connection::Timing;
use frontend::state::{Action, Link, Phase};
use shared::Seq;

use crate::{
    client::bearer_of,
    keeper::{Database, Keeper},
    proxy::{Proxy, Way},
    server::{self, Server},
};

/// The clients' clocks run so many times as fast.
const HASTE: u32 = 5;
/// What a busy machine may add to a wait, in milliseconds of the client's clock.
const LATE_MS: u64 = 5_000;

struct Two {
    /// Behind the proxy.
    ada: Keeper,
    /// Beside it.
    bob: Keeper,
    proxy: Proxy,
    server: Server,
    _data: tempfile::TempDir,
}

impl Two {
    async fn begin() -> Self {
        let data = tempfile::tempdir().unwrap();
        let timing =
            Timing { ping_after: Duration::from_millis(800), drop_after: Duration::from_secs(2), ..server::timing() };
        let server = server::start(&server::config(&data), timing);
        let proxy = Proxy::to(server.address).await;
        let mut two = Self {
            ada: Keeper::new(proxy.address, &bearer_of(server.address).await, HASTE, Database::default()),
            bob: Keeper::new(server.address, &bearer_of(server.address).await, HASTE, Database::default()),
            proxy,
            server,
            _data: data,
        };
        two.ada.say("ada 0");
        two.bob.say("bob 0");
        two.both_have(2).await;
        two
    }

    /// Waits until both have so many messages, and nothing is on its way.
    async fn both_have(&mut self, messages: usize) {
        let have = |keeper: &Keeper| {
            keeper.messages().len() == messages
                && keeper.room().outbox().is_empty()
                && *keeper.room().phase() == Phase::Open
        };
        tokio::join!(self.ada.until("all messages", have), self.bob.until("all messages", have));
        assert_eq!(self.ada.messages(), self.bob.messages());
        assert_eq!(self.ada.room().cursor(), self.bob.room().cursor());
        assert_eq!(self.ada.room().cursor().unwrap().seq, Seq(messages as u64), "nothing is there twice");
    }

    /// Both write three messages each.
    fn both_write(&mut self, from: u32) {
        for n in from..from + 3 {
            self.ada.say(&format!("ada {n}"));
            self.bob.say(&format!("bob {n}"));
        }
    }

    /// Waits until Ada's client has given the link up; gives how long that took on its clock, in milliseconds.
    async fn ada_notices(&mut self) -> u64 {
        let (began, generation) = (self.ada.now(), self.ada.app().line().generation());
        let noticed = self.ada.until("the dead link noticed", |ada| ada.app().line().generation() != generation);
        let bob = async {
            loop {
                self.bob.turn().await;
            }
        };
        tokio::select! {
            () = noticed => {}
            () = bob => {}
        }
        self.ada.now().since(began)
    }

    fn orders(&self) {
        for name in ["ada", "bob"] {
            let of = |keeper: &Keeper| -> Vec<u32> {
                let texts = keeper.messages().into_iter().filter_map(|message| message.text);
                texts.filter_map(|text| text.as_str().strip_prefix(name)?.trim().parse().ok()).collect()
            };
            let numbers = of(&self.ada);
            assert!(numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{name}: {numbers:?}");
        }
    }
}

async fn check_dead(way: Way) {
    let mut two = Two::begin().await;
    two.proxy.set(way);
    two.both_write(1);
    let took = two.ada_notices().await;
    assert!(took <= 35_000 + LATE_MS, "{way:?}: noticed after {took} ms");
    two.proxy.set(Way::Good);
    two.both_have(8).await;
    two.orders();
    two.server.stop().await;
}

#[actix_web::test]
async fn a_link_that_dies_without_a_word_is_noticed_and_loses_nothing() {
    tokio::join!(check_dead(Way::Dead), check_dead(Way::DeafClient), check_dead(Way::DeafServer));
}

#[actix_web::test]
async fn whoever_comes_back_to_a_dead_link_learns_of_it_at_once() {
    let mut two = Two::begin().await;
    two.proxy.set(Way::Dead);
    two.ada.act(Action::Probed);
    let took = two.ada_notices().await;
    assert!(took <= 3_000 + LATE_MS, "noticed after {took} ms");
    two.proxy.set(Way::Good);
    two.both_write(1);
    two.both_have(8).await;
    two.server.stop().await;
}

#[actix_web::test]
async fn a_slow_link_is_only_slow() {
    let mut two = Two::begin().await;
    let generation = two.ada.app().line().generation();
    two.proxy.set(Way::Slow(Duration::from_millis(40)));
    two.both_write(1);
    two.both_have(8).await;
    two.orders();
    assert_eq!(two.ada.app().line().generation(), generation, "and not given up");
    two.server.stop().await;
}

#[actix_web::test]
async fn a_link_cut_again_and_again_loses_nothing() {
    let mut two = Two::begin().await;
    for cut in 0..10 {
        two.both_write(1 + cut * 3);
        two.proxy.set(Way::Cut);
        let offline = |ada: &Keeper| matches!(ada.app().line().link(), Link::Offline { .. } | Link::Connecting { .. });
        two.ada.until("the cut noticed", offline).await;
        two.proxy.set(Way::Good);
        let back = |keeper: &Keeper| keeper.app().line().is_welcomed();
        tokio::join!(two.ada.until("the link", back), two.bob.until("the link", back));
    }
    two.both_have(2 + 10 * 6).await;
    two.orders();
    two.server.stop().await;
}
