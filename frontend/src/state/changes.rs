//! What a person changes about what is there: edits, deletions, reactions, a room's title and topic.
//!
//! Invariant: all is judged by what is in sight, with what was asked for already taken as done; and a command that
//! would change nothing is not made.

use std::rc::Rc;

use shared::{ClientKey, Command, Emoji, Message, MessageId, MessageText, RoomName, RoomTitle, RoomTopic, Seq};

use super::{App, Effect, Moment, mentioned, people};

impl App {
    /// Puts a command into a room's outbox. `of` is the message that it is about or answers.
    fn command(&mut self, room: &RoomName, key: ClientKey, command: Command, of: Option<MessageId>, at: &Moment) {
        let owner = self.my_id();
        if let Some(room) = self.room_mut(room) {
            room.outbox.push(key, command, of, owner, at.wall);
        }
    }

    /// A text was sent off.
    pub(super) fn typed(
        &mut self,
        name: &RoomName,
        key: ClientKey,
        text: MessageText,
        at: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let me = self.my_id();
        let Some(room) = self.room_mut(name) else { return };
        room.typing_told = None;
        let mentions = mentioned(text.as_str(), &people(room, me.as_ref()));
        let Some((target, of)) = room.editing.take() else {
            let (reply_to, of) = room.replying.take().map(|message| (message.seq, message.id())).unzip();
            self.command(name, key, Command::Post { text, reply_to, mentions }, of, at);
            return self.jump(name, effects);
        };
        let says = self.room(name).and_then(|room| room.message(target, self.me.as_ref())?.text.clone());
        if says.as_ref() != Some(&text) {
            self.command(name, key, Command::Edit { target, text, mentions }, Some(of), at);
        }
        effects.push(Effect::RestoreComposer { room: name.clone() });
    }

    /// A message that is mine and still says something.
    fn mine(&self, room: &RoomName, seq: Seq) -> Option<Rc<Message>> {
        let me = self.me.as_ref()?;
        let message = self.room(room)?.message(seq, Some(me))?;
        (message.by.id == me.id && !message.is_deleted()).then_some(message)
    }

    pub(super) fn edit_started(&mut self, name: RoomName, seq: Seq, effects: &mut Vec<Effect>) {
        let is_edited = self.room(&name).is_some_and(|room| room.editing() == Some(seq));
        if let Some(message) = self.mine(&name, seq).filter(|_| !is_edited)
            && let Some(text) = message.text.clone()
        {
            self.edit(name, &message, text, effects);
        }
    }

    /// Puts a text into the composer as what a message is to say. What was being edited there is not lost.
    fn edit(&mut self, name: RoomName, message: &Message, text: MessageText, effects: &mut Vec<Effect>) {
        self.set_edit_aside(&name, effects);
        self.in_room(&name, |room| (room.editing, room.replying) = (Some((message.seq, message.id())), None));
        effects.push(Effect::EditInComposer { room: name, text });
    }

    /// No message is edited in the room any more, and not because the person wanted so. True where one was.
    pub(super) fn set_edit_aside(&mut self, name: &RoomName, effects: &mut Vec<Effect>) -> bool {
        let Some((seq, _)) = self.room_mut(name).and_then(|room| room.editing.take()) else { return false };
        let said = self.room(name).and_then(|room| room.message(seq, self.me.as_ref())?.text.clone());
        effects.push(Effect::SetEditAside { room: name.clone(), said });
        true
    }

    /// A text goes back to the person: into the composer, or behind the draft while a message is edited there.
    pub(super) fn give_back(&self, room: RoomName, text: MessageText, effects: &mut Vec<Effect>) {
        let edits = self.room(&room).is_some_and(|room| room.editing.is_some());
        effects.push(if edits { Effect::FillDraft { room, text } } else { Effect::FillComposer { room, text } });
    }

    pub(super) fn edit_last(&mut self, name: RoomName, effects: &mut Vec<Effect>) {
        let Some(room) = self.room(&name) else { return };
        let newest_first = room.window.messages().rev();
        let last = newest_first.map(|message| message.seq).find(|seq| self.mine(&name, *seq).is_some());
        if let Some(seq) = last {
            self.edit_started(name, seq, effects);
        }
    }

    pub(super) fn edit_cancelled(&mut self, name: RoomName, effects: &mut Vec<Effect>) {
        if self.room_mut(&name).is_some_and(|room| room.editing.take().is_some()) {
            effects.push(Effect::RestoreComposer { room: name });
        }
    }

    /// What was refused goes back to the composer: an edit as one, where its message is still there.
    pub(super) fn edit_again(&mut self, name: RoomName, key: &ClientKey, effects: &mut Vec<Effect>) {
        let Some(room) = self.room_mut(&name) else { return };
        if room.outbox.get(key).is_none_or(|entry| entry.text().is_none()) {
            return;
        }
        let Some(entry) = room.outbox.take_refused(key) else { return };
        match entry.command.clone() {
            Command::Edit { target, text, .. } => {
                match self.mine(&name, target).filter(|message| entry.changes(message)) {
                    Some(message) => self.edit(name, &message, text, effects),
                    None => self.give_back(name, text, effects),
                }
            }
            Command::Post { text, reply_to, .. } => {
                // It goes on answering what it has answered, where that is held.
                self.in_room(&name, |room| {
                    if room.editing.is_none() && room.replying.is_none() {
                        room.replying = reply_to.and_then(|seq| room.window.held(seq).cloned());
                    }
                });
                self.give_back(name, text, effects);
            }
            Command::Delete { .. } | Command::React { .. } | Command::SetRoom { .. } => {}
        }
    }

    pub(super) fn delete(
        &mut self,
        name: RoomName,
        key: ClientKey,
        target: Seq,
        at: &Moment,
        effects: &mut Vec<Effect>,
    ) {
        let Some(message) = self.mine(&name, target) else { return };
        self.command(&name, key, Command::Delete { target }, Some(message.id()), at);
        self.in_room(&name, |room| room.do_not_answer(target));
        if self.room(&name).is_some_and(|room| room.editing() == Some(target)) {
            self.edit_cancelled(name, effects);
        }
    }

    pub(super) fn react(&mut self, name: &RoomName, key: ClientKey, target: Seq, emoji: Emoji, at: &Moment) {
        let me = self.me.as_ref();
        let message = self.room(name).and_then(|room| room.message(target, me));
        let (Some(message), Some(me)) = (message.filter(|message| !message.is_deleted()), me) else { return };
        let on = !message.has_reaction(&emoji, &me.id);
        let of = Some(message.id());
        self.command(name, key, Command::React { target, emoji, on }, of, at);
    }

    pub(super) fn tell_room(
        &mut self,
        name: &RoomName,
        key: ClientKey,
        title: Option<RoomTitle>,
        topic: Option<RoomTopic>,
        at: &Moment,
    ) {
        let Some(about) = self.room(name).map(|room| room.about()) else { return };
        let title = title.filter(|title| *title != about.title);
        let topic = topic.filter(|topic| *topic != about.topic);
        if title.is_some() || topic.is_some() {
            self.command(name, key, Command::SetRoom { title, topic }, None, at);
        }
    }
}
