//! Makes the screenshots of the documents from the running program: `cargo xtask screens`.

use std::path::PathBuf;

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

/// A conversation to look at.
const TALK: &[(usize, &str)] = &[
    (0, "Morning! I put Warren on the little box under my desk. One command, and here we are."),
    (0, SLIP),
    (1, "Came in by the link. It was on the screen before I had put my tea down."),
    (1, WRONG_ROOM),
    (2, "صباح الخير، أكتب من الهاتف وكل شيء يعمل"),
    (1, QUESTION),
    (0, ANSWER),
];
const SLIP: &str = "Nobody had to sing up for anything.";
const WRONG_ROOM: &str = "Oat milk, bread, two lemons";
const QUESTION: &str = "What happens if the server goes away while I write?";
const ANSWER: &str = "Then it waits here with a clock beside it, and is sent once when the link is back.\nOnce. In order. You can keep typing.";

/// What is put right, and how others felt about what was said.
const MENDED: &str = "Nobody had to sign up for anything.";
const REACTIONS: &[(usize, &str, &str)] =
    &[(1, MENDED, "🎉"), (2, MENDED, "🎉"), (0, QUESTION, "😮"), (1, ANSWER, "👍")];

/// Presses what is in the row of a message, once it is there.
const PRESS: &str = "
    const [text, what] = arguments;
    const row = [...document.querySelectorAll('li.m')].find((row) => row.querySelector('.body')?.textContent === text);
    const button = row?.querySelector(what);
    button?.click();
    return !!button";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/screens"));
    std::fs::create_dir_all(&folder)?;
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let url = server.url("/r/kitchen-table");
    let mut people = Vec::new();
    for name in ["Ada", "Tomás", "ليلى"] {
        let browser = Browser::open(&driver, &url, Look::DESKTOP).await?;
        browser.rename(name).await?;
        browser.sees_here(name).await?;
        people.push(browser);
    }
    let ada = &people[0];
    for (who, text) in TALK {
        people[*who].say_pasted(text).await?;
        ada.sees(text).await?;
    }
    change(&people).await?;
    tell_about(ada).await?;
    let picture = async |name: &str, look: Look| {
        ada.look(look).await?;
        ada.screenshot(&folder.join(format!("{name}.png"))).await
    };
    let (light, dark) = (Look::DESKTOP, Look { dark: true, ..Look::PHONE });

    ada.run("document.querySelector('.about').click()", json!([])).await?;
    let proved = "return document.querySelector('dialog[open]').textContent.includes(', verified')";
    ada.until("the proof", proved, json!([])).await?;
    picture("details-light", light).await?;
    picture("details-phone-dark", dark).await?;
    // Ada's last reaction has left the focus with its row, and the tools lie over the one above.
    let on = "document.querySelector('dialog').close(); document.querySelector('#composer').focus()";
    ada.run(on, json!([])).await?;

    people[2].type_text("…").await?;
    ada.until("who types", "return document.querySelector('.typing').textContent.includes('ليلى')", json!([])).await?;
    picture("desktop-light", light).await?;
    picture("desktop-dark", Look { dark: true, ..light }).await?;
    picture("phone-light", Look::PHONE).await?;
    picture("phone-dark", dark).await?;

    server.kill();
    ada.reads_of_link("Offline").await?;
    ada.look(light).await?;
    for text in ["This one waits until the server is back.", "And this one, behind it."] {
        ada.say_pasted(text).await?;
        ada.sees_pending(text).await?;
    }
    ada.until("the words about the link", "return !!document.querySelector('.status.loud')", json!([])).await?;
    picture("offline-light", light).await?;
    picture("offline-phone-dark", dark).await?;
    for browser in people {
        browser.close().await?;
    }
    Ok(())
}

/// Edits a message, deletes one, and reacts to some.
async fn change(people: &[Browser]) -> anyhow::Result<()> {
    let press = async |who: usize, text: &str, what: &str| {
        people[who].until(&format!("{what} at {text:?}"), PRESS, json!([text, what])).await
    };
    press(0, SLIP, "[data-do=edit]").await?;
    let is_there = "return document.querySelector('#composer').value === arguments[0]";
    people[0].until("its text", is_there, json!([SLIP])).await?;
    people[0].run("document.querySelector('#composer').select()", json!([])).await?;
    people[0].say(MENDED).await?;
    press(1, WRONG_ROOM, "[data-do=delete]").await?;
    press(1, WRONG_ROOM, "[data-do=sure]").await?;
    for (who, text, emoji) in REACTIONS {
        people[*who].sees(text).await?;
        press(*who, text, "[data-do=reactions]").await?;
        press(*who, text, &format!(".tools [data-emoji='{emoji}']")).await?;
    }
    let count = "return [...document.querySelectorAll('.re span')].map((count) => count.textContent).join() === '2,1,1'
        && !document.querySelector('.changing') && !!document.querySelector('.gone')";
    people[0].until("all that was changed", count, json!([])).await
}

/// Says what the room is called and about.
async fn tell_about(ada: &Browser) -> anyhow::Result<()> {
    let tell = "
        document.querySelector('.about').click();
        document.querySelector('#title').value = 'The kitchen table';
        document.querySelector('#topic').value = 'Tea, and what runs on the little box';
        document.querySelector('#topic').form.requestSubmit()";
    ada.run(tell, json!([])).await?;
    ada.until("the title", "return document.querySelector('h1 bdi')?.textContent === 'The kitchen table'", json!([]))
        .await
}
