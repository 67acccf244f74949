//! Attention: counts, the line before what is new, levels and mentions are the same in all browsers of a person.

use e2e::{Browser, Driver, Look, PushService, Server, Told, Wire};
use fantoccini::key::Key;
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

/// What a row of the list says: its badge, spoken words and whether it is quiet.
const ROW: &str = "const row = document.querySelector(`#rooms li[data-room=\"${arguments[0]}\"]`);
    return row && { badge: row.querySelector('.badge')?.textContent ?? '', title: document.title,
        quiet: row.querySelector('a').classList.contains('quiet') }";

/// How far the room `den` is read.
const READ: &str = "(JSON.parse(localStorage['warren.visits'] || '[]').find((one) => one.room === 'den')?.read ?? 0)";

/// The list of rooms is there.
const LISTED: &str = "return document.querySelector('#rooms li a[aria-current]') !== null";

/// Waits until a room's badge says this, and the page's title that so much is wanted.
async fn counts(browser: &Browser, room: &str, badge: &str, wanted: u32) -> Story {
    let script = "const [room, badge, wanted] = arguments;
        const row = document.querySelector(`#rooms li[data-room=\"${room}\"]`);
        const title = wanted ? `(${wanted}) ` : '#';
        return row !== null && (row.querySelector('.badge')?.textContent ?? '') === badge && document.title.startsWith(title)";
    let what = format!("{room} says {badge:?}, the title {wanted}");
    let seen = browser.until(&what, script, json!([room, badge, wanted])).await;
    if seen.is_err() {
        eprintln!("{room}: {}", browser.run(ROW, json!([room])).await?);
    }
    seen
}

/// Goes to a room by the list, as far as there is one.
async fn go(browser: &Browser, room: &str) -> Story {
    let there = "return document.querySelector(`#rooms li[data-room=\"${arguments[0]}\"] a`) !== null";
    browser.until("the room is in the list", there, json!([room])).await?;
    browser.run("document.querySelector(`#rooms li[data-room=\"${arguments[0]}\"] a`).click()", json!([room])).await?;
    let name = if room == "lobby" { "# lobby".to_owned() } else { format!("# {room}") };
    browser
        .until("the room", "return document.querySelector('h1').textContent.startsWith(arguments[0])", json!([name]))
        .await
}

/// The texts after the line that marks off what is new, where there is such a line.
async fn new_texts(browser: &Browser) -> anyhow::Result<Value> {
    let script = "const rows = [...document.querySelectorAll('#log li.m')];
        const first = rows.findIndex((row) => row.dataset.new);
        return first < 0 ? [] : rows.slice(first).map((row) => row.querySelector('.body').textContent)";
    browser.run(script, json!([])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_of_one_person_agree_at_every_step() -> Story {
    let (mut server, driver) = (Server::start()?, Driver::start()?);
    let desk = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    desk.rename("Ada").await?;
    desk.say("hello").await?;
    desk.sees("hello").await?;
    let phone = Browser::start(&driver, Look::PHONE).await?;
    phone.come_as(&desk, &server.url("/")).await?;
    phone.go(&server.url("/")).await?;
    counts(&phone, "den", "", 0).await?;
    go(&desk, "lobby").await?;
    let bob = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    bob.rename("Bob").await?;
    bob.sees("hello").await?;

    // What is said is counted, and what mentions somebody apart.
    bob.say("one").await?;
    bob.say("two").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "2", 2).await?;
    }
    bob.say("three @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "@1", 3).await?;
    }

    // Reading in one is reading in both; the line stands where reading had ended.
    go(&desk, "den").await?;
    desk.sees("three @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "", 0).await?;
    }
    assert_eq!(new_texts(&desk).await?, json!(["one", "two", "three @Ada!"]));
    let colours = "return [...new Set([...document.querySelectorAll('#log .body')].map((body) => getComputedStyle(body).color))].length";
    assert_eq!(desk.run(colours, json!([])).await?, 1, "what mentions somebody is written in the same ink");
    bob.say("four").await?;
    desk.sees("four").await?;
    assert_eq!(new_texts(&desk).await?.as_array().map(Vec::len), Some(4), "the line stays where it was");
    counts(&phone, "den", "", 0).await?;

    // A tab that nobody sees reads nothing.
    let den = desk.tab().await?;
    let other = desk.open_tab("about:blank").await?;
    bob.say("five").await?;
    counts(&phone, "den", "1", 1).await?;
    desk.to_tab(&den).await?;
    counts(&phone, "den", "", 0).await?;
    desk.until("the line", "return document.querySelector('li.m[data-new] .body')?.textContent === 'five'", json!([]))
        .await?;
    desk.to_tab(&other).await?;

    // A level that one chooses holds in both.
    phone.run("document.querySelector('#rooms li[data-room=den] .ib').click()", json!([])).await?;
    phone.run("document.querySelector('.menu input[value=mentions]').click()", json!([])).await?;
    let is_level = "return JSON.parse(localStorage['warren.visits'] || '[]').some((one) => one.room === 'den' && one.level === 'mentions')";
    phone.until("the level", is_level, json!([])).await?;
    bob.say("six").await?;
    counts(&phone, "den", "1", 0).await?;
    bob.say("seven @Ada!").await?;
    counts(&phone, "den", "@1", 1).await?;

    // Through a restart, and what was read meanwhile.
    server.kill();
    phone.reads_of_link("Offline").await?;
    counts(&phone, "den", "@1", 1).await?;
    desk.to_tab(&den).await?;
    desk.sees("seven @Ada!").await?;
    counts(&desk, "den", "", 0).await?;
    server.start_again()?;
    bob.say("eight").await?;
    desk.sees("eight").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "", 0).await?;
    }

    // Marked as unread it is so in both, and stays so before their eyes.
    let mark = "const row = [...document.querySelectorAll('li.m')].find((row) => row.textContent.includes('eight'));
        row.querySelector('[data-do=unread]').click()";
    desk.run(mark, json!([])).await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "1", 0).await?;
    }
    for browser in [desk, phone, bob] {
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_say_what_the_badges_say_through_a_restart_and_a_time_without_network() -> Story {
    let (mut server, driver) = (Server::start_with_push()?, Driver::start()?);
    let (mut wire, mut service) = (Wire::to(&server).await?, PushService::start().await?);
    let desk = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    desk.rename("Ada").await?;
    desk.say("hello").await?;
    desk.sees("hello").await?;
    let phone = Browser::start(&driver, Look::PHONE).await?;
    phone.come_as(&desk, &wire.url("/")).await?;
    phone.go(&wire.url("/")).await?;
    counts(&phone, "den", "", 0).await?;
    service.subscribe(&desk, "desk").await?;
    service.subscribe(&phone, "phone").await?;
    go(&desk, "lobby").await?;
    let bob = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    bob.sees("hello").await?;
    let told = |text: &str, count: u64| {
        ["desk", "phone"].map(|browser| Told { browser: browser.to_owned(), text: text.to_owned(), count })
    };

    // Both browsers are told what both lists say.
    bob.say("one").await?;
    bob.say("two @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "@1", 2).await?;
    }
    assert_eq!(service.next_two().await?, told("two @Ada!", 2));

    // What is read is not told, and a level holds for pushes too.
    go(&desk, "den").await?;
    counts(&desk, "den", "", 0).await?;
    let read = desk.run(&format!("return {READ}"), json!([])).await?;
    bob.say("three @Ada!").await?;
    for browser in [&desk, &phone] {
        browser.until("it is read", &format!("return {READ} > arguments[0]"), json!([read])).await?;
        counts(browser, "den", "", 0).await?;
    }
    go(&desk, "lobby").await?;
    desk.run("document.querySelector('#rooms li[data-room=den] .ib').click()", json!([])).await?;
    desk.run("document.querySelector('.menu input[value=mentions]').click()", json!([])).await?;
    let is_level = "return JSON.parse(localStorage['warren.visits'] || '[]').some((one) => one.room === 'den' && one.level === 'mentions')";
    phone.until("the level", is_level, json!([])).await?;
    bob.say("four").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "1", 0).await?;
    }
    bob.say("five @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "@1", 1).await?;
    }
    assert_eq!(service.next_two().await?, told("five @Ada!", 1));

    // Through a restart.
    server.kill();
    phone.reads_of_link("Offline").await?;
    server.start_again()?;
    bob.say("six @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "@2", 2).await?;
    }
    assert_eq!(service.next_two().await?, told("six @Ada!", 2));

    // One of them is away, and reads when it is back; what happened meanwhile holds.
    wire.cut().await;
    phone.reads_of_link("Offline").await?;
    go(&desk, "den").await?;
    counts(&desk, "den", "", 0).await?;
    go(&desk, "lobby").await?;
    bob.say("seven @Ada!").await?;
    counts(&desk, "den", "@1", 1).await?;
    assert_eq!(service.next_two().await?, told("seven @Ada!", 1));
    counts(&phone, "den", "@2", 2).await?;
    wire.mend().await?;
    counts(&phone, "den", "@1", 1).await?;
    phone.go(&wire.url("/r/den")).await?;
    phone.sees("seven @Ada!").await?;
    for browser in [&desk, &phone] {
        counts(browser, "den", "", 0).await?;
    }
    assert_eq!(new_texts(&phone).await?, json!(["seven @Ada!"]));

    // In nothing is wanted.
    desk.run("document.querySelector('#rooms li[data-room=den] .ib').click()", json!([])).await?;
    desk.run("document.querySelector('.menu input[value=nothing]').click()", json!([])).await?;
    let is_muted = is_level.replace("'mentions'", "'nothing'");
    phone.until("the level", &is_muted, json!([])).await?;
    phone.go(&wire.url("/")).await?;
    bob.say("eight @Ada!").await?;
    let quiet = "const row = document.querySelector('#rooms li[data-room=den]');
        return row?.querySelector('a').classList.contains('quiet') && document.title.startsWith('#')
            && JSON.parse(localStorage['warren.visits']).some((one) => one.room === 'den' && one.unread === 1)";
    for browser in [&desk, &phone] {
        browser.until("a count that nobody is told of", quiet, json!([])).await?;
    }
    for browser in [desk, phone, bob] {
        browser.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_found_made_and_left_by_keys() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.rename("Ada").await?;
    ada.until("the list", LISTED, json!([])).await?;
    ada.press(&[Key::Control], 'k').await?;
    ada.has_focus(".switch input").await?;
    ada.type_keys("Garden-Club").await?;
    let offered = "return document.querySelector('.switch [aria-selected=true]')?.textContent.includes('garden-club')";
    ada.until("the new room is offered", offered, json!([])).await?;
    ada.press(&[], Key::Enter.into()).await?;
    ada.until(
        "the room",
        "return location.pathname === '/r/garden-club' && !document.querySelector('dialog[open]')",
        json!([]),
    )
    .await?;
    ada.say("a message").await?;
    ada.sees("a message").await?;
    // What nobody can be called is said so.
    ada.press(&[Key::Control], 'k').await?;
    ada.type_keys("no such rööm!").await?;
    ada.until(
        "a word",
        "return document.querySelector('.switch [role=status]').textContent.startsWith('Nothing of that name')",
        json!([]),
    )
    .await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.press(&[], Key::Escape.into()).await?;
    // Up and down in the list, and the room's own menu.
    ada.run("document.querySelector('#rooms li[data-room=garden-club] .ib').click()", json!([])).await?;
    ada.until("the menu", "return document.querySelector('.menu[open]') !== null", json!([])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.run("document.querySelector('.menu .danger').click()", json!([])).await?;
    ada.until(
        "it is left",
        "return location.pathname === '/' && !document.querySelector('#rooms li[data-room=garden-club]')",
        json!([]),
    )
    .await?;
    ada.reload().await?;
    ada.until("the list", LISTED, json!([])).await?;
    assert_eq!(ada.run("return document.querySelectorAll('#rooms li').length", json!([])).await?, 1);
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_room_can_have_is_said_so() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    ada.until("the list", LISTED, json!([])).await?;
    let type_in = "const go = document.querySelector('#go'); go.value = arguments[0]; go.form.requestSubmit()";
    ada.run(type_in, json!(["not a room"])).await?;
    let said = "return document.querySelector('#go-problem').textContent.startsWith(\"A room's name is\")
        && document.querySelector('#go').value === 'not a room'";
    ada.until("why not", said, json!([])).await?;
    ada.run(type_in, json!([" #Attic "])).await?;
    ada.until("the room", "return document.querySelector('h1').textContent === '# attic'", json!([])).await?;
    assert_eq!(ada.run("return document.querySelector('#go-problem').textContent", json!([])).await?, "");
    assert_eq!(ada.run("return document.querySelectorAll('#rooms li').length", json!([])).await?, 2);
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_narrow_screen_the_focus_goes_where_the_view_goes() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let narrow = Look { size: (360, 740), ..Look::DESKTOP };
    let ada = Browser::open(&driver, &server.url("/"), narrow).await?;
    ada.until("the list", LISTED, json!([])).await?;
    ada.run("document.querySelector('.back').click()", json!([])).await?;
    let rooms = "return document.activeElement.matches('.side[role=main] .brand[role=heading]')";
    ada.until("the rooms", rooms, json!([])).await?;
    let is_seen = "return document.querySelector('.skip').getBoundingClientRect().width > 0";
    assert_eq!(ada.run(is_seen, json!([])).await?, false);
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.run("document.querySelector('#rooms a[aria-current]').click()", json!([])).await?;
    ada.until("the message box", "return document.activeElement.id === 'composer'", json!([])).await?;
    assert_eq!(ada.run(is_seen, json!([])).await?, true);
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_chosen_in_the_settings_holds_in_all_tabs_and_before_the_first_frame() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/"), Look::DESKTOP).await?;
    let other = ada.tab().await?;
    ada.open_tab(&server.url("/r/den")).await?;
    ada.until("the list", LISTED, json!([])).await?;
    ada.press(&[Key::Control], ',').await?;
    ada.until("the settings", "return document.querySelector('#settings[open]') !== null", json!([])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    ada.run("document.querySelector('#settings [name=theme][value=dark]').click()", json!([])).await?;
    ada.run("document.querySelector('#settings [name=text][value=\"130%\"]').click()", json!([])).await?;
    let chosen = "const { colorScheme, fontSize } = getComputedStyle(document.documentElement);
        return colorScheme === 'dark' && parseFloat(fontSize) > 20";
    ada.until("dark and large", chosen, json!([])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    let name = "const name = document.querySelector('#settings-name');
        name.value = 'Ada'; name.dispatchEvent(new Event('change'))";
    ada.run(name, json!([])).await?;
    ada.press(&[], Key::Escape.into()).await?;
    ada.sees_here("Ada").await?;
    ada.to_tab(&other).await?;
    ada.until("there too", chosen, json!([])).await?;
    let before = "addEventListener('DOMContentLoaded', () => {
        window.before = document.documentElement.style.colorScheme;
    })";
    ada.on_every_page(before).await?;
    ada.reload().await?;
    assert_eq!(ada.run("return window.before", json!([])).await?, "dark");
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_browser_keeps_is_cleared_after_a_question() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/r/den"), Look::PHONE).await?;
    ada.say("hello").await?;
    ada.sees("hello").await?;
    ada.type_text("a draft").await?;
    ada.until("it is kept", "return localStorage['warren.draft.den'] === 'a draft'", json!([])).await?;
    ada.run("page.bring('sheets', 'settings')", json!([])).await?;
    ada.until("the settings", "return document.querySelector('#settings[open]') !== null", json!([])).await?;
    assert_eq!(ada.barriers().await?, Vec::<String>::new());
    let press = "const is = (button) => button.textContent.startsWith(arguments[0]);
        [...document.querySelectorAll('#settings button')].find(is).click()";
    ada.run(press, json!(["Clear what"])).await?;
    let draft = "return localStorage['warren.draft.den'] ?? null";
    assert_eq!(ada.run(draft, json!([])).await?, "a draft", "nothing is lost yet");
    ada.run("window.mark = true", json!([])).await?;
    ada.run(press, json!(["Clear it"])).await?;
    let anew = "return window.mark === undefined && document.querySelector('.app[data-link=live]') !== null";
    ada.until("the page anew", anew, json!([])).await?;
    assert_eq!(ada.run(draft, json!([])).await?, Value::Null);
    ada.sees("hello").await?;
    ada.close().await
}
