//! What changes of a person's account: the name that is theirs alone, the ways to sign in, and their sessions. Records;
//! the writer decides on them in the order in which they come, as on all else.

use shared::PersonName;

/// SHA-256 of a token or a code.
pub type Hash256 = [u8; 32];

/// A passkey (`WebAuthn`, <https://www.w3.org/TR/webauthn-3/>): the public half of a key that a device keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id, as the authenticator gave it.
    pub id: Vec<u8>,
    /// What the person calls it.
    pub label: String,
    /// The public key and what is known of it, as `records::passkeys` writes it down.
    pub data: String,
}

/// One thing that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// The name is theirs alone from now on.
    Claim(PersonName),
    /// They sign in with this password, of which the hash stands here in the PHC string format.
    Password(String),
    /// They sign in with this passkey too.
    Passkey(Passkey),
    /// A passkey was used; where it counts, it counts from here.
    PasskeyUsed {
        /// Which.
        id: Vec<u8>,
        /// What is known of it now, where that is something else.
        data: Option<String>,
    },
    /// This passkey is good no longer.
    ForgetPasskey {
        /// Which.
        id: Vec<u8>,
    },
    /// These recovery codes are good from now on, and no others.
    RecoveryCodes(Vec<Hash256>),
    /// This recovery code was used: it is good no longer.
    UseRecoveryCode(Hash256),
    /// A session begins.
    Begin {
        /// The hash of its token.
        session: Hash256,
        /// On what.
        device: String,
    },
    /// A session was used.
    Seen {
        /// The hash of its token.
        session: Hash256,
        /// On what.
        device: String,
    },
    /// A session ends. Its token is never good again.
    End {
        /// The hash of its token.
        session: Hash256,
    },
    /// They leave: their name, their sessions and all else that is kept of them goes at once. What is in the logs follows.
    Leave {
        /// What they wrote goes too.
        texts_go: bool,
    },
    /// They are forgotten in all logs too.
    Left,
    /// All sessions but one end.
    EndOthers {
        /// The hash of the token of the one.
        but: Hash256,
    },
}
