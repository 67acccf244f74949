//! What hostile people write: one corpus for all of Warren (`shared/tests/hostile.json`).

use serde_json::Value;

const CORPUS: &str = include_str!("../../shared/tests/hostile.json");

/// The corpus' `texts`, `names`, `titles` or `topics`.
///
/// # Errors
/// Where the file is no JSON.
pub fn hostile(what: &str) -> anyhow::Result<Vec<String>> {
    let corpus: Value = serde_json::from_str(CORPUS)?;
    Ok(corpus[what].as_array().into_iter().flatten().map(whole).collect())
}

/// An entry is a text, or one that is repeated, with an end of its own.
fn whole(entry: &Value) -> String {
    let times = entry["times"].as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or(1);
    let text = entry.as_str().or(entry["text"].as_str()).unwrap_or_default();
    text.repeat(times) + entry["end"].as_str().unwrap_or_default()
}
