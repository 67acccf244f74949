//! All of it without a pointer. After every key the focus is somewhere and is seen: `Browser::press` looks.

use e2e::{Author, Browser, Driver, Look, Server};
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

/// Opens the picker of emoji by what has the focus, and searches.
async fn search_emoji(browser: &Browser, name: &str) -> Story {
    hit(browser, Key::Enter).await?;
    has_focus(browser, "the picker's search", "dialog[open] [role=searchbox]").await?;
    is_so(browser, "the emoji", "document.querySelectorAll('dialog[open] [role=gridcell]').length > 1000").await?;
    browser.type_keys(name).await
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

#[tokio::test(flavor = "multi_thread")]
async fn the_keys_of_a_message_answer_edit_and_react() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let mut bob = Author::to(&server, "Bob").await?;
    bob.does(json!({"type": "post", "room": "den", "text": "from Bob"})).await?;
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;

    // Answers.
    to_the_lowest_row(&ada).await?;
    ada.type_keys("r").await?;
    has_focus(&ada, "the message box", "#composer").await?;
    is_so(&ada, "whom it answers", "document.querySelector('#replying:not([hidden]) bdi')?.textContent === 'Bob'")
        .await?;
    ada.type_keys("an answer").await?;
    hit(&ada, Key::Enter).await?;
    ada.sees("an answer").await?;

    // Edits one's own, and of another's does nothing: above all, it writes nothing into the message box.
    to_the_lowest_row(&ada).await?;
    ada.type_keys("e").await?;
    has_focus(&ada, "the message box", "#composer").await?;
    is_so(&ada, "its text", "document.activeElement.value === 'an answer'").await?;
    hit(&ada, Key::Escape).await?;
    is_so(&ada, "the empty box", "document.activeElement.value === ''").await?;
    to_the_lowest_row(&ada).await?;
    hit(&ada, Key::Up).await?;
    ada.type_keys("e").await?;
    ada.until("still on Bob's", IN_ROW, json!(["from Bob"])).await?;
    is_so(&ada, "the empty box", "document.querySelector('#composer').value === ''").await?;

    // Reacts, with one of six, or with any there is.
    ada.type_keys("+").await?;
    has_focus(&ada, "the first reaction", ".tools [data-emoji]").await?;
    ada.tab_to(".tools [data-do=emoji]", false).await?;
    search_emoji(&ada, "rocket").await?;
    hit(&ada, Key::Escape).await?;
    has_focus(&ada, "what opened it", ".tools [data-do=emoji]").await?;
    search_emoji(&ada, "rocket").await?;
    hit(&ada, Key::Down).await?;
    has_focus(&ada, "the rocket", "[role=gridcell][aria-label=rocket]").await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the reaction", "document.querySelector('.re [aria-pressed=true]')?.dataset.emoji === '🚀'").await?;
    ada.until("still on Bob's", IN_ROW, json!(["from Bob"])).await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picker_is_walked_by_arrows_and_writes_at_the_caret() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;
    ada.type_keys("ab").await?;
    hit(&ada, Key::Left).await?;
    ada.tab_to(".box [data-do=emoji]", false).await?;
    search_emoji(&ada, "").await?;
    // To the third of the second row, and what is beside it; up from the first row is the search.
    for key in [Key::Down, Key::Down, Key::Right, Key::Right] {
        hit(&ada, key).await?;
    }
    is_so(&ada, "one to come to by Tab", "document.querySelectorAll('[role=gridcell][tabindex=\"0\"]').length === 1")
        .await?;
    let in_row = "[role=row]:nth-child(2) > [role=gridcell]:nth-child(3)";
    has_focus(&ada, "the third of the second row", in_row).await?;
    ada.tab_to("nav button:last-child", false).await?;
    hit(&ada, Key::Enter).await?;
    has_focus(&ada, "the first flag", "[aria-label='chequered flag']").await?;
    for key in [Key::Home, Key::End] {
        ada.press(&[Key::Control], char::from(key)).await?;
    }
    let last = "section:last-child [role=row]:last-child > :last-child";
    has_focus(&ada, "the last", last).await?;
    ada.press(&[Key::Control], char::from(Key::Home)).await?;
    hit(&ada, Key::Up).await?;
    has_focus(&ada, "the search", "[role=searchbox]").await?;
    hit(&ada, Key::Down).await?;
    // From among them a letter goes on with the search.
    ada.type_keys("no such").await?;
    is_so(&ada, "words", "document.querySelector('.picker [role=status]').textContent === 'No emoji is called so.'")
        .await?;
    ada.press(&[Key::Control], 'a').await?;
    ada.type_keys("rocket").await?;
    hit(&ada, Key::Enter).await?;
    has_focus(&ada, "the message box", "#composer").await?;
    is_so(&ada, "the emoji at the caret", "document.activeElement.value === 'a🚀b'").await?;
    ada.press(&[Key::Control], 'z').await?;
    is_so(&ada, "a step back", "document.activeElement.value === 'ab'").await?;
    // What was picked is at hand the next time.
    ada.tab_to(".box [data-do=emoji]", false).await?;
    search_emoji(&ada, "").await?;
    hit(&ada, Key::Down).await?;
    has_focus(&ada, "the recent one", "section:first-child [aria-label=rocket]").await?;
    hit(&ada, Key::Escape).await?;
    has_focus(&ada, "what opened it", ".box [data-do=emoji]").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_and_a_day_are_gone_to_by_keys() -> Story {
    let (server, driver) = (Server::start_without_limits()?, Driver::start()?);
    let mut bob = Author::to(&server, "Bob").await?;
    bob.does(json!({"type": "post", "room": "den", "text": "the question"})).await?;
    for n in 0..80 {
        bob.does(json!({"type": "post", "room": "den", "text": format!("line {n}")})).await?;
    }
    bob.does(json!({"type": "post", "room": "den", "text": "the answer", "reply_to": 1})).await?;
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;

    // The link to a message: the last has a quote to come to from the message box.
    ada.tab_to(".quote", true).await?;
    ada.tab_to(".tools [data-do=link]", false).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the word", "document.activeElement.textContent === 'Copied' || location.pathname === '/r/den/82'")
        .await?;

    // What it answers, far above: the log goes there.
    ada.tab_to(".quote", true).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "its address", "location.pathname === '/r/den/1'").await?;
    is_so(&ada, "its row", "document.querySelector('li.m.target')?.textContent.includes('the question') === true")
        .await?;

    // A day, by the button that names it: what it opens is the browser's own.
    ada.tab_to("[data-do=date]", true).await?;
    ada.run("globalThis.was = document.querySelector('li.m.target').className", json!([])).await?;
    ada.run("HTMLInputElement.prototype.showPicker = function () { globalThis.asked = this.type }", json!([])).await?;
    hit(&ada, Key::Enter).await?;
    is_so(&ada, "the calendar", "globalThis.asked === 'date'").await?;
    let pick = "const field = document.querySelector('.stage input'); field.value = '2000-01-01';
        field.dispatchEvent(new Event('change', { bubbles: true })); return true";
    ada.run(pick, json!([])).await?;
    let anew = "const to = document.querySelector('li.m.target');
        return to !== null && to.className !== globalThis.was && to.textContent.includes('the question')";
    ada.until("the first message of that day or after, gone to anew", anew, json!([])).await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_dialogs_field_what_is_typed_goes_to_the_message_box_again() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_so(&ada, "the list", "document.querySelector('[data-command=Settings]') !== null").await?;
    ada.type_text("before ").await?;
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    is_so(&ada, "the settings", "document.querySelector('#settings[open]') !== null").await?;
    ada.run("document.querySelector('#settings-name').focus()", json!([])).await?;
    ada.type_keys("Ada").await?;
    hit(&ada, Key::Escape).await?;
    is_so(&ada, "the message box", "document.activeElement.id === 'composer'").await?;
    ada.type_keys("after").await?;
    is_so(&ada, "all of it", "document.querySelector('#composer').value === 'before after'").await?;
    ada.close().await
}
