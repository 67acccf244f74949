//! Rooms that a person has visited: what they have read, counts, levels, the same on all connections.

use serde_json::{Value, json};

use crate::{
    client::{Client, bearer},
    server::{Server, config, spawn, start, timing},
};

/// Says something in a room, and waits until it is durable.
async fn said(client: &mut Client, room: &str, key: &str, mentions: &[&Value]) -> u64 {
    client.say(&json!({"type": "post", "room": room, "key": key, "text": key, "mentions": mentions})).await;
    client.next_of("settled").await["seq"].as_u64().unwrap()
}

async fn read(client: &mut Client, room: &str, seq: u64) {
    client.say(&json!({"type": "read", "room": room, "seq": seq})).await;
}

/// Waits for the signal that says these counts: unread and mentions.
async fn counts(client: &mut Client, room: &str, unread: u64, mentions: u64) -> Value {
    let is_it = |signal: &Value| {
        let count = |field| signal[field].as_u64().unwrap_or(0);
        signal["room"] == room && (count("unread"), count("mentions")) == (unread, mentions)
    };
    client.signal("unread", is_it).await
}

/// A person with two connections, and who they are.
async fn on_two(server: &Server) -> (String, Client, Client, Value) {
    let token = bearer(server).await;
    let url = server.ws("/ws/v1");
    let mut first = Client::connect(&url, &[("authorization", &format!("Bearer {token}"))]).await.unwrap();
    let me = first.json().await["you"]["id"].clone();
    let second = Client::v1_with(server, &token).await;
    (token, first, second, me)
}

#[actix_web::test]
async fn counts_are_the_same_on_all_connections_and_after_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&config(&data), timing());
    let (token, mut phone, mut desk, me) = on_two(&server).await;
    assert_eq!((phone.rooms().await, desk.rooms().await), (json!([]), json!([])), "nothing is visited yet");
    read(&mut phone, "den", 0).await;
    counts(&mut phone, "den", 0, 0).await;
    counts(&mut desk, "den", 0, 0).await;
    let mut bob = Client::v1(&server).await;
    let first = said(&mut bob, "den", "1", &[]).await;
    said(&mut bob, "den", "2", &[&me]).await;
    let last = said(&mut bob, "den", "3", &[]).await;
    for client in [&mut phone, &mut desk] {
        let signal = counts(client, "den", 3, 1).await;
        assert_eq!((signal["newest"].as_u64(), signal["read"].as_u64()), (Some(last), Some(0)));
    }
    said(&mut phone, "den", "mine", &[]).await;
    read(&mut desk, "den", first).await;
    for client in [&mut phone, &mut desk] {
        counts(client, "den", 2, 1).await;
    }
    server.stop().await;
    let server = start(&config(&data), timing());
    let mut desk = Client::v1_with(&server, &token).await;
    let rooms = desk.rooms().await;
    assert_eq!(rooms[0]["room"], "den");
    assert_eq!((rooms[0]["unread"].as_u64(), rooms[0]["mentions"].as_u64()), (Some(2), Some(1)));
    assert_eq!(rooms[0]["read"].as_u64(), Some(first));
}

#[actix_web::test]
async fn a_position_goes_back_only_where_it_is_meant_to() {
    let (server, _data) = spawn();
    let (_, mut phone, mut desk, _) = on_two(&server).await;
    let mut bob = Client::v1(&server).await;
    for key in ["1", "2", "3"] {
        said(&mut bob, "den", key, &[]).await;
    }
    read(&mut phone, "den", 9_000).await;
    let signal = counts(&mut desk, "den", 0, 0).await;
    assert_eq!(signal["read"], 3, "what is ahead of the log is its end");
    read(&mut phone, "den", 1).await;
    phone.say(&json!({"type": "set_level", "room": "den", "level": "mentions"})).await;
    let signal = desk.signal("unread", |signal| signal["level"] == "mentions").await;
    assert_eq!(signal["read"], 3, "it has not gone back");
    phone.say(&json!({"type": "read", "room": "den", "seq": 1, "back": true})).await;
    let signal = counts(&mut desk, "den", 2, 0).await;
    assert_eq!((&signal["read"], &signal["marked"]), (&json!(1), &json!(true)));
    // Two at once: what is further counts, whichever comes first.
    read(&mut phone, "den", 3).await;
    read(&mut desk, "den", 2).await;
    let signal = desk.signal("unread", |signal| signal["read"] == 3).await;
    assert_eq!(signal["marked"], Value::Null, "reading on ends it");
}

#[actix_web::test]
async fn what_is_deleted_or_no_longer_mentions_is_not_counted() {
    let (server, _data) = spawn();
    let (_, mut phone, _, me) = on_two(&server).await;
    read(&mut phone, "den", 0).await;
    let mut bob = Client::v1(&server).await;
    let first = said(&mut bob, "den", "1", &[&me]).await;
    let second = said(&mut bob, "den", "2", &[&me]).await;
    counts(&mut phone, "den", 2, 2).await;
    bob.say(&json!({"type": "edit", "room": "den", "key": "3", "target": first, "text": "nobody"})).await;
    counts(&mut phone, "den", 2, 1).await;
    bob.say(&json!({"type": "delete", "room": "den", "key": "4", "target": second})).await;
    counts(&mut phone, "den", 1, 0).await;
    bob.say(&json!({"type": "edit", "room": "den", "key": "5", "target": first, "text": "me", "mentions": [me]})).await;
    counts(&mut phone, "den", 1, 1).await;
}

#[actix_web::test]
async fn a_room_that_is_forgotten_is_gone_on_all_connections() {
    let (server, _data) = spawn();
    let (token, mut phone, mut desk, _) = on_two(&server).await;
    read(&mut phone, "den", 0).await;
    counts(&mut desk, "den", 0, 0).await;
    phone.say(&json!({"type": "forget", "room": "den"})).await;
    for client in [&mut phone, &mut desk] {
        client.signal("forgotten", |signal| signal["room"] == "den").await;
    }
    let mut again = Client::v1_with(&server, &token).await;
    assert_eq!(again.rooms().await, json!([]));
}

#[actix_web::test]
async fn nobody_visits_rooms_without_end() {
    let (server, _data) = spawn();
    let (token, mut phone, ..) = on_two(&server).await;
    for part in 0..20 {
        let frames: Vec<_> =
            (0..100).map(|n| json!({"type": "read", "room": format!("r{}", part * 100 + n), "seq": 0})).collect();
        phone.say(&json!(frames)).await;
    }
    counts(&mut phone, "r1999", 0, 0).await;
    read(&mut phone, "one-more", 0).await;
    let refused = phone.next_of("refused").await;
    assert_eq!((&refused["code"], &refused["room"]), (&json!("too_many_rooms"), &Value::Null));
    phone.say(&json!({"type": "forget", "room": "r7"})).await;
    read(&mut phone, "one-more", 0).await;
    counts(&mut phone, "one-more", 0, 0).await;
    let mut again = Client::v1_with(&server, &token).await;
    assert_eq!(again.rooms().await.as_array().unwrap().len(), 2_000);
}

#[actix_web::test]
async fn who_only_looks_is_not_stored_and_who_reads_is() {
    let (server, _data) = spawn();
    let (token, mut phone, ..) = on_two(&server).await;
    phone.open("den").await;
    let list = |path: &'static str| {
        let request = reqwest::Client::new().get(server.http(path)).bearer_auth(&token);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    assert_eq!(list("/api/rooms").await, json!({"rooms": []}));
    read(&mut phone, "den", 0).await;
    counts(&mut phone, "den", 0, 0).await;
    assert_eq!(list("/api/rooms").await["rooms"][0]["room"], "den");
}

#[actix_web::test]
async fn mentions_are_listed_the_newest_first_and_only_of_rooms_in_the_list() {
    let (server, _data) = spawn();
    let (token, mut phone, _, me) = on_two(&server).await;
    read(&mut phone, "den", 0).await;
    counts(&mut phone, "den", 0, 0).await;
    let mut bob = Client::v1(&server).await;
    said(&mut bob, "den", "first", &[&me]).await;
    said(&mut bob, "den", "not me", &[]).await;
    said(&mut bob, "cellar", "not there", &[&me]).await;
    said(&mut phone, "den", "myself", &[&me]).await;
    said(&mut bob, "den", "second", &[&me]).await;
    let ask = async |query: &str| {
        let request = reqwest::Client::new().get(server.http(&format!("/api/mentions{query}"))).bearer_auth(&token);
        request.send().await.unwrap()
    };
    let all: Value = ask("").await.json().await.unwrap();
    let texts: Vec<_> = all["mentions"].as_array().unwrap().iter().map(|one| &one["message"]["text"]).collect();
    assert_eq!(texts, ["second", "first"]);
    let one: Value = ask("?limit=1").await.json().await.unwrap();
    assert_eq!(one["mentions"].as_array().unwrap().len(), 1);
    for bad in ["?limit=0", "?limit=101", "?before=x", "?after=1"] {
        assert_eq!(ask(bad).await.status(), 400, "{bad}");
    }
    let nobody = reqwest::get(server.http("/api/mentions")).await.unwrap();
    assert_eq!(nobody.status(), 401);
}

#[actix_web::test]
async fn bad_frames_are_refused_and_the_link_goes_on() {
    let (server, _data) = spawn();
    let mut client = Client::v1(&server).await;
    for bad in [
        json!({"type": "read", "room": "den"}),
        json!({"type": "read", "room": "den", "seq": -1}),
        json!({"type": "read", "room": "den", "seq": 1, "back": "yes"}),
        json!({"type": "read", "room": "DEN!", "seq": 1}),
        json!({"type": "set_level", "room": "den", "level": "loud"}),
        json!({"type": "set_level", "room": "den"}),
        json!({"type": "forget"}),
    ] {
        client.say(&bad).await;
        let refused = client.reply().await;
        assert_eq!(refused["type"], "refused", "{bad}");
        assert!(refused["message"].as_str().unwrap().ends_with('.'), "{refused}");
    }
    read(&mut client, "den", u64::MAX).await;
    counts(&mut client, "den", 0, 0).await;
}
