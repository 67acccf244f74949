//! Who may do what, and how much of it: from where requests may come, how many may connect, and how fast posts may.

pub mod doors;
pub mod origin;
pub mod pace;

pub use doors::{Doors, Full, Places};
pub use origin::{Forbidden, Origins};
pub use pace::Pace;
