//! The logs themselves.

use std::collections::BTreeSet;

use shared::{Event, EventBody, Words};

use crate::{disk::Image, failure::Harm, fold::fold, world::World};

/// Each log is one: seqs without gaps, times that never go back, digests that hold, no key and no text twice.
pub(super) fn check(world: &World, image: &Image) {
    for (name, room) in &image.rooms {
        let fail = |check, harm, seen: String| world.tools.fail(check, harm, format!("{name}: {seen}"));
        let (mut names, mut texts) = (BTreeSet::new(), BTreeSet::new());
        for (entry, seq) in room.log.iter().zip(1_u64..) {
            let Event { by, key, .. } = &entry.event;
            if entry.event.seq.0 != seq {
                fail("seqs have no gaps", Harm::Divergent, format!("{} and not {seq}", entry.event.seq));
            }
            if !names.insert((by.id.clone(), key.clone())) {
                fail("a key becomes one event", Harm::Doubled, format!("{} {key}", by.id));
            }
            if let Some(text) = text_of(&entry.event)
                && !texts.insert(text.clone())
            {
                fail("what was typed once is there once", Harm::Doubled, text);
            }
        }
        if let Some(two) = room.log.windows(2).find(|two| two[1].event.at < two[0].event.at) {
            let seen = format!("{:?} after {:?}", two[1].event.at, two[0].event.at);
            fail("time never goes back in a room", Harm::Divergent, seen);
        }
        let view = fold(&room.log);
        if room.messages != view.messages || room.state.about != view.about {
            fail("a view is the fold of its log", Harm::Divergent, String::new());
        }
        if room.state.digest != view.digest || room.state.head != room.head() {
            fail("a digest is the fold of its log", Harm::Divergent, format!("{:?}", room.state));
        }
    }
}

fn text_of(event: &Event) -> Option<String> {
    match &event.body {
        EventBody::Posted { words: Words::Kept { text, .. }, .. }
        | EventBody::Edited { words: Words::Kept { text, .. }, .. } => Some(text.to_string()),
        _ => None,
    }
}
