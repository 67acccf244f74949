//! Just enough of WebSocket (RFC 6455) to be a cheap client: whole frames out of bytes, and masked frames out of texts.

use anyhow::ensure;

/// The opcode of a text frame.
pub(crate) const TEXT: u8 = 1;
/// The opcode of a binary frame.
pub(crate) const BINARY: u8 = 2;
/// The opcode of a close frame.
pub(crate) const CLOSE: u8 = 8;
/// The opcode of a ping.
pub(crate) const PING: u8 = 9;
/// The opcode of a pong.
pub(crate) const PONG: u8 = 10;

/// Any key will do: nothing here has to be hidden from a proxy.
const MASK: [u8; 4] = [0x5a, 0xc3, 0x17, 0x8e];

/// A whole frame, as it came from a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame<'a> {
    pub(crate) opcode: u8,
    pub(crate) payload: &'a [u8],
}

/// Takes the next frame off the front of `bytes`; none where it is not whole yet.
///
/// # Errors
/// Where it is nothing that a server may send here: masked, fragmented, or with an extension that nobody asked for.
pub(crate) fn next<'a>(bytes: &mut &'a [u8]) -> anyhow::Result<Option<Frame<'a>>> {
    let [first, second, ..] = **bytes else { return Ok(None) };
    ensure!(first & 0x70 == 0, "a frame uses an extension that was not asked for");
    ensure!(first & 0x80 != 0, "a message came in fragments, which this client does not put together");
    ensure!(second & 0x80 == 0, "a server's frame is masked");
    let (header, length) = match second {
        126 => match bytes.get(2..4).and_then(|raw| <[u8; 2]>::try_from(raw).ok()) {
            Some(raw) => (4, u64::from(u16::from_be_bytes(raw))),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10).and_then(|raw| <[u8; 8]>::try_from(raw).ok()) {
            Some(raw) => (10, u64::from_be_bytes(raw)),
            None => return Ok(None),
        },
        length => (2, u64::from(length)),
    };
    let end = usize::try_from(length).ok().and_then(|length| length.checked_add(header));
    let Some(payload) = end.and_then(|end| bytes.get(header..end)) else { return Ok(None) };
    *bytes = &bytes[header + payload.len()..];
    Ok(Some(Frame { opcode: first & 0x0f, payload }))
}

/// Appends a masked frame to `out`.
pub(crate) fn push(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.push(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ ..=125), _) => out.push(0x80 | length),
        (_, Ok(length)) => {
            out.push(0x80 | 0x7e);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(0x80 | 0x7f);
            out.extend((payload.len() as u64).to_be_bytes());
        }
    }
    out.extend(MASK);
    out.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

/// What came of a frame that is not whole yet.
#[derive(Default)]
pub(crate) struct Carry(Vec<u8>);

impl Carry {
    /// Gives each whole frame of what was carried and `bytes` to `each`, and carries the rest.
    ///
    /// # Errors
    /// Those of [`next`] and of `each`.
    pub(crate) fn take(
        &mut self,
        bytes: &[u8],
        mut each: impl FnMut(Frame<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        if self.0.is_empty() {
            let mut rest = bytes;
            while let Some(frame) = next(&mut rest)? {
                each(frame)?;
            }
            self.0.extend_from_slice(rest);
            return Ok(());
        }
        let mut carried = std::mem::take(&mut self.0);
        carried.extend_from_slice(bytes);
        let mut rest = &carried[..];
        while let Some(frame) = next(&mut rest)? {
            each(frame)?;
        }
        let taken = carried.len() - rest.len();
        // What is empty takes no memory: there are many clients.
        if taken < carried.len() {
            carried.drain(..taken);
            self.0 = carried;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a server writes it.
    fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mut masked = Vec::new();
        push(&mut masked, opcode, payload);
        let header = masked.len() - payload.len() - MASK.len();
        masked.truncate(header);
        masked[1] &= 0x7f;
        masked.extend(payload);
        masked
    }

    #[test]
    fn frames_of_each_length_form_are_read_whole() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 200_000] {
            let payload = vec![b'x'; length];
            let mut bytes = frame(TEXT, &payload);
            bytes.extend(frame(PING, b"p"));
            let mut rest = &bytes[..];
            assert_eq!(next(&mut rest).unwrap(), Some(Frame { opcode: TEXT, payload: &payload }), "{length}");
            assert_eq!(next(&mut rest).unwrap(), Some(Frame { opcode: PING, payload: b"p" }), "{length}");
            assert_eq!(next(&mut rest).unwrap(), None, "{length}");
        }
    }

    #[test]
    fn frames_cut_anywhere_are_put_together() {
        let texts = ["", "one", &"long ".repeat(40), "end"];
        let bytes: Vec<u8> = texts.iter().flat_map(|text| frame(TEXT, text.as_bytes())).collect();
        for size in 1..bytes.len() {
            let (mut carry, mut got) = (Carry::default(), Vec::new());
            for chunk in bytes.chunks(size) {
                carry
                    .take(chunk, |frame| {
                        got.push(String::from_utf8(frame.payload.to_vec())?);
                        Ok(())
                    })
                    .unwrap();
            }
            assert_eq!(got, texts, "in pieces of {size}");
        }
    }

    #[test]
    fn what_a_server_may_not_send_is_an_error() {
        for bad in [[0xc1, 0], [0x01, 0], [0x81, 0x80]] {
            assert!(next(&mut &bad[..]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_masked_frame_unmasks_to_its_payload() {
        let mut bytes = Vec::new();
        push(&mut bytes, TEXT, b"hello");
        assert_eq!(bytes[..2], [0x81, 0x85]);
        let plain: Vec<u8> = bytes[6..].iter().zip(bytes[2..6].iter().cycle()).map(|(a, b)| a ^ b).collect();
        assert_eq!(plain, b"hello");
    }
}
