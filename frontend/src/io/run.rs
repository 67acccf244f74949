//! Does what the state wants done.

use super::{Socket, Store, composer, http, storage, worker};
use crate::state::{Action, Effect};

/// The real world behind a store.
#[derive(Default)]
pub struct Runner {
    socket: Socket,
    keeper: worker::Keeper,
}

impl Runner {
    /// Does one thing; what comes of it is dispatched later, never from within.
    pub fn run(&self, store: &Store, effect: Effect) {
        match effect {
            Effect::Connect { generation } => self.socket.connect(store, generation),
            Effect::Close { generation } => self.socket.close(generation),
            Effect::Send { generation, frame } => self.socket.send(generation, &frame),
            Effect::AskSession { generation } => {
                let store = store.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let granted = http::ask_session().await;
                    store.dispatch(Action::SessionAnswered { generation, granted });
                });
            }
            Effect::FetchPage { room, ask } => {
                let store = store.clone();
                wasm_bindgen_futures::spawn_local(async move {
                    let page = http::fetch_page(&room, ask).await;
                    store.dispatch(Action::PageReceived { room, ask, page });
                });
            }
            Effect::FillComposer { room, text } => composer::fill(&room, text.as_str()),
            Effect::KeepVisited(rooms) => storage::keep_visited(&rooms),
            Effect::RegisterWorker => self.keeper.register(store),
            Effect::CheckUpdate => self.keeper.check(),
            Effect::TakeUpdate => self.keeper.take_over(),
        }
    }
}
