//! What a person does with a keyboard and nothing else, and where that leaves the focus.

use anyhow::{Context as _, ensure};
use fantoccini::{
    actions::{InputSource as _, KeyAction, KeyActions},
    key::Key,
};
use serde_json::json;

use crate::Browser;

/// Says of what has the focus what is wrong with that, or the empty text. The message box shows it around itself.
const FAULT: &str = "
    const has = document.activeElement;
    if (!has || has === document.body || has === document.documentElement) return 'nothing has the focus';
    if (!has.checkVisibility({ visibilityProperty: true })) return 'what has the focus is not to be seen';
    if (!has.matches(':focus-visible')) return 'the focus is not shown: ' + has.outerHTML.slice(0, 200);
    const outlined = (element) => {
        const { outlineStyle, outlineWidth } = element ? getComputedStyle(element) : {};
        return outlineStyle !== undefined && outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
    };
    return outlined(has) || outlined(has.closest('.box')) ? '' : 'the focus has no outline: ' + has.outerHTML.slice(0, 200)";

impl Browser {
    /// Presses a key, with others held down. What has the focus gets it.
    ///
    /// # Errors
    /// Where the browser refuses, or the focus is lost or not shown after it.
    pub async fn press(&self, held: &[Key], key: char) -> anyhow::Result<()> {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for held in held {
            keys = keys.then(KeyAction::Down { value: char::from(*held) });
        }
        keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        for held in held.iter().rev() {
            keys = keys.then(KeyAction::Up { value: char::from(*held) });
        }
        let before = self.run("return document.activeElement?.outerHTML.slice(0, 200)", json!([])).await?;
        self.client.perform_actions(keys).await?;
        self.focus_is_shown().await.with_context(|| format!("after {key:?} on {before}"))
    }

    /// Types a text.
    ///
    /// # Errors
    /// As pressing each of its keys.
    pub async fn type_keys(&self, text: &str) -> anyhow::Result<()> {
        for key in text.chars() {
            self.press(&[], key).await?;
        }
        Ok(())
    }

    /// Presses Tab, or Shift and Tab where it is to go `back`, until something that a selector names has the focus.
    ///
    /// # Errors
    /// Where that does not come within 40 times, or the focus is lost on the way.
    pub async fn tab_to(&self, selector: &str, back: bool) -> anyhow::Result<()> {
        let held: &[Key] = if back { &[Key::Shift] } else { &[] };
        for _ in 0..40 {
            if self.has_focus(selector).await? {
                return Ok(());
            }
            self.press(held, char::from(Key::Tab)).await?;
        }
        anyhow::bail!("Tab does not lead to {selector}")
    }

    /// Whether something that a selector names has the focus.
    ///
    /// # Errors
    /// Where the page does not answer.
    pub async fn has_focus(&self, selector: &str) -> anyhow::Result<bool> {
        let has = "return document.activeElement?.matches(arguments[0]) === true";
        Ok(self.run(has, json!([selector])).await? == json!(true))
    }

    /// The focus is somewhere and is seen. Where what had it has just gone, it comes somewhere else with the next frame.
    async fn focus_is_shown(&self) -> anyhow::Result<()> {
        let settled = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done))";
        self.run_async(settled, json!([])).await?;
        let fault = self.run(FAULT, json!([])).await?;
        ensure!(fault == json!(""), "{fault}");
        Ok(())
    }
}
