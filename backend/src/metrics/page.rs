//! The metrics: which there are, and what each says.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{
    CLASSES, COMMANDS, ENTERED, PROTOCOLS,
    text::{Label, Text, one},
};
use crate::{
    Warren,
    log::LogHealth,
    policy::{Kind, pace::Whose},
};

/// All metrics of a server, as they are now.
pub(super) fn page(warren: &Warren) -> String {
    let mut text = Text::default();
    of_the_program(&mut text, warren);
    of_sockets(&mut text, warren);
    of_the_log(&mut text, warren);
    let limited = Kind::ALL.into_iter().flat_map(|kind| Whose::ALL.map(|whose| (kind, whose)));
    let limited = limited.filter(|(kind, whose)| kind.usual()[*whose as usize].is_some());
    text.counter(
        "warren_limited_total",
        "Refused or held up because of a limit (docs/limits.md).",
        limited.map(|(kind, whose)| {
            let labels = vec![("kind", kind.name().into()), ("of", whose.name().into())];
            (labels, warren.pace.refused(kind, whose))
        }),
    );
    text.finish()
}

fn of_the_program(text: &mut Text, warren: &Warren) {
    let version = vec![("version", env!("CARGO_PKG_VERSION").into())];
    text.gauge("warren_build_info", "Which Warren this is.", [(version, 1)]);
    text.gauge("process_start_time_seconds", "When it started, since 1970.", one(warren.metrics.began.0 / 1_000));
    let answers = table("class", &CLASSES, &warren.metrics.answers);
    text.counter("warren_http_answers_total", "Requests answered, handshakes too, by class of status.", answers);
    text.gauge("warren_sessions_known", "Sessions remembered in memory.", one(warren.people.known() as u64));
    let pushes = warren.push.as_ref().map(|push| push.outcomes()).into_iter().flatten();
    text.counter(
        "warren_pushes_total",
        "Tries to tell a browser by push.",
        pushes.map(|(outcome, times)| (vec![("outcome", outcome.into())], times)),
    );
}

fn of_sockets(text: &mut Text, warren: &Warren) {
    let metrics = &warren.metrics;
    let connections = table("protocol", &PROTOCOLS, &metrics.connections);
    text.gauge("warren_connections", "Sockets that are open.", connections);
    let handshakes = PROTOCOLS.into_iter().zip(&metrics.handshakes).flat_map(|(protocol, entered)| {
        table("outcome", &ENTERED, entered).map(move |(mut labels, times)| {
            labels.push(("protocol", protocol.into()));
            (labels, times)
        })
    });
    text.counter("warren_handshakes_total", "Handshakes of sockets, and what became of them.", handshakes);
    let commands = table("kind", &COMMANDS, &metrics.commands);
    text.counter("warren_commands_total", "Frames from clients; plain are messages of the plain relay.", commands);
    let refusals = crate::lock::lock(&metrics.refusals).clone();
    let refusals = refusals.into_iter().map(|(code, times)| {
        let code = serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned));
        (vec![("code", code.unwrap_or_default().into())], times)
    });
    text.counter("warren_refusals_total", "Frames that were refused.", refusals);
    let (read, written) = metrics.traffic.bytes();
    let bytes = [("in", read), ("out", written)].map(|(way, bytes)| (vec![("direction", way.into())], bytes));
    text.counter("warren_socket_bytes_total", "Bytes over sockets after their handshake.", bytes);
    text.gauge("warren_rooms_followed", "Rooms that somebody has open.", one(warren.log.rooms().len() as u64));
}

fn of_the_log(text: &mut Text, warren: &Warren) {
    let written = warren.log.written();
    text.counter("warren_events_total", "Events that were appended.", one(written.events));
    text.counter("warren_commits_total", "Commits of them, and of records.", one(written.commits));
    let good = u64::from(warren.log.health() == LogHealth::Good);
    text.gauge("warren_log_good", "1 while messages are taken, 0 while the log cannot be written.", one(good));
    let begun = warren.reads.begun().load(Ordering::Relaxed);
    text.counter("warren_reads_total", "Reads of the database that were begun.", one(begun));
    let (running, waiting) = warren.reads.queue();
    text.gauge("warren_reads_running", "Reads that run.", one(running as u64));
    text.gauge("warren_reads_waiting", "Reads that wait for their turn.", one(waiting as u64));
}

/// A table's numbers, each with its word.
fn table<'a>(
    of: &'static str,
    words: &'a [&'static str],
    numbers: &'a [AtomicU64],
) -> impl Iterator<Item = (Vec<Label>, u64)> + 'a {
    let value = |number: &AtomicU64| number.load(Ordering::Relaxed);
    words.iter().zip(numbers).map(move |(word, number)| (vec![(of, (*word).into())], value(number)))
}
