//! What a message says, drawn: hostile texts stay texts, and the highlighter touches no element.

use frontend::components::{Marked, body};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Element;
use yew::prelude::*;

#[derive(Clone, PartialEq, Properties)]
struct ShownProps {
    text: String,
}

/// A body and nothing else.
#[component]
fn Shown(props: &ShownProps) -> Html {
    body(&props.text, "Ada <b>", Marked { names: &["Me", "Bob"], mine: Some(0) })
}

/// A body on the page; it is gone when this is dropped.
struct Page(Element, Option<yew::AppHandle<Shown>>);

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(handle) = self.1.take() {
            handle.destroy();
        }
        self.0.remove();
    }
}

async fn shown(text: &str) -> Page {
    let root = super::document().create_element("div").unwrap();
    super::document().body().unwrap().append_child(&root).unwrap();
    let props = ShownProps { text: text.to_owned() };
    let handle = yew::Renderer::<Shown>::with_root_and_props(root.clone(), props).render();
    let page = Page(root, Some(handle));
    for _ in 0..100 {
        if page.0.first_element_child().is_some() {
            break;
        }
        super::frame().await;
    }
    page
}

impl Page {
    fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.0.query_selector_all(selector).unwrap();
        (0..found.length()).map(|at| found.item(at).unwrap().unchecked_into()).collect()
    }
}

const ELEMENTS: [&str; 17] = [
    "SPAN",
    "DIV",
    "P",
    "STRONG",
    "EM",
    "S",
    "CODE",
    "PRE",
    "FIGURE",
    "BUTTON",
    "BLOCKQUOTE",
    "UL",
    "OL",
    "LI",
    "A",
    "BDI",
    "B",
];

#[wasm_bindgen_test]
async fn nothing_typed_becomes_anything_else() {
    let more = [
        "<script>globalThis.ran = 1</script>",
        "<img src=x onerror=\"globalThis.ran = 1\">",
        "**<svg/onload=globalThis.ran=1>** `<b>` ~~<i>~~ _<u>_",
        "```html\n<script>globalThis.ran = 1</script>\n```\n> <img src=x onerror=globalThis.ran=1>\n- <b>",
        "```\"onload=globalThis.ran=1\nx\n```",
        "[x](javascript:globalThis.ran=1) [y](data:text/html,<script>) <javascript:globalThis.ran=1> //a.example",
        "[x](https://a.example/\"onmouseover=globalThis.ran=1) https://a.example/'onclick='globalThis.ran=1'",
        "[x](https://bank.example@evil.example) [bank.example](https://evil.example) mailto:a@b.example",
    ];
    let corpus = super::hostile::corpus("texts");
    for text in corpus.iter().map(String::as_str).chain(more) {
        let page = shown(text).await;
        for element in page.all("*") {
            assert!(ELEMENTS.contains(&&*element.tag_name()), "{} of {text:.60}", element.outer_html());
            for name in element.get_attribute_names() {
                let name = name.as_string().unwrap();
                let known = ["class", "dir", "href", "rel", "target", "tabindex", "type", "data-do"];
                assert!(known.contains(&&*name), "{name} of {text:.60}");
            }
        }
        for link in page.all("a") {
            let (href, rel) = (link.get_attribute("href").unwrap(), link.get_attribute("rel").unwrap());
            assert!(["http://", "https://", "mailto:"].iter().any(|scheme| href.starts_with(scheme)), "{href}");
            assert_eq!(rel, "noopener nofollow ugc");
        }
        let kept = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace() && !"*_~`[]()<>\\-".contains(*c)).collect()
        };
        let drawn = kept(&page.0.text_content().unwrap().replace("Copy", ""));
        assert_eq!(drawn, kept(&shared::markdown::plain(text, usize::MAX)), "{text:.60}");
    }
    let ran = js_sys::Reflect::has(&js_sys::global(), &JsValue::from_str("ran")).unwrap();
    assert!(!ran);
}

#[wasm_bindgen_test]
async fn the_tree_is_drawn() {
    let page = shown("a **b** @Me @Bob @Eve\n\n> q\n1986. year\n```rust\nlet a = 1;\n```").await;
    let html = page.0.inner_html();
    let want = "<div class=\"body\"><p dir=\"auto\">a <strong>b</strong> <b class=\"mention mine\">@Me</b> \
                <b class=\"mention\">@Bob</b> @Eve\n\n</p><blockquote dir=\"auto\"><p dir=\"auto\">q\n</p></blockquote>\
                <ol><li dir=\"auto\"><span class=\"number\">1986.</span> year</li></ol><figure class=\"code\">\
                <pre dir=\"ltr\" tabindex=\"0\"><code class=\"lang-rust\">let a = 1;</code></pre>\
                <button type=\"button\" data-do=\"copy\">Copy</button></figure></div>";
    assert_eq!(html, want);
    let page = shown("/me waves").await;
    assert_eq!(page.0.inner_html(), "<span class=\"body emote\"><bdi>Ada &lt;b&gt;</bdi> waves</span>");
    let page = shown("🎉🎉").await;
    assert_eq!(page.0.inner_html(), "<span class=\"body large\">🎉🎉</span>");
    let page = shown("[bank.example](https://evil.example/x)").await;
    assert_eq!(page.0.text_content().unwrap(), "bank.example (evil.example)");
}

#[wasm_bindgen(module = "/highlight.js")]
extern "C" {
    #[wasm_bindgen(js_name = colour)]
    fn highlight(code: &Element);
}

#[wasm_bindgen(inline_js = "export function coloured() { return [...CSS.highlights].flatMap(([kind, ranges]) => \
    [...ranges].map((range) => kind + ':' + range.startContainer.data.slice(range.startOffset, range.endOffset))).join(' '); }")]
extern "C" {
    fn coloured() -> String;
}

#[wasm_bindgen_test]
async fn code_is_coloured_and_its_elements_stay() {
    let page = shown("```rust\nlet a = \"x\"; // c\nfn f<'a>() { 1 }\n```").await;
    let code = page.all("code").remove(0);
    let before = page.0.inner_html();
    highlight(&code);
    assert_eq!(page.0.inner_html(), before);
    let all = coloured();
    for want in ["code-word:let", "code-word:fn", "code-text:\"x\"", "code-comment:// c", "code-number:1"] {
        assert!(all.contains(want), "{want} in {all}");
    }
    assert!(!all.contains("'a"), "a lifetime is no text: {all}");
    // What is edited is coloured anew, and an unknown language is not.
    code.first_child().unwrap().set_text_content(Some("return;"));
    super::frame().await;
    assert_eq!(coloured(), "code-word:return");
    code.set_class_name("lang-constructor");
    super::frame().await;
    assert_eq!(coloured(), "");
}
