//! Tests of who is looked up, and of who is remembered.

use std::sync::atomic::AtomicUsize;

use shared::{Digest, Epoch, Event, Page, RoomName, Seq, Snapshot};

use super::*;
use crate::log::{Ends, Kept, Place, ReadLimits, Reader};

/// Records in which nobody is kept, and which count how often they are asked.
struct Nobody(Epoch, Arc<AtomicUsize>);

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

    fn people_of(&self, token_hashes: &[[u8; 32]]) -> Result<Vec<Option<Person>>, ReadError> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(vec![None; token_hashes.len()])
    }
}

#[tokio::test]
async fn who_comes_back_is_not_looked_up_again_and_has_the_name_of_before() {
    let reads = Arc::<AtomicUsize>::default();
    let reader = Nobody(Epoch::from("e".to_owned()), Arc::clone(&reads));
    let people = People::new(Reads::new(reader, Kept::default(), ReadLimits::default()));
    let tokens: Vec<_> = (0..100).map(|_| Token::random().unwrap()).collect();
    for token in &tokens {
        let someone = people.holder(token).await.unwrap();
        someone.rename(PersonName::parse(someone.id().as_str()).unwrap());
    }
    assert_eq!(reads.load(Ordering::SeqCst), 100);
    for token in &tokens {
        let person = people.holder(token).await.unwrap().person();
        assert_eq!((person.id.as_str(), &person.id), (person.name.as_str(), &token.person()));
    }
    assert_eq!(reads.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn those_who_are_remembered_are_bounded() {
    let reader = Nobody(Epoch::from("e".to_owned()), Arc::default());
    let people = People::new(Reads::new(reader, Kept::default(), ReadLimits::default()));
    let mut known = people.lock();
    for n in 0..2 * LATELY {
        let mut session = [0; 32];
        session[..8].copy_from_slice(&n.to_be_bytes());
        let person = Person { id: PersonId::parse(&format!("p{n}")).unwrap(), name: PersonName::anonymous() };
        let someone = known.someone(session, person, false);
        known.remember(session, &someone);
    }
    assert_eq!((known.lately.len(), known.order.len()), (LATELY, LATELY));
    assert!(known.connected.len() < 4 * LATELY, "{}", known.connected.len());
}
