//! The log, as the client draws it for somebody of whom nothing is known.
//!
//! Left out is what would do nothing without the client: the tools of a message. Its reactions are there, and cannot be
//! pressed. Times and days have no words: which they are depends on the reader's clock and language, so the browser
//! says them (`frontend/times.js`). A time's place needs no keeping, since nothing stands behind it; that of a day
//! line is kept by the style. Where scripts do not run at all, they stand there in UTC.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use maud::{Markup, html};
use shared::{Message, Millis, PersonId, Reaction, RoomName, Seq, Snapshot, markdown::plain, namesakes};

use super::said;

/// One day, in milliseconds.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Most characters of a quote: more than a line has.
const QUOTED: usize = 200;

/// The log.
pub(super) fn log(room: &RoomName, snapshot: &Snapshot) -> Markup {
    let beginning = match (snapshot.more_before, snapshot.messages.is_empty()) {
        (true, _) => "There is more above.",
        (false, true) => "Nothing here yet. Say the first word.",
        (false, false) => "Here the room begins.",
    };
    html! {
        div.scroll tabindex="0" role="log" aria-live="off" aria-label={ "Messages in " (room.as_str()) } {
            div {
                p.beginning { (beginning) }
                ol.log { (rows(room, &snapshot.messages)) }
            }
        }
    }
}

fn rows(room: &RoomName, messages: &[Message]) -> Markup {
    let tagged: BTreeSet<&PersonId> =
        namesakes(messages.iter().map(|message| (&message.by.id, &message.by.name))).into_iter().collect();
    let before = std::iter::once(None).chain(messages.iter().map(Some));
    html! {
        @for (message, before) in messages.iter().zip(before) {
            @let new_day = before.is_none_or(|before| before.at.0 / DAY_MS != message.at.0 / DAY_MS);
            @if new_day {
                li.day { button type="button" disabled { noscript { (words(message.at, "%-d %B %Y")) } } }
            }
            @let first = new_day || !before.is_some_and(|before| message.goes_on(before));
            (row(room, messages, message, first, tagged.contains(&message.by.id)))
        }
    }
}

fn row(room: &RoomName, messages: &[Message], message: &Message, first: bool, tagged: bool) -> Markup {
    let by = &message.by;
    let link = permalink(room, message.seq);
    let answered = messages.iter().find(|other| Some(other.seq) == message.reply_to);
    let sign = html! { @if tagged { span.tag { (by.id.sign()) } } };
    html! {
        li class={ "m hue-" (by.id.hue(36)) @if first { " first" } } data-seq=(message.seq.0) tabindex="-1" {
            @if let Some(seq) = message.reply_to { (quote(room, seq, answered)) }
            @if first {
                span.av aria-hidden="true" { (by.name.initial()) }
                p.who {
                    bdi { (by.name.as_str()) }
                    (sign)
                    @if by.plain {
                        span.via title="Came over the plain relay: the name is not bound to anybody" {
                            "via the plain relay"
                        }
                    }
                    (stamp(message.at, &link))
                }
            } @else {
                span.sr { bdi { (by.name.as_str()) } " " (sign) }
                (stamp(message.at, &link))
            }
            (body(message, answered))
            (reactions(&message.reactions))
        }
    }
}

/// What is said, or what became of it. Of those whom it mentions, the one whom it answers is known here by name.
fn body(message: &Message, answered: Option<&Message>) -> Markup {
    let Some(text) = &message.text else {
        return html! { div.says { span.body.gone { "Message deleted" } } };
    };
    let mentioned = answered.filter(|answered| message.mentions.contains(&answered.by.id));
    let names = mentioned.map(|mentioned| mentioned.by.name.as_str());
    html! {
        div.says dir="auto" {
            (said::body(text.as_str(), message.by.name.as_str(), names.as_slice()))
            @if let Some(at) = message.edited { time.edited datetime=(machine(at)) { "edited" } }
        }
    }
}

fn reactions(reactions: &[Reaction]) -> Markup {
    let names = |reaction: &Reaction| {
        let names: Vec<&str> = reaction.by.iter().map(|person| person.name.as_str()).collect();
        names.join(", ")
    };
    html! {
        @if !reactions.is_empty() {
            div.re {
                @for reaction in reactions {
                    button type="button" disabled data-do="react" data-emoji=(reaction.emoji.as_str())
                        title=(names(reaction)) aria-pressed="false" {
                        (reaction.emoji.as_str()) span { (reaction.by.len()) }
                    }
                }
            }
        }
    }
}

fn stamp(at: Millis, link: &str) -> Markup {
    html! {
        a.at href=(link) tabindex="-1" data-do="jump" {
            time datetime=(machine(at)) { noscript { (words(at, "%H:%M UTC")) } }
        }
    }
}

/// What a message answers, in one line that leads there.
fn quote(room: &RoomName, seq: Seq, answered: Option<&Message>) -> Markup {
    // What a person said has a direction of its own; the page's words have that of the page.
    let (dir, says) = match answered.map(|message| &message.text) {
        Some(Some(text)) => ("auto", plain(text.as_str(), QUOTED)),
        Some(None) => ("", "Message deleted".to_owned()),
        None => ("", "an earlier message".to_owned()),
    };
    html! {
        a.quote href=(permalink(room, seq)) data-do="jump" data-to=(seq.0) {
            span.sr { "Answers " }
            @if let Some(message) = answered { bdi { (message.by.name.as_str()) } }
            span dir=(dir) { (says) }
        }
    }
}

fn permalink(room: &RoomName, seq: Seq) -> String {
    format!("/r/{room}/{seq}")
}

/// For programs: RFC 3339, in UTC, as the client writes it; empty where no calendar has the time.
fn machine(at: Millis) -> String {
    utc(at).map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// For people, in UTC, by a format of chrono's.
fn words(at: Millis, format: &str) -> String {
    utc(at).map_or_else(String::new, |at| at.format(format).to_string())
}

fn utc(at: Millis) -> Option<DateTime<Utc>> {
    i64::try_from(at.0).ok().and_then(DateTime::from_timestamp_millis)
}
