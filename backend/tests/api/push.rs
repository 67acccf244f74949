//! Push: who is told, of what, and who is not; and what cannot be subscribed.

use serde_json::{Value, json};

use crate::{
    client::{Client, bearer},
    push_service::PushService,
    server::{Server, config, spawn, start, timing},
};

/// A person with a browser that is told by push, and their id.
struct Person {
    token: String,
    client: Client,
    id: Value,
}

impl Person {
    async fn come(server: &Server) -> Self {
        let token = bearer(server).await;
        let bearer = format!("Bearer {token}");
        let mut client = Client::connect(&server.ws("/ws/v1"), &[("authorization", &bearer)]).await.unwrap();
        let id = client.json().await["you"]["id"].clone();
        Self { token, client, id }
    }

    /// Visits a room, and waits until the server knows.
    async fn visit(&mut self, room: &str, level: &str) {
        self.client.say(&json!({"type": "set_level", "room": room, "level": level})).await;
        self.client.signal("unread", |signal| signal["room"] == room).await;
    }

    async fn says(&mut self, room: &str, text: &str, mentions: &[&Value]) -> u64 {
        let post = json!({"type": "post", "room": room, "key": text, "text": text, "mentions": mentions});
        self.client.say(&post).await;
        self.client.next_of("settled").await["seq"].as_u64().unwrap()
    }

    async fn posts(&self, server: &Server, path: &str, body: &Value) -> (u16, Value) {
        let request = reqwest::Client::new().post(server.http(&format!("/api/push/{path}")));
        let answer = request.bearer_auth(&self.token).json(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn state(&self, server: &Server) -> Value {
        let request = reqwest::Client::new().get(server.http("/api/push")).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }
}

#[actix_web::test]
async fn who_has_not_read_it_is_told_once_and_only_their_browser_can_read_it() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let (mut ada, mut bob) = (Person::come(&server).await, Person::come(&server).await);
    ada.visit("den", "all").await;
    let browser = service.browser("ada");
    assert_eq!(ada.posts(&server, "subscribe", &browser.json).await, (200, json!({})));
    bob.says("den", "one", &[]).await;
    let last = bob.says("den", "**two** `code`", &[]).await;
    let came = service.next().await;
    let told = json!({
        "room": "den", "title": "", "seq": last, "name": "Anonymous", "text": "two code", "count": 2
    });
    assert_eq!((came.to.as_str(), browser.reads(&came)), ("ada", told));
    for (name, value) in [("ttl", "86400"), ("content-encoding", "aes128gcm"), ("urgency", "normal")] {
        assert_eq!(came.headers[name], value, "{name}");
    }
    assert!(came.headers["authorization"].starts_with("vapid t="));
    let topic = &came.headers["topic"];
    assert!(topic.len() <= 32 && !topic.contains("den"), "{topic}");
    // What was told of is not told of again; what comes later is.
    let next = bob.says("den", "three", &[]).await;
    let came = service.next().await;
    assert_eq!((browser.reads(&came)["seq"].as_u64(), &browser.reads(&came)["count"]), (Some(next), &json!(3)));
    assert_eq!(&came.headers["topic"], topic, "the newer one takes the place of the older");
}

#[actix_web::test]
async fn who_has_read_it_or_wrote_it_or_does_not_want_it_is_not_told() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let names = ["reads", "mutes", "mentioned", "unmentioned", "quiet", "never", "all"];
    let mut people = Vec::new();
    for name in names {
        let mut person = Person::come(&server).await;
        let level = match name {
            "mutes" => "nothing",
            "mentioned" | "unmentioned" => "mentions",
            _ => "all",
        };
        if name != "never" {
            person.visit("den", level).await;
        }
        assert_eq!(person.posts(&server, "subscribe", &service.browser(name).json).await.0, 200);
        people.push(person);
    }
    // All day but for a minute, which is not now.
    let minute = |ago: u64| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        (now.as_secs() / 60 + 1_440 - ago) % 1_440
    };
    let all_day = json!({"quiet": {"begins": minute(59), "ends": minute(60), "ahead": 0}});
    assert_eq!(people[4].posts(&server, "quiet", &all_day).await.0, 200);
    let mut author = Person::come(&server).await;
    author.visit("den", "all").await;
    assert_eq!(author.posts(&server, "subscribe", &service.browser("author").json).await.0, 200);
    let mentioned = [&people[2].id, &people[1].id];
    let seq = author.says("den", "hello", &mentioned).await;
    people[0].client.say(&json!({"type": "read", "room": "den", "seq": seq})).await;
    people[0].client.signal("unread", |signal| signal["read"] == seq).await;
    let mut told = vec![service.next().await.to, service.next().await.to];
    told.sort();
    assert_eq!(told, ["all", "mentioned"]);
    // Whatever else there was would have come before this.
    for (person, name) in people.iter().zip(names) {
        assert_eq!(person.posts(&server, "test", &json!({})).await, (200, json!({"taken": 1, "gone": 0, "failed": 0})));
        assert_eq!(service.next().await.to, name);
    }
}

#[actix_web::test]
async fn what_was_deleted_meanwhile_is_not_told() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let (mut ada, mut bob) = (Person::come(&server).await, Person::come(&server).await);
    ada.visit("den", "all").await;
    ada.visit("cellar", "all").await;
    let browser = service.browser("ada");
    ada.posts(&server, "subscribe", &browser.json).await;
    let slip = bob.says("den", "a slip", &[]).await;
    bob.client.say(&json!({"type": "delete", "room": "den", "key": "d", "target": slip})).await;
    bob.client.next_of("settled").await;
    bob.says("cellar", "meant", &[]).await;
    assert_eq!(browser.reads(&service.next().await)["text"], "meant");
}

#[actix_web::test]
async fn a_browser_that_is_gone_is_forgotten_and_a_stalled_service_holds_nobody_up() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let mut bob = Person::come(&server).await;
    let mut ada = Person::come(&server).await;
    ada.visit("den", "all").await;
    for browser in ["gone", "stalled", "good"] {
        ada.posts(&server, "subscribe", &service.browser(browser).json).await;
    }
    assert_eq!(ada.state(&server).await["subscriptions"], 3);
    service.answer("gone", "410 Gone");
    service.answer("stalled", "");
    bob.says("den", "one", &[]).await;
    let mut told = vec![service.next().await.to, service.next().await.to, service.next().await.to];
    told.sort();
    assert_eq!(told, ["gone", "good", "stalled"]);
    let forgotten = async {
        while ada.state(&server).await["subscriptions"] != 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::server::LONG, forgotten).await.expect("it is forgotten");
    bob.says("den", "two", &[]).await;
    assert!(["good", "stalled"].contains(&service.next().await.to.as_str()));
}

#[actix_web::test]
async fn what_could_not_be_sent_is_looked_up_again_before_it_is_tried_again() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let mut bob = Person::come(&server).await;
    let (mut ada, mut eve) = (Person::come(&server).await, Person::come(&server).await);
    let browsers = [service.browser("ada"), service.browser("eve")];
    for (person, browser) in [&mut ada, &mut eve].into_iter().zip(&browsers) {
        person.visit("den", "all").await;
        person.posts(&server, "subscribe", &browser.json).await;
    }
    service.answer("ada", "503 Service Unavailable");
    service.answer("eve", "503 Service Unavailable");
    let first = bob.says("den", "first", &[]).await;
    let mut told = vec![service.next().await.to, service.next().await.to];
    told.sort();
    assert_eq!(told, ["ada", "eve"]);
    // Ada reads it elsewhere; Eve does not, and there is more for her.
    ada.client.say(&json!({"type": "read", "room": "den", "seq": first})).await;
    ada.client.signal("unread", |signal| signal["read"] == first).await;
    eve.visit("den", "mentions").await;
    let second = bob.says("den", "second", &[&eve.id]).await;
    ada.client.say(&json!({"type": "read", "room": "den", "seq": second})).await;
    let came = service.next().await;
    assert_eq!(came.to, "eve");
    let told = browsers[1].reads(&came);
    assert_eq!((told["seq"].as_u64(), &told["text"], &told["count"]), (Some(second), &json!("second"), &json!(1)));
}

#[actix_web::test]
async fn a_person_whose_browsers_stall_holds_up_nobody_else_and_each_is_told_of_one_thing_at_a_time() {
    let (server, _data) = spawn();
    let mut service = PushService::start().await;
    let mut bob = Person::come(&server).await;
    let mut evil = Person::come(&server).await;
    evil.visit("den", "all").await;
    for n in 0..20 {
        let name = format!("stalled{n}");
        evil.posts(&server, "subscribe", &service.browser(&name).json).await;
        service.answer(&format!("stalled{n}"), "");
    }
    let mut good = Vec::new();
    for n in 0..5 {
        let mut person = Person::come(&server).await;
        person.visit("den", "all").await;
        person.posts(&server, "subscribe", &service.browser(&format!("good{n}")).json).await;
        good.push(person);
    }
    for round in 0..2 {
        bob.says("den", &format!("round {round}"), &[]).await;
        let (mut told, mut stalled) = (0, 0);
        while told < good.len() {
            let is_good = service.next().await.to.starts_with("good");
            *if is_good { &mut told } else { &mut stalled } += 1;
        }
        assert!(stalled <= 4, "{stalled} of one person in round {round}");
    }
}

#[actix_web::test]
async fn keys_subscriptions_and_quiet_hours_outlive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&config(&data), timing());
    let service = PushService::start().await;
    let ada = Person::come(&server).await;
    let quiet = json!({"begins": 1_320, "ends": 420, "ahead": 60});
    assert_eq!(ada.posts(&server, "quiet", &json!({"quiet": quiet})).await.0, 200);
    assert_eq!(ada.posts(&server, "subscribe", &service.browser("ada").json).await.0, 200);
    let before = ada.state(&server).await;
    assert_eq!((&before["subscriptions"], &before["quiet"]), (&json!(1), &quiet));
    assert_eq!(before["key"].as_str().unwrap().len(), 87, "an uncompressed point");
    server.stop().await;
    let server = start(&config(&data), timing());
    assert_eq!(ada.state(&server).await, before);
    assert_eq!(
        ada.posts(&server, "unsubscribe", &json!({"endpoint": service.browser("ada").json["endpoint"]})).await.0,
        200
    );
    assert_eq!(ada.posts(&server, "quiet", &json!({"quiet": null})).await.0, 200);
    let after = ada.state(&server).await;
    assert_eq!((&after["subscriptions"], &after["quiet"]), (&json!(0), &Value::Null));
}

#[actix_web::test]
async fn a_subscription_that_is_none_is_refused_and_a_flood_keeps_the_newest() {
    let (server, _data) = spawn();
    let service = PushService::start().await;
    let ada = Person::come(&server).await;
    let good = service.browser("ada").json;
    let with = |path: &str, value: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        bad
    };
    let private = [
        "https://10.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "http://push.example.org/x",
        "https://printer/x",
    ];
    let mut bad: Vec<Value> = private.iter().map(|endpoint| with("/endpoint", json!(endpoint))).collect();
    bad.extend([
        with("/keys/p256dh", json!("AAAA")),
        with("/keys/p256dh", json!("not base64!")),
        with("/keys/auth", json!("AAAA")),
        with("/keys", json!({})),
        json!({}),
        json!([]),
    ]);
    for bad in bad {
        let (status, answer) = ada.posts(&server, "subscribe", &bad).await;
        assert_eq!(status, 400, "{bad}");
        assert!(answer["message"].as_str().unwrap().ends_with('.'), "{answer}");
    }
    for (begins, ends, ahead) in [(1_440, 0, 0), (0, 1_440, 0), (0, 0, 841)] {
        let quiet = json!({"quiet": {"begins": begins, "ends": ends, "ahead": ahead}});
        assert_eq!(ada.posts(&server, "quiet", &quiet).await.0, 400);
    }
    let huge = with("/endpoint", json!("x".repeat(10_000)));
    assert_eq!(ada.posts(&server, "subscribe", &huge).await.0, 413);
    assert_eq!(ada.state(&server).await["subscriptions"], 0);
    for n in 0..25 {
        assert_eq!(ada.posts(&server, "subscribe", &service.browser(&format!("b{n}")).json).await.0, 200);
    }
    assert_eq!(ada.state(&server).await["subscriptions"], 20);
    // From elsewhere, or without a session, nothing is changed.
    let request = reqwest::Client::new().post(server.http("/api/push/subscribe")).json(&good);
    assert_eq!(request.try_clone().unwrap().send().await.unwrap().status(), 401);
    let elsewhere = request.bearer_auth(&ada.token).header("origin", "https://evil.example");
    assert_eq!(elsewhere.send().await.unwrap().status(), 403);
}
