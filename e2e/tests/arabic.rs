//! The page in Arabic: the other way round, all its words, and nothing of what people say.

use e2e::{Browser, Driver, Look, Server};
use serde_json::json;

type Story = anyhow::Result<()>;

async fn is_so(browser: &Browser, what: &str, condition: &str) -> Story {
    browser.until(what, &format!("return ({condition})"), json!([])).await
}

/// Opens a dialog of its own, once the client is there.
async fn open(browser: &Browser, sheet: &str) -> Story {
    let there = format!(
        "document.querySelector('[data-link=live]') && document.querySelector('[data-sheet={sheet}]') !== null"
    );
    is_so(browser, "what opens it", &there).await?;
    browser.run(&format!("document.querySelector('[data-sheet={sheet}]').click()"), json!([])).await?;
    is_so(browser, "the dialog", &format!("document.querySelector('#{sheet}[open]') !== null")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn in_arabic_the_page_is_another_way_round_from_its_first_frame_and_what_people_say_is_left() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    for said in ["Settings", "Message deleted"] {
        ada.say(said).await?;
        ada.sees(said).await?;
    }
    ada.say_pasted("```\nCancel\n```").await?;
    is_so(&ada, "code", "document.querySelector('li.m .body button') !== null").await?;
    // Two answers: to what was said, and to what is gone.
    let answer = "const rows = [...document.querySelectorAll('li.m')];
        rows[arguments[0]].querySelector('[data-do=reply]').click()";
    for (at, said) in [(0, "yes"), (1, "no")] {
        ada.run(answer, json!([at])).await?;
        is_so(&ada, "the answer begun", "!document.querySelector('#replying').hidden").await?;
        ada.say(said).await?;
        ada.sees(said).await?;
    }
    let delete = "const row = document.querySelectorAll('li.m')[1];
        row.querySelector('[data-do=delete]').click();
        return true";
    ada.run(delete, json!([])).await?;
    is_so(&ada, "the question", "document.querySelectorAll('li.m')[1].querySelector('[data-do=sure]') !== null")
        .await?;
    ada.run("document.querySelectorAll('li.m')[1].querySelector('[data-do=sure]').click()", json!([])).await?;
    is_so(&ada, "it is gone", "document.querySelector('li.m .gone') !== null").await?;
    open(&ada, "settings").await?;
    ada.on_every_page(
        "globalThis.directions = new Set();
        const look = () => { if (document.body) directions.add(document.documentElement.dir); requestAnimationFrame(look) };
        requestAnimationFrame(look)",
    )
    .await?;
    let choose = "const select = document.querySelector('#language'); select.value = 'ar'; select.dispatchEvent(new Event('change'))";
    ada.run(choose, json!([])).await?;
    is_so(&ada, "the other way round", "document.dir === 'rtl' && document.documentElement.lang === 'ar'").await?;
    is_so(&ada, "a live page", "document.querySelector('[data-link=live]') !== null").await?;
    is_so(&ada, "one direction only", "[...directions].join() === 'rtl'").await?;
    is_so(&ada, "the words", "document.querySelector('.side .sec').textContent === 'الغرف'").await?;
    is_so(&ada, "a count", "document.querySelector('#count').textContent === 'شخص واحد هنا'").await?;
    is_so(&ada, "the box", "document.querySelector('#composer').placeholder.startsWith('رسالة إلى')").await?;
    let texts = "[...document.querySelectorAll('li.m .body')].map((body) => body.textContent).join() === 'Settings,رسالة محذوفة,Cancelنسخ,yes,no'";
    is_so(
        &ada,
        "it written from the right",
        "getComputedStyle(document.querySelector('#composer')).direction === 'rtl'",
    )
    .await?;
    is_so(&ada, "what was said", texts).await?;
    let answered = "[...document.querySelectorAll('.quote > [dir]')].map((one) => one.textContent).join() === 'Settings,رسالة محذوفة'";
    is_so(&ada, "what was answered", answered).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    open(&ada, "settings").await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    // All that can be seen is in Arabic, but for names and signs.
    let english = "[...document.querySelectorAll('.side *, .head *, .status *, .comp *, #settings *')]
        .filter((one) => one.checkVisibility() && !one.closest('bdi, kbd, .version, option, [dir=auto]:not(h2), textarea, h1, .person'))
        .flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()))
        .filter((text) => /[A-Za-z]{2}/.test(text.replaceAll('Warren', '')))";
    let come = is_so(&ada, "nothing in English", &format!("{english}.length === 0")).await;
    let found = ada.run(&format!("return {english}"), json!([])).await?;
    assert_eq!(found, json!([]), "in English: {come:?}");
    ada.close().await
}
