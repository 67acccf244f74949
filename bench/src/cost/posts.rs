//! Posts as a busy room brings them: 64 bytes of text each, from 16 people in turn, each under a fresh key as the
//! client makes them. The same posts in every run.

use backend::log::{Command, Draft, Line};
use shared::{
    Author, ClientKey, Event, EventBody, MessageText, Millis, PersonId, PersonName, RoomName, Salt, Seq, Words,
};

/// People who post.
const PEOPLE: u64 = 16;
/// The text of a post, in bytes.
const TEXT: usize = 64;
/// Of what a client makes its keys, how long they are, and how many of the letters are the time.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const KEY: u64 = 20;
const KEY_TIME: u64 = 9;
/// When the first was posted: milliseconds since 1970.
const BEGAN: u64 = 1_795_363_439_000;

/// Makes posts, one after the other.
#[derive(Default)]
pub struct Posts {
    made: u64,
    are_keys_random: bool,
}

/// What can be wrong with a post that is made here: nothing, but the types cannot know.
pub type Wrong = Box<dyn std::error::Error + Send + Sync>;

impl Posts {
    /// With keys that do not begin with the time, as other clients may make them.
    #[must_use]
    pub fn with_random_keys() -> Self {
        Self { made: 0, are_keys_random: true }
    }

    /// The next `n`, as the writer takes them.
    ///
    /// # Errors
    /// None: see [`Wrong`].
    pub fn commands(&mut self, n: u64) -> Result<Vec<Command>, Wrong> {
        (0..n).map(|_| self.command()).collect()
    }

    /// What time it is in the room: a millisecond for each post.
    #[must_use]
    pub fn now(&self) -> Millis {
        Millis(BEGAN + self.made)
    }

    fn command(&mut self) -> Result<Command, Wrong> {
        self.made += 1;
        Ok(Command::Append(Draft {
            room: RoomName::lobby(),
            by: author(self.made % PEOPLE)?,
            key: key(self.made, if self.are_keys_random { 0 } else { KEY_TIME })?,
            command: shared::Command::Post { text: text(self.made)?, reply_to: None, mentions: Vec::new() },
            of: None,
            remember: None,
            line: Line::default(),
        }))
    }
}

/// The event that the `n`th post becomes.
///
/// # Errors
/// None: see [`Wrong`].
pub fn event(n: u64) -> Result<Event, Wrong> {
    let words = Words::Kept { salt: salt(n), text: text(n)?, mentions: Vec::new() };
    Ok(Event {
        room: RoomName::lobby(),
        seq: Seq(n),
        at: Millis(BEGAN + n),
        by: author(n % PEOPLE)?,
        key: key(n, KEY_TIME)?,
        body: EventBody::Posted { words, reply_to: None },
    })
}

/// An edit of a message.
///
/// # Errors
/// None: see [`Wrong`].
pub fn edit(n: u64, target: Seq) -> Result<Event, Wrong> {
    let words = Words::Kept { salt: salt(n), text: text(n)?, mentions: Vec::new() };
    Ok(Event { body: EventBody::Edited { target, words }, ..event(n)? })
}

fn author(n: u64) -> Result<Author, Wrong> {
    let id = format!("b{:016x}{:08x}", scattered(n), n);
    Ok(Author { id: PersonId::parse(&id)?, name: PersonName::parse(&format!("Rabbit {n}"))?, plain: false })
}

/// The time in so many letters, and chance.
fn key(n: u64, time: u64) -> Result<ClientKey, Wrong> {
    let bits = |at| if at < time { (BEGAN + n) >> (40 - 5 * at) } else { scattered(n * KEY + at) };
    let letter = |at| char::from(LETTERS[usize::try_from(bits(at) % 32).unwrap_or(0)]);
    Ok(ClientKey::parse(&(0..KEY).map(letter).collect::<String>())?)
}

fn text(n: u64) -> Result<MessageText, Wrong> {
    Ok(MessageText::parse(&format!("{n:<8}{}", "x".repeat(TEXT - 8)))?)
}

fn salt(n: u64) -> Salt {
    let mut salt = [0; 16];
    salt[..8].copy_from_slice(&scattered(n).to_be_bytes());
    Salt(salt)
}

/// A number that looks like chance, the same for the same `n` (the finaliser of `SplitMix64`, Steele and others, 2014).
fn scattered(n: u64) -> u64 {
    let n = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}
