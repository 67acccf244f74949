//! What helps with writing and comes only when it is needed: the picker of emoji, fences for code that is pasted, and that
//! what is typed anywhere is written.

use e2e::{Browser, Driver, Look, Server};
use fantoccini::key::Key;
use serde_json::json;

type Story = anyhow::Result<()>;

/// A page of a room with one message in it, live.
async fn open(server: &Server, driver: &Driver, look: Look) -> anyhow::Result<Browser> {
    let ada = Browser::open(driver, &server.url("/r/den"), look).await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;
    ada.say("a message").await?;
    ada.sees("a message").await?;
    Ok(ada)
}

async fn is_so(browser: &Browser, what: &str, script: &str) -> Story {
    browser.until(what, &format!("return {script}"), json!([])).await
}

async fn holds(browser: &Browser, text: &str) -> Story {
    let holds = "return document.querySelector('#composer').value === arguments[0]";
    browser.until(&format!("{text:?} in the message box"), holds, json!([text])).await
}

async fn click(browser: &Browser, selector: &str) -> Story {
    let click = "const found = document.querySelector(arguments[0]); found?.click(); return !!found";
    browser.until(selector, click, json!([selector])).await
}

async fn focus(browser: &Browser, selector: &str) -> Story {
    browser.run("document.querySelector(arguments[0]).focus()", json!([selector])).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_or_pasted_anywhere_is_written() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = open(&server, &driver, Look::DESKTOP).await?;
    ada.run("document.activeElement.blur()", json!([])).await?;
    ada.type_keys("hi").await?;
    holds(&ada, "hi").await?;
    ada.press(&[Key::Control], 'a').await?;
    ada.press(&[Key::Control], 'x').await?;
    // From a message too, but for the keys of its own; a blank turns the page there.
    focus(&ada, "li.m").await?;
    ada.type_keys(" ").await?;
    assert!(ada.has_focus("li.m").await?);
    ada.press(&[Key::Control], 'v').await?;
    holds(&ada, "hi").await?;
    focus(&ada, "li.m").await?;
    ada.type_keys("!").await?;
    holds(&ada, "hi!").await?;
    // What has a use for keys keeps them.
    focus(&ada, "#go").await?;
    ada.type_keys("x").await?;
    is_so(&ada, "the room's name", "document.querySelector('#go').value === 'x'").await?;
    click(&ada, ".about").await?;
    is_so(&ada, "the dialog", "document.querySelector('dialog[open]') !== null").await?;
    focus(&ada, "dialog[open] .ib").await?;
    ada.type_keys("x").await?;
    assert!(ada.has_focus("dialog[open] .ib").await?);
    holds(&ada, "hi!").await?;
    ada.close().await?;

    // On a touched screen it would bring the keyboard up.
    let ada = open(&server, &driver, Look::PHONE).await?;
    focus(&ada, ".scroll").await?;
    ada.type_keys("h").await?;
    assert!(ada.has_focus(".scroll").await?);
    holds(&ada, "").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colon_ends_the_name_of_an_emoji() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = open(&server, &driver, Look::DESKTOP).await?;
    // The names come when the first is asked for.
    ada.type_keys(":sm").await?;
    let come = "performance.getEntriesByType('resource').some((one) => one.name.endsWith('/api/emoji') && one.responseEnd > 0)";
    is_so(&ada, "the names", come).await?;
    ada.press(&[], char::from(Key::Backspace)).await?;
    ada.type_keys("mile").await?;
    is_so(&ada, "the offer", "document.querySelector('#choices li')?.textContent === '😄 :smile:'").await?;
    ada.type_keys(":").await?;
    holds(&ada, "😄 ").await?;
    // Neither half a name nor a time of day is one.
    ada.type_keys(":smil: 10:30:").await?;
    holds(&ada, "😄 :smil: 10:30:").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_is_pasted_is_offered_fences_and_one_step_takes_them_back() -> Story {
    const CODE: &str = "if a:\n    b = \"```\"\nend";
    let offered = "document.querySelector('#pasted:not([hidden]) button') !== null";
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = open(&server, &driver, Look::DESKTOP).await?;
    let paste = async |text: &str, rest: &str| {
        // By way of the clipboard.
        ada.run(
            "const box = document.querySelector('#composer'); box.value = arguments[0]; box.select()",
            json!([text]),
        )
        .await?;
        focus(&ada, "#composer").await?;
        ada.press(&[Key::Control], 'x').await?;
        ada.type_keys(rest).await?;
        ada.press(&[Key::Control], 'v').await
    };
    paste(CODE, "see: ").await?;
    holds(&ada, &["see: ", CODE].concat()).await?;
    is_so(&ada, "the first offer", offered).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.tab_to("#pasted button", true).await?;
    ada.press(&[], char::from(Key::Enter)).await?;
    // The fence is longer than any in it.
    let fenced = ["see: \n````\n", CODE, "\n````\n"].concat();
    holds(&ada, &fenced).await?;
    assert!(ada.has_focus("#composer").await?);
    is_so(&ada, "no offer", &["!(", offered, ")"].concat()).await?;
    ada.press(&[Key::Control], 'z').await?;
    holds(&ada, &["see: ", CODE].concat()).await?;

    // The offer goes with what it is about.
    ada.press(&[Key::Control], 'a').await?;
    paste(CODE, "").await?;
    is_so(&ada, "the offer", offered).await?;
    ada.press(&[], char::from(Key::Enter)).await?;
    is_so(&ada, "no offer", &["!(", offered, ")"].concat()).await?;

    // Lines that are no code, and code that has its fences.
    for text in ["one\ntwo", "```\nif a:\n    b\n```"] {
        paste(text, "").await?;
        holds(&ada, text).await?;
        // Whatever there was to come has come by the time that this has.
        ada.run_async(
            "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => done(true)))",
            json!([]),
        )
        .await?;
        is_so(&ada, "no offer", &["!(", offered, ")"].concat()).await?;
    }
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_network_the_picker_says_so_and_tries_again() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = open(&server, &driver, Look::DESKTOP).await?;
    ada.block(&["*/emoji.js", "*/api/emoji"]).await?;
    click(&ada, ".box [data-do=emoji]").await?;
    let says = "document.querySelector('#composer-problem').textContent.startsWith('The emoji could not be loaded')";
    is_so(&ada, "words", says).await?;
    ada.block(&["*/api/emoji"]).await?;
    click(&ada, ".box [data-do=emoji]").await?;
    let says =
        "document.querySelector('.picker [role=status]')?.textContent.startsWith('The emoji could not be loaded')";
    is_so(&ada, "words", says).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.block(&[]).await?;
    click(&ada, ".picker [role=status] button").await?;
    is_so(&ada, "the emoji", "document.querySelectorAll('.picker [role=gridcell]').length > 1000").await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_finger_the_picker_fits_and_has_no_barriers() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = open(&server, &driver, Look::PHONE).await?;
    // What others have put there is no emoji of ours.
    ada.run("localStorage.setItem('warren.emoji', '<b>x</b> undefined 🚀 🚀')", json!([])).await?;
    click(&ada, ".box [data-do=emoji]").await?;
    is_so(&ada, "the emoji", "document.querySelectorAll('.picker [role=gridcell]').length > 1000").await?;
    is_so(&ada, "no keyboard", "!document.activeElement.matches('input, textarea')").await?;
    is_so(&ada, "the recent one", "document.querySelector('.picker section').textContent === 'Recently used🚀'")
        .await?;
    let small = "return [...document.querySelectorAll('.box button, .picker button, .picker input')].slice(0, 60).map((target) => {
        const { width, height, left, right } = target.getBoundingClientRect();
        return [target.ariaLabel, width, height, left, right];
    }).filter(([, width, height, left, right]) => width < 40 || height < 44 || left < 0 || right > innerWidth)";
    assert_eq!(ada.run(small, json!([])).await?, json!([]));
    for dark in [false, true] {
        for look in [Look::PHONE, Look::DESKTOP] {
            ada.look(Look { dark, ..look }).await?;
            assert_eq!(ada.barriers().await?, Vec::<String>::new(), "dark: {dark}, {look:?}");
        }
    }
    // Where one writes from right to left, the arrows lead where they point.
    ada.run("document.documentElement.dir = 'rtl'", json!([])).await?;
    focus(&ada, ".picker section:nth-child(2) [role=gridcell]").await?;
    ada.press(&[], char::from(Key::Left)).await?;
    assert!(ada.has_focus("section:nth-child(2) [role=row]:first-child > :nth-child(2)").await?);
    ada.press(&[], char::from(Key::Enter)).await?;
    holds(&ada, "😃").await?;
    ada.close().await
}
