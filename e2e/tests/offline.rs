//! The service worker: the program opens without a server, and a newer one is offered, never forced.

use e2e::{Browser, Driver, LAN, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

/// The names of what the browser keeps, told when a worker is active.
const KEPT: &str = "const done = arguments[0];
    navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => done(names.join()));";

/// A mark that a page loses when it is loaded again.
const MARK: &str = "window.mark = true";
const IS_MARKED: &str = "return window.mark === true";

#[tokio::test(flavor = "multi_thread")]
async fn the_program_opens_without_its_server() -> Story {
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    let kept = ada.run_async(KEPT, json!([])).await?;
    assert!(kept.as_str().is_some_and(|names| names.starts_with("client-") && !names.contains(',')), "{kept}");
    server.kill();
    ada.run(MARK, json!([])).await?;
    ada.reload().await?;
    ada.until("the program", "return document.querySelector('h1')?.textContent === '# den'", json!([])).await?;
    ada.reads_of_link("Offline").await?;
    assert_eq!(ada.run(IS_MARKED, json!([])).await?, false, "the page was loaded again");
    // Another room, opened by its address, is the same page.
    ada.go(&server.url("/r/attic")).await?;
    ada.until("another room", "return document.querySelector('h1')?.textContent === '# attic'", json!([])).await?;
    server.start_again()?;
    ada.say("after").await?;
    ada.sees("after").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_page_is_left_to_the_server() -> Story {
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    ada.run_async(KEPT, json!([])).await?;
    ada.reload().await?;
    ada.sees("before").await?;
    let controlled = "return navigator.serviceWorker.controller !== null";
    assert_eq!(ada.run(controlled, json!([])).await?, true);
    let fetch = "const [path, done] = arguments;
                 fetch(path).then((answer) => done(answer.status), () => done('no answer'))";
    for (path, status) in [("/healthz", 200), ("/nothing.js", 404), ("/r/a/b/c", 404)] {
        assert_eq!(ada.run_async(fetch, json!([path])).await?, status, "{path}");
    }
    server.kill();
    for path in ["/healthz", "/api/rooms/lobby/messages", "/sw.js", "/", "/r/den"] {
        assert_eq!(ada.run_async(fetch, json!([path])).await?, "no answer", "{path}");
    }
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_is_offered_and_taken_by_the_tab_that_asks() -> Story {
    let offered = "return document.querySelector('.newer')?.textContent === 'A newer version is ready. Reload'";
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    let old = ada.run_async(KEPT, json!([])).await?;
    // Now the page is one that the worker answers.
    ada.reload().await?;
    ada.sees("before").await?;
    let first = ada.tab().await?;
    let second = ada.open_tab(&server.url("/r/den")).await?;
    ada.until("live", "return document.querySelector('.app')?.dataset.link === 'live'", json!([])).await?;
    ada.run(MARK, json!([])).await?;

    server.kill();
    server.start_newer("// The service worker: opens", "// The service worker: OPENS")?;
    for tab in [&first, &second] {
        ada.to_tab(tab).await?;
        ada.until("the offer", offered, json!([])).await?;
    }
    assert_eq!(ada.run(IS_MARKED, json!([])).await?, true, "nothing was loaded by itself");
    ada.to_tab(&first).await?;
    ada.run(MARK, json!([])).await?;
    ada.say("still on the old one").await?;
    ada.sees("still on the old one").await?;

    ada.run("document.querySelector('.newer button').click()", json!([])).await?;
    ada.until("loaded again", "return window.mark === undefined && document.querySelector('li.m') !== null", json!([]))
        .await?;
    ada.sees("still on the old one").await?;
    let new = ada.run_async(KEPT, json!([])).await?;
    assert!(new != old && new.as_str().is_some_and(|names| !names.contains(',')), "{old}, then {new}");
    assert_eq!(ada.run("return document.querySelector('.newer') === null", json!([])).await?, true);

    // The other tab was left alone, and can follow when it likes.
    ada.to_tab(&second).await?;
    assert_eq!(ada.run(IS_MARKED, json!([])).await?, true, "another tab is not loaded by force");
    ada.say("from the other tab").await?;
    ada.sees("from the other tab").await?;
    ada.run("document.querySelector('.newer button').click()", json!([])).await?;
    ada.until("loaded again", "return window.mark === undefined && document.querySelector('li.m') !== null", json!([]))
        .await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_version_that_cannot_be_had_whole_is_not_offered() -> Story {
    // The page itself may have begun the update already: then its worker is installing, or gone again.
    const UPDATE: &str = "const done = arguments[0];
        navigator.serviceWorker.ready.then(async (registration) => {
            const follow = (worker) => worker?.addEventListener('statechange', () => done(worker.state));
            let begun = registration.installing;
            follow(begun);
            registration.addEventListener('updatefound', () => follow(begun = registration.installing));
            while (!begun) await registration.update();
        }).catch((error) => done(String(error)));";
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.say("before").await?;
    ada.sees("before").await?;
    let old = ada.run_async(KEPT, json!([])).await?;
    server.kill();
    // Its worker asks for files that are not there.
    server.start_newer("await fetch(path, {", "await fetch(\"/x\", {")?;
    ada.until("live", "return document.querySelector('.app')?.dataset.link === 'live'", json!([])).await?;
    assert_eq!(ada.run_async(UPDATE, json!([])).await?, "redundant");
    assert_eq!(ada.run("return document.querySelector('.newer') === null", json!([])).await?, true);
    assert_eq!(ada.run_async(KEPT, json!([])).await?, old, "nothing is left of the attempt");
    server.kill();
    ada.reload().await?;
    ada.reads_of_link("Offline").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_worker_may_be_all_goes_on() -> Story {
    let (server, driver) = (Server::start_for_all()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/").replace("0.0.0.0", LAN), Look::DESKTOP).await?;
    ada.say("one").await?;
    ada.sees("one").await?;
    assert_eq!(ada.run("return window.isSecureContext", json!([])).await?, false);
    ada.say("two").await?;
    ada.sees("two").await?;
    assert_eq!(ada.run("return document.querySelector('.broken, .newer') === null", json!([])).await?, true);
    ada.close().await
}
