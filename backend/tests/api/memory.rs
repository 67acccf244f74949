//! Memory stays flat under hostile clients: measured on the real program, in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt as _,
    time::{interval, timeout},
};

use crate::{
    client::Client,
    edge::{frame, raw},
    server::LONG,
};

/// The real program, ended with the test.
struct Program {
    child: Child,
    address: SocketAddr,
    _data: TempDir,
}

impl Program {
    fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_warren"))
            .args(["--listen", "127.0.0.1:0", "--no-limits", "--data"])
            .arg(data.path())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the program says its address").unwrap();
            if let Some(address) = line.strip_prefix("Warren is at http://") {
                break address.parse().unwrap();
            }
        };
        Self { child, address, _data: data }
    }

    /// Resident memory, in bytes.
    fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        status.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
    }

    async fn plain(&self) -> Client {
        Client::connect(&format!("ws://{}/ws", self.address), &[]).await.unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn talk(client: &mut Client, messages: usize) {
    let text = "x".repeat(4_000);
    for _ in 0..messages {
        client.say(&json!({"message": text})).await;
    }
    for _ in 0..messages {
        client.json().await;
    }
}

#[actix_web::test]
async fn a_declared_length_costs_nothing() {
    let program = Program::start();
    talk(&mut program.plain().await, 10).await;
    let before = program.memory();
    for _ in 0..10 {
        let mut stream = raw(program.address, "/ws", "").await;
        stream.write_all(&[&[0x81, 0xff][..], &(4_u64 << 30).to_be_bytes(), &[0; 4]].concat()).await.unwrap();
        for _ in 0..200 {
            if stream.write_all("x".repeat(65_536).as_bytes()).await.is_err() {
                break;
            }
        }
        assert!(program.memory() < before + (4 << 20), "{} KiB more", (program.memory() - before) >> 10);
    }
}

#[actix_web::test]
async fn twenty_clients_that_never_read_cost_what_their_sockets_do() {
    let program = Program::start();
    let mut good = program.plain().await;
    // The ring is full before the measurement begins.
    talk(&mut good, 600).await;
    let mut stalled = Vec::new();
    for _ in 0..20 {
        stalled.push(raw(program.address, "/ws", "").await);
    }
    let before = program.memory();
    // 8 MiB of messages for each of them.
    for _ in 0..20 {
        talk(&mut good, 100).await;
    }
    let each = program.memory().saturating_sub(before) / stalled.len();
    assert!(each < 256 << 10, "{} KiB for each", each >> 10);
}

#[actix_web::test]
async fn one_that_sends_and_never_reads_is_no_longer_read() {
    let program = Program::start();
    let mut greedy = raw(program.address, "/ws", "").await;
    // Each is answered by "Not sent", to a client that does not read it.
    let too_long = frame(0x81, json!({"message": "x".repeat(4_001)}).to_string().as_bytes()).repeat(16);
    let before = program.memory();
    let mut tick = interval(Duration::from_millis(1));
    let flood = async {
        // Until the server has not taken anything for a second: it has stopped reading.
        while let Ok(Ok(())) = timeout(Duration::from_secs(1), greedy.write_all(&too_long)).await {
            tick.tick().await;
        }
    };
    timeout(LONG, flood).await.expect("the server stops reading");
    assert!(program.memory() < before + (4 << 20), "{} KiB more", (program.memory() - before) >> 10);
}
