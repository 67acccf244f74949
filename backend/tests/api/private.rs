//! Private rooms: nothing of them reaches anybody outside, by any route.

use std::collections::BTreeSet;

use backend::config::Config;
use serde_json::{Value, json};

use crate::{
    client::{Client, bearer},
    push_service::PushService,
    server::{Server, config, spawn, start, timing},
};

/// What is said, called and written in the room; and found nowhere outside it.
const SECRETS: [&str; 4] = ["xylophone", "Quokka", "Zebedee", "Marmalade"];

async fn call(server: &Server, token: &str, method: &str, path: &str, body: &Value) -> (u16, String) {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = reqwest::Client::new().request(method.clone(), server.http(path)).bearer_auth(token);
    if method == "POST" {
        request = request.json(body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn post(server: &Server, token: &str, path: &str, body: &Value) -> (u16, Value) {
    let (status, text) = call(server, token, "POST", path, body).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

async fn access(server: &Server, token: &str, room: &str) -> (u16, Value) {
    let (status, text) = call(server, token, "GET", &format!("/api/rooms/{room}/access"), &Value::Null).await;
    (status, serde_json::from_str(&text).unwrap_or_default())
}

async fn id_of(server: &Server, token: &str) -> String {
    let (_, text) = call(server, token, "GET", "/api/account", &Value::Null).await;
    serde_json::from_str::<Value>(&text).unwrap()["you"]["id"].as_str().unwrap().to_owned()
}

/// Founds a private room, and says something in it.
async fn founded(server: &Server, owner: &str) -> String {
    let ask = json!({"access": "private", "title": "Quokka"});
    let (status, said) = post(server, owner, "/api/rooms", &ask).await;
    assert_eq!(status, 200, "{said}");
    said["room"].as_str().unwrap().to_owned()
}

async fn opened(server: &Server, token: &str, room: &str) -> Client {
    let mut client = Client::v1_with(server, token).await;
    client.say(&json!({"type": "open", "room": room})).await;
    assert_eq!(client.reply().await["type"], "opened");
    client
}

async fn says(client: &mut Client, room: &str, key: &str, text: &str) {
    client.say(&json!({"type": "post", "room": room, "key": key, "text": text})).await;
    loop {
        let frame = client.reply().await;
        if frame["type"] == "event" && frame["key"] == key {
            return;
        }
    }
}

async fn invited(server: &Server, owner: &str, room: &str, ask: &Value) -> Value {
    let (status, said) = post(server, owner, &format!("/api/rooms/{room}/invitations"), ask).await;
    assert_eq!(status, 200, "{said}");
    said
}

/// All routes that the server has, as its own source names them.
fn routes() -> BTreeSet<String> {
    let source = include_str!("../../src/http.rs");
    let named = source.split("web::resource(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let pages = source.split("const PAGES").nth(1).and_then(|rest| rest.split(';').nth(1)).unwrap();
    let pages = pages.split('"').skip(1).step_by(2);
    named.chain(pages).map(str::to_owned).collect()
}

/// Each route, with what an outsider may try there. `ROOM` is the private room's name, `CODE` an invitation's that was
/// revoked, `ID` its owner.
fn tries() -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let none = || Value::Null;
    vec![
        ("/session", "POST", "/api/session", json!({})),
        ("/account", "GET", "/api/account", none()),
        ("/account/export", "GET", "/api/account/export", none()),
        ("/account/password", "POST", "/api/account/password", json!({"password": "short"})),
        ("/account/codes", "POST", "/api/account/codes", json!({})),
        ("/account/passkey/ask", "POST", "/api/account/passkey/ask", json!({})),
        ("/account/passkey/add", "POST", "/api/account/passkey/add", json!({"question": "x", "answer": {}})),
        ("/account/passkey/remove", "POST", "/api/account/passkey/remove", json!({"id": "ID"})),
        ("/account/sessions/end", "POST", "/api/account/sessions/end", json!({"id": "ID"})),
        ("/account/leave", "POST", "/api/account/leave", json!({"not": "this"})),
        ("/account/link", "POST", "/api/account/link", json!({})),
        ("/sign-in", "POST", "/api/sign-in", json!({"name": "Zebedee", "password": "wrong horse!"})),
        ("/sign-in/ask", "POST", "/api/sign-in/ask", json!({})),
        ("/sign-in/passkey", "POST", "/api/sign-in/passkey", json!({"question": "x", "answer": {}})),
        ("/sign-out", "POST", "/api/sign-out", json!({"not": "this"})),
        ("/emoji", "GET", "/api/emoji", none()),
        ("/rooms", "GET", "/api/rooms", none()),
        ("/rooms", "POST", "/api/rooms", json!({"access": "announcement", "name": "ROOM"})),
        ("/rooms/{room}/access", "GET", "/api/rooms/ROOM/access", none()),
        ("/rooms/{room}/roles", "POST", "/api/rooms/ROOM/roles", json!({"person": "ME", "role": "member"})),
        ("/rooms/{room}/retention", "POST", "/api/rooms/ROOM/retention", json!({"days": 1})),
        ("/rooms/{room}/invitations", "POST", "/api/rooms/ROOM/invitations", json!({})),
        ("/rooms/{room}/invitations/revoke", "POST", "/api/rooms/ROOM/invitations/revoke", json!({"id": "CODE"})),
        ("/rooms/{room}/messages", "GET", "/api/rooms/ROOM/messages", none()),
        ("/rooms/{room}/messages", "GET", "/api/rooms/ROOM/messages?around=2&limit=100", none()),
        ("/invitations/look", "POST", "/api/invitations/look", json!({"code": "CODE"})),
        ("/invitations/accept", "POST", "/api/invitations/accept", json!({"code": "CODE"})),
        ("/direct", "POST", "/api/direct", json!({"person": "nobody"})),
        ("/push", "GET", "/api/push", none()),
        ("/push/subscribe", "POST", "/api/push/subscribe", json!({})),
        ("/push/unsubscribe", "POST", "/api/push/unsubscribe", json!({"endpoint": "ID"})),
        ("/push/quiet", "POST", "/api/push/quiet", json!({"quiet": null})),
        ("/push/test", "POST", "/api/push/test", json!({})),
        ("/mentions", "GET", "/api/mentions", none()),
        ("/healthz", "GET", "/healthz", none()),
        ("/", "GET", "/", none()),
        ("/r/{room}", "GET", "/r/ROOM", none()),
        ("/r/{room}/{seq}", "GET", "/r/ROOM/2", none()),
        ("/sw.js", "GET", "/sw.js", none()),
        ("/{file}", "GET", "/ROOM", none()),
        // Tried by themselves, below.
        ("/ws", "", "", none()),
        ("/ws/v1", "", "", none()),
    ]
}

#[actix_web::test]
async fn nothing_of_a_private_room_reaches_an_outsider_by_any_route() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&Config { metrics: Some(([127, 0, 0, 1], 0).into()), ..config(&data) }, timing());
    let (owner, outsider) = (bearer(&server).await, bearer(&server).await);
    let me = id_of(&server, &outsider).await;
    let room = founded(&server, &owner).await;
    let mut inside = opened(&server, &owner, &room).await;
    inside.say(&json!({"type": "rename", "name": "Zebedee"})).await;
    says(&mut inside, &room, "1", &format!("the xylophone is ready, @{me}")).await;
    inside.say(&json!({"type": "post", "room": room, "key": "2", "text": "Marmalade", "mentions": [me]})).await;
    let mut service = PushService::start().await;
    let browser = service.browser("outsider");
    let (status, _) = post(&server, &outsider, "/api/push/subscribe", &browser.json).await;
    assert_eq!(status, 200);
    let code = invited(&server, &owner, &room, &json!({})).await["code"].as_str().unwrap().to_owned();
    let listed = access(&server, &owner, &room).await.1["invitations"][0]["id"].clone();
    let revoke = json!({"id": listed});
    assert_eq!(post(&server, &owner, &format!("/api/rooms/{room}/invitations/revoke"), &revoke).await.0, 200);

    let (owner_id, absent) = (id_of(&server, &owner).await, "private-aaaaaaaaaaaaaaaaaaaa");
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for (route, method, path, body) in tries() {
        tried.insert(route.to_owned());
        if method.is_empty() {
            continue;
        }
        let fill = |text: &str, room: &str| {
            text.replace("ROOM", room).replace("CODE", &code).replace("ID", &owner_id).replace("ME", &me)
        };
        let ask = async |room: &str| {
            let body = serde_json::from_str(&fill(&body.to_string(), room)).unwrap();
            let (status, text) = call(&server, &outsider, method, &fill(path, room), &body).await;
            (status, text.replace(room, "ROOM"))
        };
        let there = ask(&room).await;
        for secret in SECRETS {
            assert!(!there.1.contains(secret), "{method} {path} says {secret}: {}", there.1);
        }
        // And whether there is such a room at all.
        if path.contains("ROOM") || body.to_string().contains("ROOM") {
            assert_eq!(there, ask(absent).await, "{method} {path} tells it from one that is not there");
        }
    }
    assert_eq!(tried, routes(), "a route that nobody has tried from outside, or that is gone");

    // The sockets: whatever is asked of the room is answered as of one that is not there.
    let mut outside = Client::v1_with(&server, &outsider).await;
    let ask = async |client: &mut Client, frame: Value| {
        client.say(&frame).await;
        client.reply().await
    };
    for frame in [
        json!({"type": "open", "room": "ROOM"}),
        json!({"type": "open", "room": "ROOM", "after": {"epoch": "e", "seq": 1, "digest": "0".repeat(32)}}),
        json!({"type": "post", "room": "ROOM", "key": "k1", "text": "let me in"}),
        json!({"type": "edit", "room": "ROOM", "key": "k2", "target": 2, "text": "x"}),
        json!({"type": "delete", "room": "ROOM", "key": "k3", "target": 2}),
        json!({"type": "react", "room": "ROOM", "key": "k4", "target": 2, "emoji": "👍", "on": true}),
        json!({"type": "set_room", "room": "ROOM", "key": "k5", "title": "Mine"}),
        json!({"type": "read", "room": "ROOM", "seq": 2}),
        json!({"type": "set_level", "room": "ROOM", "level": "all"}),
    ] {
        let of = |room: &str| serde_json::from_str(&frame.to_string().replace("ROOM", room)).unwrap();
        let mut there = ask(&mut outside, of(&room)).await.to_string();
        let absent_there = ask(&mut outside, of(absent)).await.to_string();
        there = there.replace(&room, absent);
        assert_eq!(there, absent_there, "{frame}");
        assert!(there.contains("no_access"), "{frame}: {there}");
    }
    // These have no answer: the next one is that to the ping.
    outside.say(&json!({"type": "typing", "room": room})).await;
    outside.say(&json!({"type": "leave", "room": room})).await;
    outside.say(&json!({"type": "forget", "room": room})).await;
    says(&mut inside, &room, "3", "still xylophone").await;
    assert_eq!(ask(&mut outside, json!({"type": "ping", "n": 1})).await["rooms"], json!([]));
    assert_eq!(outside.rooms().await, json!([]));
    for room in [&*room, absent] {
        let mut plain = Client::connect(&server.ws(&format!("/ws?room={room}")), &[]).await.unwrap();
        assert_eq!(plain.closed().await.0, 1008, "{room}");
    }
    // Nothing that the outsider sent is in the log, and nobody saw them there.
    let (_, page) = call(&server, &owner, "GET", &format!("/api/rooms/{room}/messages"), &Value::Null).await;
    assert!(page.contains("still xylophone") && !page.contains("let me in"), "{page}");
    // The first push that they get, but for the test that they have asked for, is of a room that they may know of.
    outside.say(&json!({"type": "read", "room": "den", "seq": 0})).await;
    outside.signal("unread", |signal| signal["room"] == "den").await;
    inside.say(&json!({"type": "post", "room": "den", "key": "d", "text": "open", "mentions": [me]})).await;
    let numbers =
        reqwest::get(format!("http://{}/metrics", server.metrics.unwrap())).await.unwrap().text().await.unwrap();
    for secret in SECRETS.iter().chain(&[&*room, &*owner_id]) {
        assert!(!numbers.contains(*secret), "the metrics say {secret}");
    }
    let came = service.next().await;
    assert_eq!(browser.reads(&came)["room"], "");
    let came = service.next().await;
    assert_eq!(browser.reads(&came)["room"], "den");
}

#[actix_web::test]
async fn whoever_is_invited_comes_in_and_whoever_is_removed_hears_nothing_more() {
    let (server, _data) = spawn();
    let (owner, guest) = (bearer(&server).await, bearer(&server).await);
    let (owner_id, guest_id) = (id_of(&server, &owner).await, id_of(&server, &guest).await);
    let room = founded(&server, &owner).await;
    let mut inside = opened(&server, &owner, &room).await;
    let code = invited(&server, &owner, &room, &json!({"uses": 1})).await["code"].clone();
    let (status, shown) = post(&server, &guest, "/api/invitations/look", &json!({"code": code})).await;
    assert_eq!((status, &shown), (200, &json!({"title": "Quokka"})));
    assert_eq!(post(&server, &guest, "/api/invitations/accept", &json!({"code": code})).await.1["room"], room);
    assert_eq!(post(&server, &guest, "/api/invitations/accept", &json!({"code": code})).await.0, 403, "it was for one");
    let mut member = opened(&server, &guest, &room).await;
    says(&mut member, &room, "1", "hello").await;
    let (_, is) = access(&server, &guest, &room).await;
    assert_eq!(
        (&is["role"], &is["may"]["invite"], is["members"].as_array().unwrap().len()),
        (&json!("member"), &json!(false), 2)
    );
    // A member decides on nobody.
    let roles = format!("/api/rooms/{room}/roles");
    let promote = json!({"person": guest_id, "role": "owner"});
    assert_eq!(post(&server, &guest, &roles, &promote).await.1["code"], "not_allowed");
    let leave = json!({"person": owner_id, "role": null});
    assert_eq!(post(&server, &owner, &roles, &leave).await.1["code"], "last_owner");
    // From the event on by which they are removed, nothing more comes.
    assert_eq!(post(&server, &owner, &roles, &json!({"person": guest_id, "role": null})).await.0, 200);
    says(&mut inside, &room, "2", "now they are gone").await;
    let (heard, (code, _)) = member.until_closed().await;
    assert_eq!(code, 1013, "it may come back, and is then told");
    assert!(heard.iter().all(|frame| !frame.to_string().contains("now they are gone")), "{heard:?}");
    let mut again = Client::v1_with(&server, &guest).await;
    again.say(&json!({"type": "open", "room": room})).await;
    assert_eq!(again.reply().await["code"], "no_access");
    assert_eq!(again.rooms().await, json!([]), "it is in their list no longer");
    // A page that has read something there, and could not say so, hears of it.
    again.say(&json!({"type": "read", "room": room, "seq": 2})).await;
    again.signal("forgotten", |signal| signal["room"] == room).await;
    assert_eq!(access(&server, &guest, &room).await.0, 403);
    // Taken in again, they read what was said meanwhile.
    assert_eq!(post(&server, &owner, &roles, &json!({"person": guest_id, "role": "member"})).await.0, 200);
    again.signal("unread", |signal| signal["room"] == room).await;
    let back = opened(&server, &guest, &room).await;
    drop(back);
}

#[actix_web::test]
async fn invitations_end_by_time_use_and_revocation_and_with_the_role_of_who_invited() {
    let (server, _data) = spawn();
    let (owner, other) = (bearer(&server).await, bearer(&server).await);
    let other_id = id_of(&server, &other).await;
    let room = founded(&server, &owner).await;
    let late = invited(&server, &owner, &room, &json!({"lasts_ms": 1})).await["code"].clone();
    let roles = format!("/api/rooms/{room}/roles");
    assert_eq!(post(&server, &owner, &roles, &json!({"person": other_id, "role": "moderator"})).await.0, 200);
    let theirs = invited(&server, &other, &room, &json!({})).await["code"].clone();
    assert_eq!(post(&server, &owner, &roles, &json!({"person": other_id, "role": "member"})).await.0, 200);
    let guest = bearer(&server).await;
    for code in [late, theirs, json!("aaaa-aaaa-aaaa-aaaa")] {
        let (status, said) = post(&server, &guest, "/api/invitations/accept", &json!({"code": code})).await;
        assert_eq!((status, &said["code"]), (403, &json!("not_you")));
    }
    for bad in [json!({"uses": 0}), json!({"uses": 1_001}), json!({"lasts_ms": 0}), json!({"lasts_ms": u64::MAX})] {
        assert_eq!(post(&server, &owner, &format!("/api/rooms/{room}/invitations"), &bad).await.0, 400, "{bad}");
    }
    // Two who come at a time by one that is for one: one comes in.
    let code = invited(&server, &owner, &room, &json!({"uses": 1})).await["code"].clone();
    let (a, b) = (bearer(&server).await, bearer(&server).await);
    let ask = json!({"code": code});
    let (one, two) = tokio::join!(
        post(&server, &a, "/api/invitations/accept", &ask),
        post(&server, &b, "/api/invitations/accept", &ask)
    );
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}

#[actix_web::test]
async fn in_a_room_for_announcements_owners_post_and_all_read() {
    let (server, _data) = spawn();
    let (owner, reader) = (bearer(&server).await, bearer(&server).await);
    let ask = json!({"access": "announcement", "name": "news"});
    assert_eq!(post(&server, &owner, "/api/rooms", &ask).await.0, 200);
    assert_eq!(post(&server, &reader, "/api/rooms", &ask).await.1["code"], "not_empty");
    let lobby = json!({"access": "announcement", "name": "lobby"});
    assert_eq!(post(&server, &owner, "/api/rooms", &lobby).await.1["code"], "not_empty");
    let mut writes = opened(&server, &owner, "news").await;
    says(&mut writes, "news", "1", "hear, hear").await;
    let mut reads = opened(&server, &reader, "news").await;
    reads.say(&json!({"type": "post", "room": "news", "key": "1", "text": "me too"})).await;
    assert_eq!(reads.reply().await["code"], "not_allowed");
    reads.say(&json!({"type": "react", "room": "news", "key": "2", "target": 2, "emoji": "👍", "on": true})).await;
    assert_eq!(reads.reply().await["body"]["type"], "reacted");
    let mut plain = Client::connect(&server.ws("/ws?room=news"), &[]).await.unwrap();
    plain.say(&json!({"name": "x", "message": "me too"})).await;
    assert!(plain.json().await["message"].as_str().unwrap().starts_with("Not sent"));
    // What they are called and who is in them is no secret; who may do what is decided here all the same.
    assert_eq!(access(&server, &reader, "news").await.1["may"]["post"], false);
    assert_eq!(access(&server, &owner, "news").await.1["may"]["post"], true);
    // An owner takes back what others have written.
    let reader_id = id_of(&server, &reader).await;
    let roles = json!({"person": reader_id, "role": "moderator"});
    assert_eq!(post(&server, &owner, "/api/rooms/news/roles", &roles).await.0, 200);
    reads.say(&json!({"type": "delete", "room": "news", "key": "3", "target": 2})).await;
    loop {
        let frame = reads.reply().await;
        if frame["body"]["type"] == "deleted" {
            break;
        }
        assert_ne!(frame["type"], "refused", "{frame}");
    }
}

#[actix_web::test]
async fn two_people_have_one_private_room() {
    let (server, _data) = spawn();
    let (ann, bob) = (bearer(&server).await, bearer(&server).await);
    let (ann_id, bob_id) = (id_of(&server, &ann).await, id_of(&server, &bob).await);
    let (status, said) = post(&server, &ann, "/api/direct", &json!({"person": bob_id})).await;
    assert_eq!(status, 200, "{said}");
    let room = said["room"].as_str().unwrap();
    assert_eq!(post(&server, &bob, "/api/direct", &json!({"person": ann_id})).await.1["room"], room);
    let mut inside = opened(&server, &bob, room).await;
    says(&mut inside, room, "1", "hello").await;
    let third = bearer(&server).await;
    assert_eq!(access(&server, &third, room).await.0, 403);
    assert_eq!(post(&server, &ann, "/api/direct", &json!({"person": ann_id})).await.0, 400);
    // Whoever has left it may come back, and is brought back by the other; with all that was said.
    let head = async || access(&server, &ann, room).await.1["members"].as_array().map_or(0, Vec::len);
    assert_eq!(head().await, 2);
    for back in [&bob, &ann] {
        let leaves = json!({"person": bob_id, "role": null});
        assert_eq!(post(&server, &bob, &format!("/api/rooms/{room}/roles"), &leaves).await.0, 200);
        assert_eq!((access(&server, &bob, room).await.0, head().await), (403, 1));
        let other = if back == &bob { &ann_id } else { &bob_id };
        assert_eq!(post(&server, back, "/api/direct", &json!({"person": other})).await.1["room"], room);
        assert_eq!((access(&server, &bob, room).await.0, head().await), (200, 2));
    }
    let mut again = Client::v1_with(&server, &bob).await;
    assert!(again.rooms().await.to_string().contains(room), "it is in his list again");
    assert!(again.open(room).await.to_string().contains("hello"));
}

#[actix_web::test]
async fn who_is_in_a_room_is_folded_from_its_log() {
    let (server, data) = spawn();
    let (owner, other) = (bearer(&server).await, bearer(&server).await);
    let other_id = id_of(&server, &other).await;
    let room = founded(&server, &owner).await;
    let roles = format!("/api/rooms/{room}/roles");
    for role in ["member", "moderator"] {
        assert_eq!(post(&server, &owner, &roles, &json!({"person": other_id, "role": role})).await.0, 200);
    }
    let before = access(&server, &other, &room).await;
    server.stop().await;
    // Dropped and folded again.
    let mut store = backend::log::SqliteStore::open(data.path(), "unused").unwrap();
    store.refold().unwrap();
    drop(store);
    let server = start(&config(&data), timing());
    assert_eq!(access(&server, &other, &room).await, before);
}
