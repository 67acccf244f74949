//! Nothing is lost and nothing is doubled, told with two browsers, each a profile and a network of its own.

use e2e::{Browser, Driver, Look, Server, Wire};
use serde_json::json;

type Story = anyhow::Result<()>;

/// The service worker keeps the program: the page opens without a network from here on.
const KEPT: &str = "const done = arguments[0]; navigator.serviceWorker.ready.then(() => done(true));";

/// Presses what stands in a message's row: finds the row by its text, and in it the button by what it does.
const PRESS: &str = "
    const [text, what] = arguments;
    const row = [...document.querySelectorAll('li.m')].find(e => e.querySelector('.body')?.textContent === text);
    const button = row?.querySelector(`[data-do=${what}]`);
    button?.click();
    return button !== undefined && button !== null;";

/// Both show exactly these texts, in this order, none of them waiting.
async fn show_exactly(browsers: &[&Browser], texts: &[&str]) -> Story {
    let exactly = "return !document.querySelector('li.m.pending, li.m.failed')
        && JSON.stringify([...document.querySelectorAll('li.m .body')].map(e => e.textContent)) === arguments[0]";
    for browser in browsers {
        browser.until(&format!("exactly {texts:?}"), exactly, json!([serde_json::to_string(texts)?])).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn five_messages_written_offline_survive_a_reload_and_arrive_once_and_in_order() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let mut wire = Wire::to(&server).await?;
    let ada = Browser::open(&driver, &wire.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    ada.say("before").await?;
    show_exactly(&[&ada, &bob], &["before"]).await?;
    ada.run_async(KEPT, json!([])).await?;

    wire.cut().await;
    ada.reads_of_link("Offline").await?;
    let texts = ["one", "two", "three", "four", "five"];
    for text in texts {
        ada.say(text).await?;
        ada.sees_pending(text).await?;
    }
    ada.type_text("a draft").await?;
    bob.say("meanwhile").await?;
    bob.sees("meanwhile").await?;
    ada.reload().await?;
    ada.sees("before").await?;
    for text in texts {
        ada.sees_pending(text).await?;
    }
    ada.until("the draft", "return document.querySelector('#composer')?.value === 'a draft'", json!([])).await?;
    show_exactly(&[&bob], &["before", "meanwhile"]).await?;

    wire.mend().await?;
    let all = ["before", "meanwhile", "one", "two", "three", "four", "five"];
    show_exactly(&[&ada, &bob], &all).await?;
    ada.reload().await?;
    bob.reload().await?;
    show_exactly(&[&ada, &bob], &all).await?;
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_edited_and_deleted_meanwhile_is_seen_on_return() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let mut wire = Wire::to(&server).await?;
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &wire.url("/"), Look::DESKTOP).await?;
    for text in ["a slip of the pen", "a secret", "a joke"] {
        ada.say(text).await?;
        ada.sees(text).await?;
    }
    show_exactly(&[&bob], &["a slip of the pen", "a secret", "a joke"]).await?;
    bob.run_async(KEPT, json!([])).await?;
    wire.cut().await;
    bob.reads_of_link("Offline").await?;

    let press = async |text: &str, what: &str| {
        let pressed = ada.run(PRESS, json!([text, what])).await?;
        anyhow::ensure!(pressed == json!(true), "there is no {what} at {text:?}");
        anyhow::Ok(())
    };
    press("a slip of the pen", "edit").await?;
    ada.until("its text", "return document.querySelector('#composer')?.value === 'a slip of the pen'", json!([]))
        .await?;
    ada.run("document.querySelector('#composer').select()", json!([])).await?;
    ada.say("what was meant").await?;
    ada.sees("what was meant").await?;
    press("a secret", "delete").await?;
    press("a secret", "sure").await?;
    ada.until("the deletion", "return !document.body.textContent.includes('a secret')", json!([])).await?;
    press("a joke", "reactions").await?;
    press("a joke", "react").await?;
    let reaction = "return document.querySelector('.re [aria-pressed]') !== null";
    ada.until("the reaction", reaction, json!([])).await?;

    // Nothing of it has come to Bob, who reads on offline, through a reload too.
    bob.reload().await?;
    bob.sees("a secret").await?;
    wire.mend().await?;
    bob.sees("what was meant").await?;
    bob.until("the deletion", "return !document.body.textContent.includes('a secret')", json!([])).await?;
    bob.until("the reaction", reaction, json!([])).await?;
    bob.until("the mark", "return document.body.textContent.includes('edited')", json!([])).await?;
    bob.reload().await?;
    bob.sees("what was meant").await?;
    bob.until("the deletion", "return !document.body.textContent.includes('a secret')", json!([])).await?;
    ada.close().await?;
    bob.close().await
}
