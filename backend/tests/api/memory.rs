//! Memory stays flat under hostile clients: measured on the real program, in a process of its own.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::AsyncWriteExt as _,
    time::{interval, timeout},
};

use crate::{
    client::Client,
    edge::{frame, raw},
    program::Program,
    server::LONG,
};

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
    // The ring, and the database's page cache of 8 MiB, are full before the measurement begins.
    for _ in 0..25 {
        talk(&mut good, 100).await;
    }
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
