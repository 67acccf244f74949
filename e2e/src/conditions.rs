//! What a browser has to live with: a part of the network, another zone of time, no scripts, a slow processor.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::Browser;

impl Browser {
    /// Loads nothing from addresses of these patterns any more.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn block(&self, patterns: &[&str]) -> anyhow::Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.setBlockedURLs", json!({ "urls": patterns })).await.map(drop)
    }

    /// Makes the processor so many times as slow for pages.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn slow_down(&self, times: u32) -> anyhow::Result<()> {
        self.devtools("Emulation.setCPUThrottlingRate", json!({"rate": times})).await.map(drop)
    }

    /// Has the clock of a time zone, by its name in the IANA's database.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn live_in(&self, zone: &str) -> anyhow::Result<()> {
        self.devtools("Emulation.setTimezoneOverride", json!({"timezoneId": zone})).await.map(drop)
    }

    /// Runs no script of the pages that are loaded from now on.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn run_no_scripts(&self) -> anyhow::Result<()> {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await.map(drop)
    }

    /// A cookie that goes with requests to an address, with all that the browser knows of it.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn cookie(&self, name: &str, url: &str) -> anyhow::Result<Value> {
        let cookies = self.devtools("Network.getCookies", json!({"urls": [url]})).await?;
        let cookie = cookies["cookies"].as_array().and_then(|all| all.iter().find(|cookie| cookie["name"] == name));
        cookie.cloned().with_context(|| format!("the browser has no cookie {name} for {url}"))
    }

    /// Takes over who somebody is in another browser, as if they had linked this one: their session's cookie.
    ///
    /// # Errors
    /// Where the other has none for this address, or a browser refuses.
    pub async fn come_as(&self, other: &Self, url: &str) -> anyhow::Result<()> {
        let session = other.cookie("warren", url).await?["value"].clone();
        let cookie = json!({"name": "warren", "value": session, "url": url, "httpOnly": true, "sameSite": "Lax"});
        self.devtools("Network.setCookie", cookie).await.map(drop)
    }
}
