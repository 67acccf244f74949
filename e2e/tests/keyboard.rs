//! All of it without a pointer. After every key the focus is somewhere and is seen: `Browser::press` looks.

use e2e::{Browser, Driver, Look, Server};
use fantoccini::key::Key;
use serde_json::json;

type Story = anyhow::Result<()>;

async fn hit(browser: &Browser, key: Key) -> Story {
    browser.press(&[], char::from(key)).await
}

async fn is_so(browser: &Browser, what: &str, script: &str) -> Story {
    browser.until(what, &format!("return {script}"), json!([])).await
}

async fn has_focus(browser: &Browser, what: &str, selector: &str) -> Story {
    browser.until(what, "return document.activeElement.matches(arguments[0])", json!([selector])).await
}

/// From the message box to the lowest row of the log.
async fn to_the_lowest_row(browser: &Browser) -> Story {
    browser.tab_to("[role=log]", true).await?;
    hit(browser, Key::Up).await?;
    anyhow::ensure!(browser.has_focus("li.m").await?, "an arrow leads to no row");
    Ok(())
}

/// Says of the row that has the focus whether it has this in it.
const IN_ROW: &str = "return document.activeElement.closest('li.m')?.textContent.includes(arguments[0]) === true";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_with_a_keyboard_alone_can_do_all_there_is() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;

    has_focus(&ada, "the message box", "#composer").await?;
    for text in ["the first", "a slip", "the last"] {
        ada.type_keys(text).await?;
        hit(&ada, Key::Enter).await?;
        ada.sees(text).await?;
        assert!(ada.has_focus("#composer").await?, "the message box keeps the focus");
    }

    // Among the rows, by the arrows.
    to_the_lowest_row(&ada).await?;
    ada.until("the last", IN_ROW, json!(["the last"])).await?;
    hit(&ada, Key::Up).await?;
    hit(&ada, Key::Up).await?;
    ada.until("the first", IN_ROW, json!(["the first"])).await?;

    // A reaction.
    ada.tab_to("[data-do=reactions]", false).await?;
    hit(&ada, Key::Enter).await?;
    ada.tab_to("[data-do=react]", false).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the reaction", "document.querySelector('.re [aria-pressed=true]') !== null").await?;
    ada.until("still there", IN_ROW, json!(["the first"])).await?;

    // An edit: to the row below, its button, the box.
    hit(&ada, Key::Down).await?;
    ada.until("the slip", IN_ROW, json!(["a slip"])).await?;
    ada.tab_to("[data-do=edit]", false).await?;
    hit(&ada, Key::Enter).await?;
    has_focus(&ada, "the message box", "#composer").await?;
    is_so(&ada, "its text", "document.activeElement.value === 'a slip'").await?;
    ada.press(&[Key::Control], 'a').await?;
    ada.type_keys("put right").await?;
    hit(&ada, Key::Enter).await?;
    ada.sees("put right").await?;
    assert!(ada.has_focus("#composer").await?);

    // A deletion, with its question.
    to_the_lowest_row(&ada).await?;
    ada.tab_to("[data-do=delete]", false).await?;
    hit(&ada, Key::Enter).await?;
    ada.tab_to("[data-do=sure]", false).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "a deleted message", "document.querySelector('.gone') !== null").await?;
    has_focus(&ada, "the row or its neighbour", "li.m").await?;

    // The details, and back to where they were opened.
    ada.tab_to(".about", true).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the dialog", "document.querySelector('dialog[open]')?.contains(document.activeElement) === true")
        .await?;
    ada.tab_to("#title", false).await?;
    hit(&ada, Key::Escape).await?;
    is_so(&ada, "no dialog", "document.querySelector('dialog[open]') === null").await?;
    has_focus(&ada, "what opened it", ".about").await?;

    // Another room.
    ada.tab_to("#go", true).await?;
    ada.type_keys("attic").await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the other room", "document.querySelector('h1')?.textContent.includes('attic')").await?;
    has_focus(&ada, "the message box", "#composer").await?;
    ada.type_keys("anybody here?").await?;
    hit(&ada, Key::Enter).await?;
    ada.sees("anybody here?").await?;
    ada.close().await
}
