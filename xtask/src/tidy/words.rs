//! The words of the page and their table in another language (`frontend/ar.js`) must agree: all that the page says is in
//! the table, and nothing is in the table that the page does not say.
//!
//! What the page says is found by its look, in the texts between quotes and in the page's HTML: a word with a capital
//! letter, or a run of words. What only looks so is on a list here, and the list may have nothing needless in it either.

use std::collections::BTreeSet;

use super::files::File;

const TABLE: &str = "frontend/ar.js";
/// Where the names of the groups of emoji come from.
const EMOJI: &str = "backend/src/http/emoji.rs";

/// What looks like words of the page and is none: keys and types, the names of languages, what is said to those who write
/// programs or read reports, and to those who have no scripts.
const OTHERS: &[&str] = &[
    "Ctrl",
    "English",
    "Enter",
    "Esc",
    "Escape",
    "Home",
    "String",
    "Tab",
    "Failed to fetch",
    "The address could not be changed",
    "A frame could not be sent",
    "Something that is no frame was left out",
    "Warren broke at",
    "Not taken",
    "folded here since",
    "noopener nofollow ugc",
    "none of them a control character",
    "of the letters a to z and the digits",
    "A message's id is a person's id",
    "a slash and a key",
    "a window gives no more than that",
    "posted edited deleted reacted room_set forgotten dropped",
    "These are the newest messages",
    "if any",
    "For the rest",
    "and for writing",
    "There is no session",
    "Ask POST /api/session for one",
    "The body is to be a JSON object",
    "of the type application/json",
    "The body is too long",
    "There is nothing at this path",
    "the system gives no randomness",
    "a passkey was not taken",
    "Warren needs JavaScript and WebAssembly",
];

/// A fault for each piece that one of the two sides lacks.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else {
        return vec![format!("{TABLE}: missing")];
    };
    let keys: Vec<_> = table.text.lines().filter_map(key).collect();
    let known = keys.concat().join("\n");
    let (mut said, mut faults) = (BTreeSet::new(), Vec::new());
    for file in files.iter().filter(|file| speaks(&file.path)) {
        for text in texts(file) {
            // The names of the groups of emoji have none between their words.
            for piece in pieces(&if file.path == EMOJI { text.replace('_', " ") } else { text }) {
                if reads_as_words(&piece) && !known.contains(&piece) && !OTHERS.contains(&&*piece) {
                    faults.push(format!("{}: not in {TABLE}: {piece}", file.path));
                }
                said.insert(piece);
            }
        }
    }
    let unsaid = keys.iter().flatten().filter(|piece| !said.contains(*piece));
    faults.extend(unsaid.map(|piece| format!("{TABLE}: said nowhere: {piece}")));
    let needless = OTHERS.iter().filter(|other| !said.contains(**other));
    faults.extend(needless.map(|other| format!("xtask/src/tidy/words.rs: said nowhere: {other}")));
    faults
}

/// Whether what a person reads may stand in the file.
fn speaks(path: &str) -> bool {
    const ALSO: [&str; 8] = [
        "index.html",
        EMOJI,
        "shared/src/text.rs",
        "shared/src/ids.rs",
        "backend/src/connection/v1.rs",
        "backend/src/connection/v1/commands.rs",
        "backend/src/http/account.rs",
        "backend/src/http/error.rs",
    ];
    // The table and what reads it; words of programming languages; what runs where there is no page.
    const NOT: [&str; 4] = [TABLE, "frontend/words.js", "frontend/highlight.js", "frontend/sw.js"];
    let of_the_client = path.starts_with("frontend/") && !path.contains("/tests") && !NOT.contains(&path);
    (of_the_client && matches!(ending(path), "rs" | "js")) || ALSO.contains(&path)
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The pieces of a line's English; none where the line is no entry of the table.
fn key(line: &str) -> Option<Vec<String>> {
    let (key, _) = line.strip_prefix("  \"")?.split_once("\": ")?;
    Some(pieces(key))
}

/// All texts between quotes, and in HTML those between tags too; comments and a file's own tests are passed over.
fn texts(file: &File) -> Vec<String> {
    let text = file.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    if ending(&file.path) == "html" {
        return of_html(text);
    }
    text.lines().flat_map(of_a_line).collect()
}

fn of_html(html: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), html);
    while let Some((before, tag)) = rest.split_once('<') {
        found.push(before.split_whitespace().collect::<Vec<_>>().join(" "));
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some((inside, after)) = tag.split_once(end) else { break };
        if end == ">" {
            for name in [" title=\"", " aria-label=\"", " placeholder=\""] {
                found.extend(inside.split(name).skip(1).filter_map(|value| Some(value.split_once('"')?.0.to_owned())));
            }
        }
        let script = ["script", "style"].iter().find(|name| tag.starts_with(**name));
        rest = script.and_then(|name| after.split_once(&format!("</{name}"))).map_or(after, |(_, after)| after);
    }
    found
}

/// The texts between quotes that begin and end on one line.
fn of_a_line(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    // What is said only where a program is wrong.
    if line.contains(".expect(") || line.contains("reason = ") || line.contains("RangeError") {
        return found;
    }
    let mut rest = line;
    while let Some(at) = rest.find(['"', '`', '/']) {
        let (quote, after) = (&rest[at..=at], &rest[at + 1..]);
        if quote == "/" {
            if after.starts_with(['/', '*']) {
                break;
            }
            rest = after;
            continue;
        }
        let Some(end) = end_of(after, quote) else { break };
        found.push(after[..end].to_owned());
        rest = &after[end + 1..];
    }
    found
}

fn end_of(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = !escaped && quote.starts_with(c);
        escaped = !escaped && c == '\\';
        ends.then_some(at)
    })
}

/// A text without what is filled in, part by part between stops.
fn pieces(text: &str) -> Vec<String> {
    let (mut constant, mut depth) = (String::new(), 0_usize);
    for c in text.replace("\\n", "\n").replace("${", "{").chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth > 0 => continue,
            _ => {
                constant.push(c);
                continue;
            }
        }
        constant.push('\n');
    }
    for stop in [". ", ", ", ": ", "; ", " · "] {
        constant = constant.replace(stop, "\n");
    }
    let trimmed = constant.lines().map(|piece| piece.trim_matches([' ', '.', ',', ':', ';', '·', '#', '?', '\\']));
    trimmed.filter(|piece| piece.contains(char::is_alphabetic)).map(str::to_owned).collect()
}

/// A word with a capital letter, or a run of words: two of them where the first has one, else three, as the names of
/// classes stand in pairs.
fn reads_as_words(piece: &str) -> bool {
    let words: Vec<_> = piece.split(' ').collect();
    let is_lower = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let is_small = |word: &str| word.len() > 1 && is_lower(word);
    let is_capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| c.is_ascii_uppercase()) && is_lower(letters.as_str())
    };
    match *words {
        [] => false,
        [word] => is_capital(word),
        [first, second] => is_capital(first) && is_small(second),
        _ => {
            let plain = piece.chars().all(|c| c.is_alphabetic() || " '’/*`>-…↓".contains(c));
            plain && words.windows(2).any(|pair| is_small(pair[1]) && (is_small(pair[0]) || is_capital(pair[0])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(key: &str, path: &str, text: &str) -> Vec<String> {
        let others = format!("\"{}\"", OTHERS.join("\"\n\""));
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        check(&[
            file(TABLE, &format!("globalThis.words = {{\n  \"{key}\": \"…\",\n}};\n")),
            file("frontend/src/others.rs", &others),
            file(path, text),
        ])
    }

    #[test]
    fn what_the_page_says_must_be_in_the_table() {
        let script = "frontend/side.js";
        let page = "<p title=\"Go now\"><!-- Not this -->Go\n now";
        for (path, text) in [
            (script, "say(\"Go now\");"),
            (script, "say(`Go now`);"),
            (script, "say(`${count} Go now. `);"),
            ("frontend/src/side.rs", "let words = \"Go now\"; // \"Not this\""),
            ("index.html", page),
        ] {
            assert_eq!(faults("Go now", path, text), [""; 0], "{text}");
            let missing = faults("Stay", path, &format!("\"Stay\" <b>Stay</b>\n{text}"));
            assert_eq!(missing, vec![format!("{path}: not in {TABLE}: Go now"); missing.len()], "{text}");
            assert!(!missing.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_the_page_does_not_say_may_not_be_in_the_table() {
        assert_eq!(faults("{n} people, {w} here", "frontend/a.js", "`${n} people, ` + \"here\""), [""; 0]);
        let expected = format!("{TABLE}: said nowhere: gone");
        assert_eq!(faults("{n} people, {w} gone", "frontend/a.js", "`${n} people, `"), [expected]);
    }

    #[test]
    fn what_is_no_word_of_the_page_is_let_pass() {
        let lines = "\"pointerdown\" \"li.m > .body\" \"--cell\" \"data-room\"\nx.expect(\"a test may unwrap\")\n";
        assert_eq!(faults("Go", "frontend/src/a.rs", &format!("\"Go\" {lines}")), [""; 0]);
    }
}
