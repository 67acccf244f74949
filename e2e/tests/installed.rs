//! Warren as an app: it can be installed, takes what others share, and says by notifications what nobody looks at.

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

const READY: &str = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true))";
const LISTED: &str = "return document.querySelector('#rooms li a[aria-current]') !== null";

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_installed() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    ada.run_async(READY, json!([])).await?;
    ada.until("the manifest", "return document.querySelector('link[rel=manifest]') !== null", json!([])).await?;
    let manifest = ada.devtools("Page.getAppManifest", json!({})).await?;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    assert!(manifest["url"].as_str().is_some_and(|url| url.ends_with("/manifest.webmanifest")), "{manifest}");
    let found = ada.devtools("Page.getInstallabilityErrors", json!({})).await?;
    // A browser without windows of its own has no place to install it to: that alone is no fault of the page.
    let errors: Vec<_> =
        found["installabilityErrors"].as_array().into_iter().flatten().map(|e| &e["errorId"]).collect();
    assert!(errors.is_empty() || errors == ["in-incognito"], "{found}");
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_is_a_draft_of_the_room_where_the_person_was_last() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ada.until("the list", LISTED, json!([])).await?;
    ada.until("it is remembered", "return localStorage['warren.last'] === 'den'", json!([])).await?;
    let hostile = "<img src=x onerror=\"document.title='owned'\">";
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("share-title", hostile)
        .append_pair("share-text", "Look at this: https://example.org/a?b=1&c=2")
        .append_pair("share-url", "https://example.org/a?b=1&c=2")
        .finish();
    ada.go(&server.url(&format!("/?{query}"))).await?;
    let want = format!("{hostile}\nLook at this: https://example.org/a?b=1&c=2");
    let is_there = "return document.querySelector('#composer').value === arguments[0] && location.pathname + location.search === '/r/den'";
    ada.until("what was shared", is_there, json!([want])).await?;
    ada.until("it is the draft", "return localStorage['warren.draft.den'] === arguments[0]", json!([want])).await?;
    assert_eq!(ada.run("return document.querySelectorAll('li.m').length", json!([])).await?, 0, "nothing was sent");
    assert_eq!(ada.run("return document.title === 'owned'", json!([])).await?, false);
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_before_any_room_was_visited_is_a_draft_of_the_lobby() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/?share-text=one%00%1B%0Atwo"), Look::PHONE).await?;
    let is_there = "return document.querySelector('#composer').value === 'one\\ntwo'";
    ada.until("what was shared", is_there, json!([])).await?;
    assert_eq!(ada.run("return location.pathname + location.search", json!([])).await?, "/");
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browsers_own_bars_have_the_colour_of_the_chosen_theme() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    ada.until("the list", LISTED, json!([])).await?;
    let same = "const page = getComputedStyle(document.body).backgroundColor;
        const probe = document.body.appendChild(document.createElement('i'));
        const shown = [...document.querySelectorAll('meta[name=theme-color]')].find(({ media }) => matchMedia(media).matches);
        probe.style.color = shown.content;
        const is = getComputedStyle(probe).color;
        probe.remove();
        return is + ' ' + page";
    let colours = async || -> anyhow::Result<(String, String)> {
        let both = ada.run(same, json!([])).await?;
        let (bar, page) = both.as_str().and_then(|both| both.split_once(") ")).unwrap_or_default();
        Ok((format!("{bar})"), page.to_owned()))
    };
    let (bar, light) = colours().await?;
    assert_eq!(bar, light);
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    let dark = "document.querySelector('#settings [name=theme][value=dark]')";
    ada.until("the settings", &format!("return {dark} !== null"), json!([])).await?;
    ada.run(&format!("{dark}.click()"), json!([])).await?;
    let (bar, page) = colours().await?;
    assert_eq!(bar, page);
    assert_ne!(page, light, "it is dark");
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_say_what_the_browser_can_do_of_notifications() -> Story {
    let (server, driver) = (Server::start_for_all()?, Driver::start()?);
    let said = "return document.querySelector('#settings')?.textContent.includes(arguments[0]) ?? false";
    // Over plain http from another machine there are none.
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.until("the list", LISTED, json!([])).await?;
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    ada.until("why not", said, json!(["only to pages that are reached over https"])).await?;
    ada.close().await?;
    let server = Server::start()?;
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.run_async(READY, json!([])).await?;
    ada.until("the list", LISTED, json!([])).await?;
    let asked = "window.asked = 0; Notification.requestPermission = async () => (window.asked++, 'granted')";
    ada.run(asked, json!([])).await?;
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    ada.until("the switch", said, json!(["Turn notifications on here"])).await?;
    assert_eq!(ada.run("return window.asked", json!([])).await?, 0, "nothing is asked without a press");
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    let press =
        "[...document.querySelectorAll('#settings button')].find((one) => one.textContent === arguments[0]).click()";
    ada.run(press, json!(["Set quiet hours"])).await?;
    ada.until("quiet hours", said, json!(["Quiet hours are set."])).await?;
    ada.until("and their end", said, json!(["End quiet hours"])).await?;
    // The browser's own push service is not to be reached from here, and the page says so.
    ada.run(press, json!(["Turn notifications on here"])).await?;
    ada.until("a word", said, json!(["The browser's own push service was not reached."])).await?;
    assert_eq!(ada.run("return window.asked", json!([])).await?, 1);
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_shown_once_for_each_room_and_not_where_it_is_looked_at() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ada.run_async(READY, json!([])).await?;
    ada.until("the list", LISTED, json!([])).await?;
    let origin = server.url("/").trim_end_matches('/').to_owned();
    let leave = json!({"permissions": ["notifications"], "origin": origin});
    ada.devtools("Browser.grantPermissions", leave).await?;
    ada.devtools("ServiceWorker.enable", json!({})).await?;
    let tell = async |room: &str, seq: u64, count: u64| {
        let told = json!({"room": room, "title": "", "seq": seq, "name": "Bob", "text": "<b>hi</b>", "count": count});
        // The first worker of a new profile has this number.
        let push = json!({"origin": origin, "registrationId": "0", "data": told.to_string()});
        ada.devtools("ServiceWorker.deliverPushMessage", push).await
    };
    let shown = "const done = arguments[0];
        navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) =>
            done(all.map(({ title, body, tag, data, silent }) => [title, body, tag, data, silent]).sort()))";
    tell("den", 7, 1).await?;
    tell("attic", 4, 2).await?;
    tell("attic", 3, 1).await?;
    tell("cellar", 1, 1).await?;
    let attic = json!([["#attic", "Bob: <b>hi</b>\n+1", "attic", "/r/attic/4", true]]);
    let cellar = json!(["#cellar", "Bob: <b>hi</b>", "cellar", "/r/cellar/1", true]);
    let both = json!([attic[0], cellar]);
    let is_shown = "const [want] = arguments;
        navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => {
            window.shown = JSON.stringify(all.map(({ title, body, tag, data, silent }) => [title, body, tag, data, silent]).sort());
        });
        return window.shown === JSON.stringify(want)";
    ada.until("the newest of the room that is not looked at", is_shown, json!([both])).await?;
    assert_eq!(ada.run_async(shown, json!([])).await?, both);
    // What is pressed leads there, in the page that is open.
    let press = "navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data: { go: '/r/attic' } }))";
    ada.run(press, json!([])).await?;
    ada.until("the room", "return document.querySelector('h1').textContent === '# attic'", json!([])).await?;
    ada.close().await
}
