//! What goes into a report of what went wrong: positions, digests, counts and the link's history. No texts, no names.

use super::{App, Fate, Phase, Room, words::storage_state};

/// The state of the client, for a report. Times are milliseconds since 1970, on this machine's clock.
#[must_use]
pub fn diagnosis(app: &App) -> String {
    let mut lines = vec![["Warren ", env!("CARGO_PKG_VERSION")].concat()];
    lines.push(["storage: ", storage_state(app.storage())].concat());
    let link = app.line();
    lines.push(["link: generation ", &link.generation().to_string()].concat());
    for change in app.trace.changes() {
        let code = if change.code == 0 { String::new() } else { [" (", &change.code.to_string(), ")"].concat() };
        lines.push(
            ["  ", &change.at.0.to_string(), " ", change.state, " ", change.cause, &code]
                .concat()
                .trim_end()
                .to_owned(),
        );
    }
    for (place, (name, room)) in app.rooms.iter().enumerate() {
        let here = if app.place.room() == Some(name) { ", in sight" } else { "" };
        lines.push(["room ", &(place + 1).to_string(), here].concat());
        describe(room, &mut lines);
    }
    lines.push(String::new());
    lines.join("\n")
}

/// What is counted of a room, in the order of its line.
const COUNTS: [&str; 8] =
    ["folded here since", "verified to", "mismatches", "resets", "queued", "sent", "settled", "refused"];

fn describe(room: &Room, lines: &mut Vec<String>) {
    let phase = match room.phase {
        Phase::Closed => "closed",
        Phase::Opening => "opening",
        Phase::CatchingUp { .. } => "catching up",
        Phase::Open => "open",
        Phase::Refused { .. } => "refused",
    };
    lines.push(["  phase: ", phase].concat());
    if let Some(cursor) = &room.cursor {
        let digest = cursor.digest.map(String::from).unwrap_or_default();
        lines.push(["  cursor: ", cursor.epoch.as_str(), " ", &cursor.seq.to_string(), " ", &digest].concat());
    }
    let proof = &room.proof;
    let verified = proof.verified.unwrap_or_default().0;
    let mut counts = [proof.since.0, verified, proof.mismatches.into(), room.resets.into(), 0, 0, 0, 0];
    for entry in room.outbox.entries().iter() {
        counts[match entry.fate {
            Fate::Queued => 4,
            Fate::Sent => 5,
            Fate::Settled { .. } => 6,
            Fate::Refused { .. } => 7,
        }] += 1;
    }
    for (name, count) in COUNTS.into_iter().zip(counts) {
        lines.push(["  ", name, ": ", &count.to_string()].concat());
    }
}
