//! What the system or the person wishes of the page's look: forced colours, no motion, larger letters.

use e2e::{Browser, Driver, Look, Server};
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

const LISTED: &str = "return document.querySelectorAll('#rooms .room').length > 1";
/// How something differs from others of its kind to the eye.
const LOOKS: &str = "
    const [one, other] = [...arguments].map((selector) => {
        const { backgroundColor, outlineStyle, outlineColor } = getComputedStyle(document.querySelector(selector));
        return [backgroundColor, outlineStyle === 'none' ? '' : outlineColor].join();
    });
    return one !== other";

async fn wish(browser: &Browser, features: &[(&str, &str)]) -> Story {
    let features: Vec<Value> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    browser.devtools("Emulation.setEmulatedMedia", json!({"features": features})).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn in_forced_colours_what_is_chosen_can_be_told_from_the_rest() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.until("the list", LISTED, json!([])).await?;
    wish(&ada, &[("forced-colors", "active")]).await?;
    ada.until("forced colours", "return matchMedia('(forced-colors: active)').matches", json!([])).await?;
    let rooms = json!(["#rooms .room[aria-current]", "#rooms .room:not([aria-current])"]);
    assert_eq!(ada.run(LOOKS, rooms).await?, true, "the room that is open");
    ada.say("hello").await?;
    ada.sees("hello").await?;
    for press in ["li.m [data-do=reactions]", "li.m .tools [data-emoji='👍']"] {
        let there = format!("const it = document.querySelector(\"{press}\"); it?.click(); return it !== null");
        ada.until(press, &there, json!([])).await?;
    }
    ada.until("a reaction", "return document.querySelector('.re [aria-pressed=true]') !== null", json!([])).await?;
    assert_eq!(ada.run(LOOKS, json!([".re [aria-pressed=true]", ".re"])).await?, true, "a reaction of one's own");
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.run("document.querySelector('.room-tool').click()", json!([])).await?;
    let options = "return document.querySelectorAll('.switch[open] [role=option]').length > 1";
    ada.until("the switcher", options, json!([])).await?;
    let options = json!([".switch [aria-selected=true]", ".switch [aria-selected=false]"]);
    assert_eq!(ada.run(LOOKS, options).await?, true, "what Enter would choose");
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_motion_is_wished_nothing_moves_by_itself() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::PHONE).await?;
    wish(&ada, &[("prefers-reduced-motion", "reduce")]).await?;
    ada.say("hello").await?;
    ada.sees("hello").await?;
    let link = "document.querySelector('li.m a.at').click(); return document.querySelector('li.m.target') !== null";
    ada.until("the message that was found anew", link, json!([])).await?;
    // A colour that fades is no motion.
    let moves = "const still = /^(background|color|offset|computedOffset|easing|composite)/;
        return document.getAnimations()
            .filter(({ effect }) => effect.getComputedTiming().duration > 10)
            .filter(({ effect }) => effect.getKeyframes().flatMap(Object.keys).some((key) => !still.test(key)))
            .map((one) => one.animationName ?? one.transitionProperty)";
    assert_eq!(ada.run(moves, json!([])).await?, json!([]));
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_letters_fit_on_a_phone() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::PHONE).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.until("the list", LISTED, json!([])).await?;
    let size = "return parseFloat(getComputedStyle(document.querySelector('#composer')).fontSize)";
    let before = ada.run(size, json!([])).await?.as_f64().unwrap_or_default();
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    let largest =
        "const it = document.querySelector('#settings [name=text][value=\"130%\"]'); it?.click(); return it !== null";
    ada.until("the settings", largest, json!([])).await?;
    let after = ada.run(size, json!([])).await?.as_f64().unwrap_or_default();
    assert!(after > before * 1.2, "{before} to {after}");
    let wider = "return [document.documentElement, ...document.querySelectorAll('dialog[open], .head, .comp')]
        .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className || one.tagName)";
    assert_eq!(ada.run(wider, json!([])).await?, json!([]), "it is no wider than the screen");
    ada.run("document.querySelector('#settings').close(); document.querySelector('.back').click()", json!([])).await?;
    assert_eq!(ada.run(wider, json!([])).await?, json!([]), "nor are the rooms");
    ada.close().await
}
