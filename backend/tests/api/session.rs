//! Who somebody is: cookies, bearer tokens, origins.

use serde_json::{Value, json};

use crate::{
    client::{Client, bearer},
    server::{Server, spawn},
};

fn cookie_of(response: &reqwest::Response) -> Option<String> {
    let cookie = response.headers().get("set-cookie")?.to_str().unwrap();
    Some(cookie.to_owned())
}

async fn ask(server: &Server, headers: &[(&str, &str)], body: &str) -> reqwest::Response {
    let mut request = reqwest::Client::new().post(server.http("/api/session")).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

const JSON: (&str, &str) = ("content-type", "application/json");
const ORIGIN: (&str, &str) = ("origin", "http://127.0.0.1:8080");

#[actix_web::test]
async fn a_browser_gets_a_cookie_and_is_the_same_person_with_it() {
    let (server, _data) = spawn();
    let response = ask(&server, &[JSON, ORIGIN], "{}").await;
    let set = cookie_of(&response).expect("a cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "the server is not reached over TLS");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let you = response.json::<Value>().await.unwrap()["you"].clone();
    let cookie = set.split(';').next().unwrap();
    let again = ask(&server, &[JSON, ORIGIN, ("cookie", cookie)], "{}").await.json::<Value>().await.unwrap();
    assert_eq!(again["you"], you);
    let headers = [("cookie", cookie), ("origin", "http://localhost:8000"), ("sec-websocket-protocol", "warren.v1")];
    let mut client = Client::connect(&server.ws("/ws/v1"), &headers).await.unwrap();
    assert_eq!(client.json().await["you"], you);
}

#[actix_web::test]
async fn a_program_gets_a_token_and_no_cookie() {
    let (server, _data) = spawn();
    let response = ask(&server, &[JSON], r#"{"kind":"bearer"}"#).await;
    assert_eq!(cookie_of(&response), None);
    assert!(response.json::<Value>().await.unwrap()["token"].is_string());
}

#[actix_web::test]
async fn without_a_session_a_browser_is_closed_with_4001_and_a_program_gets_401() {
    let (server, _data) = spawn();
    let mut browser = Client::connect(&server.ws("/ws/v1"), &[ORIGIN]).await.unwrap();
    assert_eq!(browser.closed().await.0, 4001);
    for headers in [&[][..], &[("authorization", "Bearer nonsense")], &[("authorization", "Basic abc")]] {
        assert_eq!(Client::connect(&server.ws("/ws/v1"), headers).await.map(drop).unwrap_err(), 401);
    }
}

#[actix_web::test]
async fn a_foreign_page_and_a_cookie_without_origin_are_turned_away() {
    let (server, _data) = spawn();
    let cookie = format!("warren={}", bearer(&server).await);
    let cases = [
        vec![("origin", "http://evil.example"), ("cookie", &*cookie)],
        vec![("origin", "http://evil.example")],
        vec![("origin", "null")],
        vec![("cookie", &*cookie)],
    ];
    for headers in cases {
        assert_eq!(Client::connect(&server.ws("/ws/v1"), &headers).await.map(drop).unwrap_err(), 403, "{headers:?}");
        let with_json: Vec<_> = headers.iter().copied().chain([JSON]).collect();
        assert_eq!(ask(&server, &with_json, "{}").await.status(), 403, "{headers:?}");
    }
}

#[actix_web::test]
async fn what_is_no_session_request_is_refused_in_words() {
    let (server, _data) = spawn();
    for (headers, body, status, code) in [
        (vec![ORIGIN], "{}", 415, "not_json"),
        (vec![ORIGIN, ("content-type", "text/plain")], "{}", 415, "not_json"),
        (vec![ORIGIN, JSON], "", 400, "malformed"),
        (vec![ORIGIN, JSON], "[1]", 400, "malformed"),
        (vec![ORIGIN, JSON], r#"{"kind":"gold"}"#, 400, "malformed"),
        (vec![ORIGIN, JSON], &"x".repeat(5_000), 413, "too_long"),
    ] {
        let response = ask(&server, &headers, body).await;
        assert_eq!(response.status(), status, "{body:.40}");
        let said: Value = response.json().await.unwrap();
        assert_eq!(said["code"], code);
        assert!(said["message"].as_str().unwrap().ends_with('.'), "{said}");
    }
}

#[actix_web::test]
async fn two_connections_of_a_person_have_one_name() {
    let (server, _data) = spawn();
    let token = bearer(&server).await;
    let (mut one, mut two) = (Client::v1_with(&server, &token).await, Client::v1_with(&server, &token).await);
    two.open("lobby").await;
    one.say(&json!({"type": "rename", "name": "Ada"})).await;
    two.signal("renamed", |renamed| renamed["person"]["name"] == "Ada").await;
    two.post("lobby", "k", "hi").await;
    assert_eq!(two.next_of("event").await["by"]["name"], "Ada");
}
