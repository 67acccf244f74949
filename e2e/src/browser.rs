//! A browser with a profile of its own, on a page of Warren: what a person does there, and what they see.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    key::Key,
    wd::{WebDriverCompatibleCommand, WindowHandle},
};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use url::{ParseError, Url};

use crate::{certificate::Certificate, driver::Driver, program::path};

/// What a person waits for comes within this time, or the story fails.
pub const LONG: Duration = Duration::from_secs(30);

/// An address that is not this machine's for the browser, though it leads to this machine (RFC 5737): pages from there
/// are not secure, as those from a machine in one's network.
pub const LAN: &str = "192.0.2.1";

/// How the page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Width and height of the page in CSS pixels.
    pub size: (u32, u32),
    /// The system asks for dark colours.
    pub dark: bool,
    /// The screen is touched, not pointed at.
    pub touch: bool,
}

impl Look {
    /// A usual window on a desk.
    pub const DESKTOP: Self = Self { size: (1280, 800), dark: false, touch: false };
    /// A usual tablet, held upright.
    pub const TABLET: Self = Self { size: (820, 1180), dark: false, touch: true };
    /// A usual phone.
    pub const PHONE: Self = Self { size: (390, 844), dark: false, touch: true };
}

/// One of a browser's tabs.
#[derive(Clone, Debug)]
pub struct Tab(WindowHandle);

/// A browser.
pub struct Browser {
    pub(crate) client: Client,
    touch: bool,
}

impl Browser {
    /// Opens a page in a new profile.
    ///
    /// # Errors
    /// Where the browser cannot be started or the page not be loaded.
    pub async fn open(driver: &Driver, url: &str, look: Look) -> anyhow::Result<Self> {
        let browser = Self::start(driver, look).await?;
        browser.go(url).await?;
        Ok(browser)
    }

    /// A new profile, with nothing open yet.
    ///
    /// # Errors
    /// Where the browser cannot be started.
    pub async fn start(driver: &Driver, look: Look) -> anyhow::Result<Self> {
        Self::start_with(driver, look, Vec::new()).await
    }

    /// A new profile, with nothing open yet, that believes a certificate for which nobody vouches.
    ///
    /// # Errors
    /// Where the browser cannot be started.
    pub async fn start_believing(driver: &Driver, look: Look, certificate: &Certificate) -> anyhow::Result<Self> {
        let believed = format!("--ignore-certificate-errors-spki-list={}", certificate.print());
        Self::start_with(driver, look, vec![believed]).await
    }

    async fn start_with(driver: &Driver, look: Look, mut arguments: Vec<String>) -> anyhow::Result<Self> {
        arguments.extend([
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--hide-scrollbars".to_owned(),
            "--lang=en-GB".to_owned(),
            ["--host-resolver-rules=MAP ", LAN, " 127.0.0.1"].concat(),
        ]);
        if look.touch {
            arguments.push("--touch-events=enabled".to_owned());
        }
        let options = json!({"binary": path("CHROMIUM")?, "args": arguments});
        // The library would have it believe whatever it is shown.
        let capabilities = [("goog:chromeOptions", options), ("acceptInsecureCerts", json!(false))];
        let capabilities: Map<String, Value> =
            capabilities.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .context("the browser cannot be started")?;
        let timeouts = fantoccini::wd::TimeoutConfiguration::new(Some(LONG * 2), Some(LONG * 2), None);
        client.update_timeouts(timeouts).await?;
        let browser = Self { client, touch: look.touch };
        browser.look(look).await?;
        Ok(browser)
    }

    /// Runs a script in every page from now on, before anything of the page's own.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn on_every_page(&self, script: &str) -> anyhow::Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await.map(drop)
    }

    /// Looks at the page in another way.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn look(&self, look: Look) -> anyhow::Result<()> {
        let (width, height) = look.size;
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": look.touch});
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": look.touch})).await?;
        let scheme = if look.dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", features).await.map(drop)
    }

    /// Takes the pointer off what it may lie over, and waits until nothing on the page moves or fades any more.
    ///
    /// # Errors
    /// Where the page does not answer.
    pub async fn settle(&self) -> anyhow::Result<()> {
        self.devtools("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": 0, "y": 0})).await?;
        let script = "const done = arguments[0];
            const still = () => Promise.allSettled(document.getAnimations().map((animation) => animation.finished));
            requestAnimationFrame(() => requestAnimationFrame(() => still().then(() => done(true))))";
        self.run_async(script, json!([])).await.map(drop)
    }

    /// Writes what is on the screen to a PNG file.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub async fn screenshot(&self, file: &Path) -> anyhow::Result<()> {
        let png = self.client.screenshot().await?;
        std::fs::write(file, png).with_context(|| format!("{} cannot be written", file.display()))
    }

    /// Writes into the message box and sends: by Enter, or on a touched screen, where that is a new line, by the button.
    ///
    /// # Errors
    /// Where there is no message box.
    pub async fn say(&self, text: &str) -> anyhow::Result<()> {
        let composer = self.element("#composer").await?;
        composer.send_keys(text).await?;
        if self.touch {
            self.element(".send").await?.click().await?;
        } else {
            composer.send_keys(&String::from(char::from(Key::Enter))).await?;
        }
        Ok(())
    }

    /// Puts a text into the message box at once, line breaks and all, and sends it.
    ///
    /// # Errors
    /// Where there is no message box.
    pub async fn say_pasted(&self, text: &str) -> anyhow::Result<()> {
        self.element("#composer").await?.click().await?;
        self.devtools("Input.insertText", json!({"text": text})).await?;
        self.element(".send").await?.click().await?;
        Ok(())
    }

    /// Writes into the message box.
    ///
    /// # Errors
    /// Where there is no message box.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        Ok(self.element("#composer").await?.send_keys(text).await?)
    }

    /// Calls oneself by a name.
    ///
    /// # Errors
    /// Where there is no name field.
    pub async fn rename(&self, name: &str) -> anyhow::Result<()> {
        let field = self.element("#name").await?;
        field.clear().await?;
        field.send_keys(name).await?;
        field.send_keys(&String::from(char::from(Key::Enter))).await?;
        Ok(())
    }

    /// Waits until somebody is called so in the list of who is here.
    ///
    /// # Errors
    /// Where that does not come.
    pub async fn sees_here(&self, name: &str) -> anyhow::Result<()> {
        self.until(
            &format!("{name} is here"),
            "return [...document.querySelectorAll('.here bdi')].some(e => e.textContent === arguments[0])",
            json!([name]),
        )
        .await
    }

    /// Waits until a message is on the screen that the server has taken.
    ///
    /// # Errors
    /// Where that does not come.
    pub async fn sees(&self, text: &str) -> anyhow::Result<()> {
        let found = "return [...document.querySelectorAll('li.m:not(.pending):not(.failed) .body')]\
                     .some(e => e.textContent === arguments[0])";
        self.until(&format!("the message {text:?}"), found, json!([text])).await
    }

    /// Waits until a message is on the screen that waits to be sent.
    ///
    /// # Errors
    /// Where that does not come.
    pub async fn sees_pending(&self, text: &str) -> anyhow::Result<()> {
        let found =
            "return [...document.querySelectorAll('li.m.pending .body')].some(e => e.textContent === arguments[0])";
        self.until(&format!("the waiting message {text:?}"), found, json!([text])).await
    }

    /// Waits until the words about the link have these in them.
    ///
    /// # Errors
    /// Where that does not come.
    pub async fn reads_of_link(&self, words: &str) -> anyhow::Result<()> {
        let found =
            "return [...document.querySelectorAll('.link-state')].some(e => e.textContent.includes(arguments[0]))";
        self.until(&format!("{words:?} about the link"), found, json!([words])).await
    }

    /// The texts of all messages on the page, in order.
    ///
    /// # Errors
    /// Where the page does not answer.
    pub async fn texts(&self) -> anyhow::Result<Vec<String>> {
        let texts =
            self.run("return [...document.querySelectorAll('li.m .body')].map(e => e.textContent)", json!([])).await?;
        Ok(serde_json::from_value(texts)?)
    }

    /// Loads the page again.
    ///
    /// # Errors
    /// Where it cannot be loaded.
    pub async fn reload(&self) -> anyhow::Result<()> {
        Ok(self.client.refresh().await?)
    }

    /// Goes to another address.
    ///
    /// # Errors
    /// Where it cannot be loaded.
    pub async fn go(&self, url: &str) -> anyhow::Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// The tab that is looked at.
    ///
    /// # Errors
    /// Where the browser does not answer.
    pub async fn tab(&self) -> anyhow::Result<Tab> {
        Ok(Tab(self.client.window().await?))
    }

    /// Opens a page in another tab of the same profile, and looks at it.
    ///
    /// # Errors
    /// Where it cannot be loaded.
    pub async fn open_tab(&self, url: &str) -> anyhow::Result<Tab> {
        let tab = Tab(self.client.new_window(true).await?.handle);
        self.to_tab(&tab).await?;
        self.go(url).await?;
        Ok(tab)
    }

    /// Looks at another tab.
    ///
    /// # Errors
    /// Where it is gone.
    pub async fn to_tab(&self, tab: &Tab) -> anyhow::Result<()> {
        Ok(self.client.switch_to_window(tab.0.clone()).await?)
    }

    /// Runs a script in the page and gives what it returns.
    ///
    /// # Errors
    /// Where it throws.
    pub async fn run(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs a script in the page that calls its last argument when it is done, and gives what it says then.
    ///
    /// # Errors
    /// Where it throws, or is not done in time.
    pub async fn run_async(&self, script: &str, arguments: Value) -> anyhow::Result<Value> {
        let arguments = arguments.as_array().cloned().unwrap_or_default();
        Ok(self.client.execute_async(script, arguments).await?)
    }

    /// Waits until a script gives true, asked after each change of the page.
    ///
    /// # Errors
    /// Where it does not in time; says what was waited for, and what the page shows instead.
    pub async fn until(&self, what: &str, script: &str, arguments: Value) -> anyhow::Result<()> {
        const WATCH: &str = "
            const [given, within, done] = arguments;
            const holds = () => { try { return (function () { SCRIPT }).apply(null, given) === true } catch { return false } };
            const end = (result) => { watch.disconnect(); clearInterval(again); clearTimeout(late); done(result) };
            const look = () => { if (holds()) end(true) };
            const watch = new MutationObserver(look);
            watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
            const again = setInterval(look, 200);
            const late = setTimeout(() => end(document.body.innerText), within);
            look();";
        let within = u64::try_from(LONG.as_millis())?;
        let watch = WATCH.replace("SCRIPT", script);
        let began = Instant::now();
        let result = loop {
            match self.client.execute_async(&watch, vec![arguments.clone(), json!(within)]).await {
                // The page that was watched is gone, and with it the script: what is waited for may be on the next one.
                Err(_) if began.elapsed() < LONG => {}
                result => break result?,
            }
        };
        anyhow::ensure!(result == json!(true), "{what} did not come; the page shows: {result}");
        Ok(())
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn close(self) -> anyhow::Result<()> {
        Ok(self.client.close().await?)
    }

    async fn element(&self, selector: &str) -> anyhow::Result<Element> {
        let waiting = self.client.wait().at_most(LONG).for_element(Locator::Css(selector));
        waiting.await.with_context(|| format!("there is no {selector}"))
    }

    /// A command of the browser's own, by the protocol of its developer tools.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        Ok(self.client.issue_cmd(Devtools { command: command.to_owned(), parameters }).await?)
    }
}

/// `POST …/goog/cdp/execute`
#[derive(Debug)]
struct Devtools {
    command: String,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = json!({"cmd": self.command, "params": self.parameters});
        (Method::POST, Some(body.to_string()))
    }
}
