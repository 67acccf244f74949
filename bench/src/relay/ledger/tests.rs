//! That the ledger notices what a relay can do wrong.

use super::*;

struct Rig {
    ledger: Ledger,
    positions: [Position; 2],
}

/// A room of two clients who have had everything so far, and another room.
fn rig() -> Rig {
    let mut ledger = Ledger::new(2);
    ledger.wait_for_one_more(0);
    ledger.wait_for_one_more(0);
    Rig { ledger, positions: [Some(0); 2] }
}

impl Rig {
    fn get(&mut self, client: usize, number: u32) -> anyhow::Result<Delivery> {
        self.ledger.receive(0, &mut self.positions[client], true, number, 1_000 + u64::from(number))
    }
}

#[test]
fn a_message_is_complete_when_the_last_has_it() {
    let mut rig = rig();
    let number = rig.ledger.send(0, 9, 500);
    let first = rig.get(0, number).unwrap();
    assert_eq!(first, Delivery { sender: 9, intended: 500, first: 1_000, is_first: true, complete: false });
    assert_eq!(rig.ledger.incomplete(), 1);
    let last = rig.get(1, number).unwrap();
    assert!(last.complete && !last.is_first);
    assert_eq!((rig.ledger.incomplete(), rig.ledger.head(0)), (0, 1));
}

#[test]
fn a_message_that_comes_twice_is_noticed() {
    let mut rig = rig();
    let number = rig.ledger.send(0, 0, 0);
    rig.get(0, number).unwrap();
    assert!(rig.get(0, number).unwrap_err().to_string().contains("second time"));
    rig.get(1, number).unwrap();
    assert!(rig.get(1, number).is_err(), "also where everybody has it");
}

#[test]
fn a_message_that_one_client_misses_is_noticed() {
    let mut rig = rig();
    let (one, two) = (rig.ledger.send(0, 0, 0), rig.ledger.send(0, 0, 0));
    rig.get(0, one).unwrap();
    rig.get(0, two).unwrap();
    assert!(rig.get(1, two).unwrap_err().to_string().contains("was next"));
}

#[test]
fn a_message_that_all_miss_is_noticed() {
    let mut rig = rig();
    let (_lost, two) = (rig.ledger.send(0, 7, 0), rig.ledger.send(0, 7, 0));
    assert!(rig.get(0, two).unwrap_err().to_string().contains("overtook"));
}

#[test]
fn another_order_at_another_client_is_noticed() {
    let mut rig = rig();
    let (one, two) = (rig.ledger.send(0, 1, 0), rig.ledger.send(0, 2, 0));
    rig.get(0, two).unwrap();
    rig.get(0, one).unwrap();
    assert!(rig.get(1, one).is_err(), "two senders may come in any order, but in one for all");
}

#[test]
fn a_message_of_another_room_or_of_nobody_is_noticed() {
    let mut rig = rig();
    let other = rig.ledger.send(1, 0, 0);
    assert!(rig.get(0, other).unwrap_err().to_string().contains("room 1"));
    assert!(rig.get(1, 4_711).is_err());
}

#[test]
fn one_who_joins_in_the_middle_gets_everything_from_there() {
    let mut rig = rig();
    rig.ledger.keep(0);
    let numbers: Vec<_> = (0..4).map(|_| rig.ledger.send(0, 0, 0)).collect();
    for client in [0, 1] {
        for number in &numbers {
            rig.get(client, *number).unwrap();
        }
    }
    let mut late = None;
    rig.ledger.receive(0, &mut late, false, numbers[2], 0).unwrap();
    assert_eq!(late, Some(3));
    assert!(rig.ledger.receive(0, &mut late, false, numbers[2], 0).is_err());
    rig.ledger.receive(0, &mut late, false, numbers[3], 0).unwrap();
    assert_eq!(rig.ledger.incomplete(), 0);
}

#[test]
fn what_was_under_way_when_all_began_is_forgotten() {
    let mut rig = rig();
    let (one, _) = (rig.ledger.send(0, 0, 0), rig.ledger.send(0, 0, 0));
    rig.get(0, one).unwrap();
    rig.ledger.forget();
    assert_eq!(rig.ledger.incomplete(), 0);
    rig.positions = [Some(rig.ledger.head(0)); 2];
    let next = rig.ledger.send(0, 0, 0);
    rig.get(0, next).unwrap();
    assert!(rig.get(1, next).unwrap().complete);
}
