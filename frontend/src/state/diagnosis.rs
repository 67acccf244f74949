//! What goes into a report of what went wrong: positions, digests, counts and the link's history. No texts, no names.

use shared::Millis;

use super::{App, Fate, Phase, Room, words::storage_state};

/// The state of the client, for a report. Times are UTC, on this machine's clock.
#[must_use]
pub fn diagnosis(app: &App) -> String {
    let mut lines = vec![["Warren ", env!("CARGO_PKG_VERSION")].concat()];
    lines.push(["storage: ", storage_state(app.storage())].concat());
    let link = app.line();
    lines.push(["link: generation ", &link.generation().to_string()].concat());
    for change in app.trace.changes() {
        let code = if change.code == 0 { String::new() } else { [" (", &change.code.to_string(), ")"].concat() };
        lines
            .push(["  ", &time(change.at), " ", change.state, " ", change.cause, &code].concat().trim_end().to_owned());
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

/// A time as ISO 8601 has it, to the second. The days are counted as in Howard Hinnant's "chrono-Compatible Low-Level
/// Date Algorithms" (`civil_from_days`), for years from 1970 on.
fn time(at: Millis) -> String {
    let seconds = at.0 / 1000;
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let two = |number: u64| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    let date = [year.to_string(), two(month), two(day)].join("-");
    let clock = [two(seconds / 3600 % 24), two(seconds / 60 % 60), two(seconds % 60)].join(":");
    [date, "T".to_owned(), clock, "Z".to_owned()].concat()
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        let check = |at, want: &str| assert_eq!(time(Millis(at)), want);
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400_000, "2000-02-29T00:00:00Z");
        check(1_795_363_439_000, "2026-11-22T16:03:59Z");
        check(4_102_444_799_999, "2099-12-31T23:59:59Z");
        assert!(!time(Millis(u64::MAX)).is_empty());
    }
}
