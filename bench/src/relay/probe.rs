//! A look at whole frames, at a few clients: that what is counted by its mark is what the protocol promises.

use anyhow::{Context as _, bail, ensure};
use serde_json::Value;

use super::dialect::Protocol;

/// Parses a frame in which `found` marks were found.
///
/// # Errors
/// Where it does not carry so many deliveries, or they lack something.
pub(crate) fn check(protocol: Protocol, payload: &[u8], found: u32) -> anyhow::Result<()> {
    let not_good = || format!("this is no delivery: {}", shown(payload));
    let carried = match protocol {
        Protocol::Plain => {
            check_plain(&serde_json::from_slice(payload).with_context(not_good)?).with_context(not_good)?;
            1
        }
        Protocol::SocketIo => {
            let array = payload.strip_prefix(b"42").with_context(not_good)?;
            let array: Vec<Value> = serde_json::from_slice(array).with_context(not_good)?;
            check_plain(array.get(1).with_context(not_good)?).with_context(not_good)?;
            1
        }
        Protocol::V1 => match serde_json::from_slice(payload).with_context(not_good)? {
            Value::Array(events) => {
                events.iter().try_for_each(check_event).with_context(not_good)?;
                events.len()
            }
            event => check_event(&event).with_context(not_good).map(|()| 1)?,
        },
    };
    ensure!(carried == found as usize, "{carried} events with {found} marks: {}", shown(payload));
    Ok(())
}

fn check_plain(object: &Value) -> anyhow::Result<()> {
    let text = |field: &str| object.get(field).and_then(Value::as_str).with_context(|| format!("it has no {field}"));
    text("message")?;
    ensure!(text("name")? == "bench", "it has another name");
    ensure!(text("time")?.len() == 8, "its time is not like 14:03:59");
    Ok(())
}

fn check_event(event: &Value) -> anyhow::Result<()> {
    let kind = event.pointer("/body/type").and_then(Value::as_str);
    ensure!(kind == Some("posted"), "it is no post");
    event.get("seq").and_then(Value::as_u64).context("it has no seq")?;
    Ok(())
}

/// Looks at a frame that delivers nothing.
///
/// # Errors
/// Where it says that something was not sent.
pub(crate) fn is_no_bad_news(protocol: Protocol, payload: &[u8]) -> anyhow::Result<()> {
    let bad = match protocol {
        Protocol::Plain => true,
        Protocol::V1 => payload.starts_with(br#"{"type":"refused""#),
        Protocol::SocketIo => payload.starts_with(b"41") || payload.starts_with(b"44"),
    };
    if bad {
        bail!("instead of a delivery came {}", shown(payload));
    }
    Ok(())
}

/// The beginning of a payload, for people.
pub(crate) fn shown(payload: &[u8]) -> String {
    String::from_utf8_lossy(payload.get(..300).unwrap_or(payload)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_of_each_protocol_are_known() {
        let plain = r#"{"name":"bench","message":"x","time":"14:03:59"}"#;
        let event = r#"{"type":"event","seq":1,"body":{"type":"posted"}}"#;
        let good = |protocol, payload: &str, found| check(protocol, payload.as_bytes(), found);
        good(Protocol::Plain, plain, 1).unwrap();
        good(Protocol::SocketIo, &format!(r#"42["message",{plain}]"#), 1).unwrap();
        good(Protocol::V1, event, 1).unwrap();
        good(Protocol::V1, &format!("[{event},{event}]"), 2).unwrap();
        for (protocol, payload, found) in [
            (Protocol::Plain, r#"{"name":"bench","message":"x"}"#, 1),
            (Protocol::Plain, r#"{"name":"Ada","message":"x","time":"14:03:59"}"#, 1),
            (Protocol::Plain, plain, 2),
            (Protocol::V1, r#"{"type":"opened"}"#, 1),
            (Protocol::V1, event, 2),
            (Protocol::SocketIo, plain, 1),
        ] {
            assert!(good(protocol, payload, found).is_err(), "{payload}");
        }
    }

    #[test]
    fn bad_news_ends_a_measurement() {
        let news = |protocol, payload: &str| is_no_bad_news(protocol, payload.as_bytes());
        assert!(news(Protocol::Plain, r#"{"name":"Warren","message":"Not sent: …","time":"1"}"#).is_err());
        assert!(news(Protocol::V1, r#"{"type":"refused","code":"busy"}"#).is_err());
        assert!(news(Protocol::V1, r#"{"type":"signal","kind":"here"}"#).is_ok());
        assert!(news(Protocol::SocketIo, "40").is_ok());
    }
}
