//! States in words.

use super::super::{Notice, Storage, StorageTrouble, notice_words, storage_words, sync_words};
use super::{Client, opened};
use shared::{Digest, Reset};

#[test]
fn what_is_complete_is_counted_as_people_write_numbers() {
    let check = |head, want: &str| {
        let mut client = Client::welcomed();
        client.hear(opened(head, Digest::default(), true, None));
        assert_eq!(sync_words(client.room()), want);
    };
    check(0, "Complete to #0, verified");
    check(999, "Complete to #999, verified from #999");
    check(48_231, "Complete to #48,231, verified from #48,231");
    check(1_048_231, "Complete to #1,048,231, verified from #1,048,231");
    let client = Client::welcomed();
    assert_eq!(sync_words(client.room()), "Nothing here yet");
}

#[test]
fn every_trouble_has_words_of_its_own() {
    let resets = [Reset::Epoch, Reset::Ahead, Reset::Diverged, Reset::TooFar, Reset::Other].map(Notice::Reset);
    let mut said: Vec<&str> = resets.into_iter().map(notice_words).collect();
    said.extend([Notice::Unreadable, Notice::EditEnded, Notice::SomebodyElses].map(notice_words));
    let troubles = [StorageTrouble::Forbidden, StorageTrouble::Full, StorageTrouble::Broken];
    said.extend(troubles.map(|trouble| storage_words(Storage::Off(trouble)).unwrap()));
    let all = said.len();
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), all);
    assert_eq!((storage_words(Storage::On), storage_words(Storage::Loading)), (None, None));
}
