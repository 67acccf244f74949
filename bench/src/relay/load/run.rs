//! What the load does over a time: send at a pace, drop clients, stall some.

use std::time::Duration;

use anyhow::ensure;

use super::{Client, Load, PATIENCE, Role, Stage, nanos};

/// How messages are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// So many are under way at any time, in all rooms together.
    InFlight(usize),
    /// So many a second, whatever becomes of them.
    Rate(f64),
    /// None.
    Silence,
}

/// Whether clients are dropped all the time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Churn {
    /// They are not.
    None,
    /// So many a second, in turn.
    Jitter(f64),
}

impl Load {
    /// Sends at a pace for a time.
    ///
    /// # Errors
    /// Where something is lost, doubled or out of order, or nothing comes any more.
    pub(crate) fn run(&mut self, pace: Pace, time: Duration, churn: Churn) -> anyhow::Result<()> {
        let until = self.now() + nanos(time);
        let mut room = 0;
        let mut next_room = |rooms| {
            room = (room + 1) % rooms;
            room
        };
        if let Pace::InFlight(messages) = pace {
            self.vacant.clear();
            for _ in self.under_way..messages {
                self.vacant.push(next_room(self.plan.rooms));
            }
        }
        let interval = if let Pace::Rate(rate) = pace { nanos(Duration::from_secs_f64(1.0 / rate)) } else { u64::MAX };
        let mut due = if interval == u64::MAX { u64::MAX } else { self.now() };
        let churn_interval = match churn {
            Churn::None => u64::MAX,
            Churn::Jitter(rate) => nanos(Duration::from_secs_f64(1.0 / rate)),
        };
        let mut churn_due = self.now().saturating_add(churn_interval);
        let mut churned = 0;
        self.heard = self.now();
        loop {
            let now = self.now();
            // Also those that were due while nothing could be sent: leaving them out would flatter the server.
            while due <= now && due < until {
                let room = next_room(self.plan.rooms);
                self.post(room, due);
                due += interval;
            }
            if now >= until {
                self.vacant.clear();
                return self.flush();
            }
            if let Pace::InFlight(_) = pace {
                for room in std::mem::take(&mut self.vacant) {
                    self.post(room, now);
                }
            } else {
                self.vacant.clear();
            }
            while churn_due <= now {
                churned = self.cut_next(churned);
                churn_due += churn_interval;
            }
            self.flush()?;
            let wait = until.min(due).min(churn_due).saturating_sub(self.now());
            self.turn(Duration::from_nanos(wait))?;
        }
    }

    /// Waits until everybody has everything.
    ///
    /// # Errors
    /// As [`Load::run`].
    pub(crate) fn drain(&mut self) -> anyhow::Result<()> {
        self.heard = self.now();
        while !self.is_drained() {
            self.turn(Duration::from_millis(50))?;
            ensure!(self.now() < self.heard + nanos(PATIENCE), "nothing comes, and not everybody has everything");
        }
        Ok(())
    }

    fn is_drained(&self) -> bool {
        let has = |client: &Client| {
            client.role == Role::Steady
                || client.stage == Stage::Ready
                    && (client.epoch.is_none() && client.role == Role::Churning
                        || client.position == Some(self.ledger.head(client.room)))
        };
        self.ledger.incomplete() == 0 && self.clients.iter().all(has)
    }

    /// Lets those that stall stop reading, or read again.
    ///
    /// # Errors
    /// As [`Load::run`].
    pub(crate) fn stall(&mut self, stall: bool) -> anyhow::Result<()> {
        for index in 0..self.clients.len() {
            if self.clients[index].role == Role::Stalling {
                self.clients[index].reading = !stall;
                if !stall {
                    self.receive(index, true)?;
                }
            }
        }
        Ok(())
    }

    /// Cuts all that churn at once; they come back at once.
    pub(crate) fn avalanche(&mut self) {
        for index in 0..self.clients.len() {
            if self.clients[index].role == Role::Churning {
                self.cut(index, Duration::ZERO);
            }
        }
    }

    /// So many may join at a time.
    pub(crate) fn let_in_at_a_time(&mut self, clients: usize) {
        self.at_a_time = clients.max(1);
    }

    /// Whether everybody is in.
    pub(crate) fn all_are_in(&self) -> bool {
        self.ready == self.clients.len()
    }

    /// Cuts the next of those that churn, after the one given; gives which it was.
    fn cut_next(&mut self, after: usize) -> usize {
        let all = self.clients.len();
        let next = (1..=all).map(|step| (after + step) % all).find(|index| {
            let client = &self.clients[*index];
            client.role == Role::Churning && client.stage == Stage::Ready
        });
        if let Some(index) = next {
            self.cut(index, Duration::ZERO);
        }
        next.unwrap_or(after)
    }
}
