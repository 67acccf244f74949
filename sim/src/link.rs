//! A link between a client and the server: two pipes, in which bytes take their time, stand still, or are gone.
//!
//! A pipe keeps its order, as TCP does. What is lost is a tail, with one exception: single events may be lost, doubled
//! or swapped on their way to the client, because the rule of the protocol must survive that too.

mod frames;
mod pipe;

use std::{cell::RefCell, rc::Rc};

use bytes::{Bytes, BytesMut};
use shared::{ClientFrame, ServerFrame};
use tokio::{
    sync::{Notify, mpsc},
    task::AbortHandle,
};

use crate::{sabotage::Sabotage, server::sleep, watch::Watch, world::Tools};
pub use frames::Said;
use frames::{masked_close, masked_pong, masked_text, read};
use pipe::Pipe;

/// While more than so many bytes are on their way to a client, the server's socket takes no more.
const IN_FLIGHT: usize = 64 * 1024;

/// What is on its way to the server.
pub enum Up {
    /// The wish for a connection.
    Hello,
    /// A frame, and its bytes.
    Frame(Option<ClientFrame>, Bytes),
    /// The client's end is closed.
    Over,
}

/// What is on its way to the client.
pub enum Down {
    /// The handshake is done.
    Accepted,
    /// Frames, and what is between them.
    Said(Vec<Said>),
    /// The server's end is closed, or there is none.
    Over,
}

/// A link. It outlives both of its ends, as packets do.
pub struct Link {
    /// Its number.
    pub id: u32,
    /// Whose it is.
    pub client: usize,
    /// The client's number for it.
    pub generation: u32,
    tools: Tools,
    inner: RefCell<Inner>,
    room: Notify,
}

pub(crate) struct Inner {
    pub(crate) up: Pipe<Up>,
    pub(crate) down: Pipe<Down>,
    /// The server's end, while it is open.
    to_server: Option<mpsc::UnboundedSender<Bytes>>,
    serving: Option<AbortHandle>,
    /// A frame of which the server has written a part.
    begun: BytesMut,
    /// The client still listens.
    pub(crate) client_listens: bool,
    /// How many of the next events are spoiled.
    pub(crate) spoil: u32,
    watch: Watch,
}

impl Link {
    /// A new link, over which the wish for a connection is on its way.
    #[must_use]
    pub fn new(tools: &Tools, id: u32, client: usize, generation: u32, watch: Watch) -> Rc<Self> {
        let latency = || {
            if !tools.calm.get() && tools.chance.one_in(8) { tools.chance.span(3_000) } else { tools.chance.below(60) }
        };
        let inner = Inner {
            up: Pipe::new(latency()),
            down: Pipe::new(latency()),
            to_server: None,
            serving: None,
            begun: BytesMut::new(),
            client_listens: true,
            spoil: 0,
            watch,
        };
        let (inner, room) = (RefCell::new(inner), Notify::new());
        let link = Rc::new(Self { id, client, generation, tools: tools.clone(), inner, room });
        link.up(Up::Hello, 0);
        link
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        change(&mut self.inner.borrow_mut())
    }

    /// One of its ends is still open.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.with(|inner| inner.to_server.is_some() || inner.client_listens)
    }

    /// Puts something on the way to the server.
    fn up(&self, what: Up, bytes: usize) {
        let wait = self.with(|inner| inner.up.put(self.tools.agenda.now(), &self.tools.chance, what, bytes));
        let id = self.id;
        self.tools.agenda.after(wait, move |world| world.arrived_up(id));
    }

    /// Puts something on the way to the client.
    pub(crate) fn down(&self, what: Down, bytes: usize) {
        let wait = self.with(|inner| inner.down.put(self.tools.agenda.now(), &self.tools.chance, what, bytes));
        let id = self.id;
        self.tools.agenda.after(wait, move |world| world.arrived_down(id));
    }

    /// The client sends a frame.
    pub fn send(&self, frame: ClientFrame) {
        let bytes = encoded(&frame);
        let len = bytes.len();
        self.up(Up::Frame(Some(frame), bytes), len);
    }

    /// The client answers a ping.
    pub fn pong(&self, payload: &[u8]) {
        self.up(Up::Frame(None, masked_pong(payload)), 0);
    }

    /// The client closes its end, and hears nothing any more. Without a word, where its machine takes it away.
    pub fn close(&self, with_a_word: bool) {
        if !self.with(|inner| std::mem::replace(&mut inner.client_listens, false)) {
            return;
        }
        if with_a_word {
            self.up(Up::Frame(None, masked_close()), 0);
        }
        self.up(Up::Over, 0);
    }

    /// The server takes the connection in.
    pub fn admitted(&self, to_server: mpsc::UnboundedSender<Bytes>, serving: AbortHandle) {
        self.with(|inner| (inner.to_server, inner.serving) = (Some(to_server), Some(serving)));
    }

    /// Something has arrived at the server.
    pub fn hear(&self, what: Up) {
        self.with(|inner| match what {
            Up::Hello => {}
            Up::Frame(frame, mut bytes) => {
                if let Some(to_server) = &inner.to_server {
                    if let Some(frame) = &frame {
                        inner.watch.asked(frame);
                        if is_command(frame) && self.tools.sabotaged(Sabotage::SwallowCommand, 30) {
                            return;
                        }
                        if self.tools.sabotaged(Sabotage::ForgetMeant, 1) {
                            bytes = without_meant(frame.clone()).map_or(bytes, |frame| encoded(&frame));
                        }
                        if self.tools.sabotaged(Sabotage::IgnoreEpoch, 1) {
                            bytes = inner.watch.in_this_epoch(frame).map_or(bytes, |frame| encoded(&frame));
                        }
                    }
                    // The server may have ended it already.
                    drop(to_server.send(bytes));
                }
            }
            Up::Over => inner.to_server = None,
        });
    }

    /// The server's machine takes its end away: what it said so far still arrives.
    pub fn drop_server(&self, told: bool) {
        let was = self.with(|inner| {
            if let Some(serving) = inner.serving.take() {
                serving.abort();
            }
            inner.to_server.take()
        });
        if was.is_some() && told {
            self.down(Down::Over, 0);
        }
    }

    /// The link breaks, and both ends are told. What was on its way is gone.
    pub fn cut(&self) {
        self.drop_server(false);
        self.with(|inner| {
            inner.up.clear();
            inner.down.clear();
        });
        self.down(Down::Over, 0);
    }

    /// There is room again for what the server says.
    pub(crate) fn taken(&self) {
        self.room.notify_one();
    }
}

fn encoded(frame: &ClientFrame) -> Bytes {
    masked_text(&serde_json::to_string(frame).unwrap_or_default())
}

/// A command that goes by the seq alone.
fn without_meant(frame: ClientFrame) -> Option<ClientFrame> {
    let (room, key, of, command) = shared::Command::of_frame(frame).ok()?;
    of.is_some().then(|| command.frame(room, key, None))
}

fn is_command(frame: &ClientFrame) -> bool {
    shared::Command::of_frame(frame.clone()).is_ok()
}

/// The server's end of a link.
pub struct ServerEnd(pub Rc<Link>);

impl ServerEnd {
    /// The handshake is done.
    pub fn accepted(&self) {
        self.0.down(Down::Accepted, 0);
    }

    /// The socket takes more now.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.0.with(|inner| inner.down.bytes()) <= IN_FLIGHT
    }

    /// Waits so many milliseconds, and then until the socket takes more.
    pub fn room_after(&self, ms: u64) -> impl Future<Output = ()> + 'static {
        let link = Rc::clone(&self.0);
        async move {
            sleep(ms).await;
            while link.with(|inner| inner.down.bytes()) > IN_FLIGHT {
                link.room.notified().await;
            }
        }
    }

    /// The server says something.
    pub fn say(&self, chunk: &[u8]) {
        let tools = &self.0.tools;
        let mut said = self.0.with(|inner| {
            inner.begun.extend_from_slice(chunk);
            read(&mut inner.begun, &tools.failures)
        });
        self.0.with(|inner| {
            said.retain(|said| match said {
                Said::Frame(frame) => inner.watch.said(frame, tools),
                Said::Ping(_) | Said::Close(..) => true,
            });
            if inner.spoil > 0 {
                spoil(&mut said, inner, tools);
            }
        });
        self.0.down(Down::Said(said), chunk.len());
    }

    /// The server's end is closed.
    pub fn over(&self) {
        self.0.with(|inner| (inner.to_server, inner.serving) = (None, None));
        self.0.down(Down::Over, 0);
    }
}

/// Loses, doubles or swaps events.
fn spoil(said: &mut Vec<Said>, inner: &mut Inner, tools: &Tools) {
    let is_event =
        |said: Option<&Said>| matches!(said, Some(Said::Frame(frame)) if matches!(**frame, ServerFrame::Event(_)));
    let mut place = 0;
    while place < said.len() && inner.spoil > 0 {
        if is_event(said.get(place)) {
            inner.spoil -= 1;
            match tools.chance.below(3) {
                0 => drop(said.remove(place)),
                1 => said.insert(place, said[place].clone()),
                _ if is_event(said.get(place + 1)) => said.swap(place, place + 1),
                _ => {}
            }
        }
        place += 1;
    }
}
