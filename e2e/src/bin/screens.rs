//! Makes the screenshots of the documents from the running program, every view in both themes and three widths:
//! `cargo xtask screens`.

use std::path::{Path, PathBuf};

use e2e::{Browser, Driver, Look, Server, Wire};
use serde_json::json;

type Done = anyhow::Result<()>;

/// A conversation to look at.
const TALK: &[(usize, &str)] = &[
    (0, "Morning! I put Warren on the little box under my desk. **One command**, and here we are:"),
    (0, "```sh\ncargo xtask run\n```"),
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
    &[(1, MENDED, "🎉"), (2, MENDED, "🎉"), (0, QUESTION, "😮"), (1, "Then it waits here", "👍")];

/// Presses what is in the row of a message, once it is there.
const PRESS: &str = "
    const [text, what] = arguments;
    const row = [...document.querySelectorAll('li.m')].find((row) => row.querySelector('.body')?.textContent.includes(text));
    const button = row?.querySelector(what);
    button?.click();
    return !!button";

/// The widths of the pictures.
const WIDTHS: [(&str, Look); 3] = [("desktop", Look::DESKTOP), ("tablet", Look::TABLET), ("phone", Look::PHONE)];

#[tokio::main]
async fn main() -> Done {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/screens"));
    std::fs::create_dir_all(&folder)?;
    let (server, driver) = (Server::start()?, Driver::start()?);
    let mut wire = Wire::to(&server).await?;
    let people = come(&driver, &server, &wire).await?;
    let ada = &people[0];
    let picture = async |view: &str| pictures(ada, &folder, view).await;

    picture("empty").await?;
    for (who, text) in TALK {
        people[*who].say_pasted(text).await?;
        // Without what marks words, which is not shown.
        let last = text.trim_matches(['`', '\n']).lines().last().unwrap_or_default().replace(['*', '`'], "");
        ada.until(
            text,
            "return document.querySelector('[role=log]').textContent.includes(arguments[0])",
            json!([last]),
        )
        .await?;
    }
    change(&people).await?;
    tell_about(ada).await?;

    ada.run("document.querySelector('.about').click()", json!([])).await?;
    let proved = "return document.querySelector('dialog[open]')?.textContent.includes(', verified') ?? false";
    ada.until("the proof", proved, json!([])).await?;
    picture("details").await?;
    // Ada's last reaction has left the focus with its row, and the tools lie over the one above.
    let on = "document.querySelector('dialog[open]').close(); document.querySelector('#composer').focus()";
    ada.run(on, json!([])).await?;

    ada.run("document.querySelector('.box [data-do=emoji]').click()", json!([])).await?;
    let emoji = "return document.querySelectorAll('.picker[open] [role=gridcell]').length > 1000";
    ada.until("the emoji", emoji, json!([])).await?;
    picture("picker").await?;
    ada.run("document.querySelector('.picker').close(); document.querySelector('#composer').focus()", json!([]))
        .await?;

    visit_others(&people, &server).await?;
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    ada.until("the settings", "return document.querySelector('#settings[open] .quiet') !== null", json!([])).await?;
    picture("settings").await?;
    ada.run("document.querySelector('#settings').close()", json!([])).await?;
    ada.run("document.querySelector('.room-tool').click()", json!([])).await?;
    ada.until("the switcher", "return document.querySelector('.switch[open] [role=option]') !== null", json!([]))
        .await?;
    picture("switcher").await?;
    ada.run("document.querySelector('.switch').close(); document.querySelector('#composer').focus()", json!([]))
        .await?;

    people[2].type_text("…").await?;
    ada.until("who types", "return document.querySelector('.typing').textContent.includes('ليلى')", json!([])).await?;
    picture("").await?;
    rooms(ada, &folder).await?;
    without_link(ada, &server, &mut wire, &folder).await?;

    in_arabic(&people[2], &folder).await?;
    who_may_what(&people, &server, &folder).await?;

    ada.go(&server.url("/r/No%20such%20room")).await?;
    ada.until("nowhere", "return document.querySelector('.nowhere:not([hidden]) h1') !== null", json!([])).await?;
    picture("nowhere").await?;
    for browser in people {
        browser.close().await?;
    }
    Ok(())
}

/// Three people come into a room, the first by a wire that can be cut.
async fn come(driver: &Driver, server: &Server, wire: &Wire) -> anyhow::Result<Vec<Browser>> {
    let mut people = Vec::new();
    for (name, url) in [
        ("Ada", wire.url("/r/kitchen-table")),
        ("Tomás", server.url("/r/kitchen-table")),
        ("ليلى", server.url("/r/kitchen-table")),
    ] {
        let browser = Browser::open(driver, &url, Look::DESKTOP).await?;
        browser.rename(name).await?;
        browser.sees_here(name).await?;
        people.push(browser);
    }
    people[0].sees_here("ليلى").await?;
    Ok(people)
}

/// Ada has been in other rooms, where others say something now: one of them what mentions her.
async fn visit_others(people: &[Browser], server: &Server) -> Done {
    let ada = &people[0];
    let enter = "const go = document.querySelector('#go'); go.value = arguments[0]; go.form.requestSubmit()";
    for room in ["garden", "workshop", "kitchen-table"] {
        ada.run(enter, json!([room])).await?;
        let visited = "return JSON.parse(localStorage['warren.visits'] ?? '[]').some(({ room, ours }) => room === arguments[0] && !ours)";
        ada.until("the server knows of the visit", visited, json!([room])).await?;
        if room == "workshop" {
            ada.say("Who has the drill?").await?;
        }
    }
    for (room, text) in [("garden", "The beans are up."), ("workshop", "@Ada! The drill is back.")] {
        people[1].go(&server.url(&format!("/r/{room}"))).await?;
        people[1].sees_here("Tomás").await?;
        people[1].say(text).await?;
        people[1].sees(text).await?;
    }
    people[1].go(&server.url("/r/kitchen-table")).await?;
    ada.until("what is unread", "return document.querySelectorAll('#rooms .badge').length === 2", json!([])).await
}

/// Takes the pictures of a view, named by view, width and theme.
async fn pictures(browser: &Browser, folder: &Path, view: &str) -> Done {
    for (width, look) in WIDTHS {
        for (theme, dark) in [("light", false), ("dark", true)] {
            browser.look(Look { dark, ..look }).await?;
            let parts: Vec<_> = [view, width, theme].into_iter().filter(|part| !part.is_empty()).collect();
            browser.settle().await?;
            browser.screenshot(&folder.join(format!("{}.png", parts.join("-")))).await?;
        }
    }
    browser.look(Look::DESKTOP).await
}

/// Edits a message, answers one, deletes one, and reacts to some.
async fn change(people: &[Browser]) -> Done {
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
    press(1, "Then it waits here", "[data-do=reply]").await?;
    people[1].say("Then I will not hold my breath.").await?;
    for (who, text, emoji) in REACTIONS {
        press(*who, text, "[data-do=reactions]").await?;
        press(*who, text, &format!(".tools [data-emoji='{emoji}']")).await?;
    }
    let count = "return [...document.querySelectorAll('.re span')].map((count) => count.textContent).join() === '2,1,1'
        && !document.querySelector('.changing') && !!document.querySelector('.gone') && !!document.querySelector('.quote')";
    people[0].until("all that was changed", count, json!([])).await
}

/// Says what the room is called and about.
async fn tell_about(ada: &Browser) -> Done {
    ada.run("document.querySelector('.about').click()", json!([])).await?;
    ada.until("the details", "return document.querySelector('dialog[open] #topic') !== null", json!([])).await?;
    let tell = "
        document.querySelector('#title').value = 'The kitchen table';
        document.querySelector('#topic').value = 'Tea, and what runs on the little box';
        document.querySelector('#topic').form.requestSubmit()";
    ada.run(tell, json!([])).await?;
    ada.until(
        "the title",
        "return document.querySelector('h1 bdi')?.textContent.includes('The kitchen table')",
        json!([]),
    )
    .await?;
    ada.run("document.querySelector('dialog[open]')?.close()", json!([])).await.map(drop)
}

/// The rooms, which are a view of their own on a phone only.
async fn rooms(ada: &Browser, folder: &Path) -> Done {
    ada.look(Look::PHONE).await?;
    ada.run("document.querySelector('.back').click()", json!([])).await?;
    ada.until("the rooms", "return document.querySelector('.side').checkVisibility()", json!([])).await?;
    for (theme, dark) in [("light", false), ("dark", true)] {
        ada.look(Look { dark, ..Look::PHONE }).await?;
        ada.settle().await?;
        ada.screenshot(&folder.join(format!("rooms-phone-{theme}.png"))).await?;
    }
    ada.run("document.querySelector('.room[aria-current]').click()", json!([])).await?;
    ada.until("the room", "return document.querySelector('#composer').checkVisibility()", json!([])).await
}

/// The page in Arabic, the other way round, and its settings.
async fn in_arabic(leila: &Browser, folder: &Path) -> Done {
    leila.run("localStorage['warren.lang'] = 'ar'; localStorage['warren.seen'] = ''", json!([])).await?;
    leila.reload().await?;
    leila
        .until("the list of rooms", "return document.querySelector('#rooms [aria-current]') !== null", json!([]))
        .await?;
    pictures(leila, folder, "arabic").await?;
    leila.run("page.bring('sheets', 'settings')", json!([])).await?;
    leila
        .until("the settings", "return document.querySelector('#settings[open] .version') !== null", json!([]))
        .await?;
    pictures(leila, folder, "arabic-settings").await?;
    leila.run("localStorage.removeItem('warren.lang')", json!([])).await.map(drop)
}

/// Who somebody is, as the settings show it; a room that is founded, who is in it, and what an invitation leads to.
async fn who_may_what(people: &[Browser], server: &Server, folder: &Path) -> Done {
    let (ada, tomas) = (&people[0], &people[1]);
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    let account = "const all = [...document.querySelectorAll('#account details > summary')];
        const part = (words) => all.find((one) => one.textContent === words)?.parentElement;
        const parts = ['Keep this name', 'Delete me'].map(part);
        if (!parts.every(Boolean)) return false;
        for (const one of parts) one.open = true;
        document.querySelector('#account').scrollIntoView();
        return true";
    ada.until("who they are", account, json!([])).await?;
    pictures(ada, folder, "account").await?;
    ada.run("document.querySelector('#settings').close()", json!([])).await?;
    ada.run("page.bring('sheets', 'found')", json!([])).await?;
    let fill = "const it = document.querySelector('#found-title'); if (it) it.value = 'The plan'; return it !== null";
    ada.until("the field", fill, json!([])).await?;
    pictures(ada, folder, "found").await?;
    ada.run("document.querySelector('#found-title').form.requestSubmit()", json!([])).await?;
    let is_there = "return location.pathname.startsWith('/r/private-') && typeof page === 'object'
        && document.querySelector('#title-of-room').textContent === 'The plan'";
    ada.until("the room", is_there, json!([])).await?;
    ada.run("page.bring('sheets', 'about')", json!([])).await?;
    let invite = "const it = [...document.querySelectorAll('#access button')].find((one) => one.textContent === 'Invite by a link');
        it?.click();
        return it !== undefined";
    ada.until("the button", invite, json!([])).await?;
    let link = "return document.querySelector('#access input.link') !== null";
    ada.until("the invitation", link, json!([])).await?;
    let link = ada.run("return document.querySelector('#access input.link').value", json!([])).await?;
    // Ada's page came by a wire; his does not.
    let code = link.as_str().and_then(|link| link.split('#').nth(1)).unwrap_or_default();
    tomas.go(&server.url(&format!("/#{code}"))).await?;
    let asked = "return document.querySelector('#invite')?.textContent.includes('The plan') ?? false";
    tomas.until("what it leads to", asked, json!([])).await?;
    pictures(tomas, folder, "invite").await?;
    let enter = "[...document.querySelectorAll('#invite button')].find((one) => one.textContent === 'Come in').click()";
    tomas.run(enter, json!([])).await?;
    tomas.until("the room", is_there, json!([])).await?;
    ada.run("document.querySelector('#about').close()", json!([])).await?;
    ada.run("page.bring('sheets', 'about')", json!([])).await?;
    let members = "return document.querySelectorAll('#access .members li').length === 2";
    ada.until("who is in it", members, json!([])).await?;
    ada.run("document.querySelector('#access').scrollIntoView()", json!([])).await?;
    pictures(ada, folder, "members").await?;
    ada.run("document.querySelector('#about').close()", json!([])).await.map(drop)
}

/// What waits while there is no link, and what was refused when it is back: Ada edits what another page of hers deletes.
async fn without_link(ada: &Browser, server: &Server, wire: &mut Wire, folder: &Path) -> Done {
    wire.cut().await;
    ada.reads_of_link("Offline").await?;
    ada.until("the edit", PRESS, json!([MENDED, "[data-do=edit]"])).await?;
    let its_text = "return document.querySelector('#composer').value === arguments[0]";
    ada.until("its text", its_text, json!([MENDED])).await?;
    ada.say(" Or up.").await?;
    for text in ["This one waits until the server is back.", "And this one, behind it."] {
        ada.say_pasted(text).await?;
        ada.sees_pending(text).await?;
    }
    ada.until("the words about the link", "return !!document.querySelector('.status.loud')", json!([])).await?;
    pictures(ada, folder, "offline").await?;

    let here = ada.tab().await?;
    ada.open_tab(&server.url("/r/kitchen-table")).await?;
    ada.until("the deletion", PRESS, json!([MENDED, "[data-do=delete]"])).await?;
    ada.until("its question", PRESS, json!([MENDED, "[data-do=sure]"])).await?;
    ada.until(
        "it is gone",
        "return !document.querySelector('[role=log]').textContent.includes(arguments[0])",
        json!([MENDED]),
    )
    .await?;
    ada.to_tab(&here).await?;
    wire.mend().await?;
    ada.until("what was refused", "return document.querySelector('.note[data-key]') !== null", json!([])).await?;
    ada.until("a live page", "return document.querySelector('[data-link=live]') !== null", json!([])).await?;
    ada.sees("And this one, behind it.").await?;
    // What was refused stands where it was said, which is no longer the end.
    ada.run("document.querySelector('.note[data-key]').scrollIntoView({ block: 'center' })", json!([])).await?;
    pictures(ada, folder, "refused").await
}
