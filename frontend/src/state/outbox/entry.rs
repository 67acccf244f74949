//! An entry of the outbox: a command, and what became of it so far.

use std::rc::Rc;

use shared::{ClientKey, Command, Message, MessageId, MessageText, Millis, PersonId, Seq};

/// What became of an entry so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Waits in line; the server has never seen it.
    Queued,
    /// Was sent, and not answered: it may or may not be in the log.
    Sent,
    /// Is in the log; its event is on the way.
    Settled {
        /// The event.
        seq: Seq,
    },
    /// The server will not have it. Out of the line, kept for the person.
    Refused {
        /// What became of it and why, as it is said to the person.
        message: Rc<str>,
    },
}

/// Something that the person wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its key for life.
    pub key: ClientKey,
    /// Who wants it; none before the first welcome. It is never sent under another name.
    pub owner: Option<PersonId>,
    /// What.
    pub command: Command,
    /// The message that it is about or answers.
    pub of: Option<MessageId>,
    /// Its place in the line: those with a smaller number go before it.
    pub order: u64,
    /// When it was typed, on this machine's clock.
    pub typed_at: Millis,
    /// What became of it.
    pub fate: Fate,
    /// Why the server did not have it when it was last asked, where it is to be asked again.
    pub held: Option<Rc<str>>,
    /// It is in the database.
    pub kept: bool,
}

impl Entry {
    /// What it says, where it is a message or what one is to say.
    #[must_use]
    pub fn text(&self) -> Option<&MessageText> {
        match &self.command {
            Command::Post { text, .. } | Command::Edit { text, .. } => Some(text),
            Command::Delete { .. } | Command::React { .. } | Command::SetRoom { .. } => None,
        }
    }

    /// The server will not have it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(self.fate, Fate::Refused { .. })
    }

    /// The person should see that it was not done, and may do something about it.
    #[must_use]
    pub fn is_in_trouble(&self) -> bool {
        self.is_refused() || self.held.is_some()
    }

    /// It is to change this message, which may have another seq than when it was asked for: in another history.
    #[must_use]
    pub fn changes(&self, message: &Message) -> bool {
        self.command.target().is_some_and(|seq| self.of.as_ref().map_or(seq == message.seq, |of| message.is(of)))
    }

    /// The message that it answers.
    #[must_use]
    pub fn reply_to(&self) -> Option<Seq> {
        match self.command {
            Command::Post { reply_to, .. } => reply_to,
            _ => None,
        }
    }

    /// What is known of its fate by whoever finds it in the database.
    pub(super) fn kept_fate(&self) -> Fate {
        if self.is_refused() { self.fate.clone() } else { Fate::Sent }
    }

    pub(super) fn refuse(&mut self, message: Rc<str>) {
        self.fate = Fate::Refused { message };
        self.held = None;
    }
}

/// What is said of a command that was not carried out.
pub(super) fn not_done(command: &Command, why: &str) -> String {
    let what = match command {
        Command::Post { .. } => "Not sent: ",
        Command::Edit { .. } | Command::SetRoom { .. } => "Not changed: ",
        Command::Delete { .. } => "Not deleted: ",
        Command::React { .. } => "No reaction: ",
    };
    [what, why].concat()
}

/// What is said of a command that may have been carried out before it could not be any more.
pub(super) fn perhaps_done(why: &str) -> String {
    [why, " It may have been sent before that: look before you try again."].concat()
}
