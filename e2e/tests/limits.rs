//! Whoever is too fast is told so, waits, and gets what they wanted without doing anything.

use e2e::{Browser, Driver, Look, Plain, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_history_and_a_room_come_as_soon_as_they_may() -> Story {
    let (server, driver) = (Server::start_with_tight_limits()?, Driver::start()?);
    let texts: Vec<_> = (0..200).map(|n| format!("message {n}")).collect();
    Plain::say(&server, "den", "Bob", &texts).await?;
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ada.sees("message 199").await?;
    // The page has the newest 50; a page more may be read every two seconds.
    let up = "const log = document.querySelector('.scroll'); log.scrollTop = -log.scrollHeight;";
    let oldest = "return document.querySelector('li.m').textContent.includes('message 0')";
    let first = [up, oldest].concat();
    ada.until("the oldest message", &first, json!([])).await?;
    let pages = "return performance.getEntriesByType('resource').filter((asked) => asked.name.includes('/messages?'))
        .map((asked) => asked.startTime)";
    let pages: Vec<f64> = serde_json::from_value(ada.run(pages, json!([])).await?)?;
    assert!(pages.len() >= 4 && pages[3] - pages[0] > 5_000.0, "they came as fast as they may: {pages:?}");
    let failed = "return document.querySelector('.beginning').textContent.includes('could not be loaded')";
    assert_eq!(ada.run(failed, json!([])).await?, json!(false));
    // One room may be opened in three seconds, so the second is opened later, by itself.
    for room in ["one", "two"] {
        ada.say(&format!("/room {room}")).await?;
    }
    ada.reads_of_link("The room is opened in a moment.").await?;
    ada.reads_of_link("Live").await?;
    ada.close().await
}
