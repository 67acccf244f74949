//! What a message says.

use maud::{Markup, Render, html};
use shared::MessageText;

/// The text as it was typed.
pub(super) fn said(text: &MessageText) -> Markup {
    html! { (Typed(text.as_str())) }
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
