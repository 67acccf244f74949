//! A tree as a short text, and all the text in it.

use super::{Block, Inline, Said, parse};

/// Paragraphs as `p(…)`, bold `b(…)`, a link `a[address]` or `a[address|words]`, code `code[language|lines]`.
pub(super) fn notation(text: &str) -> String {
    blocks(&parse(text).blocks)
}

fn blocks(all: &[Block<'_>]) -> String {
    all.iter().map(block).collect::<Vec<_>>().join(" ")
}

fn block(block: &Block<'_>) -> String {
    match block {
        Block::Paragraph(inside) => format!("p({})", words(inside)),
        Block::Code { language, text } => format!("code[{language}|{text}]"),
        Block::Quote(inside) => format!("q({})", blocks(inside)),
        Block::List { numbered, items } => {
            let item = |item: &super::Item<'_>| {
                let under = if item.under.is_empty() { String::new() } else { format!(" {}", blocks(&item.under)) };
                let number = if item.number.is_empty() { "-" } else { item.number };
                format!("{number}({}{under})", words(&item.words))
            };
            let items: Vec<_> = items.iter().map(item).collect();
            format!("{}({})", if *numbered { "ol" } else { "ul" }, items.join(" "))
        }
    }
}

fn words(all: &[Inline<'_>]) -> String {
    all.iter()
        .map(|inline| match inline {
            Inline::Text(text) => (*text).to_owned(),
            Inline::Strong(inside) => format!("b({})", words(inside)),
            Inline::Emphasis(inside) => format!("i({})", words(inside)),
            Inline::Strike(inside) => format!("s({})", words(inside)),
            Inline::Code(text) => format!("c({text})"),
            Inline::Link { address, words: inside, .. } => match words(inside) {
                bare if bare == *address => format!("a[{address}]"),
                named => format!("a[{address}|{named}]"),
            },
        })
        .collect()
}

/// The text of a tree as it is drawn, each block after the other.
pub(super) fn all_text(said: &Said<'_>) -> String {
    let mut text = String::new();
    gather(&said.blocks, &mut text);
    text
}

fn gather(blocks: &[Block<'_>], into: &mut String) {
    for block in blocks {
        match block {
            Block::Paragraph(words) => super::super::address::gather(words, into),
            Block::Code { language, text } => into.extend([*language, &**text]),
            Block::Quote(blocks) => gather(blocks, into),
            Block::List { items, .. } => {
                for item in items {
                    into.push_str(item.number);
                    super::super::address::gather(&item.words, into);
                    gather(&item.under, into);
                }
            }
        }
    }
}

/// How deep a tree is.
pub(super) fn depth(said: &Said<'_>) -> usize {
    depth_of(&said.blocks)
}

fn depth_of(blocks: &[Block<'_>]) -> usize {
    let one = |block: &Block<'_>| match block {
        Block::Paragraph(words) => depth_of_words(words),
        Block::Code { .. } => 0,
        Block::Quote(blocks) => depth_of(blocks),
        Block::List { items, .. } => {
            items.iter().map(|item| depth_of_words(&item.words).max(depth_of(&item.under))).max().unwrap_or(0)
        }
    };
    blocks.iter().map(one).max().map_or(0, |depth| depth + 1)
}

fn depth_of_words(words: &[Inline<'_>]) -> usize {
    let one = |inline: &Inline<'_>| match inline {
        Inline::Text(_) | Inline::Code(_) => 0,
        Inline::Strong(words) | Inline::Emphasis(words) | Inline::Strike(words) | Inline::Link { words, .. } => {
            depth_of_words(words)
        }
    };
    words.iter().map(one).max().map_or(0, |depth| depth + 1)
}
