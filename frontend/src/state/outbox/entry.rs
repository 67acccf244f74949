//! An entry of the outbox: a command, and what became of it so far.

use std::rc::Rc;

use shared::{ClientKey, Command, MessageText, Millis, PersonId, Seq};

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

    /// Sent again, it would mean what it meant: not so where it is about a message of a history that was replaced.
    #[must_use]
    pub fn can_be_tried(&self) -> bool {
        self.is_refused() && self.command.target() != Some(Seq::ZERO)
    }

    /// The history was replaced, and the number of the message that it is about means another one there: it is about
    /// none. This is stored with it.
    pub(super) fn forget_target(&mut self) {
        if let Command::Edit { target, .. } | Command::Delete { target } | Command::React { target, .. } =
            &mut self.command
        {
            *target = Seq::ZERO;
        }
    }

    /// Likewise for a message that answers another: what it says is still worth saying.
    pub(super) fn answer_nothing(&mut self) {
        if let Command::Post { reply_to, .. } = &mut self.command {
            *reply_to = None;
        }
    }

    /// The message that it answers.
    #[must_use]
    pub fn reply_to(&self) -> Option<Seq> {
        match self.command {
            Command::Post { reply_to, .. } => reply_to,
            _ => None,
        }
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
