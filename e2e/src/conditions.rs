//! What a browser has to live with: a part of the network, another zone of time, no scripts, a slow processor.

use serde_json::json;

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
}
