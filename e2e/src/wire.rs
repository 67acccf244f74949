//! A browser's way to the server, which can be cut: a network of its own, for one browser among several.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::Server;

/// A port of its own that leads to a server.
pub struct Wire {
    here: SocketAddr,
    server: SocketAddr,
    running: Option<JoinHandle<()>>,
}

impl Wire {
    /// A way to `server`.
    ///
    /// # Errors
    /// Where there is no port for it.
    pub async fn to(server: &Server) -> anyhow::Result<Self> {
        let mut wire = Self { here: ([127, 0, 0, 1], 0).into(), server: server.socket(), running: None };
        wire.mend().await?;
        Ok(wire)
    }

    /// Where a path is, by this way.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.here)
    }

    /// Cuts it: what goes over it breaks, and nothing new comes through.
    pub async fn cut(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            // The port is free when this is over.
            drop(running.await);
        }
    }

    /// Mends it, on the same port.
    ///
    /// # Errors
    /// Where the port was taken by another program meanwhile.
    pub async fn mend(&mut self) -> anyhow::Result<()> {
        self.cut().await;
        let listener = TcpListener::bind(self.here).await.context("the wire's port is taken")?;
        self.here = listener.local_addr()?;
        self.running = Some(tokio::spawn(carry(listener, self.server)));
        Ok(())
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.abort();
        }
    }
}

/// Carries connections over until it is aborted, and they with it.
async fn carry(listener: TcpListener, server: SocketAddr) {
    let mut carried = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        carried.spawn(async move {
            // A server that is not there is a connection that ends at once.
            let mut far = TcpStream::connect(server).await?;
            copy_bidirectional(&mut near, &mut far).await
        });
        while carried.try_join_next().is_some() {}
    }
}
