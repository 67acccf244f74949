//! Where the keyboard is when the view changes: what had it is out of sight then, and it must not fall back to the
//! page's beginning.

use yew::prelude::*;

use crate::io;

/// On a narrow screen the rooms or the room is seen: the one that comes gets the focus. On a `touch` screen that is
/// the room's heading, where the message box would bring the keyboard up.
#[hook]
pub fn use_focus(shows_rooms: bool, touch: bool) {
    use_effect_with(shows_rooms, move |&shows_rooms| {
        if shows_rooms {
            io::focus(".brand");
        }
        move || {
            if shows_rooms {
                io::focus(if touch { ".head h1" } else { "#composer" });
            }
        }
    });
}
