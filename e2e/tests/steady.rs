//! Nothing moves that is being read: 0 px in six cases, each also as in a browser without scroll anchoring; and in a
//! whole session nothing moves that nobody has asked to.

use e2e::{Browser, Case, Driver, Look, Plain, Server};
use fantoccini::key::Key;
use serde_json::json;

type Story = anyhow::Result<()>;

/// A window on a desk, made smaller while somebody reads.
const SMALLER: Look = Look { size: (900, 560), ..Look::DESKTOP };

/// Rows of many heights.
fn sayings(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("{n}: {}", "said at some length ".repeat(n % 13))).collect()
}

async fn filled(count: usize) -> anyhow::Result<(Server, Driver, Browser)> {
    let (server, driver) = (Server::start_without_limits()?, Driver::start()?);
    Plain::say(&server, "den", "Ada", &sayings(count)).await?;
    let browser = Browser::start(&driver, Look::DESKTOP).await?;
    browser.watch().await?;
    browser.go(&server.url("/r/den")).await?;
    let live = "return window.watched.live !== null && window.watched.readable !== null";
    browser.until("a live page", live, json!([])).await?;
    // Rows out of sight are drawn a moment later. A message that came in that very frame would push up what is followed,
    // as it does in any, but the browser would count it.
    browser.until("all rows", "return window.steady.rows().length >= 30", json!([])).await?;
    Ok((server, driver, browser))
}

async fn lines(browser: &Browser, count: usize) -> Story {
    for _ in 0..count {
        browser.press(&[], 'x').await?;
        browser.press(&[Key::Shift], char::from(Key::Enter)).await?;
    }
    Ok(())
}

async fn check_drift(anchoring: bool) -> Story {
    let (_server, _driver, browser) = filled(300).await?;
    if !anchoring {
        browser.without_anchoring().await?;
    }
    let mut drifts = Vec::new();
    for case in [Case::Prepend, Case::Append, Case::Late, Case::Grow] {
        drifts.push((format!("{case:?}"), browser.drift_in(case).await?));
    }
    browser.run("document.querySelector('#composer').focus()", json!([])).await?;
    drifts.push(("the message box grows".to_owned(), browser.drift_while(lines(&browser, 6)).await?));
    drifts.push(("a smaller window".to_owned(), browser.drift_while(browser.look(SMALLER)).await?));
    drifts.push(("a larger window".to_owned(), browser.drift_while(browser.look(Look::DESKTOP)).await?));
    drifts.push(("the newest".to_owned(), browser.drift_in(Case::Jump).await?));
    drifts.retain(|(_, pixels)| *pixels != 0.0);
    assert!(drifts.is_empty(), "moved, in CSS pixels: {drifts:?}");
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_stays_where_it_is() -> Story {
    check_drift(true).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_stays_where_it_is_in_a_browser_without_scroll_anchoring() -> Story {
    check_drift(false).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_scrolls_while_a_slow_browser_draws_gets_where_they_scroll() -> Story {
    // To the top again and again, as soon as something older is there, which is being drawn all the time.
    const UP: &str = "
        const done = arguments[0];
        const { box, seqs, frames } = window.steady;
        (async () => {
            const begun = performance.now();
            for (let oldest = 0; oldest !== 1; ) {
                oldest = seqs()[0];
                box().scrollTop = -box().scrollHeight;
                while (oldest !== 1 && seqs()[0] >= oldest) {
                    if (performance.now() - begun > 20000) return `${oldest} is the oldest at ${box().scrollTop} of ${box().scrollHeight}`;
                    await frames(1);
                }
            }
            return 'the first';
        })().then(done);";
    let (server, _driver, browser) = filled(300).await?;
    for times in [1, 3, 4, 5] {
        browser.slow_down(times).await?;
        browser.go(&server.url("/r/den")).await?;
        browser.until("a live page", "return window.watched.live !== null", json!([])).await?;
        assert_eq!(browser.run_async(UP, json!([])).await?, "the first", "{times} times as slow");
    }
    browser.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_whole_session_nothing_moves_unasked() -> Story {
    let (server, _driver, browser) = filled(200).await?;
    Plain::say(&server, "den", "Ada", &sayings(5)).await?;
    browser.until("what came", "return Math.max(...window.steady.seqs()) >= 205", json!([])).await?;
    // The way to the newest says how many have come, one by one. No key is pressed before: what follows one
    // within half a second is not counted.
    browser.run_async("const done = arguments[0]; window.steady.toMiddle().then(done)", json!([])).await?;
    for come in 1..=3 {
        Plain::say(&server, "den", "Ada", &sayings(1)).await?;
        let told = "return document.querySelector('.jump').textContent.startsWith(`${arguments[0]} new message`)";
        browser.until("how many have come", told, json!([come])).await?;
        browser.run_async("const done = arguments[0]; window.steady.frames(3).then(done)", json!([])).await?;
    }
    let newest = "const done = arguments[0]; window.steady.jump().then(done)";
    browser.run_async(newest, json!([])).await?;
    lines(&browser, 4).await?;
    browser.type_keys("my own").await?;
    browser.press(&[], char::from(Key::Enter)).await?;
    browser.until("my own", "return window.steady.box().textContent.includes('my own')", json!([])).await?;
    for case in [Case::Append, Case::Late, Case::Jump, Case::Prepend] {
        browser.drift_in(case).await?;
    }
    for (room, is_empty) in [("attic", true), ("den", false)] {
        browser.tab_to("#go", true).await?;
        browser.type_keys(room).await?;
        browser.press(&[], char::from(Key::Enter)).await?;
        let there = "return (window.steady.seqs().length === 0) === arguments[0]";
        browser.until(room, there, json!([is_empty])).await?;
    }
    browser.run_async("const done = arguments[0]; window.steady.frames(10).then(done)", json!([])).await?;
    let shifts = browser.shifts().await?;
    assert!(shifts.is_empty(), "{shifts:#?}");
    browser.close().await
}
