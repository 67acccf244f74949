//! The attackers: each a thread, which takes its next handshake or connection of frames until all are done. Each
//! connection comes from an address of its own, all of which are this machine's (127.0.0.0/8), so that what is limited
//! for an address is not what holds them.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use socket2::{Domain, Socket, Type};

use super::{chance::Chance, frames, handshakes};
use crate::relay::{http, ws};

/// Frames of one write.
const BATCH: usize = 64;
/// Writes of one connection, where the server lets it live.
const BATCHES: usize = 40;
/// How long an attacker waits for the server: those that are held up come by another connection.
const PATIENCE: Duration = Duration::from_millis(150);

/// What the attackers have done, and what came of it.
#[derive(Default)]
pub(super) struct Done {
    pub(super) handshakes: AtomicU64,
    pub(super) frames: AtomicU64,
    pub(super) connections: AtomicU64,
    /// Answers by class of status, from 1 to 5; the first is for none at all.
    pub(super) answers: [AtomicU64; 6],
    /// Those of the class 5 that do not say that the server is busy.
    pub(super) failures: AtomicU64,
}

/// What is to be done.
#[derive(Clone, Copy)]
pub(super) struct Goal {
    pub(super) handshakes: u64,
    pub(super) frames: u64,
}

impl Done {
    pub(super) fn is_reached(&self, goal: Goal) -> bool {
        self.handshakes.load(Ordering::Relaxed) >= goal.handshakes && self.frames.load(Ordering::Relaxed) >= goal.frames
    }
}

/// One attacker, until all is done.
///
/// # Errors
/// Where the server is not there any more.
pub(super) fn attack(
    address: SocketAddr,
    token: &str,
    goal: Goal,
    done: &Done,
    mut chance: Chance,
) -> anyhow::Result<()> {
    while !done.is_reached(goal) {
        if done.handshakes.load(Ordering::Relaxed) < goal.handshakes {
            one_handshake(address, done, &mut chance)?;
        }
        if done.frames.load(Ordering::Relaxed) < goal.frames {
            one_connection(address, token, done, &mut chance)?;
        }
    }
    Ok(())
}

/// A connection from an address of its own.
fn connect(address: SocketAddr, chance: &mut Chance) -> anyhow::Result<TcpStream> {
    let [_, _, a, b, c, ..] = chance.number().to_be_bytes();
    let from = Ipv4Addr::new(127, a, b, c.clamp(1, 254));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect_timeout(&address.into(), 20 * PATIENCE).context("the server takes no connections any more")?;
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn one_handshake(address: SocketAddr, done: &Done, chance: &mut Chance) -> anyhow::Result<()> {
    let mut stream = connect(address, chance)?;
    done.handshakes.fetch_add(1, Ordering::Relaxed);
    // The server may have had enough before all is said.
    let said = stream.write_all(&handshakes::handshake(chance));
    if said.is_err() || chance.one_in(10) {
        return Ok(());
    }
    let mut answer = [0; 512];
    let read = stream.read(&mut answer).unwrap_or_default();
    let class = answer[..read].strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.first()).copied().unwrap_or(b'0');
    let class = usize::from(class.saturating_sub(b'0')).min(5);
    done.answers[class].fetch_add(1, Ordering::Relaxed);
    if class == 5 && !answer.starts_with(b"HTTP/1.1 503") {
        done.failures.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

fn one_connection(address: SocketAddr, token: &str, done: &Done, chance: &mut Chance) -> anyhow::Result<()> {
    let mut stream = connect(address, chance)?;
    let (path, token) = if chance.one_in(3) { ("/ws?room=pit", None) } else { ("/ws/v1", Some(token)) };
    let mut request = http::upgrade(address, path, token);
    if chance.one_in(2) {
        request = request.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n");
    }
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    while http::upgraded(&answer)?.is_none() {
        let mut chunk = [0; 2_048];
        let read = stream.read(&mut chunk).unwrap_or_default();
        // Held up: nobody is owed an answer in time.
        if read == 0 {
            return Ok(());
        }
        answer.extend_from_slice(&chunk[..read]);
    }
    done.connections.fetch_add(1, Ordering::Relaxed);
    let mut said = Vec::new();
    for _ in 0..BATCHES {
        said.clear();
        let (mut frames, mut breaks) = (0, false);
        while frames < BATCH && !breaks {
            breaks = frames::push(chance, &mut said);
            frames += 1;
        }
        let mark = chance.number().to_be_bytes();
        ws::push(&mut said, ws::PING, &mark);
        // Some never read what they are answered.
        if stream.write_all(&said).is_err() || chance.one_in(50) {
            break;
        }
        // What was sent counts where the server has looked at it: where the pong has come that follows it, or the end.
        let looked_at = answers(&mut stream, mark);
        if breaks && looked_at == Looked::Ended || looked_at == Looked::All {
            done.frames.fetch_add(u64::try_from(frames)?, Ordering::Relaxed);
        }
        if looked_at != Looked::All {
            break;
        }
    }
    Ok(())
}

/// How far the server has looked at what was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looked {
    All,
    /// Up to what ended the connection.
    Ended,
    /// Nobody knows: it holds this one up.
    Unknown,
}

/// Takes what comes until the pong does that answers this mark.
fn answers(stream: &mut TcpStream, mark: [u8; 8]) -> Looked {
    let (mut chunk, mut kept) = (vec![0; 16 * 1_024], Vec::new());
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => return Looked::Ended,
            Ok(read) => kept.extend_from_slice(&chunk[..read]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Looked::Unknown;
            }
            Err(_) => return Looked::Ended,
        }
        let mut taken = 0;
        loop {
            // Whether it is compressed makes no difference here.
            if let Some(first) = kept.get_mut(taken) {
                *first &= !0x40;
            }
            let mut rest = &kept[taken..];
            match ws::next(&mut rest) {
                Ok(Some(frame)) if frame.opcode == ws::PONG && frame.payload == mark => return Looked::All,
                Ok(Some(frame)) if frame.opcode == ws::CLOSE => return Looked::Ended,
                Ok(Some(_)) => taken = kept.len() - rest.len(),
                Ok(None) => break,
                Err(_) => return Looked::Unknown,
            }
        }
        kept.drain(..taken);
    }
}

/// That nothing but what was meant came of it.
///
/// # Errors
/// Says what the server answered that it should not.
pub(super) fn judge(done: &Done) -> anyhow::Result<()> {
    let failures = done.failures.load(Ordering::Relaxed);
    ensure!(failures == 0, "{failures} requests were answered as if the server had failed");
    Ok(())
}
