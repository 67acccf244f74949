//! What a message says, as the client draws it (frontend/src/components/said.rs): the same tree, the same elements.
//!
//! Whom a text mentions is not marked: who reads it is not known here, and the mark changes no letter's width.

use maud::{Markup, Render, html};
use shared::markdown::{Block, Inline, Item, parse};

/// The body of a message. `by` is its author's name, which an action begins with.
pub(super) fn said(text: &str, by: &str) -> Markup {
    let said = parse(text);
    let does = html! { @if said.emote { bdi { (by) } " " } };
    let class = match (said.emote, said.lone_emoji) {
        (true, _) => "body emote",
        (_, true) => "body large",
        _ => "body",
    };
    match said.as_words() {
        Some(words) => html! { span class=(class) { (does) (self::words(words)) } },
        None => html! { div class=(class) { (does) (blocks(&said.blocks)) } },
    }
}

fn blocks(blocks: &[Block<'_>]) -> Markup {
    html! { @for block in blocks { (self::block(block)) } }
}

fn block(block: &Block<'_>) -> Markup {
    match block {
        Block::Paragraph(inside) => html! { p dir="auto" { (words(inside)) } },
        Block::Code { language, text } => {
            let class = (!language.is_empty()).then(|| format!("lang-{language}"));
            html! {
                figure.code {
                    pre dir="ltr" tabindex="0" { code class=[class] { (Typed(text)) } }
                    button type="button" data-do="copy" { "Copy" }
                }
            }
        }
        Block::Quote(inside) => html! { blockquote dir="auto" { (blocks(inside)) } },
        Block::List { numbered: true, items } => html! { ol { @for item in items { (self::item(item)) } } },
        Block::List { items, .. } => html! { ul { @for item in items { (self::item(item)) } } },
    }
}

fn item(item: &Item<'_>) -> Markup {
    html! {
        li dir="auto" {
            @if !item.number.is_empty() { span.number { (item.number) } " " }
            (words(&item.words))
            (blocks(&item.under))
        }
    }
}

fn words(words: &[Inline<'_>]) -> Markup {
    html! { @for word in words { (inline(word)) } }
}

fn inline(inline: &Inline<'_>) -> Markup {
    match inline {
        Inline::Text(text) => html! { (Typed(text)) },
        Inline::Strong(inside) => html! { strong { (words(inside)) } },
        Inline::Emphasis(inside) => html! { em { (words(inside)) } },
        Inline::Strike(inside) => html! { s { (words(inside)) } },
        Inline::Code(text) => html! { code { (Typed(text)) } },
        Inline::Link { address, words: inside, host } => html! {
            a href=(address) rel="noopener nofollow ugc" target="_blank" {
                (words(inside))
                @if !host.is_empty() { span.host { " (" (host) ")" } }
            }
        },
    }
}

/// A text of several lines. A parser of HTML takes a carriage return for a line break, unless it is written as a number.
pub(super) struct Typed<'a>(pub(super) &'a str);

impl Render for Typed<'_> {
    fn render_to(&self, page: &mut String) {
        for (place, part) in self.0.split('\r').enumerate() {
            if place > 0 {
                page.push_str("&#13;");
            }
            part.render_to(page);
        }
    }
}
