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

fn describe(room: &Room, lines: &mut Vec<String>) {
    let mut line = |name: &str, value: &str| lines.push(["  ", name, ": ", value].concat());
    line(
        "phase",
        match room.phase {
            Phase::Closed => "closed",
            Phase::Opening => "opening",
            Phase::CatchingUp { .. } => "catching up",
            Phase::Open => "open",
            Phase::Refused { .. } => "refused",
        },
    );
    if let Some(cursor) = &room.cursor {
        line("epoch", cursor.epoch.as_str());
        line("cursor", &cursor.seq.to_string());
        line("digest", &cursor.digest.map(String::from).unwrap_or_default());
    }
    line("folded here since", &room.proof.since.to_string());
    line("verified to", &room.proof.verified.map_or_else(|| "nothing".to_owned(), |seq| seq.to_string()));
    line("mismatches", &room.proof.mismatches.to_string());
    line("resets", &room.resets.to_string());
    let mut fates = [0_usize; 4];
    for entry in room.outbox.entries().iter() {
        fates[match entry.fate {
            Fate::Queued => 0,
            Fate::Sent => 1,
            Fate::Settled { .. } => 2,
            Fate::Refused { .. } => 3,
        }] += 1;
    }
    for (name, count) in ["queued", "sent", "settled", "refused"].into_iter().zip(fates) {
        line(name, &count.to_string());
    }
}
