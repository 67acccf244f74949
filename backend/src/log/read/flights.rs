//! Reads that are shared by all who ask for the same before they begin.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use tokio::sync::oneshot;

use super::{Asker, ReadError, line::Line, lock};

/// Those who wait for one read. Where it fails they are let go; why is said once, to the server's log.
type Askers<V> = Vec<oneshot::Sender<V>>;

/// The reads of one kind that have not begun, by what is read; a cheap handle.
pub(super) struct Flights<K, V>(Arc<Mutex<BTreeMap<K, Askers<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, V> Clone for Flights<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Ord + Clone + Send + 'static, V: Clone + Send + 'static> Flights<K, V> {
    /// What a read of `key` gives that begins after this call: `read`, or that of somebody who asked before.
    pub(super) async fn join(
        &self,
        line: &Line,
        asker: Asker,
        key: K,
        read: impl FnOnce() -> Result<V, ReadError> + Send + 'static,
    ) -> Result<V, ReadError> {
        let answered = self.ask(line, asker, key, read)?;
        answered.await.map_err(|_| ReadError::Stopped)
    }

    fn ask(
        &self,
        line: &Line,
        asker: Asker,
        key: K,
        read: impl FnOnce() -> Result<V, ReadError> + Send + 'static,
    ) -> Result<oneshot::Receiver<V>, ReadError> {
        let (answer, answered) = oneshot::channel();
        let mut waiting = lock(&self.0);
        if let Some(askers) = waiting.get_mut(&key) {
            askers.push(answer);
            return Ok(answered);
        }
        line.has_place(asker)?;
        waiting.insert(key.clone(), vec![answer]);
        drop(waiting);
        let mut unbegun = Unbegun(Some((self.clone(), key)));
        line.run(Box::new(move || {
            // From here on it is closed: the read sees what is committed by now, and nothing later.
            let mut askers = unbegun.close();
            askers.retain(|asker| !asker.is_closed());
            if askers.is_empty() {
                return;
            }
            let Ok(value) = read().inspect_err(|error| tracing::error!(%error, "a read failed")) else { return };
            for asker in askers {
                // Whoever asked may be gone.
                drop(asker.send(value.clone()));
            }
        }));
        Ok(answered)
    }
}

/// A read that waits for its turn. One that is dropped before it begins is no read that anybody may join; after that,
/// another of its name may wait already.
struct Unbegun<K: Ord, V>(Option<(Flights<K, V>, K)>);

impl<K: Ord, V> Unbegun<K, V> {
    fn close(&mut self) -> Askers<V> {
        self.0.take().and_then(|(flights, key)| lock(&flights.0).remove(&key)).unwrap_or_default()
    }
}

impl<K: Ord, V> Drop for Unbegun<K, V> {
    fn drop(&mut self) {
        drop(self.close());
    }
}
