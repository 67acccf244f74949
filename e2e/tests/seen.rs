//! A later visit: what was on the screen stands there again before the client has come, and is the same afterwards.

use e2e::{Author, Browser, Driver, Look, Server};
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

const LIVE: &str = "return document.querySelector('.app')?.dataset.link === 'live'";

/// Takes note of the rows, right before the client's program may run.
const NOTE: &str = "
    window.rows = () => [...document.querySelectorAll('#log li')].map((row) => {
        const { top, left, height } = (row.querySelector('.body') ?? row).getBoundingClientRect();
        return [top, left, height, (row.querySelector('.body') ?? row).textContent];
    }).filter(([top]) => top > 60);
    document.addEventListener('readystatechange', () => {
        if (document.readyState !== 'interactive') return;
        window.before = { rows: window.rows(), head: document.querySelector('h1').textContent };
        window.fewest = window.before.rows.length;
        const look = () => {
            window.fewest = Math.min(window.fewest, window.rows().length);
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        window.before.foreign = document.querySelectorAll('#log img, #log script, #log svg, #log [onerror]').length;
    });";

/// The page is left, as by another tab that is opened, and the rest is up to the browser.
const LEAVE: &str = "
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    delete document.hidden;";

async fn a_room(server: &Server) -> Story {
    let mut ada = Author::to(server, "Ada").await?;
    for n in 0..30 {
        ada.does(
            json!({"type": "post", "room": "den", "text": format!("**{n}** and `code`, {}", "words ".repeat(n % 9))}),
        )
        .await?;
    }
    let mut eve = Author::to(server, "<img src=x onerror=alert(1)>").await?;
    for text in ["<img src=x onerror='window.ran = 1'>", "</ol><script>window.ran = 1</script>", "\u{202e}backwards"] {
        eve.does(json!({"type": "post", "room": "den", "text": text})).await?;
    }
    Ok(())
}

/// A browser that has been in the room, with the service worker and the room in it.
async fn returning(driver: &Driver, server: &Server, look: Look) -> anyhow::Result<Browser> {
    let browser = Browser::start(driver, look).await?;
    browser.on_every_page(NOTE).await?;
    browser.go(&server.url("/r/den")).await?;
    browser.until("live", LIVE, json!([])).await?;
    browser.run_async("const done = arguments[0]; navigator.serviceWorker.ready.then(() => done())", json!([])).await?;
    Ok(browser)
}

async fn before(browser: &Browser) -> anyhow::Result<Value> {
    browser.until("live", LIVE, json!([])).await?;
    browser.run("return window.before", json!([])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_the_screen_is_there_again_before_the_client() -> Story {
    let (server, driver) = (Server::start_without_limits()?, Driver::start()?);
    a_room(&server).await?;
    for look in [Look::DESKTOP, Look::PHONE] {
        let ada = returning(&driver, &server, look).await?;
        ada.reload().await?;
        let before = before(&ada).await?;
        let rows = before["rows"].as_array().cloned().unwrap_or_default();
        assert!(rows.len() >= 10 && rows.last().is_some_and(|row| row[3] == "\u{202e}backwards"), "{look:?}: {before}");
        assert_eq!((before["head"].as_str(), before["foreign"].as_u64()), (Some("# den"), Some(0)));
        ada.until("the client's rows", "return window.rows().length >= arguments[0]", json!([rows.len()])).await?;
        let after = ada.run("return window.rows().slice(-arguments[0])", json!([rows.len()])).await?;
        assert_eq!(after, before["rows"], "{look:?}: it stands where it stood");
        assert_eq!(ada.run("return window.fewest", json!([])).await?, json!(rows.len()), "{look:?}: in no frame fewer");
        assert_eq!(ada.run("return window.ran ?? null", json!([])).await?, Value::Null);
        ada.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_not_shown_elsewhere_nor_where_it_was_left_or_damaged() -> Story {
    let (server, driver) = (Server::start_without_limits()?, Driver::start()?);
    a_room(&server).await?;
    let ada = returning(&driver, &server, Look::DESKTOP).await?;
    ada.go(&server.url("/r/attic")).await?;
    assert_eq!(before(&ada).await?["rows"], json!([]), "another room");
    ada.go(&server.url("/r/den")).await?;
    ada.until("live", LIVE, json!([])).await?;
    // Who reads further up does not find the newest when they come back.
    ada.run("document.querySelector('.scroll').scrollTop = -200", json!([])).await?;
    ada.until("the way back", "return !document.querySelector('.jump').hidden", json!([])).await?;
    ada.run(LEAVE, json!([])).await?;
    assert_eq!(ada.run("return localStorage.getItem('warren.seen')", json!([])).await?, Value::Null);
    for damaged in [
        "",
        "null",
        "[]",
        "[\"/r/den\"]",
        "[\"/r/den\",\"\",[],[[1,2]]]",
        "{\"a\":",
        "[\"/r/den\",\"\",[],[[\"<\",[]]]]",
    ] {
        ada.run(LEAVE, json!([])).await?;
        ada.on_every_page(&format!("localStorage.setItem('warren.seen', {});", json!(damaged))).await?;
        ada.reload().await?;
        assert_eq!(before(&ada).await?["rows"], json!([]), "{damaged}");
        ada.sees("\u{202e}backwards").await?;
    }
    ada.close().await
}
