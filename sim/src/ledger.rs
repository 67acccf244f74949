//! The ledger: what people did and what they were told, written down beside the run, to be compared with what is there
//! in the end.

use std::{
    cell::{RefCell, RefMut},
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use shared::{ClientKey, Command, MessageId, PersonId, RoomName};

/// The name of a command, for all time.
pub type Name = (RoomName, PersonId, ClientKey);

/// Something that a person wanted.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The client.
    pub client: usize,
    /// Its name.
    pub name: Name,
    /// What: no other says the same.
    pub command: Command,
    /// The message that the person meant, where it is about or answers one.
    pub meant: Option<MessageId>,
    /// It was in the browser's database, or may go out without.
    pub kept: bool,
    /// Nothing promises that it is kept: its page was gone before it was stored.
    pub excused: bool,
    /// It was refused and sent again later: its place among the others is another now.
    pub moved: bool,
}

/// All that was done and told; a cheap handle.
#[derive(Clone, Default)]
pub struct Ledger(Rc<RefCell<Entries>>);

/// What the ledger holds.
#[derive(Default)]
pub struct Entries {
    /// What was typed, in order.
    pub typed: Vec<Typed>,
    /// What the server said is in the log.
    pub acknowledged: BTreeSet<Name>,
    /// What the server said is wrong with it, for good.
    pub refused: BTreeSet<Name>,
    /// What was in a log and is gone because an older disk was put back.
    pub rolled_back: BTreeSet<Name>,
    /// How often each reset was said.
    pub resets: BTreeMap<&'static str, u64>,
}

impl Ledger {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> RefMut<'_, Entries> {
        self.0.borrow_mut()
    }
}
