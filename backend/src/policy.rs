//! Who may do what, and how much of it: from where requests may come, and how fast posts may.

pub mod origin;
pub mod pace;

pub use origin::{Forbidden, Origins};
pub use pace::Pace;
