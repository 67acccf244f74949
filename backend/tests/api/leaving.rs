//! What is taken out again while the server runs: whoever leaves is forgotten everywhere, and rooms drop what is old.

use backend::{
    config::Config,
    log::{Appender, Command, Draft, Governance, Governing, Line, SqliteStore, system_salts},
    records::Token,
};
use serde_json::{Value, json};
use shared::{Access, Author, ClientKey, Days, MessageText, Millis, PersonId, PersonName, RoomName};

use crate::{
    client::{Client, bearer},
    server::{Server, config, spawn, start, timing},
};

async fn post(server: &Server, token: &str, path: &str, body: &Value) -> (u16, Value) {
    let response = reqwest::Client::new().post(server.http(path)).bearer_auth(token).json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn get(server: &Server, token: &str, path: &str) -> String {
    let response = reqwest::Client::new().get(server.http(path)).bearer_auth(token).send().await.unwrap();
    response.text().await.unwrap()
}

/// Somebody who has claimed a name with a password: their token, and their id.
async fn claimed(server: &Server, name: &str) -> (String, String) {
    let guest = bearer(server).await;
    let asked = json!({"name": name, "password": "correct horse"});
    let (status, said) = post(server, &guest, "/api/account/password", &asked).await;
    assert_eq!(status, 200, "{said}");
    (said["token"].as_str().unwrap().to_owned(), said["you"]["id"].as_str().unwrap().to_owned())
}

/// Says something, and gives its seq.
async fn says(client: &mut Client, room: &str, key: &str, text: &str) -> u64 {
    client.post(room, key, text).await;
    event(client, |frame| frame["key"] == key).await["seq"].as_u64().unwrap()
}

/// The next event that fits.
async fn event(client: &mut Client, fits: impl Fn(&Value) -> bool) -> Value {
    loop {
        let event = client.next_of("event").await;
        if fits(&event) {
            return event;
        }
    }
}

fn is(kind: &'static str) -> impl Fn(&Value) -> bool {
    move |event| event["body"]["type"] == kind
}

/// A log has nothing against it.
fn check(data: &tempfile::TempDir) {
    let checked = backend::upkeep::check(data.path(), None, &backend::upkeep::Job::begin(|_| {})).unwrap();
    assert_eq!(checked.faults, 0);
}

#[actix_web::test]
async fn whoever_leaves_is_forgotten_wherever_they_were() {
    let (server, data) = spawn();
    let ((token, id), (other, _)) = (claimed(&server, "Quokka").await, claimed(&server, "Bob").await);
    let (_, said) = post(&server, &token, "/api/direct", &json!({"person": other_id(&server, &other).await})).await;
    let direct = said["room"].as_str().unwrap().to_owned();
    let (mut ada, mut bob) = (Client::v1_with(&server, &token).await, Client::v1_with(&server, &other).await);
    for room in ["den", &direct] {
        ada.open(room).await;
        bob.open(room).await;
        says(&mut ada, room, "1", "what I have said").await;
    }
    let seq = says(&mut bob, "den", "b", "of Bob").await;
    ada.say(&json!({"type": "react", "room": "den", "key": "2", "target": seq, "emoji": "👍", "on": true})).await;
    event(&mut ada, is("reacted")).await;
    let leave = json!({"texts": "stay", "password": "correct horse"});
    // Not without the password, by no wrong one, and not half.
    assert_eq!(post(&server, &token, "/api/account/leave", &json!({"texts": "stay"})).await.0, 403);
    let wrong = json!({"texts": "stay", "password": "wrong horse!"});
    assert_eq!(post(&server, &token, "/api/account/leave", &wrong).await.0, 403);
    assert_eq!(post(&server, &token, "/api/account/leave", &json!({"password": "correct horse"})).await.0, 400);
    assert!(get(&server, &other, "/api/rooms/den/messages").await.contains("Quokka"));
    assert_eq!(post(&server, &token, "/api/account/leave", &leave).await.0, 200);
    assert_eq!(ada.closed().await.0, 4001);
    // In every room whoever follows hears of it, after whatever was said before.
    for _ in ["den", &direct] {
        let forgotten = event(&mut bob, is("forgotten")).await;
        assert_eq!(forgotten["by"], json!({"id": id, "name": "Anonymous"}));
    }
    let mut pages = vec!["/api/rooms/den/messages".to_owned(), format!("/api/rooms/{direct}/messages")];
    if backend::http::Page::is_built() {
        pages.push("/r/den".to_owned());
    }
    for page in pages {
        let shown = get(&server, &other, &page).await;
        assert!(shown.contains("what I have said") && !shown.contains("Quokka"), "{page}: {shown}");
    }
    let access: Value =
        serde_json::from_str(&get(&server, &other, &format!("/api/rooms/{direct}/access")).await).unwrap();
    assert_eq!(access["members"].as_array().unwrap().len(), 1, "{access}");
    let opened = Client::v1_with(&server, &other).await.open_after("den", &epoch(&mut bob).await, 0).await;
    assert_eq!(opened.get("snapshot"), None);
    assert_eq!(post(&server, &token, "/api/account/codes", &json!({})).await.0, 401);
    let sign_in = json!({"name": "Quokka", "password": "correct horse"});
    let answer = reqwest::Client::new().post(server.http("/api/sign-in")).json(&sign_in).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    let (_, heir) = claimed(&server, "Quokka").await;
    assert_ne!(heir, id, "the name is free, and somebody else's");
    server.stop().await;
    check(&data);
}

async fn other_id(server: &Server, token: &str) -> String {
    let account: Value = serde_json::from_str(&get(server, token, "/api/account").await).unwrap();
    account["you"]["id"].as_str().unwrap().to_owned()
}

async fn epoch(client: &mut Client) -> Value {
    client.open("den").await["epoch"].clone()
}

#[actix_web::test]
async fn what_somebody_wrote_goes_with_them_where_they_want_that() {
    const MESSAGES: usize = 1_050;
    let (server, data) = spawn();
    let token = bearer(&server).await;
    let mut ada = Client::v1_with(&server, &token).await;
    for n in 0..MESSAGES {
        ada.post("den", &n.to_string(), &format!("xylophone {n}")).await;
        assert_eq!(ada.reply().await["type"], "settled");
    }
    let mut bob = Client::v1(&server).await;
    bob.open("den").await;
    // A guest has no password, and may go all the same.
    assert_eq!(post(&server, &token, "/api/account/leave", &json!({"texts": "go"})).await.0, 200);
    for _ in 0..MESSAGES {
        event(&mut bob, is("deleted")).await;
    }
    let mut late = Client::v1(&server).await;
    let opened = late.open("den").await;
    assert!(!opened.to_string().contains("xylophone"));
    server.stop().await;
    check(&data);
    let files = std::fs::read_dir(data.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let there = files.filter(|file| file.windows(9).any(|part| part == b"xylophone")).count();
    assert_eq!(there, 0, "not in any file");
}

/// A log of some old messages in a room, of which `owner` is the owner, where it is founded.
fn fill(data: &tempfile::TempDir, room: &str, owner: &PersonId, found: bool) {
    let mut appender = Appender::new(SqliteStore::open(data.path(), "filled").unwrap(), system_salts());
    let room = RoomName::parse(room).unwrap();
    let by = Author { id: owner.clone(), name: PersonName::parse("Ada").unwrap(), plain: false };
    let key = |n: u64| ClientKey::parse(&n.to_string()).unwrap();
    let mut commands = Vec::new();
    if found {
        let change = Governance::Found(Access::Announcement);
        let governing = Governing { room: room.clone(), by: by.clone(), key: key(0), change, remember: None };
        commands.push(Command::Govern(Box::new(governing)));
    }
    commands.extend((1..=60).map(|n| {
        let text = MessageText::parse(&format!("old {n}")).unwrap();
        let command = shared::Command::Post { text, reply_to: None, mentions: Vec::new() };
        let (room, by) = (room.clone(), by.clone());
        Command::Append(Draft { room, by, key: key(n), command, of: None, remember: None, line: Line::default() })
    }));
    let (_, answers) = appender.append(&commands, Millis(1));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    appender.close();
}

#[actix_web::test]
async fn a_public_room_drops_what_is_older_than_the_host_keeps() {
    let data = tempfile::tempdir().unwrap();
    fill(&data, "den", &PersonId::parse("p").unwrap(), false);
    let server = start(&Config { retention_days: Days::new(30), ..config(&data) }, timing());
    let mut bob = Client::v1(&server).await;
    // It is done at the start, before or after this.
    let opened = bob.open("den").await;
    if opened["head"] == 60 {
        assert_eq!(event(&mut bob, is("dropped")).await["body"]["target"], 61);
    }
    let mut late = Client::v1(&server).await;
    let opened = late.open_after("den", &json!("filled"), 20).await;
    assert_eq!((&opened["reset"], &opened["first"], &opened["head"]), (&json!("too_far"), &json!(61), &json!(61)));
    assert_eq!(opened["snapshot"]["messages"], json!([]));
    let page = get(&server, &bearer(&server).await, "/api/rooms/den/messages?around=20").await;
    assert!(!page.contains("old"), "{page}");
    says(&mut bob, "den", "1", "young").await;
    let near = Client::v1(&server).await.open_after("den", &json!("filled"), 60).await;
    assert_eq!((near.get("reset"), near.get("snapshot")), (None, None), "a cursor at its beginning is good");
    let access: Value =
        serde_json::from_str(&get(&server, &bearer(&server).await, "/api/rooms/den/access").await).unwrap();
    assert_eq!((&access["retention_days"], &access["may"]["retain"]), (&json!(30), &json!(false)));
    server.stop().await;
    check(&data);
}

#[actix_web::test]
async fn an_owner_says_for_how_long_a_room_keeps_and_whoever_is_there_drops_the_rest() {
    let data = tempfile::tempdir().unwrap();
    let token = Token::random().unwrap();
    fill(&data, "news", &token.person(), true);
    let server = start(&config(&data), timing());
    let other = bearer(&server).await;
    let mut bob = Client::v1_with(&server, &other).await;
    assert_eq!(bob.open("news").await["snapshot"]["messages"].as_array().unwrap().len(), 50);
    let path = "/api/rooms/news/retention";
    assert_eq!(post(&server, &other, path, &json!({"days": 1})).await.1["code"], "not_allowed");
    for bad in [json!({"days": 0}), json!({"days": -1}), json!({"days": 70_000}), json!({"days": "1"})] {
        assert_eq!(post(&server, token.reveal(), path, &bad).await.0, 400, "{bad}");
    }
    assert_eq!(post(&server, token.reveal(), path, &json!({"days": 7})).await.0, 200);
    assert_eq!(event(&mut bob, is("room_retention_set")).await["body"]["days"], 7);
    let dropped = event(&mut bob, is("dropped")).await;
    assert_eq!((&dropped["body"]["target"], &dropped["by"]["name"]), (&json!(62), &json!("Warren")));
    let access: Value = serde_json::from_str(&get(&server, token.reveal(), "/api/rooms/news/access").await).unwrap();
    assert_eq!(
        (&access["retention_days"], &access["role"]),
        (&json!(7), &json!("owner")),
        "who owns it is not dropped"
    );
    assert_eq!(post(&server, token.reveal(), path, &json!({"days": null})).await.0, 200);
    server.stop().await;
    check(&data);
}
