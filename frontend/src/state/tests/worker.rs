//! The service worker: asked for once, after the link; a newer version is offered once.

use super::*;
use crate::state::Worker;

fn lose_link(client: &mut Client) {
    client.act(Action::SocketClosed { generation: client.generation(), code: 1006, reason: String::new() });
}

fn welcome_again(client: &mut Client) {
    client.act(Action::RetryPressed);
    client.act(Action::SocketOpened { generation: client.generation() });
    client.hear(welcome("me"));
}

fn count(client: &mut Client, effect: &Effect) -> usize {
    client.take_effects().iter().filter(|found| *found == effect).count()
}

#[test]
fn it_is_asked_for_by_the_first_link_alone() {
    let mut client = Client::new();
    client.act(Action::Started);
    assert_eq!(count(&mut client, &Effect::RegisterWorker), 0, "the first load comes first");
    client.act(Action::SocketOpened { generation: client.generation() });
    client.hear(welcome("me"));
    assert_eq!(count(&mut client, &Effect::RegisterWorker), 1);
    lose_link(&mut client);
    welcome_again(&mut client);
    assert_eq!(count(&mut client, &Effect::RegisterWorker), 0);
}

#[test]
fn a_newer_version_is_looked_for_on_each_new_link_and_once_an_hour() {
    let mut client = Client::welcomed();
    client.act(Action::WorkerAnswered(Worker::Present));
    lose_link(&mut client);
    client.take_effects();
    welcome_again(&mut client);
    assert_eq!(count(&mut client, &Effect::CheckUpdate), 1);
    client.act(Action::Probed);
    assert_eq!(count(&mut client, &Effect::CheckUpdate), 0);
    client.now += 60 * 60 * 1_000;
    client.act(Action::Probed);
    client.act(Action::Probed);
    assert_eq!(count(&mut client, &Effect::CheckUpdate), 1);
}

#[test]
fn a_newer_version_is_offered_and_taken_when_the_person_says_so() {
    let mut client = Client::welcomed();
    // It may have been waiting since before.
    client.act(Action::UpdateReady);
    client.act(Action::WorkerAnswered(Worker::Present));
    assert!(client.app.update_ready());
    assert_eq!(&**client.app.speech().sentence(), "A newer version is ready.");
    assert_eq!(count(&mut client, &Effect::TakeUpdate), 0, "never by itself");
    client.act(Action::UpdateAccepted);
    assert_eq!(count(&mut client, &Effect::TakeUpdate), 1);
    assert!(client.app.update_ready(), "a reload that the person stops can be asked for again");
}

#[test]
fn without_a_worker_the_client_goes_on_and_can_say_why() {
    for (worker, words) in [(Worker::Insecure, "not secure"), (Worker::Failed, "did not take")] {
        let mut client = Client::welcomed();
        assert_eq!(client.app.worker_words(), None);
        client.act(Action::WorkerAnswered(Worker::Present));
        assert_eq!(client.app.worker_words(), None);
        client.act(Action::WorkerAnswered(worker));
        assert!(client.app.worker_words().unwrap().contains(words));
        assert!(!client.app.update_ready());
        client.take_effects();
        client.now += 60 * 60 * 1_000;
        client.act(Action::Probed);
        assert_eq!(count(&mut client, &Effect::CheckUpdate), 0);
    }
}
