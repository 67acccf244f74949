//! Does what the state wants done.

use shared::MessageText;

use super::{Keeper, Socket, Store, composer, history, http, json, storage, visits, worker};
use crate::state::{Action, Effect};

/// The real world behind a store.
#[derive(Default)]
pub struct Runner {
    socket: Socket,
    keeper: Keeper,
}

impl Runner {
    /// The real world, with what is kept in it.
    #[must_use]
    pub fn new(keeper: Keeper) -> Self {
        Self { keeper, ..Self::default() }
    }

    /// Does one thing; what comes of it is dispatched later, never from within.
    pub fn run(&self, store: &Store, effect: Effect) {
        match effect {
            Effect::Connect { generation } => self.socket.connect(store, generation),
            Effect::Close { generation } => self.socket.close(generation),
            Effect::Send { generation, frame } => self.socket.send(generation, &json::frame_text(&frame)),
            Effect::SendCommand { generation, room, entry } => {
                let text = json::command_text(&room, &entry.key, entry.of.as_ref(), &entry.command);
                self.socket.send(generation, &text);
            }
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
            Effect::ShowAddress(place) => history::show(&place),
            Effect::FillComposer { room, text } => composer::fill(store, &room, text.as_str()),
            Effect::FillDraft { room, text } => composer::fill_draft(store, &room, text.as_str()),
            Effect::EditInComposer { room, text } => composer::edit(store, &room, text.as_str()),
            Effect::SetEditAside { room, said } => {
                composer::set_aside(store, &room, said.as_ref().map_or("", MessageText::as_str));
            }
            Effect::RestoreComposer { room } => composer::restore(store, &room),
            Effect::DropDraft { room, text } => storage::drop_draft(&room, &text),
            Effect::Load => self.keeper.read(store),
            Effect::Keep(keep) => self.keeper.keep(store, keep),
            Effect::ShowVisits { visits, all } => visits::show(&visits, all),
            Effect::RegisterWorker => worker::register(store),
            Effect::CheckUpdate => worker::check(),
            Effect::TakeUpdate => worker::take_over(),
        }
    }
}
