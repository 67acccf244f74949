//! The callbacks of the page, made once: callbacks are equal by pointer, and one made anew would draw everything anew.

use shared::{MessageText, RoomName};
use yew::prelude::*;

use crate::{
    io::{self, Store},
    state::{Action, Place, diagnosis},
};

/// What the page's parts tell, and what becomes of it.
#[derive(PartialEq)]
pub(super) struct Wires {
    pub(super) dispatch: Callback<Action>,
    pub(super) on_go: Callback<RoomName>,
    pub(super) on_name: Callback<String>,
    pub(super) on_back: Callback<MouseEvent>,
    pub(super) on_try: Callback<MouseEvent>,
    pub(super) on_take: Callback<MouseEvent>,
    pub(super) draft_of: Callback<RoomName, String>,
    pub(super) on_draft: Callback<(RoomName, String)>,
    pub(super) on_send: Callback<(RoomName, MessageText)>,
    pub(super) on_details: Callback<MouseEvent>,
    pub(super) on_told: Callback<SubmitEvent>,
    pub(super) on_copy: Callback<MouseEvent>,
}

impl Wires {
    /// Wires to a store; on a narrow screen the rooms or the room is seen.
    pub(super) fn new(store: &Store, shows_rooms: UseStateSetter<bool>) -> Self {
        let dispatch = store.dispatcher();
        let to_room = shows_rooms.clone();
        let (details, told, copied) = (store.clone(), store.clone(), store.clone());
        Self {
            on_go: wire(&dispatch, move |room| {
                io::go(&room);
                to_room.set(false);
                Some(Action::PlaceEntered(Place::Room(room)))
            }),
            on_name: wire(&dispatch, |name| Some(Action::NameTyped(name))),
            on_back: Callback::from(move |_| shows_rooms.set(true)),
            on_try: wire(&dispatch, |_| Some(Action::RetryPressed)),
            on_take: wire(&dispatch, |_| Some(Action::UpdateAccepted)),
            on_details: Callback::from(move |_| {
                if let Some((_, room)) = details.app().current() {
                    io::open_details(&room.about());
                }
            }),
            on_told: wire(&dispatch, move |event: SubmitEvent| {
                event.prevent_default();
                let room = told.app().place().room()?.clone();
                let (title, topic) = io::take_details()?;
                Some(Action::RoomTold { room, key: io::new_key()?, title, topic })
            }),
            on_copy: Callback::from(move |_| io::copy(diagnosis(&copied.app()))),
            draft_of: Callback::from({
                let store = store.clone();
                move |room| io::draft_of(&store, &room)
            }),
            on_draft: wire(&dispatch, {
                let store = store.clone();
                move |(room, text): (RoomName, String)| {
                    if let Some(seq) = store.app().room(&room).and_then(|room| room.editing()) {
                        store.edits().keep(&room, seq, text);
                        return None;
                    }
                    io::keep_draft(&room, &text);
                    (!text.is_empty()).then_some(Action::ComposerTouched { room })
                }
            }),
            on_send: wire(&dispatch, |(room, text)| io::new_key().map(|key| Action::MessageTyped { room, key, text })),
            dispatch,
        }
    }
}

fn wire<T: 'static>(dispatch: &Callback<Action>, action: impl Fn(T) -> Option<Action> + 'static) -> Callback<T> {
    let dispatch = dispatch.clone();
    Callback::from(move |told| {
        if let Some(action) = action(told) {
            dispatch.emit(action);
        }
    })
}
