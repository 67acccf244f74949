//! The program speaks TLS itself: the page finds its sockets there, keeps its session, and comes back.

use e2e::{Browser, Certificate, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

/// Where the page's sockets go is noted.
const NOTE: &str = "window.went = [];
    window.WebSocket = class extends WebSocket { constructor(to, ...rest) { super(to, ...rest); window.went.push(String(to)); } };";

#[tokio::test(flavor = "multi_thread")]
async fn two_talk_over_tls_and_come_back_after_a_restart_and_offline() -> Story {
    let certificate = Certificate::make()?;
    let ((mut server, plain), driver) = (Server::start_over_tls(&certificate)?, Driver::start()?);
    let ada = Browser::start_believing(&driver, Look::DESKTOP, &certificate).await?;
    let bob = Browser::start_believing(&driver, Look::PHONE, &certificate).await?;
    ada.on_every_page(NOTE).await?;
    ada.go(&server.url("/r/den")).await?;
    // Who comes without TLS is where the others are.
    bob.go(&format!("{plain}/r/den")).await?;
    assert_eq!(bob.run("return location.href", json!([])).await?, server.url("/r/den"));
    ada.say("over TLS").await?;
    bob.sees("over TLS").await?;
    bob.say("both ways").await?;
    ada.sees("both ways").await?;
    let went = ada.run("return window.went", json!([])).await?;
    assert_eq!(went, json!([server.url("/ws/v1").replace("https:", "wss:")]));
    let session = ada.cookie("__Host-warren", &server.url("/")).await?;
    assert!(session["secure"] == true && session["httpOnly"] == true && session["path"] == "/", "{session}");

    ada.run_async("const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true))", json!([])).await?;
    server.kill();
    ada.reload().await?;
    ada.reads_of_link("Offline").await?;
    ada.sees("both ways").await?;
    ada.say("meanwhile").await?;
    ada.sees_pending("meanwhile").await?;
    server.start_again()?;
    for browser in [&ada, &bob] {
        browser.sees("meanwhile").await?;
    }
    assert_eq!(ada.cookie("__Host-warren", &server.url("/")).await?["value"], session["value"]);
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_believe_the_certificate_sees_nothing_of_the_page() -> Story {
    let certificate = Certificate::make()?;
    let ((server, _), driver) = (Server::start_over_tls(&certificate)?, Driver::start()?);
    let eve = Browser::start(&driver, Look::DESKTOP).await?;
    // The browser says so in its own page.
    drop(eve.go(&server.url("/")).await);
    let there = eve.run("return document.body.innerText", json!([])).await?;
    assert!(there.as_str().is_some_and(|words| words.contains("ERR_CERT_AUTHORITY_INVALID")), "{there}");
    eve.close().await
}
