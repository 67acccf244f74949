//! The little HTTP that is needed: a handshake's two halves, and sessions for `warren.v1`.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use memchr::memmem;

/// How long a session may take to be granted.
const WAIT: Duration = Duration::from_secs(10);

/// A handshake's request.
pub(crate) fn upgrade(address: SocketAddr, path: &str, token: Option<&str>) -> String {
    let authorization = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{authorization}\r\n"
    )
}

/// The length of the answer to a handshake; none where it is not whole yet.
///
/// # Errors
/// Where the server refuses.
pub(crate) fn upgraded(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else { return Ok(None) };
    let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
    ensure!(line.starts_with(b"HTTP/1.1 101"), "a handshake was answered by {}", String::from_utf8_lossy(line));
    Ok(Some(end + 4))
}

/// Bearer tokens of so many people.
///
/// # Errors
/// Where the server grants none.
pub(crate) fn sessions(address: SocketAddr, people: usize) -> anyhow::Result<Vec<String>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(WAIT))?;
    (0..people).map(|_| session(&mut stream, address).context("no session was granted")).collect()
}

fn session(stream: &mut TcpStream, address: SocketAddr) -> anyhow::Result<String> {
    let body = r#"{"kind":"bearer"}"#;
    write!(
        stream,
        "POST /api/session HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    loop {
        let mut chunk = [0; 2_048];
        let read = stream.read(&mut chunk)?;
        ensure!(read > 0, "the server hung up");
        answer.extend_from_slice(&chunk[..read]);
        if let Some(body) = body_of(&answer)? {
            let granted: serde_json::Value = serde_json::from_slice(body)?;
            let token = granted.get("token").and_then(serde_json::Value::as_str);
            return token.map(str::to_owned).context("the answer has no token");
        }
    }
}

/// The body of an answer with a `Content-Length`; none where it is not whole yet.
fn body_of(answer: &[u8]) -> anyhow::Result<Option<&[u8]>> {
    let Some(end) = memmem::find(answer, b"\r\n\r\n") else { return Ok(None) };
    let head = String::from_utf8_lossy(&answer[..end]);
    if !head.starts_with("HTTP/1.1 200") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let length = length.context("the answer has no length")?;
    Ok(answer.get(end + 4..end + 4 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_a_handshake_ends_at_its_empty_line() {
        let answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
        for cut in 0..answer.len() {
            assert_eq!(upgraded(&answer[..cut]).unwrap(), None, "{cut}");
        }
        let with_a_frame = [&answer[..], b"\x81\x00"].concat();
        assert_eq!(upgraded(&with_a_frame).unwrap(), Some(answer.len()));
        assert!(upgraded(b"HTTP/1.1 503 Busy\r\n\r\n").unwrap_err().to_string().contains("503 Busy"));
    }

    #[test]
    fn a_body_is_whole_when_its_length_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody";
        assert_eq!(body_of(&answer[..answer.len() - 1]).unwrap(), None);
        assert_eq!(body_of(answer).unwrap(), Some(&b"body"[..]));
        assert!(body_of(b"HTTP/1.1 403 Forbidden\r\n\r\n").is_err());
    }
}
