//! What a message says: its tree as elements, the same that the client draws (`frontend/src/components/said.rs`).

use maud::{Markup, Render, html};
use shared::markdown::{Block, Inline, Item, Part, mentions, parse};

/// The body of a message. `by` is its author's name, which an action begins with; `names` are those that are marked
/// where the text mentions them.
pub(super) fn body(text: &str, by: &str, names: &[&str]) -> Markup {
    let said = parse(text);
    let class = match (said.emote, said.lone_emoji) {
        (true, _) => "body emote",
        (_, true) => "body large",
        _ => "body",
    };
    let doer = html! { @if said.emote { bdi { (by) } " " } };
    html! {
        @if let Some(inside) = said.as_words() {
            span class=(class) { (doer) (words(inside, names)) }
        } @else {
            div class=(class) { (doer) (blocks(&said.blocks, names)) }
        }
    }
}

fn blocks(blocks: &[Block<'_>], names: &[&str]) -> Markup {
    html! { @for one in blocks { (block(one, names)) } }
}

fn block(block: &Block<'_>, names: &[&str]) -> Markup {
    html! {
        @match block {
            Block::Paragraph(inside) => { p dir="auto" { (words(inside, names)) } },
            Block::Code { language, text } => (code(language, text)),
            Block::Quote(inside) => { blockquote dir="auto" { (blocks(inside, names)) } },
            Block::List { numbered: true, items } => { ol { @for one in items { (item(one, names)) } } },
            Block::List { numbered: false, items } => { ul { @for one in items { (item(one, names)) } } },
        }
    }
}

fn item(item: &Item<'_>, names: &[&str]) -> Markup {
    html! {
        li dir="auto" {
            @if !item.number.is_empty() { span.number { (item.number) } " " }
            (words(&item.words, names))
            (blocks(&item.under, names))
        }
    }
}

/// Lines of code. What does not fit is scrolled to, by keys too, so it can have the focus.
fn code(language: &str, text: &str) -> Markup {
    let language = Some(language).filter(|language| !language.is_empty()).map(|language| ["lang-", language].concat());
    html! {
        figure.code {
            pre dir="ltr" tabindex="0" { code class=[language] { (Typed(text)) } }
            button type="button" disabled data-do="copy" { "Copy" }
        }
    }
}

fn words(words: &[Inline<'_>], names: &[&str]) -> Markup {
    html! { @for one in words { (word(one, names)) } }
}

fn word(word: &Inline<'_>, names: &[&str]) -> Markup {
    html! {
        @match word {
            Inline::Text(text) => {
                @for part in mentions(text, names) {
                    @match part {
                        Part::Text(text) => (Typed(text)),
                        Part::Mention { typed, .. } => { b.mention { (typed) } },
                    }
                }
            },
            Inline::Strong(inside) => { strong { (words(inside, names)) } },
            Inline::Emphasis(inside) => { em { (words(inside, names)) } },
            Inline::Strike(inside) => { s { (words(inside, names)) } },
            Inline::Code(text) => { code { (Typed(text)) } },
            Inline::Link { address, words: inside, host } => {
                a href=(address) rel="noopener nofollow ugc" target="_blank" {
                    (words(inside, names))
                    @if !host.is_empty() { span.host { " (" (host) ")" } }
                }
            },
        }
    }
}

/// A text of several lines. A parser of HTML takes a carriage return for a line break, unless it is written as a number.
struct Typed<'a>(&'a str);

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
