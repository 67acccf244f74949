//! What a message says: its tree as elements. Nothing typed by a person becomes anything but text here, or an address
//! that the tree has let through.
//!
//! The server draws the same elements before the client has come (backend/src/http/paint/said.rs).

use shared::markdown::{Block, Inline, Item, Part, Said, mentions, parse};
use yew::{
    prelude::*,
    virtual_dom::{AttributeOrProperty, Attributes, VNode, VTag},
};

/// The attributes that an element here can have.
const NAMES: &[&str; 8] = &["class", "dir", "href", "rel", "target", "tabindex", "type", "data-do"];

/// Who can be marked where a text mentions them: their names, and which of them is the reader's.
#[derive(Clone, Copy)]
pub struct Marked<'a> {
    /// The names.
    pub names: &'a [&'a str],
    /// The place of the reader's own.
    pub mine: Option<usize>,
}

/// The body of a message. `by` is its author's name, which an action begins with.
pub fn body(text: &str, by: &str, marked: Marked<'_>) -> Html {
    let said = parse(text);
    let mut inside = Vec::new();
    if said.emote {
        inside.push(element("bdi", "", vec![VNode::from(by)]));
        inside.push(VNode::from(" "));
    }
    let class = class(&said);
    if let Some(words) = said.as_words() {
        marked.words(words, &mut inside);
        return element("span", class, inside);
    }
    marked.blocks(&said.blocks, &mut inside);
    element("div", class, inside)
}

fn class(said: &Said<'_>) -> &'static str {
    match (said.emote, said.lone_emoji) {
        (true, _) => "body emote",
        (_, true) => "body large",
        _ => "body",
    }
}

impl Marked<'_> {
    fn blocks(self, blocks: &[Block<'_>], into: &mut Vec<VNode>) {
        for block in blocks {
            into.push(match block {
                Block::Paragraph(words) => directed("p", self.inside(words)),
                Block::Code { language, text } => code(language, text),
                Block::Quote(blocks) => {
                    let mut inside = Vec::new();
                    self.blocks(blocks, &mut inside);
                    directed("blockquote", inside)
                }
                Block::List { numbered, items } => {
                    let items = items.iter().map(|item| self.item(item)).collect();
                    element(if *numbered { "ol" } else { "ul" }, "", items)
                }
            });
        }
    }

    fn item(self, item: &Item<'_>) -> VNode {
        let mut inside = Vec::new();
        if !item.number.is_empty() {
            inside.push(element("span", "number", vec![VNode::from(item.number)]));
            inside.push(VNode::from(" "));
        }
        self.words(&item.words, &mut inside);
        self.blocks(&item.under, &mut inside);
        directed("li", inside)
    }

    fn inside(self, words: &[Inline<'_>]) -> Vec<VNode> {
        let mut inside = Vec::new();
        self.words(words, &mut inside);
        inside
    }

    fn words(self, words: &[Inline<'_>], into: &mut Vec<VNode>) {
        for word in words {
            let (name, words) = match word {
                Inline::Text(text) => {
                    self.text(text, into);
                    continue;
                }
                Inline::Code(text) => {
                    into.push(element("code", "", vec![VNode::from(*text)]));
                    continue;
                }
                Inline::Link { address, words, host } => {
                    into.push(self.link(address, words, host));
                    continue;
                }
                Inline::Strong(words) => ("strong", words),
                Inline::Emphasis(words) => ("em", words),
                Inline::Strike(words) => ("s", words),
            };
            into.push(element(name, "", self.inside(words)));
        }
    }

    fn link(self, address: &str, words: &[Inline<'_>], host: &str) -> VNode {
        let mut inside = self.inside(words);
        if !host.is_empty() {
            inside.push(element("span", "host", vec![VNode::from([" (", host, ")"].concat())]));
        }
        let rel = "noopener nofollow ugc";
        tag(
            "a",
            [None, None, Some(address.to_owned().into()), Some(rel.into()), Some("_blank".into()), None, None, None],
            inside,
        )
    }

    fn text(self, text: &str, into: &mut Vec<VNode>) {
        for part in mentions(text, self.names) {
            into.push(match part {
                Part::Text(text) => VNode::from(text),
                Part::Mention { typed, name } => {
                    let class = if self.mine == Some(name) { "mention mine" } else { "mention" };
                    element("b", class, vec![VNode::from(typed)])
                }
            });
        }
    }
}

/// Lines of code. What does not fit is scrolled to, by keys too, so it can have the focus.
fn code(language: &str, text: &str) -> VNode {
    let language = if language.is_empty() { String::new() } else { ["lang-", language].concat() };
    let text = element("code", language, vec![VNode::from(text)]);
    let lines = [None, Some("ltr".into()), None, None, None, Some("0".into()), None, None];
    let copy = [None, None, None, None, None, None, Some("button".into()), Some("copy".into())];
    let copy = tag("button", copy, vec![VNode::from("Copy")]);
    element("figure", "code", vec![tag("pre", lines, vec![text]), copy])
}

/// An element that decides for itself in which direction it is read.
fn directed(name: &'static str, inside: Vec<VNode>) -> VNode {
    tag(name, [None, Some("auto".into()), None, None, None, None, None, None], inside)
}

fn element(name: &'static str, class: impl Into<AttrValue>, inside: Vec<VNode>) -> VNode {
    let class = Some(class.into()).filter(|class: &AttrValue| !class.is_empty());
    tag(name, [class, None, None, None, None, None, None, None], inside)
}

/// An element with the attributes of [`NAMES`]. They stand in a fixed order: adding them one by one would need a map of
/// them, which is 3 KB.
fn tag(name: &'static str, values: [Option<AttrValue>; NAMES.len()], inside: Vec<VNode>) -> VNode {
    let mut tag = VTag::new(name);
    let values = values.map(|value| value.map(AttributeOrProperty::Attribute));
    tag.set_attributes(Attributes::Dynamic { keys: NAMES, values: Box::new(values) });
    tag.add_children(inside);
    VNode::from(tag)
}
