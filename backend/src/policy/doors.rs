//! How many may connect: at a time, and in all. Whoever is too much is told when to come back, as long as there is a
//! socket left to say it with.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Where the system does not say how many files may be open.
const FILES: usize = 100_000;
/// Handshakes at a time. Each waits for no more than one look-up of its person, which all that wait share, so this many
/// are under way only where thousands come within milliseconds. A request takes about 20 KiB while it is handled.
const HANDSHAKES: usize = 1_024;

/// How many may connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// Connections. One more is accepted only to be told that it is to come back.
    pub connections: usize,
    /// So many more may be told so at a time.
    pub turned_away: usize,
    /// Handshakes at a time.
    pub handshakes: usize,
}

impl Places {
    /// As many connections as somebody wants, or else as a process can have that may open so many files: an eighth of
    /// them, and at least 64, are left for requests and for the database, and a sixteenth of the others for turning away.
    #[must_use]
    pub fn new(wanted: Option<NonZeroUsize>, files: Option<u64>) -> Self {
        let files = files.map_or(FILES, |files| usize::try_from(files).unwrap_or(usize::MAX));
        let sockets = files.saturating_sub((files / 8).max(64)).max(2);
        let turned_away = (sockets / 16).max(1);
        let possible = sockets - turned_away;
        let connections = wanted.map_or(possible, |wanted| wanted.get().min(possible));
        Self { connections, turned_away, handshakes: HANDSHAKES }
    }
}

/// Why somebody cannot connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Too many are in their handshake: in a moment there will be fewer.
    Handshakes,
    /// Too many are connected.
    Connections,
    /// So many are that this one cannot even be told so over a WebSocket.
    Everything,
}

/// Counts who comes in.
pub struct Doors {
    places: Places,
    handshakes: AtomicUsize,
}

/// A handshake that is under way, until it is dropped.
pub struct Handshake<'a>(&'a AtomicUsize);

impl Doors {
    /// Doors for so many.
    #[must_use]
    pub fn new(places: Places) -> Self {
        Self { places, handshakes: AtomicUsize::new(0) }
    }

    /// Somebody wants to connect while there are so many `connections`.
    ///
    /// # Errors
    /// [`Full`] where they cannot.
    pub fn enter(&self, connections: usize) -> Result<Handshake<'_>, Full> {
        let before = self.handshakes.fetch_add(1, Ordering::Relaxed);
        let handshake = Handshake(&self.handshakes);
        let Places { connections: most, turned_away, handshakes } = self.places;
        let with_this = connections + before + 1;
        if with_this > most + turned_away {
            Err(Full::Everything)
        } else if with_this > most {
            Err(Full::Connections)
        } else if before >= handshakes {
            Err(Full::Handshakes)
        } else {
            Ok(handshake)
        }
    }
}

impl Drop for Handshake<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_places_as_the_files_allow_or_as_are_wanted() {
        let check = |wanted, files, want: (usize, usize)| {
            let Places { connections, turned_away, .. } = Places::new(NonZeroUsize::new(wanted), files);
            assert_eq!((connections, turned_away), want, "{wanted} wanted, {files:?} files");
        };
        check(0, Some(1_024), (840, 56));
        check(0, Some(1_048_576), (860_160, 57_344));
        check(0, None, (82_032, 5_468));
        check(100, Some(1_024), (100, 56));
        check(5_000, Some(1_024), (840, 56));
        check(0, Some(0), (1, 1));
        assert!(Places::new(None, Some(u64::MAX)).connections > 1 << 20, "no limit");
    }

    #[test]
    fn whoever_is_too_much_is_told_how_much_too_much() {
        let doors = Doors::new(Places { connections: 10, turned_away: 2, handshakes: 3 });
        let enter = |connections| doors.enter(connections).err();
        assert_eq!(
            [9, 10, 11, 12].map(enter),
            [None, Some(Full::Connections), Some(Full::Connections), Some(Full::Everything)]
        );
        let under_way: Vec<_> = (0..3).map(|_| doors.enter(0)).collect();
        assert!(under_way.iter().all(Result::is_ok));
        assert_eq!(enter(0), Some(Full::Handshakes));
        assert_eq!(enter(7), Some(Full::Connections), "handshakes become connections");
        drop(under_way);
        assert_eq!(enter(0), None, "also those that were turned away are over");
    }
}
