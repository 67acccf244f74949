//! The client does not come: the page says so, its messages can be read, and what is typed is kept until it does.

use e2e::{Author, Browser, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

const SWITCH: &str = "localStorage.setItem('off', '1')";
const LIVE: &str = "return document.querySelector('.app')?.dataset.link === 'live'";
const REFUSES: &str = "This browser does not run Warren: it refuses WebAssembly.";
const NOT_LOADED: &str = "Warren could not be loaded.";

/// A script for every page, which does something to it while it is switched off.
fn while_off(does: &str) -> String {
    ["try { if (localStorage.getItem('off')) { ", does, " } } catch {}"].concat()
}

/// Waits for the words, and looks whether they and the messages can be read.
async fn reads(ada: &Browser, words: &str) -> Story {
    let told = "
        const note = document.querySelector('.status [role=alert]');
        const body = [...document.querySelectorAll('li.m .body')].at(-1);
        const { x, y, height } = body.getBoundingClientRect();
        return note.textContent.startsWith(arguments[0]) && note.textContent.endsWith('. Reload')
            && note.scrollWidth <= note.clientWidth && note.getBoundingClientRect().height > 0
            && body.contains(document.elementFromPoint(x + 5, y + height / 2))";
    ada.until(words, told, json!([words])).await
}

async fn box_has(ada: &Browser, text: &str) -> Story {
    let has = "return document.querySelector('#composer').value === arguments[0]";
    ada.until(&format!("{text:?} in the message box"), has, json!([text])).await
}

/// What a person has of a page to which the client does not come, and how it is when it comes again.
async fn check(does: &str, blocked: &[&str], words: &str, look: Look) -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    Author::to(&server, "Bob").await?.does(json!({"type": "post", "room": "den", "text": "before"})).await?;
    let ada = Browser::start(&driver, look).await?;
    ada.on_every_page(&while_off(does)).await?;
    ada.go(&server.url("/healthz")).await?;
    ada.run(SWITCH, json!([])).await?;
    ada.run("localStorage.setItem('warren.draft.den', 'left here')", json!([])).await?;
    ada.block(blocked).await?;
    ada.go(&server.url("/r/den")).await?;
    reads(&ada, words).await?;
    box_has(&ada, "left here").await?;
    ada.type_text(" and added").await?;
    ada.reload().await?;
    reads(&ada, words).await?;
    box_has(&ada, "left here and added").await?;

    ada.run("localStorage.removeItem('off')", json!([])).await?;
    ada.block(&[]).await?;
    ada.run("document.querySelector('.status [role=alert] a').click()", json!([])).await?;
    ada.until("live", LIVE, json!([])).await?;
    box_has(&ada, "left here and added").await?;
    assert_eq!(ada.run("return document.querySelector('.boot') === null", json!([])).await?, true);
    ada.run("document.querySelector('.send').click()", json!([])).await?;
    ada.sees("left here and added").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_webassembly_is_told_so() -> Story {
    check("delete globalThis.WebAssembly", &[], REFUSES, Look::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_does_not_compile_is_told_on_a_phone() -> Story {
    let does = "const broken = () => WebAssembly.compile(new Uint8Array([1, 2, 3]));
                WebAssembly.instantiateStreaming = WebAssembly.instantiate = broken;";
    check(does, &[], REFUSES, Look::PHONE).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_forbids_webassembly_is_told() -> Story {
    let does = "
        new MutationObserver((_, watch) => {
            if (!document.head) return;
            watch.disconnect();
            const policy = document.createElement('meta');
            policy.httpEquiv = 'Content-Security-Policy';
            policy.content = \"script-src 'self' 'unsafe-inline'\";
            document.head.prepend(policy);
        }).observe(document, { childList: true, subtree: true });";
    check(does, &[], REFUSES, Look::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_cannot_be_fetched_is_told() -> Story {
    check("", &["*.wasm"], NOT_LOADED, Look::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_cannot_be_fetched_is_told() -> Story {
    check("", &["*/frontend-*.js"], NOT_LOADED, Look::DESKTOP).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_long_on_its_way_is_told_and_comes_all_the_same() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    Author::to(&server, "Bob").await?.does(json!({"type": "post", "room": "den", "text": "before"})).await?;
    let ada = Browser::start(&driver, Look::DESKTOP).await?;
    // Its bytes come when they are let through, and the page's patience ends when it is told to.
    ada.on_every_page(
        "const [realFetch, realTimeout] = [window.fetch, window.setTimeout];
         const through = new Promise((done) => { window.letThrough = done });
         window.fetch = (...asked) => through.then(() => realFetch(...asked));
         window.setTimeout = (what, ms, ...rest) =>
             ms === 15000 ? (window.endPatience = what) : realTimeout(what, ms, ...rest);",
    )
    .await?;
    ada.go(&server.url("/healthz")).await?;
    ada.run("localStorage.setItem('warren.draft.den', 'left here')", json!([])).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.type_text("typed").await?;
    ada.reload().await?;
    ada.type_text("and again").await?;
    ada.run("window.endPatience()", json!([])).await?;
    reads(&ada, "Warren takes long to load.").await?;
    box_has(&ada, "left here\ntyped\nand again").await?;
    ada.type_text(" and again").await?;
    ada.run("window.letThrough()", json!([])).await?;
    ada.until("live", LIVE, json!([])).await?;
    box_has(&ada, "left here\ntyped\nand again and again").await?;
    assert_eq!(ada.run("return document.querySelector('.boot') === null", json!([])).await?, true);
    ada.close().await
}
