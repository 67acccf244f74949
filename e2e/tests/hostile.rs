//! The page stays usable, whatever people write and whatever the browser is like: among hostile texts, names, titles and
//! topics, with a clock that is far off, and where nothing is kept.

use e2e::{Author, Browser, Driver, Look, Server, Wire, hostile};
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

const LIVE: &str = "return document.querySelector('.app')?.dataset.link === 'live'";

/// Notes what runs that nobody of us has written.
const WATCH: &str = "window.ran = [];
    for (const name of ['alert', 'confirm', 'prompt', 'open', 'msgbox']) window[name] = () => window.ran.push(name);";

/// What is wrong with the page; nothing, if all is well.
const WRONG: &str = "
    const wrong = [...window.ran];
    const foreign = document.querySelector('#log, .head, .side').parentElement.querySelectorAll(
        '#log :is(script, style, img, svg, math, iframe, object, embed, form, base, meta, template, textarea, h1), '
        + '#log :is([style], [onclick], [onerror], [onload], [onmouseover], [onfocus], [href^=\"javascript:\" i])');
    wrong.push(...[...foreign].map((one) => one.outerHTML.slice(0, 100)));
    for (const box of [document.documentElement, document.querySelector('.scroll'), document.querySelector('.head')]) {
        if (box.scrollWidth > box.clientWidth) wrong.push(`${box.className}: ${box.scrollWidth} wide of ${box.clientWidth}`);
    }
    const { left, right, bottom, height } = document.querySelector('#composer').getBoundingClientRect();
    if (left < 0 || right > innerWidth || bottom > innerHeight || height < 20) wrong.push('the message box is out of sight');
    return wrong;";

async fn is_well(ada: &Browser, of: &str) -> Story {
    let wrong = ada.run(WRONG, json!([])).await?;
    anyhow::ensure!(wrong == json!([]), "{of}: {wrong}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn among_hostile_texts_the_page_stays_as_wide_as_it_is_and_nothing_runs() -> Story {
    let (server, driver) = (Server::start_without_limits()?, Driver::start()?);
    let names = hostile("names")?;
    let mut authors = Vec::new();
    for name in &names {
        authors.push(Author::to(&server, name).await?);
    }
    let texts = hostile("texts")?;
    for (n, text) in texts.iter().enumerate() {
        let author = &mut authors[n % names.len()];
        author.does(json!({"type": "post", "room": "den", "text": text})).await?;
    }
    let first = "return document.querySelector('li.m[data-seq=\"1\"]') !== null";
    for look in [Look::DESKTOP, Look::PHONE] {
        let ada = Browser::start(&driver, look).await?;
        ada.on_every_page(WATCH).await?;
        ada.go(&server.url("/r/den")).await?;
        ada.until("live", LIVE, json!([])).await?;
        is_well(&ada, "the newest").await?;
        // Up to the very first: each page is asked for when the one before has come.
        let up = "document.querySelector('.scroll').scrollTop = -1e6; return document.querySelector('li.m[data-seq=\"1\"]') !== null";
        ada.until("the first message", up, json!([])).await?;
        is_well(&ada, "all of them").await?;
        assert_eq!(ada.run(first, json!([])).await?, true);
        for (title, topic) in hostile("titles")?.iter().zip(hostile("topics")?) {
            authors[0].does(json!({"type": "set_room", "room": "den", "title": title, "topic": topic})).await?;
            let said = "return document.querySelector('#title-of-room').textContent === arguments[0]";
            ada.until(title, said, json!([title])).await?;
            is_well(&ada, title).await?;
        }
        ada.say("and on it goes").await?;
        ada.sees("and on it goes").await?;
        is_well(&ada, "after one's own").await?;
        ada.close().await?;
    }
    Ok(())
}

/// The page's clock is off by as many years as it is told, and can be set while the page is open.
const CLOCK: &str = "
    window.years = 0;
    try { window.years = Number(localStorage.getItem('years')); } catch {}
    const Real = Date;
    const now = () => Real.now() + window.years * 31556952000;
    window.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(now()) }
        static now() { return now() }
    };";

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_years_off_and_is_set_meanwhile_loses_nothing() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    for years in [30, -30] {
        let room = if years > 0 { "ahead" } else { "behind" };
        let path = ["/r/", room].concat();
        Author::to(&server, "Bob").await?.does(json!({"type": "post", "room": room, "text": "before"})).await?;
        let mut wire = Wire::to(&server).await?;
        let ada = Browser::start(&driver, Look::DESKTOP).await?;
        ada.on_every_page(CLOCK).await?;
        ada.go(&wire.url("/healthz")).await?;
        ada.run("localStorage.setItem('years', arguments[0])", json!([years])).await?;
        ada.go(&wire.url(&path)).await?;
        ada.until("live", LIVE, json!([])).await?;
        let set = async |years: i32| ada.run("window.years = arguments[0]", json!([years])).await.map(drop);
        // What the server says of its messages is not the reader's today.
        let words = "const words = (selector) => document.querySelector(selector).textContent;
                     return [words('.day button'), words('li.m time')]";
        let told: Vec<String> = serde_json::from_value(ada.run(words, json!([])).await?)?;
        let year = ada.run("return String(new Date(Date.now() - window.years * 31556952000).getFullYear())", json!([]));
        let year = year.await?;
        assert!(told[0].contains(year.as_str().unwrap_or("?")) && told[1].contains(':'), "{told:?}");

        ada.say("one").await?;
        ada.sees("one").await?;
        set(0).await?;
        ada.say("two").await?;
        ada.sees("two").await?;
        let kept = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";
        ada.run_async(kept, json!([])).await?;
        wire.cut().await;
        ada.reads_of_link("Offline").await?;
        ada.say("three").await?;
        set(-years).await?;
        ada.say("four").await?;
        set(years).await?;
        ada.say("five").await?;
        ada.reload().await?;
        ada.sees_pending("five").await?;
        wire.mend().await?;
        ada.sees("five").await?;
        assert_eq!(ada.texts().await?, ["before", "one", "two", "three", "four", "five"], "{years}");
        let days = ada.run("return document.querySelectorAll('li.day').length", json!([])).await?;
        assert_eq!(days, 1, "once all is said, the server's clock is the one that counts");
        assert_eq!(ada.run("return document.querySelector('.broken') === null", json!([])).await?, true);
        ada.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_browser_keeps_nothing_at_all_the_page_says_so_and_works() -> Story {
    const FORBID: &str = "
        for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'BroadcastChannel']) {
            Object.defineProperty(window, name, { get() { throw new DOMException('', 'SecurityError') } });
        }";
    let (server, driver) = (Server::start()?, Driver::start()?);
    Author::to(&server, "Bob").await?.does(json!({"type": "post", "room": "den", "text": "before"})).await?;
    let ada = Browser::start(&driver, Look::DESKTOP).await?;
    ada.on_every_page(FORBID).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.until("live", LIVE, json!([])).await?;
    let off =
        "return document.querySelector('.off')?.textContent.startsWith('This browser keeps nothing for this page')";
    ada.until("the words", off, json!([])).await?;
    ada.say("all the same").await?;
    ada.sees("all the same").await?;
    ada.type_text("half a sen").await?;
    let told = "return document.querySelector('#composer-problem').textContent.includes('keeps no drafts')";
    ada.until("the words about the draft", told, json!([])).await?;
    // And where the client does not come either, nothing is promised that is not kept.
    ada.block(&["*.wasm"]).await?;
    ada.go(&server.url("/r/den")).await?;
    let told = "return document.querySelector('.status [role=alert]')?.textContent
                === 'Warren could not be loaded. What is here can be read. Reload'";
    ada.until("what is missing", told, json!([])).await?;
    ada.type_text("typed").await?;
    let typed: Value = ada.run("return document.querySelector('#composer').value", json!([])).await?;
    assert_eq!(typed, "typed");
    ada.close().await
}
