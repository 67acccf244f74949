//! `warren check`: everything is there and is what it was, or what is wrong.

use std::{ops::ControlFlow, path::Path, time::Instant};

use anyhow::bail;

use super::{Job, PROGRESS, counted, several};
use crate::log::{CheckedRoom, DatabaseFile, Finding, database_in};

/// Most faults that are named; the others are counted.
const NAMED: u64 = 100;
/// What a check has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// So many rooms.
    pub rooms: u64,
    /// So many events in them.
    pub events: u64,
    /// So many faults.
    pub faults: u64,
}

/// Checks what is kept in the data directory `data`, or a backup, and says what it finds.
///
/// # Errors
/// Says in words why it cannot be checked. What is wrong in it is no error, but a number of faults.
pub fn check(data: &Path, backup: Option<&Path>, job: &Job) -> anyhow::Result<Checked> {
    let database = match backup {
        Some(file) => DatabaseFile::lying_still(file)?,
        None => DatabaseFile::of_a_server(&database_in(data))?,
    };
    if !database.is_current() {
        bail!(
            "it is of an older version; start this version of Warren with it, or restore it, and it becomes one of this"
        );
    }
    let checked = run(&database, job, |room| {
        let CheckedRoom { name, first, head, digest, faults } = room;
        let from = if first.0 > 1 { format!(" from #{}", counted(first.0)) } else { String::new() };
        job.result(&match faults {
            0 => format!("{name}: complete{from} to #{}, {digest}", counted(head.0)),
            faults => format!("{name}: {}", several(*faults, "fault", "faults")),
        });
    })?;
    let Checked { rooms, events, faults } = checked;
    let all = format!("{}, {}", several(rooms, "room", "rooms"), several(events, "event", "events"));
    job.result(&match faults {
        0 => format!("{all}: all is well ({}).", job.took()),
        faults => format!("{all}: {} ({}).", several(faults, "fault", "faults"), job.took()),
    });
    Ok(checked)
}

/// Checks a database, says its faults, and gives each room that is through to `room`.
pub(super) fn run(database: &DatabaseFile, job: &Job, room: impl Fn(&CheckedRoom)) -> anyhow::Result<Checked> {
    job.uses(database);
    let mut checked = Checked::default();
    let mut said = Instant::now();
    database.check(&mut |finding| {
        match finding {
            Finding::Progress(done, of) if said.elapsed() >= PROGRESS => {
                said = Instant::now();
                job.progress(&format!("checked {} %", done * 100 / of.max(1)));
            }
            Finding::Progress(..) => {}
            Finding::Fault(what) => {
                checked.faults += 1;
                if checked.faults <= NAMED {
                    job.result(&format!("  {what}"));
                } else if checked.faults == NAMED + 1 {
                    job.result("  and more");
                }
            }
            Finding::Room(found) => {
                checked.rooms += 1;
                checked.events += found.head.next().0.saturating_sub(found.first.0);
                room(&found);
            }
        }
        if job.is_called_off() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    job.go_on()?;
    Ok(checked)
}
