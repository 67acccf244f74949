//! What happens to the client, and what it wants done: the two ends of the fold.

use std::rc::Rc;

use shared::{
    ClientFrame, ClientKey, Emoji, Level, MessageText, Millis, Page, RoomName, RoomTitle, RoomTopic, Seq, ServerFrame,
};

use super::{Ask, Edge, Entry, Keep, KeptEntry, Known, Loaded, Place, Reader, StorageTrouble, Worker};

/// Something that happened. A socket's actions carry the generation of the connection they belong to; those of an
/// older one are ignored.
#[derive(Clone, Debug)]
pub enum Action {
    /// The page came with the newest messages of its room: the frame that would have opened it.
    Painted(Box<ServerFrame>),
    /// The page came up.
    Started,
    /// The moment of [`super::App::deadline`] has come.
    DeadlinePassed,
    /// The socket is open.
    SocketOpened {
        /// Of which connection.
        generation: u32,
    },
    /// Frames came, in this order.
    FramesReceived {
        /// On which connection.
        generation: u32,
        /// Those that could be decoded.
        frames: Vec<ServerFrame>,
    },
    /// The socket is closed, or could not be opened.
    SocketClosed {
        /// Which connection.
        generation: u32,
        /// The close code (RFC 6455 section 7.4); 1006 where there was no closing handshake.
        code: u16,
        /// What the server said with it.
        reason: String,
    },
    /// `POST /api/session` was answered, or not.
    SessionAnswered {
        /// For which connection it was asked.
        generation: u32,
        /// There is a session now.
        granted: bool,
    },
    /// The page may have been away: it is visible again, or the network came or went.
    Probed,
    /// The page is being left or frozen.
    PagePutAway,
    /// "Try now".
    RetryPressed,
    /// The person went somewhere, by a link or by the browser's buttons.
    PlaceEntered(Place),
    /// What the database holds, after the start or on [`Effect::Load`].
    Loaded(Box<Loaded>),
    /// What [`Effect::Keep`] of this number asked for is in the database.
    Kept {
        /// Its number.
        number: u64,
    },
    /// The database could not be read, or the last [`Effect::Keep`] could not be carried out.
    StorageFailed(StorageTrouble),
    /// Another page of this browser has changed the stored outbox. It was read by this page, so that what is reported
    /// here and by [`Action::Kept`] comes in the order in which it happened.
    OutboxShared {
        /// All that is stored now, of all rooms.
        entries: Vec<KeptEntry>,
    },
    /// A message was typed and sent off; or, while a message is being edited, what it is to say.
    MessageTyped {
        /// Into which room.
        room: RoomName,
        /// Its key for life.
        key: ClientKey,
        /// What it says.
        text: MessageText,
    },
    /// A message of one's own is to be edited.
    EditStarted {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
    },
    /// The newest message of one's own in sight is to be edited.
    EditLastPressed {
        /// The room.
        room: RoomName,
    },
    /// It is not to be edited after all.
    EditCancelled {
        /// The room.
        room: RoomName,
    },
    /// What is typed next answers a message. One that is being edited is set aside.
    ReplyStarted {
        /// The room.
        room: RoomName,
        /// The message that is answered.
        seq: Seq,
    },
    /// It answers none after all. The draft stays as it is.
    ReplyCancelled {
        /// The room.
        room: RoomName,
    },
    /// Escape, in the composer or in the log, where nothing lies over the page: it ends an edit or an answer, and where
    /// there is none leads to the newest messages.
    EscapePressed {
        /// The room.
        room: RoomName,
    },
    /// A message of one's own is to be deleted.
    DeletePressed {
        /// The room.
        room: RoomName,
        /// The command's key.
        key: ClientKey,
        /// The message.
        seq: Seq,
    },
    /// A reaction was pressed: it is put, or taken back where it is there.
    ReactPressed {
        /// The room.
        room: RoomName,
        /// The command's key.
        key: ClientKey,
        /// The message.
        seq: Seq,
        /// Which reaction.
        emoji: Emoji,
    },
    /// The person says what a room is called and about. What is absent stays as it is.
    RoomTold {
        /// The room.
        room: RoomName,
        /// The command's key.
        key: ClientKey,
        /// Its title.
        title: Option<RoomTitle>,
        /// What it is about.
        topic: Option<RoomTopic>,
    },
    /// "Try again" on a refused entry of the outbox.
    TryAgainPressed {
        /// The room.
        room: RoomName,
        /// The entry.
        key: ClientKey,
    },
    /// "Edit" on a refused entry: it goes back to the composer.
    EditPressed {
        /// The room.
        room: RoomName,
        /// The entry.
        key: ClientKey,
    },
    /// "Discard" on a refused entry.
    DiscardPressed {
        /// The room.
        room: RoomName,
        /// The entry.
        key: ClientKey,
    },
    /// The person says what to be called.
    NameTyped(String),
    /// Something was typed into the composer.
    ComposerTouched {
        /// Of which room.
        room: RoomName,
    },
    /// The reader's place in the log changed.
    ReaderMoved {
        /// The room.
        room: RoomName,
        /// Where it is now.
        reader: Reader,
    },
    /// The person was active lately and the page is visible; or not any more.
    Attended(bool),
    /// This is the newest message of a log that is in sight.
    Seen {
        /// The room.
        room: RoomName,
        /// The message.
        seq: Seq,
    },
    /// "Mark as read".
    ReadMarked {
        /// The room.
        room: RoomName,
    },
    /// "Mark as unread from here".
    UnreadMarked {
        /// The room.
        room: RoomName,
        /// The first message that is unread then.
        seq: Seq,
    },
    /// The person says what of a room they want to be told of.
    LevelChosen {
        /// The room.
        room: RoomName,
        /// How much.
        level: Level,
    },
    /// The person wants a room out of their list.
    ForgetPressed {
        /// The room.
        room: RoomName,
    },
    /// The page has been drawn already, with so many rows in sight: no more are to be drawn for now. Or all are: 0.
    FewDrawn(usize),
    /// The reader came near an end of the window.
    EdgeReached {
        /// The room.
        room: RoomName,
        /// Which end.
        edge: Edge,
    },
    /// A page of history came, or could not be had.
    PageReceived {
        /// The room.
        room: RoomName,
        /// What was asked for.
        ask: Ask,
        /// The page, where there is one.
        page: Option<Page>,
    },
    /// The reader wants the newest messages.
    JumpPressed {
        /// The room.
        room: RoomName,
    },
    /// A day was picked: the log is brought to the first message from this time on. A message of the log is gone to by
    /// [`Action::PlaceEntered`] with [`Place::At`].
    DatePicked {
        /// The room.
        room: RoomName,
        /// When that day began.
        at: Millis,
    },
    /// The notice of a room has been read.
    NoticeDismissed {
        /// The room.
        room: RoomName,
    },
    /// The browser has taken the service worker, or not.
    WorkerAnswered(Worker),
    /// A newer version of the client is ready to take over.
    UpdateReady,
    /// The person wants the newer version now.
    UpdateAccepted,
}

/// Something to be done by `io`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a socket.
    Connect {
        /// What its actions are to carry.
        generation: u32,
    },
    /// Close the socket normally.
    Close {
        /// Which one.
        generation: u32,
    },
    /// Send a frame.
    Send {
        /// On which socket.
        generation: u32,
        /// What.
        frame: ClientFrame,
    },
    /// Send the command of an entry.
    SendCommand {
        /// On which socket.
        generation: u32,
        /// Its room.
        room: RoomName,
        /// The entry.
        entry: Rc<Entry>,
    },
    /// Ask `POST /api/session`.
    AskSession {
        /// What the answer is to carry.
        generation: u32,
    },
    /// Fetch a page of history.
    FetchPage {
        /// Of which room.
        room: RoomName,
        /// Which.
        ask: Ask,
    },
    /// Put the path of this place into the address bar, in the place of what stands there.
    ShowAddress(Place),
    /// Put a text back into the composer, behind what stands there.
    FillComposer {
        /// Of which room.
        room: RoomName,
        /// The text.
        text: MessageText,
    },
    /// Put a text behind the room's stored draft: in the composer a message is being edited.
    FillDraft {
        /// Of which room.
        room: RoomName,
        /// The text.
        text: MessageText,
    },
    /// The edit that is in the composer cannot be finished there: put its text behind the room's stored draft.
    SetEditAside {
        /// Of which room.
        room: RoomName,
        /// What the message says. An edit that says the same is worth nothing.
        said: Option<MessageText>,
    },
    /// Put the text of a message that is to be edited into the composer, in the place of what stands there. The room's
    /// draft stays as it is stored, and is not written while [`super::Room::editing`] says so.
    EditInComposer {
        /// Of which room.
        room: RoomName,
        /// The text.
        text: MessageText,
    },
    /// The editing is over: put the room's stored draft back into the composer, in the place of what stands there.
    RestoreComposer {
        /// Of which room.
        room: RoomName,
    },
    /// What was sent off is kept elsewhere now, or is nowhere to be kept: forget the room's stored draft, if it still is
    /// this text.
    DropDraft {
        /// Of which room.
        room: RoomName,
        /// The text.
        text: MessageText,
    },
    /// Show these rooms of the person's list, and keep them.
    ShowVisits {
        /// The rooms.
        visits: Vec<Known>,
        /// They are all that there are; else those that are not among them stay as they are.
        all: bool,
    },
    /// Read the database after all, and say what it holds: it failed at the start.
    Load,
    /// Write all of this to the database, in one transaction.
    Keep(Keep),
    /// Bring the service worker, and say what became of it.
    RegisterWorker,
    /// Ask the server for a newer version of the client.
    CheckUpdate,
    /// Let the newer version take over, and load the page again.
    TakeUpdate,
}

impl Effect {
    /// The same with a command as the frame that asks for it, for whoever has no use for entries.
    #[must_use]
    pub fn with_frame(self) -> Self {
        match self {
            Self::SendCommand { generation, room, entry } => {
                let Entry { key, of, command, .. } = Rc::unwrap_or_clone(entry);
                Self::Send { generation, frame: command.frame(room, key, of) }
            }
            other => other,
        }
    }
}
