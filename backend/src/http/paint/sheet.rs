//! What a page is drawn on: the client's `index.html`, in which empty elements mark the places that are filled.
//!
//! A place that is not marked is not filled, and nothing else of the page is touched.

/// Where the log is drawn.
pub(super) const LOG: &str = "<wr-log></wr-log>";
/// Where the room's name stands.
pub(super) const NAME: &str = "<wr-name></wr-name>";
/// Where it stands what the room is called.
pub(super) const TITLE: &str = "<wr-title></wr-title>";
/// Where it is said what the room is about.
pub(super) const TOPIC: &str = "<wr-topic></wr-topic>";
/// Where the frame for the client stands.
pub(super) const BOOT: &str = "<wr-boot></wr-boot>";
/// What the browser's window is called while no room is named.
pub(super) const WINDOW_TITLE: &str = "<title>Warren</title>";

/// The sheet with each marked place replaced. What is filled in is not looked at again.
pub(super) fn fill(sheet: &str, slots: &[(&str, String)]) -> String {
    let mut found: Vec<(usize, &str, &str)> =
        slots.iter().filter_map(|(mark, text)| sheet.find(mark).map(|at| (at, *mark, &**text))).collect();
    found.sort_unstable();
    let mut filled = String::with_capacity(sheet.len() + slots.iter().map(|(_, text)| text.len()).sum::<usize>());
    let mut from = 0;
    for (at, mark, text) in found {
        filled.push_str(&sheet[from..at]);
        filled.push_str(text);
        from = at + mark.len();
    }
    filled.push_str(&sheet[from..]);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_places_are_filled_once_and_the_rest_is_left() {
        let sheet = "a<wr-title></wr-title>b<wr-log></wr-log>c";
        let slots = |log: &str| [(LOG, log.to_owned()), (TITLE, "T".to_owned()), (BOOT, "nowhere".to_owned())];
        assert_eq!(fill(sheet, &slots("L")), "aTbLc");
        assert_eq!(fill(sheet, &slots(TITLE)), "aTb<wr-title></wr-title>c", "what is filled in is no mark");
        assert_eq!(fill("no marks", &slots("L")), "no marks");
    }
}
