//! What bars people from a page, as axe finds it.

use anyhow::Context as _;
use serde_json::json;

use crate::{Browser, program::path};

const RUN: &str = "
    const done = arguments[0];
    const line = ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary})`).join(', ')}`;
    window.axe.run().then(({ violations }) => done(violations.map(line)), (why) => done([`axe failed: ${why}`]))";

impl Browser {
    /// The rules of axe that the page violates as it is now, each with where and why.
    ///
    /// # Errors
    /// Where `AXE` names no such script, or it cannot be run.
    pub async fn barriers(&self) -> anyhow::Result<Vec<String>> {
        let there = self.run("return typeof window.axe === 'object'", json!([])).await?;
        if there != json!(true) {
            let file = path("AXE")?;
            let axe = std::fs::read_to_string(&file).with_context(|| format!("{file} cannot be read"))?;
            self.run(&axe, json!([])).await?;
        }
        let found = self.run_async(RUN, json!([])).await?;
        Ok(serde_json::from_value(found)?)
    }
}
