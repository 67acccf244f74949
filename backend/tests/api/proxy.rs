//! A way to a server that can be made bad: what goes over it is delayed, cut, or swallowed without a word.

use std::{future::pending, net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
    time::timeout,
};

/// How the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Everything goes over it.
    Good,
    /// Everything goes over it, each piece later by so long.
    Slow(Duration),
    /// What is on it is broken off; nothing new comes through.
    Cut,
    /// Nothing goes over it, and neither end is told.
    Dead,
    /// What the client says goes over it; what the server says is swallowed.
    DeafClient,
    /// What the server says goes over it; what the client says is swallowed.
    DeafServer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

impl Way {
    fn swallows(self, direction: Direction) -> bool {
        match self {
            Self::Good | Self::Slow(_) | Self::Cut => false,
            Self::Dead => true,
            Self::DeafClient => direction == Direction::ToClient,
            Self::DeafServer => direction == Direction::ToServer,
        }
    }
}

/// A port that leads to a server, in the way that is set.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    way: watch::Sender<Way>,
}

impl Proxy {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (way, told) = watch::channel(Way::Good);
        actix_web::rt::spawn(carry(listener, server, told));
        Self { address, way }
    }

    /// From now on the way is so, for what is on it too. Connections that were cut stay cut, and what was swallowed
    /// is gone: a stream with a hole is no good, so a way that was dead ends when it is set again.
    pub(crate) fn set(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn carry(listener: TcpListener, server: SocketAddr, way: watch::Receiver<Way>) {
    let mut carried = JoinSet::new();
    let mut gone = way.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // The test is over.
            () = async { while gone.changed().await.is_ok() {} } => return,
        };
        let Ok((near, _)) = accepted else { return };
        let now = *way.borrow();
        if now == Way::Cut {
            continue;
        }
        let Ok(far) = TcpStream::connect(server).await else { continue };
        let ((from_client, to_client), (from_server, to_server)) = (near.into_split(), far.into_split());
        carried.spawn_local(pass(Direction::ToServer, from_client, to_server, way.clone()));
        carried.spawn_local(pass(Direction::ToClient, from_server, to_client, way.clone()));
    }
}

/// Passes on what comes in one direction, until either end is over, or the way is cut, or set anew after it has
/// swallowed something.
async fn pass(
    direction: Direction,
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut way: watch::Receiver<Way>,
) -> std::io::Result<()> {
    let mut piece = vec![0; 4_096];
    let mut swallowed = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut piece), if !swallowed => Some(read?),
            changed = way.changed() => match changed {
                Ok(()) => None,
                Err(_) => return Ok(()),
            },
        };
        let now = *way.borrow_and_update();
        let swallows = now.swallows(direction);
        match read {
            _ if now == Way::Cut => return Ok(()),
            None if swallowed && !swallows => return Ok(()),
            None => {}
            // The end too is something that is swallowed. What comes after it stays in the sockets' buffers.
            Some(_) if swallows => swallowed = true,
            Some(0) => return Ok(()),
            Some(read) => {
                if let Way::Slow(by) = now {
                    // The wait is the fault itself.
                    drop(timeout(by, pending::<()>()).await);
                }
                to.write_all(&piece[..read]).await?;
            }
        }
    }
}
