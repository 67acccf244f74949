//! What can be done with a message, and the reactions to it. The buttons only say what they do; the log listens.

use shared::{Message, PersonId, Reaction};
use yew::prelude::*;

use crate::hooks::Laid;

/// The reactions to choose from.
const REACTIONS: [&str; 6] = ["👍", "❤️", "😂", "🎉", "😮", "😢"];

/// The tools of a message.
pub(super) fn tools(mine: bool, laid: Option<Laid>) -> Html {
    let choosing = laid == Some(Laid::Reactions);
    let asking = laid == Some(Laid::Question);
    html! {
        <>
            <button type="button" class="more" data-do="more" aria-label="Show what can be done">{ "⋯" }</button>
            <div class="tools">
                <button type="button" data-do="reply">{ "Reply" }</button>
                <button type="button" data-do="reactions" aria-expanded={if choosing { "true" } else { "false" }}>{ "React" }</button>
                if choosing {
                    { for REACTIONS.iter().map(|emoji| html! {
                        <button type="button" data-do="react" data-emoji={*emoji}>{ *emoji }</button>
                    }) }
                    <button type="button" data-do="emoji" aria-haspopup="dialog" aria-label="More emoji">{ "…" }</button>
                } else {
                    <button type="button" data-do="link">
                        { if laid == Some(Laid::Copied) { "Copied" } else { "Copy link" } }
                    </button>
                    <button type="button" data-do="unread">{ "Mark unread" }</button>
                    if mine {
                        <button type="button" data-do="edit">{ "Edit" }</button>
                        <button type="button" data-do={if asking { "sure" } else { "delete" }}>
                            { if asking { "Delete for everyone?" } else { "Delete" } }
                        </button>
                    }
                }
            </div>
        </>
    }
}

/// The reactions to a message, each a button that puts or takes back one's own.
pub(super) fn reactions(message: &Message, me: Option<&PersonId>) -> Html {
    let one = |reaction: &Reaction| {
        let mine = reaction.by.iter().any(|person| Some(&person.id) == me);
        let names: Vec<&str> = reaction.by.iter().map(|person| person.name.as_str()).collect();
        let emoji = reaction.emoji.as_str().to_owned();
        html! {
            <button key={emoji.clone()} type="button" data-do="react" data-emoji={emoji.clone()} title={names.join(", ")}
                aria-pressed={if mine { "true" } else { "false" }}>
                { emoji }<span>{ reaction.by.len().to_string() }</span>
            </button>
        }
    };
    html! {
        if !message.reactions.is_empty() {
            <div class="re">{ for message.reactions.iter().map(one) }</div>
        }
    }
}
