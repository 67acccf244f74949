//! What components share of the browser's behaviour.

mod in_sight;
mod painted_place;
mod press;
mod same;
mod stay;
mod use_app;
mod use_focus;
mod use_presses;
mod use_scroller;

pub use in_sight::keep_in_sight;
pub use painted_place::{note_painted_place, put_back};
pub use press::{Laid, Open, button_of};
pub use same::Same;
pub use use_app::use_app;
pub use use_focus::keep_focus;
pub use use_presses::{Presses, use_presses};
pub use use_scroller::{Look, Scroller, rows_from_sight, use_scroller};
