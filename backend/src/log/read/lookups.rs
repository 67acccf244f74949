//! Sessions that are looked up: ten thousand clients that come back are ten thousand different people, so these reads are
//! not the same. But all that wait at a time are looked up in one.

use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use super::{Asker, ReadError, Reader, SessionRow, line::Line, lock};
use crate::log::account::Hash256;

/// The hash of a token, and who waits for its session.
type Lookup = (Hash256, oneshot::Sender<Option<SessionRow>>);

/// Those who wait to be looked up by the read that has not begun; a cheap handle.
#[derive(Clone, Default)]
pub(super) struct Lookups(Arc<Mutex<Vec<Lookup>>>);

impl Lookups {
    /// The session whose token has this hash, by a read that begins after this call.
    pub(super) async fn session(
        &self,
        line: &Line,
        reader: &Arc<dyn Reader>,
        token_hash: Hash256,
    ) -> Result<Option<SessionRow>, ReadError> {
        let answered = self.ask(line, reader, token_hash)?;
        answered.await.map_err(|_| ReadError::Stopped)
    }

    fn ask(
        &self,
        line: &Line,
        reader: &Arc<dyn Reader>,
        token_hash: Hash256,
    ) -> Result<oneshot::Receiver<Option<SessionRow>>, ReadError> {
        let (answer, answered) = oneshot::channel();
        let mut waiting = lock(&self.0);
        let is_first = waiting.is_empty();
        if is_first {
            line.has_place(Asker::New)?;
        }
        waiting.push((token_hash, answer));
        drop(waiting);
        if is_first {
            let (mut unbegun, reader) = (Unbegun(Some(self.clone())), Arc::clone(reader));
            line.run(Box::new(move || unbegun.begin(&*reader)));
        }
        Ok(answered)
    }
}

/// A read that waits for its turn. Where it is dropped before it begins, nobody waits for it any longer; after that,
/// others may wait for the next.
struct Unbegun(Option<Lookups>);

impl Unbegun {
    fn close(&mut self) -> Vec<Lookup> {
        self.0.take().map(|lookups| std::mem::take(&mut *lock(&lookups.0))).unwrap_or_default()
    }

    fn begin(&mut self, reader: &dyn Reader) {
        let mut askers = self.close();
        askers.retain(|(_, asker)| !asker.is_closed());
        if askers.is_empty() {
            return;
        }
        let hashes: Vec<Hash256> = askers.iter().map(|(hash, _)| *hash).collect();
        let sessions = reader.sessions(&hashes).inspect_err(|error| tracing::error!(%error, "a read failed"));
        // Where it failed, each learns it by being let go.
        for ((_, asker), session) in askers.into_iter().zip(sessions.unwrap_or_default()) {
            drop(asker.send(session));
        }
    }
}

impl Drop for Unbegun {
    fn drop(&mut self) {
        drop(self.close());
    }
}
