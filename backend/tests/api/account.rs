//! Who keeps who they are: claiming, signing in elsewhere, sessions that end, names that are nobody else's.

use backend::config::Config;
use serde_json::{Value, json};

use crate::{
    client::{Client, bearer},
    server::{Server, config, spawn, start, timing},
};

/// Asks for a change, as a program that holds this token.
async fn change(server: &Server, token: &str, path: &str, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().post(server.http(path)).bearer_auth(token).json(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// Signs in as somebody without a session.
async fn sign_in(server: &Server, body: &Value) -> (u16, Value) {
    let response = reqwest::Client::new().post(server.http("/api/sign-in")).json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn account(server: &Server, token: &str) -> Value {
    let request = reqwest::Client::new().get(server.http("/api/account")).bearer_auth(token);
    request.send().await.unwrap().json().await.unwrap()
}

/// A guest who has claimed a name with a password: their new token, what they were told, and who they were before.
async fn claimed(server: &Server, name: &str) -> (String, Value, Value) {
    let guest = bearer(server).await;
    let you = account(server, &guest).await["you"].clone();
    let (status, said) =
        change(server, &guest, "/api/account/password", &json!({"name": name, "password": "correct horse"})).await;
    assert_eq!(status, 200, "{said}");
    (said["token"].as_str().unwrap().to_owned(), said, you)
}

#[actix_web::test]
async fn a_guest_claims_their_name_and_stays_who_they_are() {
    let (server, data) = spawn();
    let guest = bearer(&server).await;
    let mut client = Client::v1_with(&server, &guest).await;
    client.say(&json!({"type": "read", "room": "den", "seq": 0})).await;
    client.signal("unread", |_| true).await;
    let before = account(&server, &guest).await;
    assert_eq!((&before["claimed"], &before["sessions"][0]["current"]), (&json!(false), &json!(true)));
    let asked = json!({"name": "Ann", "password": "correct horse"});
    let (status, said) = change(&server, &guest, "/api/account/password", &asked).await;
    assert_eq!((status, &said["you"]["name"], &said["you"]["id"]), (200, &json!("Ann"), &before["you"]["id"]));
    assert_eq!(said["codes"].as_array().unwrap().len(), 8);
    // The token is another one. Whoever is connected by the first is told so.
    assert_eq!(client.closed().await.0, 4001);
    assert_eq!(change(&server, &guest, "/api/account/codes", &json!({})).await.0, 401);
    let token = said["token"].as_str().unwrap();
    let mut again = Client::v1_with(&server, token).await;
    assert_eq!(again.rooms().await[0]["room"], "den", "the rooms are kept");
    // And all of it after a restart.
    drop(again);
    server.stop().await;
    let server = start(&config(&data), timing());
    let after = account(&server, token).await;
    assert_eq!((&after["you"], &after["claimed"], &after["codes"]), (&said["you"], &json!(true), &json!(8)));
    assert_eq!(change(&server, &guest, "/api/account/codes", &json!({})).await.0, 401, "it has ended for good");
    let other = bearer(&server).await;
    let taken = json!({"name": "Аnn", "password": "correct horse"});
    assert_eq!(change(&server, &other, "/api/account/password", &taken).await.1["code"], "name_taken");
}

#[actix_web::test]
async fn with_name_and_password_one_is_the_same_person_elsewhere() {
    let (server, _data) = spawn();
    let (token, _, you) = claimed(&server, "Ann").await;
    let good = json!({"kind": "bearer", "name": " ann ", "password": "correct horse"});
    let (status, said) = sign_in(&server, &good).await;
    assert_eq!((status, &said["you"]["id"]), (200, &you["id"]));
    let elsewhere = said["token"].as_str().unwrap();
    assert_ne!(elsewhere, token);
    assert_eq!(account(&server, elsewhere).await["sessions"].as_array().unwrap().len(), 2);
    // Whatever is wrong is answered in the same way.
    let (_, wrong) = sign_in(&server, &json!({"name": "Ann", "password": "correct hors"})).await;
    for other in [
        json!({"name": "Nobody", "password": "correct horse"}),
        json!({"name": "Ann", "code": "aaaa-aaaa-aaaa-aaaa"}),
        json!({"name": "Nobody", "code": "aaaa-aaaa-aaaa-aaaa"}),
        json!({"link": "aaaa-aaaa"}),
    ] {
        let (status, said) = sign_in(&server, &other).await;
        assert_eq!((status, &said), (403, &wrong), "{other}");
    }
    for bad in [json!({}), json!({"name": "Ann"}), json!({"name": "Ann", "password": "a", "code": "b"}), json!([])] {
        assert_eq!(sign_in(&server, &bad).await.0, 400, "{bad}");
    }
}

#[actix_web::test]
async fn a_password_is_changed_by_who_knows_it() {
    let (server, _data) = spawn();
    let (token, _, _) = claimed(&server, "Ann").await;
    let path = "/api/account/password";
    let new = json!({"password": "another horse"});
    assert_eq!(change(&server, &token, path, &new).await.0, 403);
    let wrong = json!({"password": "another horse", "current": "wrong horse!"});
    assert_eq!(change(&server, &token, path, &wrong).await.0, 403);
    let short = json!({"password": "short", "current": "correct horse"});
    assert_eq!(change(&server, &token, path, &short).await.1["code"], "bad_password");
    let right = json!({"password": "another horse", "current": "correct horse"});
    assert_eq!(change(&server, &token, path, &right).await.0, 200);
    assert_eq!(sign_in(&server, &json!({"name": "Ann", "password": "correct horse"})).await.0, 403);
    assert_eq!(sign_in(&server, &json!({"name": "Ann", "password": "another horse"})).await.0, 200);
}

#[actix_web::test]
async fn a_recovery_code_is_good_once() {
    let (server, _data) = spawn();
    let (token, said, you) = claimed(&server, "Ann").await;
    let code = said["codes"][0].as_str().unwrap().to_uppercase();
    let ask = json!({"kind": "bearer", "name": "Ann", "code": code});
    let (one, other) = tokio::join!(sign_in(&server, &ask), sign_in(&server, &ask));
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "also where it comes twice at a time");
    let good = if one.0 == 200 { one.1 } else { other.1 };
    assert_eq!(good["you"]["id"], you["id"]);
    assert_eq!(account(&server, &token).await["codes"], 7);
    let old = said["codes"][1].as_str().unwrap();
    assert_eq!(change(&server, &token, "/api/account/codes", &json!({})).await.0, 200);
    assert_eq!(sign_in(&server, &json!({"name": "Ann", "code": old})).await.0, 403, "others took their place");
}

#[actix_web::test]
async fn whoever_fails_often_waits_and_others_do_not() {
    let data = tempfile::tempdir().unwrap();
    let server = start(&Config { no_limits: false, ..config(&data) }, timing());
    for name in ["Ann", "Bob"] {
        claimed(&server, name).await;
    }
    let wrong = json!({"name": "Ann", "password": "wrong horse!"});
    for _ in 0..5 {
        assert_eq!(sign_in(&server, &wrong).await.0, 403);
    }
    let response = reqwest::Client::new().post(server.http("/api/sign-in")).json(&wrong).send().await.unwrap();
    assert_eq!(response.status(), 429);
    assert!(response.headers()["retry-after"].to_str().unwrap().parse::<u32>().unwrap() <= 31);
    let right = json!({"name": "Ann", "password": "correct horse"});
    assert_eq!(sign_in(&server, &right).await.0, 429, "nobody learns by that whether it is right");
    assert_eq!(sign_in(&server, &json!({"name": "Bob", "password": "correct horse"})).await.0, 200);
}

#[actix_web::test]
async fn another_device_is_linked_by_a_code_that_is_good_once() {
    let (server, _data) = spawn();
    // A guest of whom nothing is kept yet.
    let guest = bearer(&server).await;
    let you = account(&server, &guest).await["you"].clone();
    let (status, link) = change(&server, &guest, "/api/account/link", &json!({})).await;
    assert_eq!((status, link["lasts_ms"].as_u64()), (200, Some(120_000)));
    let ask = json!({"kind": "bearer", "link": link["code"]});
    let (status, said) = sign_in(&server, &ask).await;
    assert_eq!((status, &said["you"]), (200, &you));
    assert_eq!(sign_in(&server, &ask).await.0, 403);
    let listed = account(&server, &guest).await["sessions"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
}

#[actix_web::test]
async fn a_session_is_ended_from_another_and_its_sockets_are_closed() {
    let (server, _data) = spawn();
    let (token, _, _) = claimed(&server, "Ann").await;
    let ask = json!({"kind": "bearer", "name": "Ann", "password": "correct horse"});
    let stolen = sign_in(&server, &ask).await.1["token"].as_str().unwrap().to_owned();
    let mut here = Client::v1_with(&server, &token).await;
    let mut there = Client::v1_with(&server, &stolen).await;
    let sessions = account(&server, &token).await["sessions"].clone();
    let theirs = sessions.as_array().unwrap().iter().find(|session| session["current"] == false).unwrap();
    let (status, said) = change(&server, &token, "/api/account/sessions/end", &json!({"id": theirs["id"]})).await;
    assert_eq!((status, &said["ended"]), (200, &json!(1)));
    assert_eq!(there.closed().await.0, 4001);
    assert_eq!(change(&server, &stolen, "/api/account/codes", &json!({})).await.0, 401);
    let refused = Client::connect(&server.ws("/ws/v1"), &[("authorization", &format!("Bearer {stolen}"))]).await;
    assert_eq!(refused.unwrap().closed().await.0, 4001);
    here.say(&json!({"type": "ping", "n": 7})).await;
    assert_eq!(here.next_of("pong").await["n"], 7, "the other one goes on");
    // Nobody ends sessions of others.
    let other = bearer(&server).await;
    let mine = account(&server, &token).await["sessions"][0]["id"].clone();
    assert_eq!(change(&server, &other, "/api/account/sessions/end", &json!({"id": mine})).await.1["ended"], 0);
    let third = sign_in(&server, &ask).await.1["token"].as_str().unwrap().to_owned();
    assert_eq!(change(&server, &token, "/api/account/sessions/end", &json!({"others": true})).await.1["ended"], 1);
    assert_eq!(change(&server, &third, "/api/account/codes", &json!({})).await.0, 401);
}

#[actix_web::test]
async fn signing_out_ends_the_session_and_empties_the_browser() {
    let (server, _data) = spawn();
    let (token, _, _) = claimed(&server, "Ann").await;
    let mut client = Client::v1_with(&server, &token).await;
    let request = reqwest::Client::new()
        .post(server.http("/api/sign-out"))
        .header("cookie", format!("warren={token}"))
        .header("origin", "http://localhost")
        .json(&json!({}));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("warren=;") && cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!(response.headers()["clear-site-data"], "\"cache\", \"storage\"");
    assert_eq!(client.closed().await.0, 4001);
    assert_eq!(change(&server, &token, "/api/account/codes", &json!({})).await.0, 401);
}

#[actix_web::test]
async fn a_browser_whose_session_has_ended_is_somebody_new() {
    let (server, _data) = spawn();
    let (token, _, you) = claimed(&server, "Ann").await;
    assert_eq!(change(&server, &token, "/api/sign-out", &json!({})).await.0, 200);
    let request = reqwest::Client::new()
        .post(server.http("/api/session"))
        .header("cookie", format!("warren={token}"))
        .header("origin", "http://localhost")
        .json(&json!({}));
    let response = request.send().await.unwrap();
    assert!(!response.headers()["set-cookie"].to_str().unwrap().contains(&token));
    assert_ne!(response.json::<Value>().await.unwrap()["you"]["id"], you["id"]);
}

#[actix_web::test]
async fn signing_in_gives_another_token_and_ends_the_session_before() {
    let (server, _data) = spawn();
    let (_, _, you) = claimed(&server, "Ann").await;
    // An attacker has planted a session of theirs (fixation).
    let planted = bearer(&server).await;
    let mut spy = Client::v1_with(&server, &planted).await;
    spy.say(&json!({"type": "read", "room": "den", "seq": 0})).await;
    spy.signal("unread", |_| true).await;
    let request = reqwest::Client::new()
        .post(server.http("/api/sign-in"))
        .header("cookie", format!("warren={planted}"))
        .header("origin", "http://localhost")
        .json(&json!({"name": "Ann", "password": "correct horse"}));
    let response = request.send().await.unwrap();
    assert!(!response.headers()["set-cookie"].to_str().unwrap().contains(&planted));
    let said: Value = response.json().await.unwrap();
    assert_eq!((&said["you"]["id"], &said["token"]), (&you["id"], &Value::Null), "no token for a page's scripts");
    assert_eq!(spy.closed().await.0, 4001);
    assert_eq!(change(&server, &planted, "/api/account/codes", &json!({})).await.0, 401);
}

#[actix_web::test]
async fn a_claimed_name_is_nobody_elses() {
    let (server, _data) = spawn();
    // Somebody was called so before, and is here.
    let mut before = Client::v1(&server).await;
    before.say(&json!({"type": "open", "room": "den"})).await;
    before.next_of("opened").await;
    before.say(&json!({"type": "rename", "name": "Ann"})).await;
    before.signal("renamed", |signal| signal["person"]["name"] == "Ann").await;
    let (token, _, _) = claimed(&server, "Ann").await;
    before.signal("renamed", |signal| signal["person"]["name"] == "Anonymous").await;
    for alike in ["Ann", "ANN", "Αnn", "Ann\u{200b}"] {
        before.say(&json!({"type": "rename", "name": alike})).await;
        let refused = before.next_of("refused").await;
        assert_eq!(refused["code"], "bad_name", "{alike}");
    }
    // A plain author cannot be called so at all.
    let mut plain = Client::connect(&server.ws("/ws?room=den"), &[]).await.unwrap();
    plain.say(&json!({"name": "Ann", "message": "it is me"})).await;
    assert_eq!(plain.json().await["name"], "Anonymous");
    // Their own name they may write otherwise, and give back by taking another.
    let mut ann = Client::v1_with(&server, &token).await;
    ann.say(&json!({"type": "rename", "name": ""})).await;
    assert_eq!(ann.next_of("refused").await["code"], "bad_name", "one that is claimed cannot be blank");
    ann.say(&json!({"type": "open", "room": "den"})).await;
    ann.next_of("opened").await;
    for name in ["ANN", "Anna"] {
        ann.say(&json!({"type": "rename", "name": name})).await;
        ann.signal("renamed", |signal| signal["person"]["name"] == name).await;
    }
    before.say(&json!({"type": "rename", "name": "Ann"})).await;
    before.signal("renamed", |signal| signal["person"]["name"] == "Ann").await;
    assert_eq!(sign_in(&server, &json!({"name": "Anna", "password": "correct horse"})).await.0, 200);
}

#[actix_web::test]
async fn passkeys_need_a_host_name_and_a_question() {
    let (server, _data) = spawn();
    let token = bearer(&server).await;
    assert_eq!(account(&server, &token).await["passkeys_possible"], false, "the address is one of numbers");
    let ask = json!({"name": "Ann"});
    assert_eq!(change(&server, &token, "/api/account/passkey/ask", &ask).await.1["code"], "no_host");
    let answer = json!({"question": "nonsense", "answer": {}, "label": ""});
    assert_eq!(change(&server, &token, "/api/account/passkey/add", &answer).await.1["code"], "too_late");
    let answer = json!({"question": "nonsense", "answer": {}});
    let request = reqwest::Client::new().post(server.http("/api/sign-in/passkey")).json(&answer);
    assert_eq!(request.send().await.unwrap().status(), 409);
    // With a password as another way, one that is not there is removed without harm.
    let (token, _, _) = claimed(&server, "Ann").await;
    let remove = json!({"id": "AAAA"});
    assert_eq!(change(&server, &token, "/api/account/passkey/remove", &remove).await.0, 200);
}

#[actix_web::test]
async fn another_site_changes_no_account() {
    let (server, _data) = spawn();
    let (token, _, _) = claimed(&server, "Ann").await;
    for path in [
        "/api/account/password",
        "/api/account/codes",
        "/api/account/passkey/ask",
        "/api/account/passkey/add",
        "/api/account/passkey/remove",
        "/api/account/sessions/end",
        "/api/account/link",
        "/api/account/leave",
        "/api/sign-in",
        "/api/sign-in/ask",
        "/api/sign-in/passkey",
        "/api/sign-out",
    ] {
        let post = || {
            let request = reqwest::Client::new().post(server.http(path)).header("cookie", format!("warren={token}"));
            request.body("{}")
        };
        let json = ("content-type", "application/json");
        let foreign = post().header("origin", "http://evil.example").header(json.0, json.1).send().await.unwrap();
        assert_eq!(foreign.status(), 403, "{path}");
        let without = post().header(json.0, json.1).send().await.unwrap();
        assert_eq!(without.status(), 403, "{path}");
        // What a form can send without being asked about it.
        let form = post().header("origin", "http://localhost").header("content-type", "text/plain");
        assert_eq!(form.send().await.unwrap().status(), 415, "{path}");
        let got = reqwest::Client::new().get(server.http(path)).bearer_auth(&token).send().await.unwrap();
        assert_eq!(got.status(), 405, "{path}");
    }
}

#[actix_web::test]
async fn what_is_kept_of_somebody_is_theirs_to_have() {
    const MESSAGES: usize = 510;
    let (server, _data) = spawn();
    let (token, other) = (bearer(&server).await, bearer(&server).await);
    let (mut ada, mut bob) = (Client::v1_with(&server, &token).await, Client::v1_with(&server, &other).await);
    for room in ["lobby", "den"] {
        bob.post(room, "b", "of somebody else").await;
        assert_eq!(bob.reply().await["type"], "settled");
    }
    for at in 0..MESSAGES {
        ada.post(if at % 3 == 0 { "den" } else { "lobby" }, &at.to_string(), &format!("text {at}")).await;
        assert_eq!(ada.reply().await["type"], "settled");
    }
    ada.say(&json!({"type": "delete", "room": "den", "key": "d", "target": 2})).await;
    assert_eq!(ada.reply().await["type"], "settled");
    ada.say(&json!({"type": "read", "room": "den", "seq": 3})).await;
    ada.signal("unread", |frame| frame["room"] == "den").await;

    let get = async |token: &str| {
        let request = reqwest::Client::new().get(server.http("/api/account/export")).bearer_auth(token);
        request.send().await.unwrap()
    };
    let response = get(&token).await;
    assert_eq!(response.headers()["content-disposition"], "attachment; filename=\"warren-export.json\"");
    let file = response.text().await.unwrap();
    assert!(
        !file.contains("of somebody else") && !file.contains("\"text 0\""),
        "what others wrote, and what is deleted"
    );
    let file: Value = serde_json::from_str(&file).unwrap();
    assert_eq!(file["rooms"][0]["room"], "den");
    assert!(file["account"]["sessions"].as_array().unwrap().len() == 1, "{}", file["account"]);
    let events = file["events"].as_array().unwrap();
    let me = &file["account"]["you"]["id"];
    assert!(events.iter().all(|event| event["by"]["id"] == *me || event["author"]["id"] == *me), "{}", events[0]);
    let mut keys: Vec<_> = events.iter().map(|event| event["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    let mut expected: Vec<_> = (0..MESSAGES).map(|at| at.to_string()).chain(["d".to_owned()]).collect();
    expected.sort_unstable();
    assert_eq!(keys, expected, "each once");
    assert_eq!(get("wrn_nobody").await.status(), 401);
}
