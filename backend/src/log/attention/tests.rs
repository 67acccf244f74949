//! Who is told of what was said, and when; and what it costs to wait for it.

use super::*;

fn person(id: &str) -> PersonId {
    PersonId::parse(id).unwrap()
}

fn room(name: &str) -> RoomName {
    RoomName::parse(name).unwrap()
}

/// A connection that has taken what everybody is told first.
async fn listener(attention: &Attention, id: &str, rooms: &[RoomName]) -> Listening {
    let listening = attention.listen(&person(id));
    assert!(listening.changed().await.everything);
    listening.watch(rooms);
    listening
}

#[tokio::test(start_paused = true)]
async fn what_is_said_is_told_once_to_all_who_have_visited_the_room() {
    let attention = Attention::default();
    let den = room("den");
    let ada = listener(&attention, "ada", std::slice::from_ref(&den)).await;
    let also_ada = listener(&attention, "ada", &[]).await;
    let bob = listener(&attention, "bob", &[room("cellar")]).await;
    for _ in 0..3 {
        attention.said(&den);
    }
    let told = Changed { everything: false, rooms: BTreeMap::from([(den.clone(), false)]) };
    assert_eq!((ada.changed().await, also_ada.changed().await), (told, ada_again(&den)));
    attention.said(&room("cellar"));
    assert_eq!(bob.changed().await.rooms.len(), 1);
    // What is said at once is told after a pause, and together.
    attention.said(&den);
    attention.said(&den);
    assert_eq!(ada.changed().await, ada_again(&den));
    assert!(tokio::time::timeout(LONGEST, ada.changed()).await.is_err(), "there is nothing more");
}

fn ada_again(den: &RoomName) -> Changed {
    Changed { everything: false, rooms: BTreeMap::from([(den.clone(), false)]) }
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_visited_first_while_connected_is_watched_too() {
    let attention = Attention::default();
    let ada = listener(&attention, "ada", &[]).await;
    attention.said(&room("den"));
    attention.changed(&person("ada"), &room("den"), false);
    assert_eq!(ada.changed().await, ada_again(&room("den")));
    attention.said(&room("den"));
    assert_eq!(ada.changed().await, ada_again(&room("den")));
    attention.changed(&person("ada"), &room("den"), true);
    assert_eq!(ada.changed().await.rooms, BTreeMap::from([(room("den"), true)]));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_told_is_told_again() {
    let attention = Attention::default();
    let ada = attention.listen(&person("ada"));
    let mut changed = ada.changed().await;
    changed.rooms.insert(room("den"), true);
    attention.changed(&person("ada"), &room("den"), false);
    ada.put_back(changed);
    let changed = ada.changed().await;
    assert!(changed.everything);
    assert_eq!(changed.rooms, BTreeMap::from([(room("den"), true)]), "it was forgotten in between");
}

#[tokio::test(start_paused = true)]
async fn when_the_last_connection_goes_nothing_is_left() {
    let attention = Attention::default();
    let rooms: Vec<_> = (0..500).map(|n| room(&format!("r{n}"))).collect();
    let first = listener(&attention, "ada", &rooms).await;
    let second = listener(&attention, "ada", &rooms[..10]).await;
    let other = listener(&attention, "bob", &rooms[..1]).await;
    drop(first);
    assert_eq!(attention.rooms(), 500, "the person is here still");
    drop(second);
    assert_eq!(attention.rooms(), 1);
    attention.said(&rooms[0]);
    assert_eq!(other.changed().await.rooms.len(), 1);
    drop(other);
    assert_eq!((attention.rooms(), attention.lock().people.len()), (0, 0));
    // The task has ended; who comes later is told by another.
    tokio::time::advance(LONGEST).await;
    while attention.lock().telling {
        tokio::task::yield_now().await;
    }
    let again = listener(&attention, "ada", &rooms).await;
    attention.said(&rooms[7]);
    assert_eq!(again.changed().await, ada_again(&rooms[7]));
}

/// What the tables have allocated: the buckets of the map of rooms, each with a byte of its own, and the person's list.
fn bytes_of(attention: &Attention, id: &str) -> usize {
    let state = attention.lock();
    let buckets = (state.rooms.capacity() * 8 / 7).next_power_of_two();
    let rooms = &state.people[&person(id)].rooms;
    buckets * (size_of::<(u64, Visitors)>() + 1) + rooms.capacity() * size_of::<u64>()
}

#[tokio::test(start_paused = true)]
async fn a_quiet_room_costs_its_visitor_less_than_a_hundred_bytes() {
    // Also right after the map has grown to twice its size.
    for rooms in [449, 500, 897, 1_793, 2_000] {
        let attention = Attention::default();
        let names: Vec<_> = (0..rooms).map(|n| room(&format!("r{n}"))).collect();
        let _listening = listener(&attention, "ada", &names).await;
        let bytes = bytes_of(&attention, "ada");
        assert!(bytes < 100 * rooms, "{rooms} rooms: {} bytes each", bytes / rooms);
    }
}
