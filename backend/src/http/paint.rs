//! The first paint: the newest messages of a room in the page itself, so that they can be read before the client has
//! come, and without it; and beside them, for the client, the frame that it would get if it opened the room now.
//!
//! Invariants: what people wrote gets into the page through [`maud`]'s escaping or, in the frame, through that of
//! [`boot`], and in no other way. The rows are the client's rows (`frontend/src/components`), as far as they do not
//! depend on who reads: whose they are, where the reader's clock stands and what they may do comes with the client.

use maud::html;
use shared::{Epoch, Message, RoomName, ServerFrame, Snapshot};

use crate::log::Opening;

mod boot;
mod rows;
mod said;
mod sheet;

/// Most messages on the page: more than a screen shows.
const MESSAGES: usize = 30;
/// About the most bytes of text on the page, beyond which it has fewer messages. The newest is there in any case.
const BYTES: usize = 64 * 1024;

/// Who has only the link may see what is said in the room.
pub(super) fn is_open_to_all(room: &RoomName) -> bool {
    !room.is_closed()
}

/// The page with the newest messages of a room that has some, on the sheet that is the client's page without any.
pub(super) fn draw(sheet: &str, room: &RoomName, epoch: &Epoch, opening: &Opening) -> String {
    let ends = opening.ends();
    let snapshot = newest(opening.snapshot());
    let about = &snapshot.about;
    let beside = room.beside(&about.title);
    let called = room.called(&about.title);
    let slots = [
        (sheet::NAME, html! { (beside) }.into_string()),
        (sheet::TITLE, html! { (about.title.as_str()) }.into_string()),
        (sheet::TOPIC, html! { (about.topic.as_str()) }.into_string()),
        (sheet::LOG, rows::log(room, &snapshot).into_string()),
        (
            sheet::BOOT,
            boot::element(&ServerFrame::Opened {
                room: room.clone(),
                epoch: epoch.clone(),
                first: ends.first,
                head: ends.head,
                digest: ends.digest,
                snapshot: Some(snapshot),
                reset: None,
            }),
        ),
        (sheet::WINDOW_TITLE, html! { title { (called) " · Warren" } }.into_string()),
    ];
    sheet::fill(sheet, &slots)
}

/// As much of a snapshot as is on the page.
fn newest(snapshot: &Snapshot) -> Snapshot {
    let mut left = BYTES;
    let fits = |message: &&Message| {
        let fits = left > 0;
        left = left.saturating_sub(message.text.as_ref().map_or(0, |text| text.as_str().len()));
        fits
    };
    let count = snapshot.messages.iter().rev().take(MESSAGES).take_while(fits).count();
    let from = snapshot.messages.len() - count;
    Snapshot {
        about: snapshot.about.clone(),
        messages: snapshot.messages[from..].to_vec(),
        more_before: snapshot.more_before || from > 0,
    }
}

#[cfg(test)]
mod tests;
