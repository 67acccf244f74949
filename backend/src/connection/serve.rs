//! The life of a connection after its handshake: messages to the conversation, heartbeat, and its end.

use std::{pin::pin, time::Duration};

use actix_web::HttpResponse;
use actix_ws::{AggregatedMessage, AggregatedMessageStream};
use bytes::Bytes;
use bytestring::ByteString;
use futures_util::StreamExt as _;
use shared::close;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Accepted, Outgoing, frames, gate::Incoming};

/// What is said on a connection. It hears whole messages and answers through [`Outgoing`].
pub trait Conversation {
    /// A text came.
    fn text(&mut self, out: &Outgoing, text: ByteString) -> impl Future<Output = Going>;

    /// So many bytes came, or with 0 it is asked again.
    ///
    /// # Errors
    /// How long nothing more is to be read: whoever sends more than they may waits.
    fn pay(&mut self, _bytes: usize) -> Result<(), Duration> {
        Ok(())
    }

    /// There is more to do of what came before. Nothing further is read until that is done.
    fn has_more(&self) -> bool {
        false
    }

    /// Does the next piece of it.
    fn go_on(&mut self, _out: &Outgoing) -> impl Future<Output = ()> {
        std::future::ready(())
    }

    /// Bytes came.
    fn binary(&mut self, _out: &Outgoing, _bytes: Bytes) -> Going {
        Going::Close(close::UNSUPPORTED, "text only")
    }

    /// Waits for the next answer that is still to come, and passes it on. For ever, where there is none. May be cut
    /// off at any await, and must lose nothing then.
    fn answer(&mut self, out: &Outgoing) -> impl Future<Output = ()>;

    /// There may be something to say that nobody has asked for. [`Conversation::answer`] waits for that too.
    fn tells(&self) -> bool {
        false
    }

    /// Answers are still to come.
    fn is_answering(&self) -> bool;

    /// So many answers are to come that the client is not to be read.
    fn is_full(&self) -> bool {
        false
    }
}

/// What a message costs whoever sends it beside its bytes: it is work, also where it is empty.
const MESSAGE: usize = 16;

/// How a conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Going {
    /// It does.
    On,
    /// It ends, with this close code and reason.
    Close(u16, &'static str),
}

/// The clocks of a connection. Tests set them short.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// After so much silence the server sends a ping.
    pub ping_after: Duration,
    /// After so much silence the client is dropped.
    pub drop_after: Duration,
    /// A client that takes nothing for so long, although something waits for it, is dropped.
    pub stalled_after: Duration,
    /// How long a client may take to answer a close.
    pub close_within: Duration,
    /// How long a client may take to send the head of a request, a handshake's too.
    pub handshake_within: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            ping_after: seconds(25),
            drop_after: seconds(60),
            stalled_after: seconds(30),
            close_within: seconds(3),
            handshake_within: seconds(5),
        }
    }
}

/// Says to connections that the server stops, and counts those that have not ended yet.
#[derive(Clone)]
pub struct Stop {
    /// Cancelled when the server stops. It wakes connections in the order in which they came.
    pub stopping: CancellationToken,
    /// The connections.
    pub connections: TaskTracker,
    /// After how many milliseconds a client is to come back, drawn for each.
    pub come_back: fn() -> u32,
}

/// Serves a connection, when its handshake has been answered, until it ends. Gives the answer, which the handler is to
/// return.
pub fn serve<C: Conversation + 'static>(
    accepted: Accepted,
    conversation: C,
    timing: Timing,
    stop: &Stop,
) -> HttpResponse {
    let Accepted { response, incoming, messages, outgoing, place, upgraded } = accepted;
    let life = live(incoming, messages, outgoing, conversation, timing, stop.clone());
    let life = async move {
        life.await;
        drop(place);
    };
    upgraded.begin(Box::pin(stop.connections.track_future(life)));
    response
}

async fn live<C: Conversation>(
    incoming: Incoming,
    mut messages: AggregatedMessageStream,
    out: Outgoing,
    mut conversation: C,
    timing: Timing,
    stop: Stop,
) {
    let Stop { stopping, come_back, .. } = stop;
    let mut heard = Instant::now();
    let mut pinged = false;
    // Until when nothing is read, because too much came.
    let mut rests: Option<Instant> = None;
    // Both wait for all of its life: to begin waiting anew for each message would cost more than to read it.
    let mut stopped = pin!(stopping.cancelled());
    let mut clock = pin!(sleep_until(heard + timing.ping_after));
    // Looked at again now and then, so that nobody is silent for too long only because they are not read.
    let rest = |wait: Duration| Instant::now() + wait.min(timing.ping_after / 2);
    let end = loop {
        out.flush();
        if out.is_closed() {
            break End::Closed;
        }
        if rests.is_some_and(|until| until <= Instant::now()) {
            // That it was silent meanwhile is not its fault.
            (heard, pinged) = (Instant::now(), false);
            rests = conversation.pay(0).err().map(rest);
        }
        let quiet = if pinged { timing.drop_after } else { timing.ping_after };
        // A client that does not take what waits for it is looked after more often.
        let stalled = out.stalled_for() > Duration::ZERO;
        let soon = if stalled { timing.stalled_after / 4 } else { quiet };
        let look_again = (heard + quiet).min(Instant::now() + soon);
        let look_again = rests.map_or(look_again, |until| until.min(look_again));
        // One that rings too early looks, and is set again.
        if clock.is_elapsed() || look_again < clock.deadline() {
            clock.as_mut().reset(look_again);
        }
        let answering = conversation.is_answering() || conversation.tells() && !out.is_full();
        let may_go_on = !out.is_full() && !conversation.is_full();
        let may_read = may_go_on && !conversation.has_more() && rests.is_none();
        let more = may_go_on && conversation.has_more();
        tokio::select! {
            biased;
            () = conversation.answer(&out), if answering => {}
            () = &mut stopped => break End::Stopping,
            () = std::future::ready(()), if more => conversation.go_on(&out).await,
            message = messages.next(), if may_read => {
                heard = Instant::now();
                pinged = false;
                let bytes = message.as_ref().and_then(|message| message.as_ref().ok()).map_or(0, bytes_of);
                rests = conversation.pay(MESSAGE + bytes).err().map(rest);
                let going = match message {
                    Some(Ok(AggregatedMessage::Text(text))) => conversation.text(&out, text).await,
                    Some(Ok(AggregatedMessage::Binary(bytes))) => conversation.binary(&out, bytes),
                    Some(Ok(AggregatedMessage::Ping(payload))) => {
                        out.reply(frames::pong(&payload));
                        Going::On
                    }
                    Some(Ok(AggregatedMessage::Pong(_))) => Going::On,
                    Some(Ok(AggregatedMessage::Close(reason))) => break End::Peer(reason.map(|reason| reason.code.into())),
                    Some(Err(error)) => {
                        // The gate lets nothing pass that the decoder could object to.
                        tracing::error!(%error, "the decoder and the gate disagree");
                        Going::Close(close::PROTOCOL_ERROR, "protocol error")
                    }
                    None => break End::Silent,
                };
                if let Going::Close(code, reason) = going {
                    break End::Ours(code, reason);
                }
            }
            () = out.stirred() => {}
            () = out.writable(), if out.is_blocked() => {}
            () = out.read_log(), if out.wants_log() => {}
            () = &mut clock => {
                if heard.elapsed() >= timing.drop_after || out.stalled_for() >= timing.stalled_after {
                    break End::Unresponsive;
                }
                if heard.elapsed() >= timing.ping_after && !pinged {
                    out.reply(frames::ping());
                    pinged = true;
                }
            }
        }
    };
    // Every command that was taken is answered before the end, as far as the client lets us.
    let answer_rest = async {
        while conversation.is_answering() {
            conversation.answer(&out).await;
        }
    };
    drop(timeout(timing.close_within, answer_rest).await);
    leave(end, &incoming, &out, timing.close_within, come_back).await;
}

fn bytes_of(message: &AggregatedMessage) -> usize {
    match message {
        AggregatedMessage::Text(text) => text.len(),
        AggregatedMessage::Binary(bytes) | AggregatedMessage::Ping(bytes) | AggregatedMessage::Pong(bytes) => {
            bytes.len()
        }
        AggregatedMessage::Close(_) => 0,
    }
}

/// Says goodbye, where the client takes it in the given time.
async fn leave(end: End, incoming: &Incoming, out: &Outgoing, within: Duration, come_back: fn() -> u32) {
    match end {
        End::Unresponsive => {
            tracing::debug!("a client no longer reads or answers");
            out.cut();
        }
        End::Peer(code) => out.close_with(frames::close(code, "")),
        End::Silent => match incoming.verdict() {
            Some(verdict) => out.close(verdict.code(), verdict.reason()),
            None => out.close(close::NORMAL, ""),
        },
        End::Ours(code, reason) => out.close(code, reason),
        End::Stopping => out.close(close::RESTART, &come_back().to_string()),
        End::Closed => {}
    }
    let by_peer = matches!(end, End::Peer(_));
    let goodbye = async {
        loop {
            out.flush();
            if out.is_closed() {
                break;
            }
            // What is not written and not closed waits for the socket.
            out.writable().await;
        }
        if !by_peer && !out.is_gone() {
            incoming.drain().await;
        }
    };
    let in_time = timeout(within, goodbye).await.is_ok();
    if !in_time && !out.is_gone() {
        out.cut();
    }
    out.finish();
}

/// Why a connection ends.
#[derive(Clone, Copy)]
enum End {
    /// The client closed, with this code.
    Peer(Option<u16>),
    /// What comes in ended: the gate's verdict, or the client is gone.
    Silent,
    /// The conversation ended it.
    Ours(u16, &'static str),
    /// Nothing can go out any more.
    Closed,
    /// The client does not read, or does not answer.
    Unresponsive,
    /// The server stops.
    Stopping,
}

/// Milliseconds after which a client comes back to a server that restarts: spread, so that not all come at once.
#[must_use]
pub fn spread() -> u32 {
    let mut bytes = [0; 2];
    let _ = getrandom::fill(&mut bytes);
    500 + u32::from(u16::from_le_bytes(bytes)) % 2_500
}
