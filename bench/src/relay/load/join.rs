//! How everybody comes in: connected, in their rooms, and each seen to get what is sent.

use std::time::Duration;

use anyhow::bail;

use super::{Client, Load, nanos};

impl Load {
    /// Connects everybody, and sees to it that everybody is in.
    ///
    /// # Errors
    /// Where the server does not let them in.
    pub(crate) fn join(&mut self) -> anyhow::Result<()> {
        self.heard = self.now();
        while self.ready < self.clients.len() {
            self.turn(Duration::from_millis(100))?;
        }
        // A server may answer the handshake before the client is in the room. Whoever has one message has the next.
        for _ in 0..100 {
            let rooms = 0..self.plan.rooms;
            rooms.for_each(|room| self.post(room, u64::MAX));
            self.flush()?;
            let until = self.now() + nanos(Duration::from_millis(300));
            while self.now() < until && !self.all_have_the_last() {
                self.turn(Duration::from_millis(5))?;
            }
            if self.all_have_the_last() {
                self.ledger.forget();
                for client in &mut self.clients {
                    client.position = Some(self.ledger.head(client.room));
                }
                self.vacant.clear();
                self.under_way = 0;
                self.settled = true;
                return Ok(());
            }
        }
        bail!("not everybody gets what is sent")
    }

    /// As [`Load::join`] for connections that stay silent: whether they hear each other is not asked.
    ///
    /// # Errors
    /// Where the server does not let them in.
    pub(crate) fn join_silently(&mut self) -> anyhow::Result<()> {
        self.heard = self.now();
        while self.ready < self.clients.len() {
            self.turn(Duration::from_millis(100))?;
        }
        Ok(())
    }

    fn all_have_the_last(&self) -> bool {
        let has = |client: &Client| client.position == Some(self.ledger.head(client.room));
        self.ledger.nothing_is_pending() && self.clients.iter().all(has)
    }
}
