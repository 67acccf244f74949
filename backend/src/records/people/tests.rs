//! Tests of who is looked up, and of who is remembered.

use std::sync::atomic::AtomicUsize;

use shared::{Digest, Epoch, Event, Page, RoomName, Seq, Snapshot};

use super::*;
use crate::log::{Ends, Kept, Place, ReadLimits, Reader, SessionRow};

/// Records in which nobody is kept, and which count how often they are asked.
struct Nobody(Epoch, Arc<AtomicUsize>);

fn people(reader: impl Reader) -> People {
    let reads = Reads::new(reader, Kept::default(), ReadLimits::default());
    People::new(reads, Names::default(), Arc::new(|| Millis(2 * LASTS_MS)))
}

impl Reader for Nobody {
    fn epoch(&self) -> &Epoch {
        &self.0
    }

    fn ends(&self, _room: &RoomName, _messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        Err(ReadError::Stopped)
    }

    fn digests(&self, _room: &RoomName, _from: Seq, _most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        Err(ReadError::Stopped)
    }

    fn after(&self, _room: &RoomName, _after: Seq, _most: u32, _bytes: usize) -> Result<Vec<Event>, ReadError> {
        Err(ReadError::Stopped)
    }

    fn page(&self, _room: &RoomName, _place: Place, _limit: u32) -> Result<Page, ReadError> {
        Err(ReadError::Stopped)
    }

    fn sessions(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(vec![None; token_hashes.len()])
    }
}

#[tokio::test]
async fn who_comes_back_is_not_looked_up_again_and_has_the_name_of_before() {
    let reads = Arc::<AtomicUsize>::default();
    let reader = Nobody(Epoch::from("e".to_owned()), Arc::clone(&reads));
    let people = people(reader);
    let tokens: Vec<_> = (0..100).map(|_| Token::random().unwrap()).collect();
    for token in &tokens {
        let session = people.holder(token, None).await.unwrap();
        let someone = session.someone();
        someone.rename(PersonName::parse(someone.id().as_str()).unwrap());
    }
    assert_eq!(reads.load(Ordering::SeqCst), 100);
    for token in &tokens {
        let person = people.holder(token, None).await.unwrap().someone().person();
        assert_eq!((person.id.as_str(), &person.id), (person.name.as_str(), &token.person()));
    }
    assert_eq!(reads.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn those_who_are_remembered_are_bounded() {
    let reader = Nobody(Epoch::from("e".to_owned()), Arc::default());
    let people = people(reader);
    let mut known = people.lock();
    for n in 0..2 * LATELY {
        let mut session = [0; 32];
        session[..8].copy_from_slice(&n.to_be_bytes());
        let person = Person { id: PersonId::parse(&format!("p{n}")).unwrap(), name: PersonName::anonymous() };
        let session = known.session(session, person, None, "".into());
        known.remember(&session);
    }
    assert_eq!((known.lately.len(), known.order.len()), (LATELY, LATELY));
    assert!(known.connected.len() < 4 * LATELY, "{}", known.connected.len());
}

/// Records in which one person is kept, whose session is as it is said, and which let it be ended while they are read.
struct One(Epoch, SessionRow, std::sync::mpsc::Sender<std::sync::mpsc::Sender<()>>);

impl Reader for One {
    fn epoch(&self) -> &Epoch {
        &self.0
    }

    fn ends(&self, _room: &RoomName, _messages: u32) -> Result<(Ends, Snapshot), ReadError> {
        Err(ReadError::Stopped)
    }

    fn digests(&self, _room: &RoomName, _from: Seq, _most: u32) -> Result<Vec<(Seq, Digest)>, ReadError> {
        Err(ReadError::Stopped)
    }

    fn after(&self, _room: &RoomName, _after: Seq, _most: u32, _bytes: usize) -> Result<Vec<Event>, ReadError> {
        Err(ReadError::Stopped)
    }

    fn page(&self, _room: &RoomName, _place: Place, _limit: u32) -> Result<Page, ReadError> {
        Err(ReadError::Stopped)
    }

    fn sessions(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<SessionRow>>, ReadError> {
        let (go_on, wait) = std::sync::mpsc::channel();
        self.2.send(go_on).unwrap();
        wait.recv().unwrap();
        Ok(vec![Some(self.1.clone()); token_hashes.len()])
    }
}

fn row(ended: bool, seen: u64) -> SessionRow {
    let person = Person { id: PersonId::parse("ann").unwrap(), name: PersonName::parse("Ann").unwrap() };
    SessionRow { person, ended, seen: Millis(seen) }
}

async fn holder_of(row: SessionRow, meanwhile: impl FnOnce(&People, &Token) + Send) -> Result<Arc<Session>, NoHolder> {
    let (asked, asks) = std::sync::mpsc::channel();
    let people = people(One(Epoch::from("e".to_owned()), row, asked));
    let token = Token::random().unwrap();
    let held = tokio::spawn({
        let (people, token) = (people.clone(), token.clone());
        async move { people.holder(&token, None).await }
    });
    let go_on = tokio::task::spawn_blocking(move || asks.recv().unwrap()).await.unwrap();
    meanwhile(&people, &token);
    go_on.send(()).unwrap();
    held.await.unwrap()
}

#[tokio::test]
async fn a_session_that_has_ended_or_was_not_used_for_long_has_no_holder() {
    let now = 2 * LASTS_MS;
    let held = holder_of(row(false, now - LASTS_MS), |_, _| {}).await.unwrap();
    assert_eq!(held.someone().person(), row(false, 0).person);
    assert!(matches!(holder_of(row(true, now), |_, _| {}).await, Err(NoHolder::Ended)));
    assert!(matches!(holder_of(row(false, now - LASTS_MS - 1), |_, _| {}).await, Err(NoHolder::Ended)), "too old");
}

#[tokio::test]
async fn a_session_that_ends_while_it_is_looked_up_has_no_holder() {
    let now = 2 * LASTS_MS;
    let held = holder_of(row(false, now), |people, token| people.end([token.hash()])).await;
    assert!(matches!(held, Err(NoHolder::Ended)));
}

#[tokio::test]
async fn whoever_is_connected_is_told_that_their_session_has_ended() {
    let people = people(Nobody(Epoch::from("e".to_owned()), Arc::default()));
    let (one, other) = (Token::random().unwrap(), Token::random().unwrap());
    let held = people.holder(&one, None).await.unwrap();
    let others = people.holder(&other, None).await.unwrap();
    people.end([one.hash()]);
    assert!(held.ended().is_cancelled() && !others.ended().is_cancelled());
    assert!(matches!(people.holder(&one, None).await, Err(NoHolder::Ended)));
    assert!(people.holder(&other, None).await.is_ok());
}

#[tokio::test]
async fn that_a_session_is_used_is_noted_once_an_hour() {
    let now = 2 * LASTS_MS;
    let session = holder_of(row(false, now), |_, _| {}).await.unwrap();
    assert!(!session.note(Millis(now + NOTED_MS - 1)));
    assert!(session.note(Millis(now + NOTED_MS)));
    assert!(!session.note(Millis(now + NOTED_MS + 1)));
}
