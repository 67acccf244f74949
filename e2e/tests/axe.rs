//! No barriers: axe finds nothing in three widths and both themes, in five states of a room.

use e2e::{Browser, Driver, Look, Plain, Server, Wire};
use serde_json::json;

type Story = anyhow::Result<()>;

const LOOKS: [(&str, Look); 3] = [("desktop", Look::DESKTOP), ("tablet", Look::TABLET), ("phone", Look::PHONE)];

/// What is said in the busy room: all that a message can look like.
const SAID: [&str; 6] = [
    "Morning! **Bold**, *slanted*, ~~gone~~ and `code`, and a link: https://example.org/a?b=c",
    "```rust\nfn main() {\n    println!(\"hello\");\n}\n```",
    "> what was said before\n- one\n- two",
    "صباح الخير، أكتب من الهاتف وكل شيء يعمل",
    "😂",
    "A second one of mine",
];

/// Presses what stands in a message's row.
const PRESS: &str = "
    const [text, what] = arguments;
    const row = [...document.querySelectorAll('li.m')].find((row) => row.textContent.includes(text));
    const button = row?.querySelector(what);
    button?.click();
    return !!button";

async fn press(browser: &Browser, text: &str, what: &str) -> Story {
    browser.until(&format!("{what} at {text:?}"), PRESS, json!([text, what])).await
}

/// Looks at a state in every width and theme.
async fn check(browser: &Browser, state: &str) -> Story {
    let mut found = Vec::new();
    for (name, look) in LOOKS {
        for dark in [false, true] {
            browser.look(Look { dark, ..look }).await?;
            for barrier in browser.barriers().await? {
                found.push(format!("{state}, {name}, {}: {barrier}", if dark { "dark" } else { "light" }));
            }
        }
    }
    browser.look(Look::DESKTOP).await?;
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

async fn is_there(browser: &Browser, what: &str, selector: &str) -> Story {
    browser.until(what, "return document.querySelector(arguments[0]) !== null", json!([selector])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_room_a_busy_one_and_the_dialog_have_no_barriers() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    is_there(&ada, "a live page", "[data-link=live]").await?;
    check(&ada, "empty").await?;
    // It does find what is wrong.
    ada.run("document.body.append(document.createElement('textarea'))", json!([])).await?;
    let found = ada.barriers().await?;
    assert!(found.iter().any(|barrier| barrier.starts_with("label: ")), "{found:?}");
    ada.run("document.body.lastElementChild.remove()", json!([])).await?;

    for text in SAID {
        ada.say_pasted(text).await?;
    }
    Plain::say(&server, "den", "Somebody on the plain relay", &["Hello from a terminal".to_owned()]).await?;
    press(&ada, "Morning", "[data-do=reactions]").await?;
    press(&ada, "Morning", "[data-emoji='🎉']").await?;
    is_there(&ada, "the reaction", ".re [aria-pressed=true]").await?;
    press(&ada, "A second one", "[data-do=delete]").await?;
    press(&ada, "A second one", "[data-do=sure]").await?;
    is_there(&ada, "a deleted message", ".gone").await?;
    press(&ada, "Morning", "[data-do=edit]").await?;
    is_there(&ada, "the edit", "#editing:not([hidden]), p.editing:not([hidden])").await?;
    check(&ada, "busy, and editing").await?;

    ada.run("document.querySelector('.about').click()", json!([])).await?;
    is_there(&ada, "the dialog", "dialog[open]").await?;
    check(&ada, "dialog").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn being_offline_and_what_failed_have_no_barriers() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let mut wire = Wire::to(&server).await?;
    let ada = Browser::open(&driver, &wire.url("/r/den"), Look::DESKTOP).await?;
    ada.say("to be edited").await?;
    ada.sees("to be edited").await?;
    wire.cut().await;
    ada.say("a message that waits").await?;
    ada.sees_pending("a message that waits").await?;
    press(&ada, "to be edited", "[data-do=edit]").await?;
    let its_text = "return document.querySelector('#composer').value === 'to be edited'";
    ada.until("its text", its_text, json!([])).await?;
    ada.say(", too late").await?;
    is_there(&ada, "the words about the link", ".status.loud").await?;
    check(&ada, "offline").await?;

    // Another page of the same person, by another way, takes back what is being edited here.
    let here = ada.tab().await?;
    ada.open_tab(&server.url("/r/den")).await?;
    press(&ada, "to be edited", "[data-do=delete]").await?;
    press(&ada, "to be edited", "[data-do=sure]").await?;
    is_there(&ada, "a deleted message", ".gone").await?;
    ada.to_tab(&here).await?;
    wire.mend().await?;
    is_there(&ada, "what was refused", ".note[data-key]").await?;
    is_there(&ada, "a live page", "[data-link=live]").await?;
    check(&ada, "failed").await?;
    ada.close().await
}
