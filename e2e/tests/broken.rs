//! What a person reads when the client breaks: the release build, in which a panic is a trap without words.

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

/// Lets the running client ask its own memory for more than there can be, once in an event and once in a promise: it
/// panics, and the trap goes the way of every other.
const BREAK: &str = "
    const [place, done] = arguments;
    const script = document.querySelector('link[rel=modulepreload]').href;
    import(script).then((client) => client.default()).then((wasm) => {
        const trap = () => wasm.__wbindgen_malloc(0x7fffffff, 0x10000000);
        if (place === 'event') setTimeout(trap); else Promise.resolve().then(trap);
        done(true);
    });";

/// A page that had a mark has been loaded again, and has come up.
const LOADED: &str = "return window.mark === undefined && document.querySelector('li.m') !== null";

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_is_told_once_with_a_way_on() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    for place in ["event", "promise"] {
        assert_eq!(ada.run("return document.querySelector('.broken') === null", json!([])).await?, true);
        for _ in 0..2 {
            ada.run_async(BREAK, json!([place])).await?;
        }
        let told = "const note = document.querySelector('.broken[role=alert]');
                    return note?.textContent === 'Something broke. Reload' && note.getBoundingClientRect().height > 0";
        ada.until("the words", told, json!([])).await?;
        assert_eq!(ada.run("return document.querySelectorAll('.broken').length", json!([])).await?, 1, "{place}");
        ada.run("window.mark = true; document.querySelector('.broken a').click()", json!([])).await?;
        ada.until("loaded again", LOADED, json!([])).await?;
        ada.sees("before").await?;
    }
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_is_no_panic_is_not_told() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    let throw = "const done = arguments[0];
                 addEventListener('error', () => done(document.querySelector('.broken') === null), { once: true });
                 setTimeout(() => { throw new Error('of an extension, say') })";
    assert_eq!(ada.run_async(throw, json!([])).await?, true);
    ada.say("after").await?;
    ada.sees("after").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_breaks_gives_way_to_the_newer_one_that_waits() -> Story {
    const KEPT: &str = "const done = arguments[0];
        navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => done(names.join()));";
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    let old = ada.run_async(KEPT, json!([])).await?;
    ada.reload().await?;
    ada.sees("before").await?;
    server.kill();
    server.start_newer("// The service worker: opens", "// The service worker: OPENS")?;
    ada.until("the newer one", "return document.querySelector('.newer') !== null", json!([])).await?;
    ada.run_async(BREAK, json!(["event"])).await?;
    ada.until("the words", "return document.querySelector('.broken') !== null", json!([])).await?;
    ada.run("window.mark = true; document.querySelector('.broken a').click()", json!([])).await?;
    ada.until("loaded again", LOADED, json!([])).await?;
    let new = ada.run_async(KEPT, json!([])).await?;
    assert!(new != old && new.as_str().is_some_and(|names| !names.contains(',')), "{old}, then {new}");
    ada.close().await
}
