//! Who somebody is, in real browsers: a guest keeps their name and is the same person elsewhere.

use e2e::{Browser, Driver, Look, Server};
use serde_json::{Value, json};

type Story = anyhow::Result<()>;

/// Clicks the button of the settings that says so, once it is there.
const PRESS: &str = "
    const all = [...document.querySelectorAll('dialog[open] :is(button, summary)')];
    const it = all.find((one) => one.textContent === arguments[0] && one.checkVisibility());
    it?.click();
    return it !== undefined";
/// What the settings say became of it.
const SAID: &str = "return [...document.querySelectorAll('dialog[open] [role=status]')].some((one) => one.textContent === arguments[0])";
const FILL: &str = "
    const [selector, text] = arguments;
    const it = [...document.querySelectorAll(`dialog[open] ${selector}`)].find((one) => one.checkVisibility());
    if (it) it.value = text;
    return it !== undefined";
const WHO: &str = "return document.querySelector('#account bdi')?.textContent";

/// The address of a page by the name of this machine: passkeys belong to names.
fn named(server: &Server, path: &str) -> String {
    server.url(path).replace("127.0.0.1", "localhost")
}

async fn press(browser: &Browser, words: &str) -> Story {
    browser.until(&format!("the button {words:?}"), PRESS, json!([words])).await
}

async fn fill(browser: &Browser, selector: &str, text: &str) -> Story {
    browser.until(&format!("the field {selector:?}"), FILL, json!([selector, text])).await
}

async fn said(browser: &Browser, words: &str) -> Story {
    browser.until(&format!("that it says {words:?}"), SAID, json!([words])).await
}

/// The settings, with what they show of who somebody is.
async fn settings(browser: &Browser) -> Story {
    browser
        .until(
            "the client",
            "return typeof page === 'object' && document.querySelector('.app[data-link=live]') !== null",
            json!([]),
        )
        .await?;
    browser.run("page.bring('sheets', 'settings')", json!([])).await?;
    browser.until("who they are", "return document.querySelector('#account bdi') !== null", json!([])).await
}

/// A device that makes and keeps passkeys, and whose owner agrees to everything.
async fn authenticator(browser: &Browser) -> anyhow::Result<Value> {
    browser.devtools("WebAuthn.enable", json!({})).await?;
    let options = json!({"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
        "isUserVerified": true, "automaticPresenceSimulation": true,
    }});
    Ok(browser.devtools("WebAuthn.addVirtualAuthenticator", options).await?["authenticatorId"].clone())
}

async fn id_of(browser: &Browser) -> anyhow::Result<Value> {
    let script = "const done = arguments[0]; http.ask('/api/account').then((text) => done(JSON.parse(text).you.id), () => done(null))";
    browser.run_async(script, json!([])).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_keeps_their_name_by_a_passkey_and_is_the_same_person_in_another_browser() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ann = Browser::open(&driver, &named(&server, "/r/den"), Look::DESKTOP).await?;
    let device = authenticator(&ann).await?;
    ann.say("before I was anybody").await?;
    ann.sees("before I was anybody").await?;
    let id = id_of(&ann).await?;
    settings(&ann).await?;
    press(&ann, "Keep this name").await?;
    fill(&ann, "[name=name]", "Ann").await?;
    press(&ann, "Keep it with a passkey").await?;
    said(&ann, "The name is yours.").await?;
    let codes = "return document.querySelector('.kept-codes textarea')?.value.split('\\n').length";
    assert_eq!(ann.run(codes, json!([])).await?, 8);
    assert_eq!(ann.barriers().await?, Vec::<String>::new());
    ann.run("document.querySelector('#settings').close()", json!([])).await?;
    // The session is another one; who they are, is not.
    ann.sees_here("Ann").await?;
    ann.say("and now I am").await?;
    ann.sees("and now I am").await?;
    assert_eq!(id_of(&ann).await?, id);
    // Another browser, to which the passkey has come (as such things go from device to device).
    let kept =
        ann.devtools("WebAuthn.getCredentials", json!({"authenticatorId": device})).await?["credentials"][0].clone();
    let other = Browser::open(&driver, &named(&server, "/r/den"), Look::PHONE).await?;
    let device = authenticator(&other).await?;
    other.devtools("WebAuthn.addCredential", json!({"authenticatorId": device, "credential": kept})).await?;
    assert_ne!(id_of(&other).await?, id);
    // What is sent is seen, and sent again later.
    other
        .run(
            "const { ask } = http;
             http.ask = (path, body) => (sessionStorage.setItem(path, body ?? ''), ask(path, body))",
            json!([]),
        )
        .await?;
    settings(&other).await?;
    press(&other, "Sign in as somebody you are already").await?;
    press(&other, "Sign in with a passkey").await?;
    other.sees_here("Ann").await?;
    other.until("the same person", "return document.querySelector('.app[data-link=live]') !== null", json!([])).await?;
    assert_eq!(id_of(&other).await?, id);
    let replay = "const done = arguments[0];
        const body = sessionStorage.getItem('/api/sign-in/passkey');
        http.ask('/api/sign-in/passkey', body).then(() => done('taken'), (answer) => done(answer.status))";
    assert_eq!(other.run_async(replay, json!([])).await?, 409, "an answer is good once");
    settings(&ann).await?;
    let export = "const done = arguments[0];
        const link = [...document.querySelectorAll('a[download]')].find((a) => a.textContent === 'Download all that is kept of you');
        fetch(link.href).then((answer) => answer.json()).then(({ account, events }) => done([account.you.name, events.findLast((event) => event.body.text)?.body.text]))";
    assert_eq!(ann.run_async(export, json!([])).await?, json!(["Ann", "and now I am"]));
    // A device can be sent away from the other, at once.
    press(&ann, "Devices").await?;
    press(&ann, "Sign all others out").await?;
    said(&ann, "All others are signed out.").await?;
    let anew = "return document.querySelector('#here .person:has(.tag) bdi')?.textContent === 'Anonymous'";
    other.until("somebody new", anew, json!([])).await?;
    assert_ne!(id_of(&other).await?, id);
    ann.close().await?;
    other.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_kept_by_a_password_and_a_device_linked_by_a_code_and_signed_out_again() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ann = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ann.say("hello").await?;
    ann.sees("hello").await?;
    let id = id_of(&ann).await?;
    settings(&ann).await?;
    press(&ann, "Keep this name").await?;
    fill(&ann, "[name=name]", "Ann").await?;
    fill(&ann, "[autocomplete=new-password]", "short").await?;
    press(&ann, "Keep it with a password").await?;
    assert_eq!(ann.run("return document.querySelector('#account :invalid') !== null", json!([])).await?, true);
    fill(&ann, "[autocomplete=new-password]", "correct horse").await?;
    press(&ann, "Keep it with a password").await?;
    said(&ann, "The name is yours.").await?;
    assert_eq!(ann.run(WHO, json!([])).await?, "Ann");
    // At an address of numbers there are no passkeys, and none are offered.
    press(&ann, "Passkeys").await?;
    let offers =
        "return [...document.querySelectorAll('#account button')].some((one) => one.textContent === 'Add a passkey')";
    assert_eq!(ann.run(offers, json!([])).await?, false);
    press(&ann, "Link another device").await?;
    press(&ann, "Show a code").await?;
    said(&ann, "It is good for two minutes, and once.").await?;
    let link = ann.run("return document.querySelector('#account .link').textContent", json!([])).await?;
    assert_eq!(ann.barriers().await?, Vec::<String>::new());

    let bob = Browser::open(&driver, &server.url("/r/den"), Look::PHONE).await?;
    // A name that is somebody's is refused, and said to be.
    settings(&bob).await?;
    press(&bob, "Keep this name").await?;
    fill(&bob, "[name=name]", "ANN").await?;
    fill(&bob, "[autocomplete=new-password]", "correct horse").await?;
    press(&bob, "Keep it with a password").await?;
    said(&bob, "That name is somebody else's, or looks like it.").await?;
    press(&bob, "Sign in as somebody you are already").await?;
    fill(&bob, "form:has([autocomplete=current-password]) [name=name]", "Ann").await?;
    fill(&bob, "[autocomplete=current-password]", "wrong horse!").await?;
    press(&bob, "Sign in").await?;
    said(&bob, "That did not fit. Check what you entered and try again.").await?;

    // Opening the link does nothing yet.
    let linked = Browser::open(&driver, link.as_str().unwrap_or_default(), Look::PHONE).await?;
    linked.until("the question", "return document.querySelector('#link[open]') !== null", json!([])).await?;
    assert_eq!(linked.run("return location.hash", json!([])).await?, "");
    assert_ne!(id_of(&linked).await?, id);
    assert_eq!(linked.barriers().await?, Vec::<String>::new());
    press(&linked, "Link this device").await?;
    linked.until("the page anew", "return document.querySelector('#link') === null && document.querySelector('.app[data-link=live]') !== null", json!([])).await?;
    assert_eq!(id_of(&linked).await?, id);

    // Signing out leaves nothing behind.
    linked.go(&server.url("/r/den")).await?;
    linked.sees("hello").await?;
    settings(&linked).await?;
    press(&linked, "Sign out").await?;
    press(&linked, "Sign out: unsent messages and drafts are lost").await?;
    linked
        .until(
            "the lobby of somebody new",
            "return location.pathname === '/' && document.querySelector('.app[data-link=live]') !== null",
            json!([]),
        )
        .await?;
    assert_ne!(id_of(&linked).await?, id);
    let left = "const done = arguments[0];
        const open = indexedDB.open('warren');
        open.onsuccess = () => {
            const names = [...open.result.objectStoreNames];
            if (!names.length) return done([]);
            const reads = names.map((name) => new Promise((read) => {
                const all = open.result.transaction(name).objectStore(name).getAll();
                all.onsuccess = () => read(JSON.stringify(all.result));
            }));
            Promise.all(reads).then((texts) => done(texts.filter((text) => text.includes('hello'))));
        }";
    assert_eq!(linked.run_async(left, json!([])).await?, json!([]), "no message is left");
    ann.close().await?;
    bob.close().await?;
    linked.close().await
}

/// The button of the settings by which it is done for good.
const TEXTS: &str = "document.querySelector('#account-texts').value = arguments[0]";

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_is_forgotten_in_the_browsers_of_others_too() -> Story {
    let (server, driver) = (Server::start()?, Driver::start()?);
    let ann = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    let bob = Browser::open(&driver, &server.url("/r/den"), Look::DESKTOP).await?;
    ann.rename("Quokka").await?;
    ann.say("what I think").await?;
    bob.sees("what I think").await?;
    let id = id_of(&ann).await?;
    // What the page shows of them, and what the browser keeps, looked up again and again.
    let look = "setInterval(async () => { const [[, texts]] = await kept.read(['rooms'], false); globalThis.read = texts.join() }, 100)";
    bob.run(look, json!([])).await?;
    let known = "const shown = document.querySelector('#log').textContent;
        return typeof read === 'string' && [shown, read].every((all) => all.includes('Quokka') === arguments[0])";
    bob.until("the name in what is shown and kept", known, json!([true])).await?;
    settings(&ann).await?;
    press(&ann, "Delete me").await?;
    assert_eq!(ann.barriers().await?, Vec::<String>::new());
    ann.run(TEXTS, json!(["stay"])).await?;
    press(&ann, "Delete me for good").await?;
    ann.until("the lobby", "return location.pathname === '/' && typeof page === 'object'", json!([])).await?;
    bob.until("that the name is gone", known, json!([false])).await?;
    bob.sees("what I think").await?;
    ann.until("the client", "return document.querySelector('.app[data-link=live]') !== null", json!([])).await?;
    assert_ne!(id_of(&ann).await?, id, "they are somebody new");
    let stored = "const done = arguments[0]; kept.read(['rooms', 'outbox'], false).then((all) => done(JSON.stringify(all).includes('what I think')))";
    assert_eq!(ann.run_async(stored, json!([])).await?, false, "their own browser keeps nothing of it");
    ann.close().await?;
    bob.close().await
}
