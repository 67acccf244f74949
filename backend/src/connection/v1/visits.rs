//! What a connection is told of the rooms that its person has visited: all of them once, and then each that changes.

use std::{pin::Pin, rc::Rc, sync::Arc};

use shared::{ClientFrame, RoomName, ServerFrame, Signal};
use tokio::time::{Duration, sleep};

use super::{Answered, V1, slow_down};
use crate::{
    connection::{Outgoing, frames},
    log::{self, Attention, Changed, Listening, NotAppended, ReadError, Reads, VisitChange, Visiting, Wrong},
    policy::Kind,
    records::Someone,
};

/// How long to wait where the counts could not be read.
const AGAIN: Duration = Duration::from_secs(1);

type Told = Pin<Box<dyn Future<Output = Result<Vec<ServerFrame>, ReadError>>>>;

/// What is told, one after the other.
pub(super) struct Visits {
    reads: Reads,
    me: Arc<Someone>,
    listening: Rc<Listening>,
    /// What is being read, and why.
    reading: Option<(Told, Changed)>,
}

impl Visits {
    pub(super) fn new(reads: Reads, me: Arc<Someone>, attention: &Attention) -> Self {
        let listening = Rc::new(attention.listen(me.id()));
        Self { reads, me, listening, reading: None }
    }

    /// Waits for something that is to be told. Nothing is lost where it is cut off.
    pub(super) async fn next(&mut self) -> Vec<ServerFrame> {
        loop {
            if self.reading.is_none() {
                let changed = self.listening.changed().await;
                self.reading = Some((self.read(&changed), changed));
            }
            let Some((read, _)) = &mut self.reading else { continue };
            let told = read.await;
            let changed = self.reading.take().map(|(_, changed)| changed);
            match told {
                Ok(frames) => return frames,
                Err(_) => changed.into_iter().for_each(|changed| self.listening.put_back(changed)),
            }
        }
    }

    fn read(&self, changed: &Changed) -> Told {
        let (reads, person, listening) = (self.reads.clone(), self.me.id().clone(), Rc::clone(&self.listening));
        let (everything, changed) = (changed.everything, changed.rooms.clone());
        // Of whom nothing is kept, there is nothing to be read.
        let is_kept = self.me.remember().is_none();
        let read = async move {
            if everything && !is_kept && changed.is_empty() {
                return Ok(vec![ServerFrame::Rooms { rooms: Vec::new() }]);
            }
            if everything {
                let rooms = reads.visited(person.clone()).await?;
                listening.watch(&rooms);
                let rooms = reads.visits(person, rooms.to_vec()).await?.to_vec();
                return Ok(vec![ServerFrame::Rooms { rooms }]);
            }
            let asked: Vec<RoomName> = changed.keys().cloned().collect();
            let visits = reads.visits(person, asked).await?;
            let is_visited = |room: &RoomName| visits.iter().any(|visit| visit.room == *room);
            let gone = changed.into_iter().filter(|(room, forgotten)| *forgotten && !is_visited(room));
            let gone: Vec<_> = gone.map(|(room, _)| Signal::Forgotten { room }).collect();
            Ok(gone.into_iter().chain(visits.iter().cloned().map(Signal::Unread)).map(ServerFrame::Signal).collect())
        };
        Box::pin(async move {
            let told = read.await;
            if told.is_err() {
                sleep(AGAIN).await;
            }
            told
        })
    }
}

impl V1 {
    /// Changes what the person has read of a room, or wants to be told of it. There is no answer but the signal that
    /// comes of it, and a refusal.
    pub(super) fn visit(&mut self, out: &Outgoing, room: RoomName, change: VisitChange) {
        if let Err(wait) = self.spend(Kind::Records) {
            return self.refuse_all(out, None, None, slow_down(wait));
        }
        let submitted = self.warren.log.submit(log::Command::Visit(Visiting {
            person: self.me.id().clone(),
            name: self.me.person().name,
            room: room.clone(),
            change,
            remember: self.me.remember(),
        }));
        match submitted {
            Ok(submitted) => self.answers.push_back((Answered::IfRefused(room), submitted)),
            Err(why) => self.not_visited(out, room, why),
        }
    }

    pub(super) fn not_visited(&self, out: &Outgoing, room: RoomName, why: NotAppended) {
        self.refuse_all(out, None, None, super::refusal_of(why, self.warren.stop.come_back));
        // It may be in the client's list, with something that was read there before the room was closed to its person.
        if why == NotAppended::Refused(Wrong::NoAccess) {
            out.reply(frames::v1(&ServerFrame::Signal(Signal::Forgotten { room })));
        }
    }
}

/// What a frame changes of a visit, where it is about one.
pub(super) fn change_of(frame: ClientFrame) -> Result<(RoomName, VisitChange), ClientFrame> {
    Ok(match frame {
        ClientFrame::Read { room, seq, back } => (room, VisitChange::Read { seq, back }),
        ClientFrame::SetLevel { room, level } => (room, VisitChange::Level(level)),
        ClientFrame::Forget { room } => (room, VisitChange::Forget),
        other => return Err(other),
    })
}
