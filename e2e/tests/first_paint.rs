//! What is there before the client has come, and without it: the newest messages of the room, in the page itself.

use anyhow::Context as _;
use e2e::{Author, Browser, Driver, Look, Server, hostile};
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

/// The client has taken the page over, and follows the room.
const LIVE: &str = "return document.querySelector('.app')?.dataset.link === 'live'";

/// The client comes when it is let through.
const HELD: &str = "
    const real = window.fetch;
    const through = new Promise((done) => { window.letThrough = done });
    window.fetch = (...asked) => through.then(() => real(...asked));";

/// What a row is, apart from what depends on who reads, where and when: day lines, the words of times, and the tools
/// of a message, which would do nothing without the client. `shapes(log)` gives the rest of each row, as text.
const SHAPES: &str = "
    const shape = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return JSON.stringify(node.data);
        if (node.nodeType !== Node.ELEMENT_NODE) return '';
        const isTime = node.matches('time:not(.edited)');
        const ignored = isTime || node.matches('time') ? ['title', 'disabled'] : ['disabled'];
        const attributes = [...node.attributes].filter((one) => !ignored.includes(one.name))
            .map((one) => ` ${one.name}=${JSON.stringify(one.value)}`).sort().join('');
        const inside = isTime ? '' : [...node.childNodes].map(shape).join('');
        return `<${node.localName}${attributes}>${inside}</${node.localName}>`;
    };
    const shapes = (log) => [...log.querySelectorAll('ol.log > li.m')].map((row) => {
        const copy = row.cloneNode(true);
        for (const button of copy.querySelectorAll('.tools, .more')) button.remove();
        copy.normalize();
        return shape(copy);
    });";

/// The rows that the server draws, and those that the client has drawn.
const COMPARED: &str = "
    const [path, done] = arguments;
    fetch(path).then((answer) => answer.text()).then((html) => {
        const page = shapes(new DOMParser().parseFromString(html, 'text/html'));
        // The rows out of sight are drawn a little later.
        const look = () => {
            const drawn = shapes(document);
            if (drawn.length < page.length) requestAnimationFrame(look);
            else done([page, drawn]);
        };
        look();
    });";

/// Where each message stands that can be seen, and when it was said.
const PLACES: &str = "
    return [...document.querySelectorAll('li.m')].map((row) => {
        const time = row.querySelector('time');
        const place = ({ top, left, width, height }) => [top, left, width, height];
        const [says, said] = [row.querySelector('.body'), time].map((part) => place(part.getBoundingClientRect()));
        return [row.dataset.seq, says, said, time.textContent];
    }).filter(([, [top]]) => top > 60)";

/// What has moved since the page was loaded, as the browser counts it.
const SHIFTS: &str = "
    const done = arguments[0];
    const name = ({ node, previousRect: from, currentRect: to }) =>
        `${node?.nodeName} ${node?.id} ${node?.className}: ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
    const moved = [];
    new PerformanceObserver((list) => moved.push(...list.getEntries().map((shift) => [shift.value, shift.sources.map(name)])))
        .observe({ type: 'layout-shift', buffered: true });
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved))));";

async fn a_room(server: &Server) -> Story {
    let mut ada = Author::to(server, "Ada").await?;
    let mut bob = Author::to(server, "Bob").await?;
    let say = |text: &str| json!({"type": "post", "room": "den", "text": text});
    ada.does(json!({"type": "set_room", "room": "den", "title": "The <Den>", "topic": "Who brings the cake?"})).await?;
    let first = ada.does(say("Good morning!")).await?;
    ada.does(say("Who has seen the keys? I left them here, on the table, next to the window, I think.")).await?;
    let taken_back = bob.does(say("gone soon")).await?;
    bob.does(json!({"type": "delete", "room": "den", "target": taken_back})).await?;
    bob.does(json!({"type": "react", "room": "den", "target": first, "emoji": "👍", "on": true})).await?;
    let changed = bob.does(say("In the kitchen, see https://example.org/keys?a=1&b=2")).await?;
    bob.does(
        json!({"type": "edit", "room": "den", "target": changed, "text": "In the hall: https://example.org/?a=1&b=2"}),
    )
    .await?;
    let mut answer = say("Thank you, @bob!");
    answer["reply_to"] = json!(changed);
    answer["mentions"] = json!([bob.id()]);
    ada.does(answer).await?;
    for line in 0..20 {
        let author = if line % 3 == 0 { &mut ada } else { &mut bob };
        author
            .does(say(&format!(
                "line {line} of some length, so that there are rows of two lines on a narrow screen too"
            )))
            .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_is_readable_where_the_client_never_comes() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    a_room(&server).await?;
    let ada = Browser::open(&driver, &server.url("/healthz"), Look::DESKTOP).await?;
    let on_top = "
        const bodies = [...document.querySelectorAll('li.m .body')].slice(-5);
        return bodies.length === 5 && bodies.every((body) => {
            const { x, y, height } = body.getBoundingClientRect();
            return body.contains(document.elementFromPoint(x + 5, y + height / 2));
        })";
    ada.block(&["*.wasm"]).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.until("the messages, with nothing over them", on_top, json!([])).await?;
    ada.until("the head", "return document.querySelector('h1').textContent.startsWith('# den')", json!([])).await?;
    assert!(ada.texts().await?.contains(&"Thank you, @bob!".to_owned()));
    ada.run_no_scripts().await?;
    ada.block(&[]).await?;
    ada.go(&server.url("/r/den")).await?;
    ada.until("the messages without any script", on_top, json!([])).await?;
    let said = "return document.querySelector('noscript p')?.getBoundingClientRect().height > 0";
    ada.until("what is missing", said, json!([])).await?;
    ada.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_takes_the_page_over_and_nothing_moves() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    a_room(&server).await?;
    for look in [Look::DESKTOP, Look::PHONE] {
        let ada = Browser::start(&driver, look).await?;
        ada.on_every_page(HELD).await?;
        ada.go(&server.url("/r/den")).await?;
        ada.until("the messages", "return document.querySelectorAll('li.m').length > 20", json!([])).await?;
        let painted = ada.run(PLACES, json!([])).await?;
        assert!(painted.as_array().is_some_and(|rows| rows.len() >= 5), "{painted}");
        ada.run("window.letThrough()", json!([])).await?;
        ada.until("live", LIVE, json!([])).await?;
        assert_eq!(ada.run(PLACES, json!([])).await?, painted, "{look:?}");
        assert_eq!(ada.run_async(SHIFTS, json!([])).await?, json!([]), "{look:?}");
        ada.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_scrolled_up_before_the_client_came_is_still_there_after_it() -> Story {
    const READ: &str = "
        const top = document.querySelector('.scroll').getBoundingClientRect().top;
        const row = [...document.querySelectorAll('li.m')].find((row) => row.getBoundingClientRect().bottom > top);
        return [row.dataset.seq, row.getBoundingClientRect().top - top]";
    // A browser places what it scrolls to by parts of a pixel that nobody sees.
    let same = |one: &Value, other: &Value| {
        let moved = one[1].as_f64().unwrap_or(f64::MAX) - other[1].as_f64().unwrap_or_default();
        assert!(one[0] == other[0] && moved.abs() < 0.5, "{other}, then {one}");
    };
    let (server, driver) = (Server::start()?, Driver::start()?);
    a_room(&server).await?;
    for look in [Look::DESKTOP, Look::PHONE] {
        let ada = Browser::start(&driver, look).await?;
        ada.on_every_page(HELD).await?;
        ada.go(&server.url("/r/den")).await?;
        ada.until("the messages", "return document.querySelectorAll('li.m').length > 20", json!([])).await?;
        // To the middle of a row.
        let scroll = "document.querySelector('li.m[data-seq=\"9\"]').scrollIntoView({ block: 'start' });
                      document.querySelector('.scroll').scrollBy(0, 7);
                      return document.querySelector('.scroll').scrollTop";
        let scrolled = ada.run(scroll, json!([])).await?;
        assert!(scrolled.as_f64().is_some_and(|top| top < -100.0), "{scrolled}");
        let before = ada.run(READ, json!([])).await?;
        ada.run("window.letThrough()", json!([])).await?;
        ada.until("live", LIVE, json!([])).await?;
        same(&ada.run(READ, json!([])).await?, &before);
        ada.until("the way down", "return document.querySelector('.jump')?.hidden === false", json!([])).await?;
        // What comes now does not move it either.
        Author::to(&server, "Eve").await?.does(json!({"type": "post", "room": "den", "text": "late"})).await?;
        ada.sees("late").await?;
        same(&ada.run(READ, json!([])).await?, &before);
        assert_eq!(ada.run_async(SHIFTS, json!([])).await?, json!([]), "{look:?}");
        ada.close().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_draws_the_rows_that_the_client_draws() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    a_room(&server).await?;
    let mut paths = vec!["/r/den".to_owned()];
    let texts = hostile("texts")?;
    // As many in a room as its page has.
    let mut names = hostile("names")?.into_iter();
    let (mut author, mut room, mut count, mut bytes) = (Author::to(&server, "<b>").await?, 0, 0, 0);
    for text in &texts {
        if count == 0 || count == 25 || bytes + text.len() > 60_000 {
            (room, count, bytes) = (room + 1, 0, 0);
            let name = names.next().unwrap_or_else(|| "Ada".to_owned());
            author = Author::to(&server, &name).await?;
            paths.push(format!("/r/hostile-{room}"));
        }
        author.does(json!({"type": "post", "room": format!("hostile-{room}"), "text": text})).await?;
        (count, bytes) = (count + 1, bytes + text.len());
    }
    for name in names {
        let mut author = Author::to(&server, &name).await?;
        author.does(json!({"type": "post", "room": "names", "text": "hi"})).await?;
    }
    paths.push("/r/names".to_owned());
    let eve = Browser::open(&driver, &server.url("/healthz"), Look::DESKTOP).await?;
    for path in paths {
        eve.go(&server.url(&path)).await?;
        eve.until("live", LIVE, json!([])).await?;
        let both = eve.run_async(&[SHAPES, COMPARED].concat(), json!([path])).await?;
        let rows = |which: usize| both[which].as_array().cloned().unwrap_or_default();
        assert!(!rows(0).is_empty(), "{path}: {both}");
        for (server, client) in rows(0).iter().zip(rows(1)) {
            assert_eq!(server.as_str(), client.as_str(), "{path}: the server's, then the client's");
        }
        assert_eq!(rows(0).len(), rows(1).len(), "{path}");
    }
    eve.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn days_and_times_are_the_readers() -> Story {
    // As the server draws them: by the days of UTC, without words.
    let draw = "
        const line = '<li class=\"day\"><button disabled></button></li>';
        const row = (at) => `<li class=\"m\"><a class=\"at\"><time datetime=\"${at}\"></time></a><p class=\"body\">${at}</p></li>`;
        document.querySelector('#log').innerHTML = '<ol class=\"log\">'
            + line + row('2026-01-23T23:50:00.000Z') + row('2026-01-23T23:55:00.000Z')
            + line + row('2026-01-24T00:10:00.000Z') + row('2026-01-24T12:00:00.000Z') + '</ol>';";
    let drawn = "
        const clock = new Intl.DateTimeFormat([], { hour: 'numeric', minute: '2-digit', timeZone: zone });
        return [...document.querySelectorAll('#log li')].map((row) => {
            const time = row.querySelector('time');
            if (!time) return 'day ' + row.textContent.match(/\\b\\d{1,2}\\b/);
            return time.textContent === clock.format(new Date(time.dateTime)) ? 'said' : time.textContent;
        })";
    let is_drawn = format!(
        "const drawn = (zone) => {{ {drawn} }}; return JSON.stringify(drawn(arguments[0])) === JSON.stringify(arguments[1])"
    );
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ada = Browser::open(&driver, &server.url("/healthz"), Look::DESKTOP).await?;
    ada.block(&["*.wasm"]).await?;
    for (zone, rows) in [
        ("UTC", json!(["day 23", "said", "said", "day 24", "said", "said"])),
        ("America/New_York", json!(["day 23", "said", "said", "said", "day 24", "said"])),
        ("Asia/Kolkata", json!(["day 24", "said", "said", "said", "said"])),
        ("Pacific/Kiritimati", json!(["day 24", "said", "said", "said", "day 25", "said"])),
    ] {
        ada.live_in(zone).await?;
        ada.go(&server.url("/shell")).await?;
        ada.run(draw, json!([])).await?;
        ada.run(include_str!("../../frontend/times.js"), json!([])).await?;
        ada.until("the words", &is_drawn, json!([zone, rows])).await.with_context(|| zone)?;
    }
    ada.close().await
}
