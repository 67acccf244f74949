//! Hundreds of clients that are cut at once and come back at once: everybody gets everything, in order and once, the
//! log is read a few times only, and it costs little memory.

use std::sync::atomic::Ordering;

use backend::{connection::Timing, records::Token};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::{Digest, Seq, ServerFrame};

use crate::{
    client::Client,
    program::Program,
    server::{config, start},
};

/// Clients in the storm.
const HERD: usize = 500;

/// Where a client stands, as it would resume.
#[derive(Clone)]
struct Stand {
    epoch: Value,
    seq: Seq,
    digest: Digest,
}

impl Stand {
    fn of(opened: &Value) -> Self {
        let digest = serde_json::from_value(opened["digest"].clone()).unwrap();
        Self { epoch: opened["epoch"].clone(), seq: Seq(opened["head"].as_u64().unwrap()), digest }
    }

    fn cursor(&self) -> Value {
        json!({"epoch": self.epoch, "seq": self.seq, "digest": self.digest})
    }

    /// Takes every event up to `head`, each once and in order.
    async fn follow(&mut self, client: &mut Client, head: u64) {
        while self.seq < Seq(head) {
            let Ok(ServerFrame::Event(event)) = serde_json::from_value(client.json().await) else { continue };
            assert_eq!(event.seq, self.seq.next());
            (self.seq, self.digest) = (event.seq, self.digest.after(&event));
        }
    }

    async fn resume(&mut self, client: &mut Client, head: u64) {
        let opened = client.open_with("lobby", &self.cursor()).await;
        assert_eq!((opened.get("reset"), opened.get("snapshot")), (None, None), "{opened:.300}");
        self.follow(client, head).await;
    }
}

fn tokens() -> Vec<String> {
    (0..HERD).map(|_| Token::random().unwrap().reveal().to_owned()).collect()
}

/// Posts into the lobby without following it.
async fn posts(client: &mut Client, keys: std::ops::Range<usize>) {
    for key in keys.clone() {
        client.post("lobby", &key.to_string(), &format!("{key} {}", "x".repeat(100))).await;
    }
    for _ in keys {
        client.next_of("settled").await;
    }
}

#[actix_web::test]
async fn a_herd_that_comes_back_reads_each_stretch_of_the_log_once() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&config(&data), Timing::default());
    let reads = || server.reads.load(Ordering::Relaxed);
    let tokens = tokens();
    let come = || join_all(tokens.iter().map(|token| Client::v1_with(&server, token)));
    let mut poster = Client::v1(&server).await;
    posts(&mut poster, 0..100).await;
    let mut clients = come().await;
    let before = reads();
    let mut stands: Vec<_> =
        join_all(clients.iter_mut().map(|client| client.open("lobby"))).await.iter().map(Stand::of).collect();
    let opening = reads() - before;
    assert!(opening <= 50, "{opening} reads for {HERD} who open a room");
    // Some are cut earlier than others.
    for (n, mut client) in clients.into_iter().enumerate() {
        if n % 20 == 0 {
            posts(&mut poster, 100 + n / 20..101 + n / 20).await;
        }
        stands[n].follow(&mut client, 101 + n as u64 / 20).await;
        client.leave_abruptly().await;
    }
    // Nobody is there when this is said, so it is in the log only.
    posts(&mut poster, 125..300).await;
    let before = reads();
    let mut clients = come().await;
    let people = reads() - before;
    assert_eq!(people, 0, "they are known");
    join_all(clients.iter_mut().zip(&mut stands).map(|(client, stand)| stand.resume(client, 300))).await;
    let resuming = reads() - before;
    assert!(resuming <= 50, "{resuming} reads for {HERD} who resume from 25 places, 175 to 200 events behind");
    assert!(stands.iter().all(|stand| stand.digest == stands[0].digest), "the same log");
    // And what comes next comes to all.
    posts(&mut poster, 300..301).await;
    join_all(clients.iter_mut().zip(&mut stands).map(|(client, stand)| stand.follow(client, 301))).await;
}

#[actix_web::test]
async fn a_herd_that_comes_back_costs_little_memory() {
    let program = Program::start();
    let tokens = tokens();
    let come = || join_all(tokens.iter().map(|token| Client::v1_at(program.address, token)));
    let mut poster = Client::v1_at(program.address, Token::random().unwrap().reveal()).await;
    posts(&mut poster, 0..100).await;
    let mut clients = come().await;
    let stand = Stand::of(&join_all(clients.iter_mut().map(|client| client.open("lobby"))).await[0]);
    let before = program.memory();
    drop(clients);
    posts(&mut poster, 100..300).await;
    let mut clients = come().await;
    let follow = async |client: &mut Client| stand.clone().resume(client, 300).await;
    join_all(clients.iter_mut().map(follow)).await;
    let more = program.memory().saturating_sub(before) / HERD;
    assert!(more < 48 << 10, "{} KiB more for each of {HERD}", more >> 10);
}
