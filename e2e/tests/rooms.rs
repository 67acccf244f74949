//! Rooms that are not open to all, in real browsers: founded, entered by an invitation, left when one is removed.

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

/// Clicks the button of a dialog that says so, once it is there.
const PRESS: &str = "
    const it = [...document.querySelectorAll('dialog[open] button')].find((one) => one.textContent === arguments[0] && one.checkVisibility());
    it?.click();
    return it !== undefined";
const LIVE: &str = "return document.querySelector('.app[data-link=live]') !== null && typeof page === 'object'";
const SAYS: &str = "return document.querySelector(arguments[0])?.textContent.includes(arguments[1]) ?? false";

async fn press(browser: &Browser, words: &str) -> Story {
    browser.until(&format!("the button {words:?}"), PRESS, json!([words])).await
}

async fn says(browser: &Browser, selector: &str, words: &str) -> Story {
    browser.until(&format!("{words:?} in {selector}"), SAYS, json!([selector, words])).await
}

async fn sheet(browser: &Browser, name: &str) -> Story {
    browser.until("the client", LIVE, json!([])).await?;
    browser.run("page.bring('sheets', arguments[0])", json!([name])).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_room_is_founded_joined_by_an_invitation_and_closed_to_whoever_is_removed() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.rename("Ada").await?;
    sheet(&ada, "found").await?;
    let fill = "const it = document.querySelector('#found-title'); if (it) it.value = 'The plan'; return it !== null";
    ada.until("the field", fill, json!([])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    press(&ada, "Found the private room").await?;
    ada.until("the room", "return location.pathname.startsWith('/r/private-')", json!([])).await?;
    ada.until("the client", LIVE, json!([])).await?;
    says(&ada, "#title-of-room", "The plan").await?;
    // Its name is made up, and nobody is bothered with it.
    let made_up = "return [document.title, document.querySelector('h1').textContent, document.querySelector('#composer').placeholder]";
    assert_eq!(ada.run(made_up, json!([])).await?, json!(["The plan · Warren", "The plan", "Message The plan"]));
    ada.say("between us").await?;
    ada.sees("between us").await?;
    let notice = "return document.body.textContent.includes('can only be shown by a newer version')";
    assert_eq!(ada.run(notice, json!([])).await?, false, "what is only about the room shows nothing");
    let room = ada.run("return location.pathname", json!([])).await?.as_str().unwrap_or_default().to_owned();

    // Whoever has the link alone is told that it is of no use.
    let bob = Browser::open(&driver, &server.url(&room), Look::PHONE).await?;
    says(&bob, "body", "This room is private, or there is none of this name.").await?;
    assert_eq!(bob.run(SAYS, json!(["body", "between us"])).await?, false);
    assert_eq!(bob.run(SAYS, json!(["body", "The plan"])).await?, false);

    sheet(&ada, "about").await?;
    press(&ada, "Invite by a link").await?;
    let link = "return document.querySelector('#access input.link')?.value ?? null";
    ada.until("the invitation", "return document.querySelector('#access input.link') !== null", json!([])).await?;
    let link = ada.run(link, json!([])).await?.as_str().unwrap_or_default().to_owned();
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    bob.go(&link).await?;
    says(&bob, "#invite", "The plan").await?;
    assert_eq!(bob.run("return location.hash", json!([])).await?, "");
    assert_eq!(bob.barriers().await?, Vec::<String>::new());
    press(&bob, "Come in").await?;
    bob.sees("between us").await?;
    bob.say("here I am").await?;
    ada.sees("here I am").await?;

    // Removed, he sees nothing that is said from then on, and is told why.
    ada.run("document.querySelector('#about').close()", json!([])).await?;
    sheet(&ada, "about").await?;
    press(&ada, "Remove from the room").await?;
    says(&ada, "#access [role=status]", "Removed.").await?;
    ada.run("document.querySelector('#about').close()", json!([])).await?;
    ada.say("without him").await?;
    ada.sees("without him").await?;
    says(&bob, "body", "This room is private, or there is none of this name.").await?;
    assert_eq!(bob.run(SAYS, json!(["body", "without him"])).await?, false);
    // Elsewhere, it is in his list no longer. The same invitation leads in again: it was for ten.
    bob.go(&server.url("/")).await?;
    let listed = "return [...document.querySelectorAll('#rooms li')].map((one) => one.dataset.room).join()";
    bob.until("his list", &format!("{listed} === 'lobby'"), json!([])).await?;
    bob.go(&link).await?;
    press(&bob, "Come in").await?;
    bob.sees("without him").await?;
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_here_can_be_written_to_alone() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.rename("Ada").await?;
    bob.rename("Bob").await?;
    ada.sees_here("Bob").await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    // Whoever comes takes the keyboard from nobody.
    ada.run("document.querySelector('.here .alone').focus()", json!([])).await?;
    let cem = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    cem.rename("Cem").await?;
    ada.sees_here("Cem").await?;
    let focused = "return document.activeElement.closest('.person')?.querySelector('bdi').textContent ?? null";
    assert_eq!(ada.run(focused, json!([])).await?, "Bob");
    cem.close().await?;
    let alone = "const row = [...document.querySelectorAll('.here .person')].find((one) => one.querySelector('bdi').textContent === 'Bob');
        row?.querySelector('.alone').click();
        return row !== undefined";
    ada.until("Bob's line", alone, json!([])).await?;
    ada.until("the room", "return location.pathname.startsWith('/r/private-')", json!([])).await?;
    ada.until("the client", LIVE, json!([])).await?;
    says(&ada, "#title-of-room", "Ada, Bob").await?;
    ada.say("for you alone").await?;
    ada.sees("for you alone").await?;
    // He hears of it where he is, and finds it in his list.
    let room = ada.run("return location.pathname", json!([])).await?.as_str().unwrap_or_default().to_owned();
    let listed =
        "const link = document.querySelector(`#rooms a[href='${arguments[0]}']`); link?.click(); return link !== null";
    bob.until("the room in his list", listed, json!([room])).await?;
    bob.sees("for you alone").await?;
    bob.say("and for you").await?;
    ada.sees("and for you").await?;
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_room_for_announcements_whoever_may_not_write_is_told_so_and_keeps_their_words() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    sheet(&ada, "found").await?;
    let fill = "const it = document.querySelector('#found-name'); if (it) it.value = 'news'; return it !== null";
    ada.until("the field", fill, json!([])).await?;
    press(&ada, "Found the room for announcements").await?;
    ada.until("the room", "return location.pathname === '/r/news'", json!([])).await?;
    ada.say("hear, hear").await?;
    ada.sees("hear, hear").await?;
    let bob = Browser::open(&driver, &server.url("/r/news"), Look::PHONE).await?;
    bob.sees("hear, hear").await?;
    bob.say("me too").await?;
    says(&bob, "li.m.failed", "Your role in this room does not let you do that.").await?;
    says(&bob, "li.m.failed .body", "me too").await?;
    sheet(&bob, "about").await?;
    says(&bob, "#access", "For announcements").await?;
    assert_eq!(bob.barriers().await?, Vec::<String>::new());
    ada.close().await?;
    bob.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_says_for_how_long_a_room_keeps_what_is_said() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    sheet(&ada, "found").await?;
    let fill = "const it = document.querySelector('#found-name'); if (it) it.value = 'news'; return it !== null";
    ada.until("the field", fill, json!([])).await?;
    press(&ada, "Found the room for announcements").await?;
    ada.until("the room", "return location.pathname === '/r/news'", json!([])).await?;
    sheet(&ada, "about").await?;
    let choose = "const it = document.querySelector('#access-days');
        if (it) { it.value = arguments[0]; it.dispatchEvent(new Event('change')); }
        return it !== null";
    ada.until("the choice", choose, json!(["7"])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    // What is dropped does not come back: that is asked once more.
    press(&ada, "Drop what is older, for everybody").await?;
    says(&ada, "#access [role=status]", "It is set.").await?;
    assert_eq!(ada.run("return document.querySelector('#access-days').value", json!([])).await?, "7");
    ada.until("the choice", choose, json!([""])).await?;
    ada.until("for ever", "return document.querySelector('#access-days')?.value === ''", json!([])).await?;
    let bob = Browser::open(&driver, &server.url("/r/news"), Look::DESKTOP).await?;
    sheet(&bob, "about").await?;
    says(&bob, "#access", "For announcements").await?;
    assert_eq!(bob.run("return document.querySelector('#access-days')", json!([])).await?, json!(null));
    ada.close().await?;
    bob.close().await
}
