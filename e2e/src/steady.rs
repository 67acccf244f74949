//! How much what is being read is moved by what happens around it, and what moves that nobody has asked to.
//!
//! The scripts that watch are those of the vitals: `e2e/web/page`.

use serde_json::{Value, json};

use crate::Browser;

const WATCH: &str = include_str!("../web/page/watch.js");
const STEADY: &str = include_str!("../web/page/steady.js");

/// What happens around what is being read, that a page can bring about by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// History is put before it, to the room's first message.
    Prepend,
    /// Twenty messages come after it.
    Append,
    /// A row above it grows.
    Late,
    /// The message box grows, as fast as it can.
    Grow,
    /// The way to the newest is taken; there nothing moves any more.
    Jump,
}

impl Case {
    fn name(self) -> &'static str {
        match self {
            Self::Prepend => "prepend",
            Self::Append => "append",
            Self::Late => "late",
            Self::Grow => "grow",
            Self::Jump => "jump",
        }
    }
}

/// Something that moved though nobody had done anything right before.
#[derive(Debug)]
pub struct Shift {
    /// When, in milliseconds since the page began to load.
    pub at: f64,
    /// The browser's measure of it: the share of the page times the share of the way.
    pub value: f64,
    /// The first things that moved, from where to where.
    pub of: Vec<String>,
}

impl Browser {
    /// Watches every page from now on.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn watch(&self) -> anyhow::Result<()> {
        self.on_every_page(WATCH).await?;
        self.on_every_page(STEADY).await
    }

    /// Makes the page one of a browser without scroll anchoring.
    ///
    /// # Errors
    /// Where the page is not watched.
    pub async fn without_anchoring(&self) -> anyhow::Result<()> {
        self.run("window.steady.withoutAnchoring()", json!([])).await.map(drop)
    }

    /// Lets it happen, and gives by how many CSS pixels what is being read was moved at most in any frame.
    ///
    /// # Errors
    /// Where it does not come about.
    pub async fn drift_in(&self, case: Case) -> anyhow::Result<f64> {
        let script = "const [name, done] = arguments; window.steady[name]().then(done, (why) => done(String(why)))";
        pixels(&self.run_async(script, json!([case.name()])).await?)
    }

    /// The same of what is done to the page from outside: scrolls up and watches, does it, and looks.
    ///
    /// # Errors
    /// Where it cannot be done.
    pub async fn drift_while(&self, change: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<f64> {
        let mark = "const done = arguments[0]; window.steady.toMiddle().then(() => done(window.steady.mark()))";
        self.run_async(mark, json!([])).await?;
        change.await?;
        let drift = "const done = arguments[0]; window.steady.drift().then(done, (why) => done(String(why)))";
        pixels(&self.run_async(drift, json!([])).await?)
    }

    /// What has moved unasked since the page was loaded, apart from what may.
    ///
    /// # Errors
    /// Where the page is not watched.
    pub async fn shifts(&self) -> anyhow::Result<Vec<Shift>> {
        let shifts = self.run("return window.steady.shifts()", json!([])).await?;
        let shift = |shift: &Value| {
            let of = serde_json::from_value(shift["of"].clone())?;
            Ok(Shift { at: number(&shift["at"]), value: number(&shift["value"]), of })
        };
        shifts.as_array().into_iter().flatten().map(shift).collect()
    }
}

fn number(told: &Value) -> f64 {
    told.as_f64().unwrap_or_default()
}

fn pixels(told: &Value) -> anyhow::Result<f64> {
    told.as_f64().ok_or_else(|| anyhow::anyhow!("{told}"))
}
