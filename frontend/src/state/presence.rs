//! What is true of a room only now: who is here and who types. Never in the log, free to be lost.

use std::rc::Rc;

use shared::{Person, PersonId};

use super::{Now, Room};

/// How long a word about typing holds, in milliseconds.
const TYPING_HOLDS_MS: u64 = 5_000;

/// Who is in the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Here {
    /// How many people.
    pub count: u32,
    /// Who; empty where they are too many to name.
    pub people: Rc<[Person]>,
}

/// Who types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// Who, without oneself.
    pub people: Rc<[Person]>,
    /// Until when this holds.
    pub until: Now,
}

impl Typing {
    /// What the signal of `people` means to `me`: nothing, where nobody else types.
    pub(super) fn heard(people: Vec<Person>, me: Option<&PersonId>, now: Now) -> Option<Self> {
        let people: Rc<[Person]> = people.into_iter().filter(|person| Some(&person.id) != me).collect();
        (!people.is_empty()).then(|| Self { people, until: now.plus(TYPING_HOLDS_MS) })
    }
}

/// Those whose name somebody else bears too, of the authors that are in sight, those who are here and oneself.
/// Without oneself: "you" is told apart by that.
#[must_use]
pub fn namesakes(room: &Room, me: Option<&Person>) -> Rc<[PersonId]> {
    let authors = room.window.messages().map(|message| (&message.by.id, &message.by.name));
    let here = room.here.iter().flat_map(|here| here.people.iter());
    let people = here.chain(me).map(|person| (&person.id, &person.name));
    let mine = me.map(|me| &me.id);
    shared::namesakes(authors.chain(people)).into_iter().filter(|id| Some(*id) != mine).cloned().collect()
}

/// The same people, one of them under a new name.
pub(super) fn renamed(people: &Rc<[Person]>, person: &Person) -> Rc<[Person]> {
    if people.iter().any(|known| known.id == person.id && known.name != person.name) {
        people.iter().map(|known| if known.id == person.id { person.clone() } else { known.clone() }).collect()
    } else {
        Rc::clone(people)
    }
}
