//! Who may do what, and how much of it: from where requests may come, how many may connect, and how fast who may do what.

pub mod crowd;
pub mod doors;
pub mod origin;
pub mod pace;
pub mod proxies;
pub mod seldom;

pub use crowd::{Crowds, OneOf};
pub use doors::{Doors, Full, Places};
pub use origin::{Forbidden, Origins};
pub use pace::{Kind, Limit, Pace, Rates};
pub use proxies::{Proxies, Proxy};
pub use seldom::Seldom;
