//! The stories: what people do with Warren, told with real browsers and the real program.

use e2e::{Browser, Driver, Elsewhere, Look, Server, Trunk};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio_tungstenite::{connect_async, tungstenite::Message};

type Story = anyhow::Result<()>;

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    ada.rename("Ada").await?;
    ada.sees_here("Ada").await?;
    ada.say("Hello, who is there?").await?;
    bob.sees("Hello, who is there?").await?;
    bob.say("Bob. <b>Not bold</b> & <script>document.title = 'owned'</script>").await?;
    ada.sees("Bob. <b>Not bold</b> & <script>document.title = 'owned'</script>").await?;
    assert_eq!(ada.run("return document.querySelectorAll('.body b, .body script').length", json!([])).await?, 0);
    assert_eq!(ada.texts().await?, bob.texts().await?);
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_types_is_told() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ada.rename("Ada").await?;
    bob.sees_here("Ada").await?;
    ada.type_text("Let me think").await?;
    bob.until("Ada types", "return document.querySelector('.typing').textContent.includes('Ada')", json!([])).await?;
    ada.say("!").await?;
    bob.until("Ada types no more", "return !document.querySelector('.typing').textContent.includes('Ada')", json!([]))
        .await?;
    bob.sees("Let me think!").await?;
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_keeps_the_name_and_the_person() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.until("Anonymous at first", "return document.querySelector('#name').value === 'Anonymous'", json!([])).await?;
    ada.rename("Ada").await?;
    ada.sees_here("Ada").await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    ada.reload().await?;
    ada.until("the name is kept", "return document.querySelector('#name').value === 'Ada'", json!([])).await?;
    ada.sees("before").await?;
    ada.say("after").await?;
    ada.sees("after").await?;
    let names = "return [...document.querySelectorAll('li.m .who bdi')].every(e => e.textContent === 'Ada')";
    ada.until("the same author", names, json!([])).await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_comes_back_and_both_catch_up() -> Story {
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("one").await?;
    bob.sees("one").await?;
    server.kill();
    ada.reads_of_link("Offline").await?;
    ada.say("two, written while the server is gone").await?;
    ada.say("three").await?;
    ada.sees_pending("three").await?;
    bob.say("four, by Bob").await?;
    server.start_again()?;
    for text in ["one", "two, written while the server is gone", "three", "four, by Bob"] {
        ada.sees(text).await?;
        bob.sees(text).await?;
    }
    let texts = ada.texts().await?;
    assert_eq!(texts, bob.texts().await?, "both see the same, in the same order");
    assert_eq!(texts.len(), 4, "nothing is lost and nothing is doubled: {texts:?}");
    let at = |text: &str| texts.iter().position(|seen| seen.starts_with(text));
    assert!(at("two") < at("three"), "an author's order is kept: {texts:?}");
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_client_and_a_browser_talk() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.sees_here("Anonymous").await?;
    let (mut plain, _) = connect_async(server.ws("/ws")).await?;
    plain.send(Message::text(json!({"name": "Plain Jane", "message": "from five lines of code"}).to_string())).await?;
    ada.sees("from five lines of code").await?;
    ada.say("from a browser").await?;
    let mut heard = Vec::new();
    while heard.len() < 2 {
        if let Some(Message::Text(text)) = plain.next().await.transpose()? {
            heard.push(serde_json::from_str::<Value>(&text)?["message"].clone());
        }
    }
    assert_eq!(heard, ["from five lines of code", "from a browser"]);
    ada.close().await
}

/// The client of the tutorial, unchanged, on a page of another loopback origin: the browser's own `WebSocket`.
#[tokio::test(flavor = "multi_thread")]
async fn the_tutorials_client_works_from_a_page_of_another_origin() -> Story {
    const CLIENT: &str = "
        const [url, done] = arguments;
        const heard = { a: [], b: [] };
        const a = new WebSocket(url), b = new WebSocket(url);
        const both = () => { if (heard.a.length && heard.b.length) done(heard) };
        a.onmessage = (event) => { heard.a.push(JSON.parse(event.data)); both() };
        b.onmessage = (event) => { heard.b.push(JSON.parse(event.data)); both() };
        b.onopen = () => a.readyState === 1 ? send() : a.onopen = send;
        const send = () => a.send(JSON.stringify({ name: 'Ada', message: 'hi' }));
        a.onerror = b.onerror = () => done('error');";
    let (server, elsewhere, driver) = (Server::start()?, Elsewhere::start()?, Driver::start()?);
    let page = Browser::open(&driver, &elsewhere.url(), Look::DESKTOP).await?;
    let heard = page.run_async(CLIENT, json!([server.ws("/ws")])).await?;
    for side in ["a", "b"] {
        let message = &heard[side][0];
        assert_eq!((message["name"].as_str(), message["message"].as_str()), (Some("Ada"), Some("hi")), "{heard}");
        let time = message["time"].as_str().unwrap_or_default();
        assert!(time.len() == 8 && time.split(':').all(|part| part.len() == 2 && part.parse::<u8>().is_ok()), "{time}");
    }
    page.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_talks_through_trunks_proxy() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let trunk = Trunk::serve(&server)?;
    let ada = Browser::open(&driver, &trunk.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.rename("Ada").await?;
    bob.sees_here("Ada").await?;
    ada.say("through the proxy").await?;
    bob.sees("through the proxy").await?;
    bob.say("and back").await?;
    ada.sees("and back").await?;
    ada.close().await?;
    bob.close().await
}
